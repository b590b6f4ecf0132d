"""Late trades and wrong prices: what the company gains or loses, and which corrected prices count."""

from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import product_folder
from tests.products.lives import day
from tests.unit.cycle.daily import Daily

from inforce.cycle import OWED, Pricer, advance
from inforce.cycle.settlement import trade_day
from inforce.cycle.waiting import open_requests
from inforce.errors import MissingPrice
from inforce.market import MarketData, Rates
from inforce.terms import Product, find_product, load_product
from inforce.valuation import value

LATE, ERROR = "company/late_trade_gain_or_loss", "company/price_error_gain_or_loss"
SETTLED = "company/separate_account_settlement/equity"
PRICES = {"d2000_01_03": "10", "d2000_02_01": "11", "d2000_03_01": "12", "d2000_04_03": "12.50"}


def paid(prices: dict[str, str] = PRICES, product: Product | None = None, **more: Any) -> Daily:
    one = Daily(prices, product, **more)
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.run("2000-01-03", "2000-03-31")
    return one


def product_with(tmp_path: Path, **terms: str) -> Product:
    return load_product(product_folder(tmp_path, {f"corrections.{name}": given for name, given in terms.items()}))


def test_what_is_in_time_has_no_settlement() -> None:
    one = paid()
    one.record("withdrawal", "2000-04-03", id="w", amount="100.00")
    one.run("2000-04-03")
    assert one.cents("company/") == 0


def test_units_bought_late_at_a_higher_price_are_the_companys_loss() -> None:
    """1,100 at 11.00 are 100 units; the separate account sells them at 12.50: 150 lost."""
    one = paid()
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.run("2000-04-03")
    assert (one.cents(LATE), one.cents(SETTLED)) == (-150_00, 150_00)
    entry = one.entries()[-1]
    assert (entry.event, entry.operation) == ("late", "settlement")
    assert (entry.effective, entry.known) == (day("2000-02-01"), day("2000-04-03"))


def test_units_cancelled_late_at_a_higher_price_are_its_gain() -> None:
    """1,100 at 11.00 were paid for 100 units, which the separate account buys back at 12.50: 150 gained."""
    one = paid()
    one.record("withdrawal", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.run("2000-04-03")
    one.approve("2000-04-03")
    assert one.cents(LATE) == 150_00


def test_a_reversal_trades_too() -> None:
    """A payment of 1 March, 100 units at 12.00, is taken back at 12.50: the company gains 50."""
    one = paid()
    one.record("purchase_payment", "2000-03-01", id="bounced", amount="1200.00")
    one.run("2000-03-01", "2000-03-31")
    one.record("reversal", "2000-04-03", of="bounced")
    one.run("2000-04-03")
    assert one.cents(LATE) == 50_00
    assert one.units() == 1_000_000_000


def test_what_an_issue_had_bought_that_is_not_one_any_more_trades_too() -> None:
    """The application was not complete after all: 100 units bought at 10.00 are sold at 12.50, 250 gained."""
    one = Daily(PRICES)
    one.record("application", "2000-01-03", id="app", complete="no", missing="a name", consents_to_hold="yes")
    one.record("application_completed", "2000-01-03", id="done")
    one.record("purchase_payment", "2000-01-03", id="pay", amount="1000.00")
    one.run("2000-01-03", "2000-03-31")
    one.record("reversal", "2000-04-03", of="done")
    one.run("2000-04-03")
    assert one.grounds() == [("status", "", "in force becomes not issued", 0)]
    one.approve("2000-04-03")
    assert (one.cents(LATE), one.units(), one.cents("suspense")) == (250_00, 0, 1_000_00)


def test_every_sub_account_is_settled() -> None:
    one = paid()
    given = {on: "20" for on in PRICES} | {"d2000_04_03": "19.999999"}
    one.prices("2000-01-03", "blend", **given)
    one.record("purchase_payment", "2000-02-01", id="late", amount="2200.00", entered="2000-04-03",
               allocation={"equity": "50%", "blend": "50%"})  # fmt: skip
    one.run("2000-04-03")
    # 100 units of equity lose 1.50 each; 55 of blend gain a millionth of a dollar each, less than half a cent
    assert one.cents(SETTLED) == 150_00
    assert [line.account for line in one.entries()[-1].lines] == [LATE, SETTLED]
    one.prices("2000-04-04", "blend", d2000_04_04="19")
    one.record("purchase_payment", "2000-02-01", id="again", amount="1100.00", entered="2000-04-04",
               allocation={"blend": "100%"})  # fmt: skip
    one.run("2000-04-04")
    assert one.cents("company/separate_account_settlement/blend", "again") == -55_00


def test_half_a_cent_is_rounded_away_from_zero() -> None:
    """1 unit x 0.005 is a cent, lost or gained."""
    one = paid({**PRICES, "d2000_04_03": "11.005"})
    one.record("purchase_payment", "2000-02-01", id="in", amount="11.00", entered="2000-04-03")
    one.record("withdrawal", "2000-02-01", id="out", amount="11.00", entered="2000-04-03")
    one.run("2000-04-03")
    one.approve("2000-04-03")
    assert (one.cents(LATE, "in"), one.cents(LATE, "out")) == (-1, 1)


def test_a_correction_waits_for_the_price_at_which_it_trades() -> None:
    """Entered on Saturday: traded on Monday, when that price is known. Until then all of it waits, and stays due."""
    one = paid(between="refuse")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-01")
    one.run("2000-04-01", "2000-04-02")
    assert one.cents("suspense") == 0 and one.units() == 1_000_000_000
    assert one.book.due(day("2000-04-02")) == ["C"]
    one.run("2000-04-03")
    assert one.cents(LATE) == -150_00


@pytest.mark.parametrize(("kind", "fields"), [
    ("purchase_payment", {"amount": "1100.00", "entered": "2000-04-01"}),
    ("payment_returned", {"of": "pay"}),
])  # fmt: skip
def test_what_waits_for_the_price_of_its_trade_is_listed(kind: str, fields: dict[str, str]) -> None:
    """The day on which all had to wait stands in the log of runs: what waits is asked for by the last one."""
    one = paid()
    on = "2000-04-01" if "of" in fields else "2000-02-01"
    one.record(kind, on, id="late", **fields)
    one.run("2000-04-01")
    last = one.book.runs(1)[0]
    assert (last.day, last.contracts, last.entries) == (day("2000-04-01"), 0, 0)
    found = [(r.event.id, r.waits_for) for r in open_requests(one.cycle(last.day), last.day)]
    assert found == [
        ("late", "a price that the correction needs: what became known on 2000-04-01 trades on 2000-04-03")
    ]
    one.run("2000-04-03")
    assert list(open_requests(one.cycle(day("2000-04-03")), day("2000-04-03"))) == []


def test_an_approved_correction_that_waits_for_the_price_of_its_trade_says_so() -> None:
    one = paid()
    one.record("withdrawal", "2000-02-01", id="late", amount="500.00", entered="2000-03-31", who="kim")
    one.run("2000-03-31")
    one.record("purchase_payment", "2000-02-01", id="more", amount="1.00", entered="2000-04-01")
    one.approve("2000-04-01")
    found = {r.event.id: r.waits_for for r in open_requests(one.cycle(day("2000-04-01")), day("2000-04-01"))}
    assert set(found) == {"late", "more", "e5"}
    assert all(
        why.startswith("a price that the correction needs: what became known on 2000-04-01") for why in found.values()
    )


def test_or_uses_the_last_price_where_the_terms_say_so(tmp_path: Path) -> None:
    """31 March has 12.20: what is entered on Saturday 1 April trades at it."""
    folder = product_folder(tmp_path, {"calendar.non_valuation_day.purchase_payment": "last_price"})
    one = paid({**PRICES, "d2000_03_31": "12.20"}, load_product(folder))
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-01")
    one.run("2000-04-01")
    assert one.cents(LATE) == -120_00


def test_the_day_of_the_trade() -> None:
    terms = find_product("flex-extra").terms(Daily({"d2000_01_03": "1"}).book.contract("C").cohort(day("2000-01-03")),
                                             day("2000-04-01"))  # fmt: skip
    calendar = terms.sections.calendar
    for known, operation, traded in (
        ("2000-04-01", "withdrawal", "2000-04-03"),  # Saturday
        ("2000-04-03", "withdrawal", "2000-04-03"),
        ("2000-04-01", "death_notice", "2000-03-31"),  # its term says last_price
        ("2000-04-21", "something_else", "2000-04-24"),  # Good Friday
    ):
        assert trade_day(day(known), operation, calendar) == day(traded)


def test_a_correction_on_a_day_without_a_price_is_refused() -> None:
    """`correct` is asked for by somebody: it says what is missing, and posts nothing."""
    one = paid(between="refuse")
    one.prices("2000-04-05", d2000_01_03="9")
    before = one.entries()
    with pytest.raises(MissingPrice, match="2000-04-05"):
        one.correct("2000-04-05")
    assert one.entries() == before


def test_a_correction_waits_for_its_own_price_and_takes_nothing_back() -> None:
    """A late payment goes into a fund without prices: what is posted after its day stays."""
    one = paid()
    one.record("withdrawal", "2000-04-03", id="w", amount="100.00")
    one.run("2000-04-03")
    before = one.entries()
    one.record("purchase_payment", "2000-02-01", id="late", amount="50.00", entered="2000-04-04",
               allocation={"blend": "100%"})  # fmt: skip
    one.run("2000-04-04", "2000-04-06")
    assert one.entries() == before
    one.prices("2000-04-07", "blend", d2000_02_01="5")
    one.run("2000-04-07")
    assert one.cents("contract/blend", "late") == 50_00


# which corrected prices count


@pytest.mark.parametrize(("price", "reprocessed"), [
    ("10.049999", False), ("10.05", True), ("9.950001", False), ("9.95", True), ("10.000001", False),
])  # fmt: skip
def test_half_a_percent_reprocesses(price: str, reprocessed: bool) -> None:
    one = paid()
    one.prices("2000-04-03", d2000_01_03=price)
    one.correct("2000-04-03")
    assert (one.units() != 1_000_000_000) == reprocessed


def test_below_it_the_company_bears_the_difference_once() -> None:
    """1,000 units were bought at 10.00 and were worth 10.02: 20 lost. Corrected again, the difference to that."""
    one = paid()
    one.prices("2000-04-03", d2000_01_03="10.02")
    one.correct("2000-04-03")
    one.correct("2000-04-03")
    assert (one.units(), one.cents(ERROR), one.cents(SETTLED)) == (1_000_000_000, -20_00, 20_00)
    one.prices("2000-04-04", d2000_01_03="9.98")
    one.correct("2000-04-04")
    assert (one.units(), one.cents(ERROR), one.cents(SETTLED)) == (1_000_000_000, 20_00, -20_00)


def test_each_is_compared_with_the_price_in_use() -> None:
    """10.00, 10.04, 10.06: the last differs by 0.6 % from the one in use, so that it counts."""
    one = paid()
    for known, price, units in (("2000-04-03", "10.04", 1_000_000_000), ("2000-04-04", "10.06", 994_035_785)):
        one.prices(known, d2000_01_03=price)
        one.correct(known)
        assert one.units() == units
    assert one.cents(ERROR) == 0, "the units are those of the right price now"


def test_a_price_corrected_on_the_day_it_became_known_is_the_price() -> None:
    one = Daily(PRICES)
    one.prices("2000-01-03", d2000_01_03="10.01")
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.run("2000-01-03")
    assert one.units() == 999_000_999
    one.correct("2000-01-04")
    assert one.cents("company/") == 0


def test_a_late_event_gets_the_price_in_use() -> None:
    """As those of its day got it that were in time; the company bears the rest, as late trade at the right price."""
    one = paid()
    one.prices("2000-03-31", d2000_02_01="11.02")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.run("2000-04-03")
    assert one.units() == 1_100_000_000
    assert (one.cents(LATE), one.cents(ERROR)) == (-150_00, 0)


def test_the_value_of_a_contract_uses_the_price_in_use_and_what_was_known() -> None:
    one = paid()
    one.prices("2000-04-03", d2000_03_01="12.01", d2000_02_01="12.00")
    contract, events = one.book.contract("C"), one.book.events("C")
    market, earlier = one.book.market(between="hold"), one.book.market(day("2000-03-31"), between="hold")
    for on, then, now in (("2000-03-01", 12_000_00, 12_000_00), ("2000-02-01", 11_000_00, 12_000_00)):
        for prices, expected in ((market, now), (earlier, then)):
            position = advance(contract, one.product, events, prices, day(on))
            assert value(position, prices, day(on)).contract_value == expected


def test_the_threshold_is_a_term(tmp_path: Path) -> None:
    """Any change counts; or only one of a dollar."""
    product = product_with(tmp_path / "a", price_share="0%", price_amount="0")
    every = paid(product=product)
    every.prices("2000-04-03", d2000_01_03="10.000001")
    every.correct("2000-04-03")
    assert every.units() == 999_999_900
    large = paid(product=product_with(tmp_path / "b", price_share="0%", price_amount="1.00"))
    for known, price, units in (("2000-04-03", "10.999999", 1_000_000_000), ("2000-04-04", "11", 909_090_909)):
        large.prices(known, d2000_01_03=price)
        large.correct(known)
        assert large.units() == units


# what was paid out at a wrong price

WITHDRAWAL = {"id": "w", "from_": {"equity": "50%"}}


def sold(product: Product | None = None) -> Daily:
    """Half of 1,000 units was withdrawn at 12.00: 6,000, of which 1,200 are free and 8 % of the rest is charged."""
    one = Daily(PRICES, product)
    one.record("purchase_payment", "2000-01-03", id="pay", amount="10000.00")
    one.record("withdrawal", "2000-03-01", **WITHDRAWAL)
    one.run("2000-01-03", "2000-03-31")
    assert one.cents("owner/paid_out") == 6000_00 - 384_00
    return one


def test_what_was_overpaid_is_the_companys_and_nobody_need_approve() -> None:
    """11.00 instead: 5,500 less 8 % of 4,400 are 5,148, and 5,616 were paid."""
    one = sold()
    one.prices("2000-04-03", d2000_03_01="11")
    one.correct("2000-04-03")
    assert (one.cents(ERROR), one.cents(OWED), one.cents("owner/paid_out")) == (-468_00, 0, 5616_00)
    one.correct("2000-04-04")
    assert one.cents(ERROR) == -468_00


def test_or_the_owners_where_the_term_says_so(tmp_path: Path) -> None:
    one = sold(product_with(tmp_path, overpaid_borne_by="owner"))
    one.prices("2000-04-03", d2000_03_01="11")
    one.correct("2000-04-03")
    one.approve("2000-04-03")
    assert (one.cents(ERROR), one.cents(OWED)) == (0, -468_00)


def test_what_was_paid_too_little_is_owed_to_the_owner() -> None:
    """13.00 instead: 6,500 less 8 % of 5,200 are 6,084."""
    one = sold()
    one.prices("2000-04-03", d2000_03_01="13")
    one.correct("2000-04-03")
    one.approve("2000-04-03")
    assert (one.cents(ERROR), one.cents(OWED)) == (0, 468_00)


def test_a_price_corrected_again_takes_the_loss_back_first() -> None:
    one = sold()
    for known, price, error, owed in (
        ("2000-04-03", "11", -468_00, 0), ("2000-04-04", "11.50", -234_00, 0), ("2000-04-05", "13", 0, 468_00),
    ):  # fmt: skip
        one.prices(known, d2000_03_01=price)
        one.correct(known)
        if one.stored.held is not None:
            one.approve(known)
        assert (one.cents(ERROR), one.cents(OWED)) == (error, owed)


def test_a_late_event_beside_a_wrong_price_is_told_apart() -> None:
    """The price is the company's loss; what the late payment changes is owed to the owner."""
    one = sold()
    one.prices("2000-04-03", d2000_03_01="11")
    one.record("purchase_payment", "2000-02-01", id="late", amount="1100.00", entered="2000-04-03")
    one.run("2000-04-03")
    one.approve("2000-04-03")
    # 100 units more: half of 1,100 units at 11.00 is 6,050, 1,210 of it free, 8 % of 4,840: 5,662.80; 5,148 without
    assert (one.cents(ERROR, "w"), one.cents(OWED)) == (-468_00, 5662_80 - 5148_00)


def test_a_reversed_withdrawal_takes_its_loss_with_it() -> None:
    one = sold()
    one.prices("2000-04-03", d2000_03_01="11")
    one.correct("2000-04-03")
    one.record("reversal", "2000-04-04", of="w")
    one.run("2000-04-04")
    one.approve("2000-04-05")
    assert (one.cents("owner/paid_out"), one.cents(OWED), one.cents(ERROR)) == (0, 0, 0)


def test_a_corrected_rate_changes_what_is_kept_without_an_entry() -> None:
    """The index of the day of the deposit is another one; nothing is posted, and a year later the interest is right."""
    one, gpa = Daily(PRICES), "guaranteed-principal-account"
    rates = {f"{year}-{month:02}": 40_000_000 for year in (2000, 2001) for month in range(1, 13)}
    one.book.add_prices(MarketData(declared={gpa: Rates.by_month(rates)}), "test", day("2000-01-03"))
    one.record("purchase_payment", "2000-02-01", id="pay", amount="1000.00", allocation={gpa: "100%"})
    one.run("2000-02-01")
    corrected = MarketData(declared={gpa: Rates.by_month({"2000-01": 60_000_000})})
    one.book.add_prices(corrected, "test", day("2000-02-10"))
    one.correct("2000-02-10")
    assert one.cents(f"contract/{gpa}") == 1_000_00
    position = one.cycle(day("2001-02-01")).look("C", day("2001-02-01"))
    worth = value(position, one.book.market(), day("2001-02-01")).contract_value
    assert worth == 1_040_00 - 35_11  # a year at 4 %; the charge of 3 January would have earned 11 cents


def test_pricer_knows_both() -> None:
    one = paid()
    one.prices("2000-04-03", d2000_01_03="10.02")
    contract = one.book.contract("C")
    pricer = Pricer(one.book.market(), one.product, contract)
    terms = one.product.terms(contract.cohort(day("2000-01-03")), day("2000-01-03")).sections.corrections
    assert pricer.unit_value("equity", day("2000-01-03")) == 10_020_000
    assert pricer.unit_value("equity", day("2000-01-03"), terms) == 10_000_000

"""A performance update as data: figures, names, endnotes and refusals."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from inforce.documents import PerformanceUpdate, Table, performance_update
from inforce.documents.checks import current_until
from inforce.errors import NotFound, Refused
from inforce.market import Market, MarketData, Series, SubAccount
from inforce.returns import reconstructed_market
from inforce.terms import find_product

FLEX_EXTRA = ("flex-extra", date(2008, 7, 31))
LIFETRUST = ("lifetrust", date(2020, 10, 31))


@cache
def update(product: str, as_of: date, method: str = "as_published") -> PerformanceUpdate:
    return performance_update(product, as_of, method=method)


def figure(table: Table, row: str, column: str) -> Decimal | None:
    cells = next(r for r in table.rows if r.key == row).cells[1:]
    return dict(zip((c.key for c in table.columns), cells, strict=True))[column].value


def notes_of(made: PerformanceUpdate, table: str) -> dict[str, list[str]]:
    """Rules of the notes on each row."""
    keys = {note.number: note.key for note in made.endnotes}
    return {row.key: [keys[n] for n in row.cells[0].notes] for row in made.table(table).rows}


def only(fund: str, kept: Market, days: set[date]) -> Market:
    """A market in which one sub-account has no prices on some days."""
    values = dict(kept.data.unit_values)
    series = values[SubAccount(fund)]
    left = {day: value for day, value in zip(series.days, series.values, strict=True) if day not in days}
    return Market.of(MarketData(unit_values={**values, SubAccount(fund): Series.of(left)}))


def test_flex_extra_has_every_table_of_its_document() -> None:
    made = update(*FLEX_EXTRA)
    assert [(t.key, len(t.rows), len(t.columns), t.as_of) for t in made.tables] == [
        ("fund_and_separate_account", 7, 6, date(2008, 7, 31)),
        ("contract_level", 7, 6, date(2008, 7, 31)),
        ("guaranteed_principal_account", 7, 1, date(2008, 7, 31)),
        ("standardized_flexible", 7, 4, date(2008, 6, 30)),
        ("standardized_single", 7, 4, date(2008, 6, 30)),
    ]


def test_lifetrust_has_every_table_of_its_document() -> None:
    made = update(*LIFETRUST)
    assert [(t.key, len(t.rows), len(t.columns), t.as_of) for t in made.tables] == [
        ("market_indices", 4, 5, date(2020, 10, 31)),
        ("total_returns", 13, 7, date(2020, 10, 31)),
        ("standardized_full_surrender", 13, 7, date(2020, 9, 30)),
        ("mva_rates", 4, 4, date(2020, 11, 1)),
    ]
    assert all(not table.gaps for table in made.tables)


def test_lifetrust_notes_are_attached_by_rule_to_the_funds_of_the_document() -> None:
    """Besides its notes, ours has one on investing abroad."""
    assert {fund: keys for fund, keys in notes_of(update(*LIFETRUST), "total_returns").items() if keys} == {
        "government-money": ["money_market_dollar", "closed_to_contracts"],
        "mml-government-money": ["money_market"],
        "total-return-bond": ["closed"],
        "conservative-balanced": ["closed", "joined_history"],
        "equity": ["share_class"],
        "global": ["international"],
    }


def test_flex_extra_notes_are_attached_by_rule_to_the_funds_of_the_document() -> None:
    made = update(*FLEX_EXTRA)
    assert notes_of(made, "contract_level") == {
        "global-securities": ["international"],
        "midcap": ["usable_from_renamed"],
        "equity": ["usable_from"],
        "blend": ["usable_from"],
        "managed-bond": ["usable_from"],
        "strategic-bond": ["high_yield"],
        "money-market": ["usable_from", "money_market"],
    }
    assert {k: v for k, v in notes_of(made, "standardized_single").items() if v} == {"midcap": ["renamed"]}


@pytest.mark.parametrize("document", [FLEX_EXTRA, LIFETRUST])
def test_notes_are_numbered_in_the_order_in_which_they_appear(document: tuple[str, date]) -> None:
    made = update(*document)
    seen: list[int] = []
    for table in made.tables:
        for thing in (table.heading, *table.columns, *(row.cells[0] for row in table.rows)):
            seen += [n for n in thing.notes if n not in seen]
    assert seen == sorted(seen) == [note.number for note in made.endnotes]


def test_names_are_those_of_the_day_and_of_the_table() -> None:
    made = update(*FLEX_EXTRA)
    first = {row.key: row.cells[0].text for row in made.table("fund_and_separate_account").rows}
    standardized = {row.key: row.cells[0].text for row in made.table("standardized_flexible").rows}
    assert (first["midcap"], first["managed-bond"]) == ("Oppenheimer MidCap/VA", "MML Managed Bond")
    assert standardized["managed-bond"] == "MML Babson Bond"
    earlier = performance_update("flex-extra", date(2005, 12, 31), market=with_rates())
    names = {row.key: row.cells[0].text for row in earlier.table("fund_and_separate_account").rows}
    assert names["midcap"] == "Oppenheimer Aggressive Growth/VA"


def with_rates() -> Market:
    from inforce.demo.market import demo_market

    return demo_market()


def test_an_earlier_month_end_has_no_figure_where_there_is_no_history() -> None:
    """The Oppenheimer divisions were added, and their unit values begin, in September 1994."""
    funds = ["Oppenheimer Global Securities/VA", "Oppenheimer Aggressive Growth/VA", "Oppenheimer Strategic Bond/VA"]
    made = performance_update("flex-extra", date(2004, 6, 30), market=with_rates())
    assert made.table("standardized_flexible").gaps == {}
    begin = "the unit values given begin on September 12, 1994"
    assert made.table("fund_and_separate_account").gaps == {begin: funds}
    earlier = performance_update("flex-extra", date(1998, 6, 30), market=with_rates()).table("standardized_flexible")
    assert figure(earlier, "midcap", "5") is None
    assert figure(earlier, "midcap", "10_or_since") is not None
    assert list(earlier.gaps) == ["usable history begins on September 12, 1994"]


def test_yields_are_negative_and_beside_both_tables() -> None:
    made = update(*LIFETRUST)
    for key in ("total_returns", "standardized_full_surrender"):
        yields = {row.key: row.yields[0] for row in made.table(key).rows if row.yields}
        assert yields == {"government-money": Decimal("-1.60"), "mml-government-money": Decimal("-1.61")}


def test_strict_follows_the_text_where_it_differs_from_the_figures() -> None:
    """7 % in the first contract year instead of 6, and 5 % after three years instead of 4."""
    published, strict = (update(*LIFETRUST, method).table("standardized_full_surrender")
                         for method in ("as_published", "strict"))  # fmt: skip
    for column, points in (("ytd", 1), ("1", 1)):
        lower = figure(published, "equity", column), figure(strict, "equity", column)
        assert lower[0] is not None and lower[1] is not None
        assert lower[0] - lower[1] == points
    assert figure(strict, "equity", "10") == figure(published, "equity", "10")
    names = {row.key: row.cells[1].text for row in update(*FLEX_EXTRA, "strict").table("standardized_single").rows}
    assert names["money-market"] == "4/27/1987"


def test_strict_flex_extra_bears_the_charge_that_its_text_names() -> None:
    published, strict = (update(*FLEX_EXTRA, method).table("contract_level") for method in ("as_published", "strict"))
    assert "maintenance charge of $35.00" in published.before[0]
    assert "maintenance charge of $30.00" in strict.before[0]
    assert (figure(published, "equity", "1"), figure(strict, "equity", "1")) == (Decimal("-24.94"), Decimal("-24.81"))


def test_issuers_by_state() -> None:
    lines = update(*LIFETRUST).issuers
    assert lines[1].startswith("Issued in CA, CT, MA, ME, NY, TX, VA by Massachusetts Mutual")
    assert lines[2].startswith("Issued in all other states by MML Bay State")


def test_reconstructed_prices_are_called_so_and_others_are_not() -> None:
    assert "reconstructed" in update(*FLEX_EXTRA).warning
    data = reconstructed_market(find_product("flex-extra")).data
    own = {k: Series.of(dict(zip(s.days, s.values, strict=True)), "own.csv") for k, s in data.unit_values.items()}
    assert performance_update(*FLEX_EXTRA, market=Market.of(MarketData(unit_values=own))).warning == ""


@pytest.mark.parametrize(
    ("as_of", "used_on", "reason", "words"),
    [
        (date(2008, 7, 30), None, "not_a_month_end", "2008-07-30"),
        (date(2008, 8, 31), None, "month_end_incomplete", "2008-08-29"),
        (date(2008, 7, 31), date(2008, 9, 10), "data_too_old", "2008-08-31"),
        (date(2008, 7, 31), date(2008, 7, 30), "not_ended", "2008-07-30"),
    ],
)
def test_refusals(as_of: date, used_on: date | None, reason: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        performance_update("flex-extra", as_of, used_on=used_on)
    assert refused.value.reason == reason


@pytest.mark.parametrize("day", [date(2008, 7, 31), date(2008, 6, 30), date(2005, 7, 29)])
def test_a_missing_price_is_refused_with_its_sub_account_and_day(day: date) -> None:
    market = only("equity", reconstructed_market(find_product("flex-extra")), {day})
    with pytest.raises(Refused, match=r"equity|MML Equity") as refused:
        performance_update("flex-extra", date(2008, 7, 31), market=market)
    expected = "month_end_incomplete" if day == date(2008, 7, 31) else "no_price"
    assert refused.value.reason == expected
    assert str(day) in str(refused.value)


def test_figures_may_be_used_until_seven_business_days_after_the_next_month() -> None:
    assert current_until(date(2008, 7, 31)) == date(2008, 9, 9)
    performance_update("flex-extra", date(2008, 7, 31), used_on=date(2008, 9, 9))


def test_a_product_without_wording_is_not_found() -> None:
    product = find_product("flex-extra")
    product = replace(product, folder=product.folder / "published")
    with pytest.raises(NotFound, match=r"disclosures\.yaml"):
        performance_update(product, date(2008, 7, 31))

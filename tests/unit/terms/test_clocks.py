"""Which value holds: for whom (cohort), from when (effective), as filed by when, in which reading."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.products.folders import amended, product_folder, with_sections
from tests.products.lives import Life, day, event, market

from inforce.errors import BadTerms
from inforce.terms import Cohort, ContractTerms, Product, find_product, load_product

MAINTENANCE = (
    "maintenance_charge: {assumption: x, waived_from: none, when: contract_year_end, on_surrender: yes,\n"
    "  from: all_accounts,\n  amount: "
)
FILED_2009 = "amends: update-2008-07-31\nfiled: 2009-05-01\nchanges:\n"
FILED_2012 = "amends: update-2008-07-31\nfiled: 2012-05-01\nchanges:\n"


def cohort(issued: str = "2000-01-03", **more: Any) -> Cohort:
    given = {"form": "flexible", "qualification": "non_qualified", "issue_state": "MA", "issued": day(issued), **more}
    return Cohort(**given)


def charge(product: Product, on: str, filed_by: str | None = None, **more: Any) -> int:
    terms = product.terms(cohort(**more), day(on), day(filed_by) if filed_by else None)
    return terms.sections.maintenance_charge.amount


def charges(tmp_path: Path, values: str) -> Product:
    return load_product(with_sections(tmp_path, MAINTENANCE + values + "}\n"))


# Effective


def test_value_changes_on_the_day_it_becomes_effective(tmp_path: Path) -> None:
    product = charges(
        tmp_path, "[{is: 30.00, effective: {to: 2001-12-31}}, {is: 40.00, effective: {from: 2002-01-01}}]"
    )
    assert [charge(product, on) for on in ("2000-01-03", "2001-12-31", "2002-01-01", "2020-01-01")] == [
        30_00, 30_00, 40_00, 40_00,
    ]  # fmt: skip


def test_life_has_the_terms_of_each_day(tmp_path: Path) -> None:
    product = charges(
        tmp_path, "[{is: 30.00, effective: {to: 2001-12-31}}, {is: 40.00, effective: {from: 2002-01-01}}]"
    )
    life = Life(product, market({"equity": {"2000-01-03": "10"}}))
    life.record(event("purchase_payment", "2000-01-03", amount="1000.00"))
    taken = {str(a.item.day): a.breakdown.maintenance for a in life.at("2003-01-03").applied if a.breakdown.maintenance}
    assert taken == {"2001-01-03": 30_00, "2002-01-03": 40_00, "2003-01-03": 40_00}
    assert life.value("2001-12-31").maintenance_charge == 30_00  # of a surrender that day
    assert life.value("2002-01-01").maintenance_charge == 40_00


def test_name_of_a_division_changes_in_mid_life() -> None:
    product = find_product("flex-extra")
    names = [
        product.terms(cohort("1995-01-03"), day(on)).sections.sub_accounts["midcap"].name
        for on in ("1998-12-31", "1999-01-01", "2006-04-30", "2006-05-01")
    ]
    assert names == ["Oppenheimer Capital Appreciation", "Oppenheimer Aggressive Growth/VA",
                     "Oppenheimer Aggressive Growth/VA", "Oppenheimer MidCap/VA"]  # fmt: skip


# Cohorts


def test_value_by_date_of_issue(tmp_path: Path) -> None:
    values = "[{is: 30.00, for: {issued: {to: 1999-12-31}}}, {is: 40.00, for: {issued: {from: 2000-01-01}}}]"
    product = charges(tmp_path, values)
    assert charge(product, "2005-01-03", issued="1999-12-31") == 30_00
    assert charge(product, "2005-01-03", issued="2000-01-01") == 40_00


def test_value_by_state_of_issue(tmp_path: Path) -> None:
    values = "[{is: 30.00, for: {issue_state: [NY, NJ]}}, {is: 40.00, for: {issue_state: {not: [NY, NJ]}}}]"
    product = charges(tmp_path, values)
    amounts = [charge(product, "2005-01-03", issue_state=state) for state in ("NY", "NJ", "MA", "PR")]
    assert amounts == [30_00, 30_00, 40_00, 40_00]


def test_value_of_a_contract_that_replaces_another(tmp_path: Path) -> None:
    product = charges(tmp_path, "[{is: 30.00, for: {replacement: yes}}, {is: 40.00, for: {replacement: no}}]")
    assert [charge(product, "2005-01-03", replacement=replacing) for replacing in (True, False)] == [30_00, 40_00]


@pytest.mark.parametrize(
    ("state", "replacement", "days", "refund"),
    [
        ("MA", False, 10, "value_plus_deductions"), ("MA", True, 30, "value_plus_deductions"),
        ("TX", False, 20, "value_plus_deductions"), ("NY", True, 60, "value_plus_deductions"),
        ("ID", False, 20, "payments"), ("ID", True, 30, "payments"), ("PA", True, 20, "value_plus_deductions"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("name", "form"), [("flex-extra", "flexible"), ("lifetrust", "standard")])
def test_free_look_by_state_and_replacement(
    name: str, form: str, state: str, replacement: bool, days: int, refund: str
) -> None:
    contract = cohort(form=form, issue_state=state, replacement=replacement)
    free_look = find_product(name).terms(contract, day("2000-01-03")).sections.free_look
    assert (free_look.days, free_look.refund) == (days, refund)


def test_value_by_several_conditions_at_once(tmp_path: Path) -> None:
    values = (
        "[{is: 1.00, for: {form: single}}, {is: 2.00, for: {form: flexible, qualification: qualified}},\n"
        "  {is: 3.00, for: {form: flexible, qualification: non_qualified, selling_firm: Acme}},\n"
        "  {is: 4.00, for: {form: flexible, qualification: non_qualified, selling_firm: {not: Acme}}}]"
    )
    product = charges(tmp_path, values)
    found = [
        charge(product, "2000-01-03", form="single", qualification="qualified"),
        charge(product, "2000-01-03", qualification="qualified", selling_firm="Acme"),
        charge(product, "2000-01-03", selling_firm="Acme"),
        charge(product, "2000-01-03", selling_firm="Other"),
    ]
    assert found == [1_00, 2_00, 3_00, 4_00]


def test_maintenance_charge_of_each_form_as_the_update_prints_it() -> None:
    product = find_product("flex-extra")
    assert charge(product, "2008-07-31", form="flexible") == 35_00
    assert charge(product, "2000-01-03", form="single") == 30_00


@pytest.mark.parametrize(
    ("state", "qualification", "rate"),
    [("MA", "non_qualified", 0), ("CA", "non_qualified", 23_500_000), ("CA", "qualified", 5_000_000),
     ("NV", "non_qualified", 35_000_000), ("NV", "qualified", 0), ("PR", "qualified", 10_000_000)],
)  # fmt: skip
def test_premium_tax_by_state(state: str, qualification: str, rate: int) -> None:
    terms = find_product("flex-extra").terms(cohort(issue_state=state, qualification=qualification), day("2000-01-03"))
    assert terms.sections.premium_tax.rate == rate
    assert terms.record.premium_tax_on_withdrawal == terms.record.premium_tax_on_payment == 0  # at annuitization only


# Filed: amendments


def later_charge(tmp_path: Path, *texts: str) -> Product:
    folder = with_sections(tmp_path, MAINTENANCE + "30.00}\n")
    for i, text in enumerate(texts):
        amended(folder, text, f"{i}.yaml")
    return load_product(folder)


def test_amendment_replaces_a_term_from_its_day(tmp_path: Path) -> None:
    change = "  - {term: maintenance_charge.amount, becomes: 40.00, effective: {from: 2010-01-01}, assumption: y}\n"
    product = later_charge(tmp_path, FILED_2009 + change)
    assert [charge(product, on) for on in ("2009-12-31", "2010-01-01")] == [30_00, 40_00]


def test_amendment_without_a_day_holds_from_its_filing(tmp_path: Path) -> None:
    product = later_charge(
        tmp_path, FILED_2009 + "  - {term: maintenance_charge.amount, becomes: 40.00, assumption: y}\n"
    )
    assert [charge(product, on) for on in ("2009-04-30", "2009-05-01")] == [30_00, 40_00]


def test_what_was_filed_later_was_not_known_before(tmp_path: Path) -> None:
    """Effective from 2008 but filed in 2009: by what was filed in April 2009 the charge of 2010 is the old one."""
    change = "  - {term: maintenance_charge.amount, becomes: 40.00, effective: {from: 2008-01-01}, assumption: y}\n"
    product = later_charge(tmp_path, FILED_2009 + change)
    assert charge(product, "2010-01-04") == 40_00
    assert charge(product, "2010-01-04", filed_by="2009-04-30") == 30_00
    assert charge(product, "2010-01-04", filed_by="2009-05-01") == 40_00


def test_of_two_amendments_the_one_filed_last_holds(tmp_path: Path) -> None:
    product = later_charge(
        tmp_path,
        FILED_2012 + "  - {term: maintenance_charge.amount, becomes: 50.00, assumption: later}\n",
        FILED_2009 + "  - {term: maintenance_charge.amount, becomes: 40.00, assumption: earlier}\n",
    )
    assert [charge(product, on) for on in ("2009-05-01", "2012-04-30", "2012-05-01")] == [40_00, 40_00, 50_00]
    assert charge(product, "2013-01-02", filed_by="2010-01-01") == 40_00


def test_of_two_amendments_the_one_effective_last_holds(tmp_path: Path) -> None:
    """Look-up: filed by K, latest effective by D. Filed in 2009: 50 from 2015; filed in 2012: 40 from 2013."""
    product = later_charge(
        tmp_path,
        FILED_2009
        + "  - {term: maintenance_charge.amount, becomes: 50.00, effective: {from: 2015-01-01}, assumption: a}\n",
        FILED_2012
        + "  - {term: maintenance_charge.amount, becomes: 40.00, effective: {from: 2013-01-01}, assumption: b}\n",
    )
    assert [charge(product, on) for on in ("2013-06-03", "2015-06-01")] == [40_00, 50_00]


def test_one_filing_may_change_a_term_in_two_steps(tmp_path: Path) -> None:
    product = later_charge(
        tmp_path,
        FILED_2009
        + "  - {term: maintenance_charge.amount, becomes: 40.00, effective: {from: 2010-01-01}, assumption: a}\n"
        "  - {term: maintenance_charge.amount, becomes: 50.00, effective: {from: 2012-01-01}, assumption: b}\n",
    )
    assert [charge(product, on) for on in ("2010-06-01", "2012-06-01")] == [40_00, 50_00]


def test_amendment_for_a_cohort_leaves_the_others(tmp_path: Path) -> None:
    """As in a supplement: contracts issued from a day on, in some states."""
    change = (
        "  - {term: death_benefit.withdrawals_reduce_payments, becomes: proportional, assumption: y,\n"
        "     effective: {from: 1987-04-27}, for: {issued: {from: 2003-10-01}, issue_state: {not: NY}}}\n"
    )
    product = load_product(amended(product_folder(tmp_path), FILED_2009 + change))

    def rule(issued: str, state: str) -> str:
        terms = product.terms(cohort(issued, issue_state=state), day("2010-01-04"))
        return terms.sections.death_benefit.withdrawals_reduce_payments

    assert rule("2003-09-30", "MA") == "dollar_for_dollar"
    assert rule("2003-10-01", "MA") == "proportional"
    assert rule("2003-10-01", "NY") == "dollar_for_dollar"


def test_amendment_of_one_year_of_a_schedule(tmp_path: Path) -> None:
    change = "  - {term: surrender_charge.by_contract_year.3, becomes: 6.5%, for: {form: flexible}, assumption: y}\n"
    product = load_product(amended(product_folder(tmp_path), FILED_2009 + change))

    def rates(on: str, form: str = "flexible") -> list[int]:
        return product.terms(cohort(form=form), day(on)).record.surrender_rate[:4]

    assert rates("2009-04-30") == [80_000_000, 80_000_000, 70_000_000, 60_000_000]
    assert rates("2009-05-01") == [80_000_000, 80_000_000, 65_000_000, 60_000_000]
    assert rates("2009-05-01", "single") == [50_000_000, 40_000_000, 30_000_000, 20_000_000]


def test_amendment_of_a_whole_section(tmp_path: Path) -> None:
    change = "  - {term: free_look, becomes: {days: 20, refund: payments}, cite: [update-2008-07-31, page 9]}\n"
    product = load_product(amended(product_folder(tmp_path), FILED_2009 + change))
    terms = product.terms(cohort("2009-06-01"), day("2009-06-01"))
    assert (terms.sections.free_look.days, terms.sections.free_look.refund) == (20, "payments")
    assert terms.citation("free_look.days") == "update-2008-07-31, page 9"


def test_amendment_may_itself_be_a_choice(tmp_path: Path) -> None:
    change = (
        "  - term: maintenance_charge.amount\n    assumption: y\n    becomes:\n"
        "      - {is: 40.00, for: {issue_state: NY}}\n      - {is: 50.00, for: {issue_state: {not: NY}}}\n"
    )
    product = later_charge(tmp_path, FILED_2009 + change)
    assert [charge(product, "2010-01-04", issue_state=state) for state in ("NY", "MA")] == [40_00, 50_00]


def test_amendments_change_the_version_of_the_terms(tmp_path: Path) -> None:
    plain = load_product(product_folder(tmp_path, name="plain"))
    change = "  - {term: free_look.days, becomes: 20, assumption: y}\n"
    other = load_product(amended(product_folder(tmp_path, name="other"), FILED_2009 + change))
    assert plain.version != other.version
    assert plain.version.startswith("flex-extra@1+")


def amended_life(tmp_path: Path, change: str) -> Life:
    product = later_charge(tmp_path, FILED_2009 + f"  - {{{change}, assumption: y}}\n")
    life = Life(product, market({"equity": {"2008-01-03": "10", "2010-06-01": "11", "2010-06-02": "12"}}), "2008-01-03")
    life.record(event("purchase_payment", "2008-01-03", id="pay", amount="1000.00"))
    return life


def test_life_as_known_before_a_filing_has_the_terms_of_then(tmp_path: Path) -> None:
    """Filed in May 2009 for charges from 2008 on: in April 2009 nobody could have taken 40 dollars."""
    life = amended_life(tmp_path, "term: maintenance_charge.amount, becomes: 40.00, effective: {from: 2008-01-01}")

    def taken(known_at: str | None) -> list[int]:
        return [a.breakdown.maintenance for a in life.at("2010-02-01", known_at).applied if a.breakdown.maintenance]

    assert taken("2009-04-30") == [30_00, 30_00]
    assert taken("2009-05-01") == [40_00, 40_00]
    assert taken(None) == [40_00, 40_00]


CALENDAR_CHANGES = {
    "the instant of the close": ("term: calendar.at_close, becomes: same_day", "2010-06-01", "2010-06-01"),
    "requests on a weekend": (
        "term: calendar.non_valuation_day.withdrawal, becomes: preceding",
        "2010-06-05",
        "2010-06-04",
    ),
}


@pytest.mark.parametrize(("change", "asked", "counts"), CALENDAR_CHANGES.values(), ids=list(CALENDAR_CHANGES))
def test_calendar_may_change_in_mid_life(change: str, asked: str, counts: str, tmp_path: Path) -> None:
    life = amended_life(tmp_path, change)
    life.record(event("withdrawal", asked, id="take", at="16:00", amount="10.00"))
    assert life.effective("take", "2010-06-10") == day(counts)


def test_day_of_the_maintenance_charge_may_change_in_mid_life(tmp_path: Path) -> None:
    life = amended_life(tmp_path, "term: maintenance_charge.when, becomes: calendar_year_end")
    taken = [str(a.item.day) for a in life.at("2011-01-04").applied if a.breakdown.maintenance]
    assert taken == ["2009-01-05", "2009-12-31", "2010-12-31"]


def test_calendar_as_known_before_a_filing_is_the_one_of_then(tmp_path: Path) -> None:
    """Filed in 2009 for all days: at the close counts the same day. In 2008 nobody could have known."""
    life = amended_life(tmp_path, "term: calendar.at_close, becomes: same_day, effective: {from: 1987-04-27}")
    life.record(event("withdrawal", "2008-06-02", id="take", at="16:00", amount="10.00"))
    days = {
        known: next(a.item.day for a in life.at("2008-06-10", known).applied if a.name == "take")
        for known in ("2008-12-31", "2009-12-31")
    }
    assert days == {"2008-12-31": day("2008-06-03"), "2009-12-31": day("2008-06-02")}


# Sources


def terms_of(product: Product, **more: Any) -> ContractTerms:
    return product.terms(cohort(**more), day("2000-01-03"))


def test_every_value_has_a_citation_or_an_assumption() -> None:
    product = find_product("flex-extra")
    for form in ("flexible", "single"):
        for source in terms_of(product, form=form).sources.values():
            assert bool(source.assumption) != bool(source.document and source.passage), source.path
            assert source.place.line > 0


def test_source_names_file_and_line(tmp_path: Path) -> None:
    text = "free_look:\n  days: {is: 20, cite: [update-2008-07-31, page 9]}\n"
    text += "  refund: {is: payments, assumption: none said}\n"
    product = load_product(with_sections(tmp_path, text))
    source = terms_of(product).source("free_look.days")
    assert source is not None
    assert (source.document, source.passage) == ("update-2008-07-31", "page 9")
    assert (source.place.file, source.place.line) == (product.folder / "terms" / "section.yaml", 2)
    assert terms_of(product).citation("free_look.refund") == "assumption: none said"
    assert terms_of(product).citation("no.such.term") == ""


def test_source_of_an_amended_value_names_its_own_amendment(tmp_path: Path) -> None:
    product = later_charge(
        tmp_path,
        FILED_2009 + "  - {term: maintenance_charge.amount, becomes: 40.00, assumption: earlier}\n",
        FILED_2012 + "  - {term: maintenance_charge.amount, becomes: 50.00, assumption: later}\n",
    )
    for on, file, reason in (("2010-01-04", "0.yaml", "earlier"), ("2013-01-04", "1.yaml", "later")):
        source = product.terms(cohort(), day(on)).source("maintenance_charge.amount")
        assert source is not None
        assert source.assumption == reason
        assert source.place.file.name == file


def test_terms_count_each_assumption_once(tmp_path: Path) -> None:
    product = load_product(product_folder(tmp_path))
    assumptions = [s.assumption for s in terms_of(product).assumptions()]
    assert len(assumptions) == len(set(assumptions))
    assert "made up for a test" in assumptions


# Readings


def test_first_reading_holds_unless_another_is_chosen() -> None:
    product = find_product("flex-extra")
    assert charge(product, "2000-01-03") == 35_00
    for reading, amount in (("standardized_text", 35_00), ("contract_level_text", 30_00)):
        assert charge(product, "2000-01-03", readings={"maintenance_charge.amount": reading}) == amount


def test_terms_say_which_reading_holds_and_who_chose_it() -> None:
    """Of LifeTrust's schedule: every value below the choice says so. What only a return rests on is not listed."""
    product = find_product("lifetrust")
    for chosen, name in ((False, "contract_year"), (True, "each_payment"), (True, "contract_year")):
        readings = {"surrender_charge": name} if chosen else {}
        terms = product.terms(cohort(form="standard", issued="2010-01-04", readings=readings), day("2010-01-04"))
        assert [(r.term, r.name, r.chosen) for r in terms.readings()] == [
            ("surrender_charge", name, chosen), ("market_value_adjustment.least_rate_raises", "every_payment", False),
            ("death_benefit.reset_years", "none", False),
            ("death_benefit.requests_after_death", "company_protected", False),
        ]  # fmt: skip
        said = {str(s.reading) for path, s in terms.sources.items() if path.startswith("surrender_charge.")}
        assert said == {f"{name}, {'chosen' if chosen else 'the default'}"}
        assert terms.sources["maintenance_charge.amount"].reading is None


def test_a_value_that_is_amended_has_no_reading() -> None:
    product = find_product("lifetrust").supposing({"surrender_charge.anniversary_belongs_to": "year_ending"}, "a test")
    terms = product.terms(cohort(form="standard", issued="2010-01-04"), day("2010-01-04"))
    assert terms.sources["surrender_charge.anniversary_belongs_to"].reading is None
    assert str(terms.sources["surrender_charge.clock"].reading) == "contract_year, the default"


def test_reading_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadTerms, match="there are standardized_text, contract_level_text"):
        charge(find_product("flex-extra"), "2000-01-03", readings={"maintenance_charge.amount": "other"})


def test_readings_of_different_contracts_are_kept_apart() -> None:
    """Resolved terms are kept; a second contract with another reading must not get the first one's."""
    product = find_product("flex-extra")
    for _ in range(2):
        assert charge(product, "2000-01-03", readings={"maintenance_charge.amount": "contract_level_text"}) == 30_00
        assert charge(product, "2000-01-03") == 35_00


# The card


def test_separate_account_by_qualification() -> None:
    product = find_product("flex-extra")
    assert product.separate_account("qualified", "MA") == "separate-account-1"
    assert product.separate_account("non_qualified", "MA") == "separate-account-2"


def test_issuer_of_flex_extra_is_the_same_in_every_state() -> None:
    product = find_product("flex-extra")
    assert {product.issuer(state) for state in ("MA", "CA", "PR")} == {"Massachusetts Mutual Life Insurance Company"}


def test_days_on_which_terms_change_are_listed_once_and_in_order(tmp_path: Path) -> None:
    product = charges(
        tmp_path, "[{is: 30.00, effective: {to: 2001-12-31}}, {is: 40.00, effective: {from: 2002-01-01}}]"
    )
    assert date(2002, 1, 1) in product.epochs
    assert product.epochs == sorted(set(product.epochs))


def test_contracts_whose_days_of_issue_no_term_tells_apart_share_their_terms(tmp_path: Path) -> None:
    """Resolved once, and each has its own cohort; from 2002 on another charge holds, on the day itself too."""
    product = charges(
        tmp_path, "[{is: 30.00, for: {issued: {to: 2001-12-31}}}, {is: 40.00, for: {issued: {from: 2002-01-01}}}]"
    )
    assert product.issue_epochs == [date(2002, 1, 1)]
    days = ("1999-05-04", "2001-12-31", "2002-01-01", "2002-01-02", "1999-05-04")
    found = [product.terms(cohort(issued=on), day("2005-01-03")) for on in days]
    assert [terms.sections.maintenance_charge.amount for terms in found] == [30_00, 30_00, 40_00, 40_00, 30_00]
    assert [terms.cohort.issued for terms in found] == [day(on) for on in days]
    assert len({id(terms.sections) for terms in found}) == 2
    assert len({id(terms.record) for terms in found}) == 2


def test_a_day_of_issue_that_only_an_amendment_tells_apart(tmp_path: Path) -> None:
    change = "  - {term: maintenance_charge.amount, becomes: 40.00, for: {issued: {from: 2008-03-01}}, assumption: y}\n"
    product = later_charge(tmp_path, FILED_2009 + change)
    for issued, amount in (("2008-02-29", 30_00), ("2008-03-01", 40_00), ("2008-02-28", 30_00), ("2008-05-05", 40_00)):
        assert charge(product, "2010-01-04", issued=issued) == amount
        assert charge(product, "2009-04-30", issued=issued) == 30_00

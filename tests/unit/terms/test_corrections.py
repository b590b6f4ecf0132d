"""The terms of corrections: when a tax year closes, which corrected prices count, what is refused."""

from datetime import date
from pathlib import Path

import pytest
from tests.products.folders import product_folder

from inforce.errors import BadTerms
from inforce.terms import load_product
from inforce.terms.corrections import Corrections


def corrections(**changes: str) -> Corrections:
    given = {"tax_year_closes": "01-31", "price_share": "0.5%", "price_amount": "0.01", "overpaid_borne_by": "company"}
    return Corrections.model_validate(given | changes)


@pytest.mark.parametrize(("closes", "on", "closed"), [
    ("01-31", date(2001, 1, 31), False), ("01-31", date(2001, 2, 1), True), ("01-31", date(1999, 12, 31), False),
    ("12-31", date(2001, 12, 31), False), ("12-31", date(2002, 1, 1), True),
])  # fmt: skip
def test_a_tax_year_is_closed_after_its_day(closes: str, on: date, closed: bool) -> None:
    assert corrections(tax_year_closes=closes).closed(2000, on) == closed


@pytest.mark.parametrize(("used", "corrected", "counts"), [
    (10_000_000, 10_050_000, True), (10_000_000, 10_049_999, False),  # half a percent
    (10_000_000, 9_950_000, True), (10_000_000, 9_950_001, False),
    (1_000_000, 1_009_999, False), (1_000_000, 1_010_000, True),  # one cent, of a unit below two dollars
    (10_000_000, 10_000_000, False),
])  # fmt: skip
def test_both_thresholds_must_be_reached(used: int, corrected: int, counts: bool) -> None:
    assert corrections().reprocesses(corrected, used, 6) == counts


def test_without_thresholds_everything_counts() -> None:
    assert corrections(price_share="0%", price_amount="0").reprocesses(1, 2, 9)


@pytest.mark.parametrize(("term", "value", "says"), [
    ("tax_year_closes", "31 January", "no day of every year"), ("tax_year_closes", "02-29", "no day of every year"),
    ("tax_year_closes", "1-31", "MM-DD"), ("price_share", "-1%", "is below 0"),
    ("price_amount", "-0.01", "is below 0"), ("overpaid_borne_by", "nobody", "'company' or 'owner'"),
])  # fmt: skip
def test_what_is_refused(term: str, value: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadTerms, match=says) as caught:
        load_product(product_folder(tmp_path, {f"corrections.{term}": value}))
    assert caught.value.at == f"corrections.{term}"

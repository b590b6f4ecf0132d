"""A product with some terms supposed otherwise: what returns and what-ifs are run on."""

from datetime import date

import pytest

from inforce.errors import BadTerms
from inforce.terms import Cohort, ContractTerms, Product, find_product

COHORT = Cohort("flexible", "non_qualified", "MA", date(1990, 1, 2))
AMOUNT = "maintenance_charge.amount"


def resolved(product: Product) -> ContractTerms:
    return product.terms(COHORT, date(2008, 7, 31))


def test_the_supposed_value_holds_and_is_called_an_assumption() -> None:
    terms = resolved(find_product("flex-extra").supposing({AMOUNT: "9.73"}, "a test"))
    assert terms.record.maintenance == 973
    assert terms.citation(AMOUNT) == "assumption: a test"


def test_a_later_supposition_takes_the_place_of_an_earlier_one() -> None:
    terms = resolved(find_product("flex-extra").supposing({AMOUNT: "1.00"}, "one").supposing({AMOUNT: "2.00"}, "two"))
    assert (terms.record.maintenance, terms.citation(AMOUNT)) == (200, "assumption: two")


def test_the_product_stays_as_it_is() -> None:
    product = find_product("flex-extra")
    product.supposing({AMOUNT: "9.73"}, "a test", sold_throughout=True)
    assert resolved(product).record.maintenance == 3_500
    assert product.card.forms["single"].to == date(2000, 12, 31)


def test_a_value_that_does_not_fit_is_an_error_at_the_term() -> None:
    with pytest.raises(BadTerms, match=r"maintenance_charge\.amount"):
        resolved(find_product("flex-extra").supposing({AMOUNT: "much"}, "a test"))


def test_contract_values_do_not_rest_on_performance_terms() -> None:
    assert all(
        not source.path.startswith("performance") for source in resolved(find_product("flex-extra")).assumptions()
    )

"""Plans and lives: the same every time, as the products are sold, and of every kind."""

from collections import Counter
from datetime import date

import pytest

from inforce.demo import LAST_DAY, Life, lives, telling_lives
from inforce.demo.draws import drawn_plans
from inforce.demo.flex_extra import OFFER as FLEX_EXTRA
from inforce.demo.flex_extra import PLANS
from inforce.demo.lifetrust import OFFER as LIFETRUST
from inforce.demo.lives import TELLING
from inforce.demo.plans import Offer, Plan

BOTH = pytest.mark.parametrize("offer", [FLEX_EXTRA, LIFETRUST], ids=["flex-extra", "lifetrust"])


def of(offer: Offer) -> list[Life]:
    return [life for life in lives() if life.offer == offer]


@BOTH
def test_plans_are_drawn_the_same_every_time(offer: Offer) -> None:
    drawn = [life.plan for life in of(offer) if life.plan.opening]
    assert len(drawn) > 100
    assert drawn_plans(offer, len(drawn)) == drawn


def test_lives_are_the_same_every_time() -> None:
    assert [life.events() for life in lives()] == [life.events() for life in lives()]


def test_numbers_follow_each_other() -> None:
    assert [life.id for life in of(FLEX_EXTRA)] == [f"FX-{n:04d}" for n in range(1, 181)]
    assert [life.id for life in of(LIFETRUST)] == [f"LT-{n:04d}" for n in range(1, 121)]


def test_the_written_contracts_come_first() -> None:
    assert tuple(life.plan for life in of(FLEX_EXTRA)[:20]) == PLANS


@BOTH
def test_every_form_qualification_and_allocation_is_bought(offer: Offer) -> None:
    plans = [life.plan for life in of(offer)]
    assert {plan.form for plan in plans} == set(offer.product.card.forms)
    assert {plan.qualification for plan in plans} == {"qualified", "non_qualified"}
    assert {plan.style for plan in plans} == set(offer.styles)
    assert {plan.every for plan in plans if plan.regular} == {1, 3, 6, 12}
    assert len({plan.issue_state for plan in plans}) > 15


def test_both_issuers_of_lifetrust_issue() -> None:
    issuers = Counter(LIFETRUST.product.issuer(life.plan.issue_state) for life in of(LIFETRUST))
    assert len(issuers) == 2
    assert min(issuers.values()) > 20


def test_parties_are_of_one_contract_each() -> None:
    parties = [{party["id"] for party in life.contract()["parties"]} for life in lives()]
    assert len(set().union(*parties)) == sum(map(len, parties))


def test_accounts_take_money_as_the_terms_say() -> None:
    plan = Plan("standard", "non_qualified", "NY", date(2008, 2, 1), 5_000, "growth")
    early, late = (LIFETRUST.open_accounts(plan, day) for day in (date(1995, 1, 3), date(1999, 1, 4)))
    assert set(late) - set(early) == {"main-street", "main-street-small-cap"}
    assert "government-money" not in early


def test_small_payments_do_not_go_where_each_would_be_a_segment() -> None:
    plan = Plan("standard", "non_qualified", "NY", date(2000, 2, 1), 5_000, "growth", 100)
    assert set(LIFETRUST.open_accounts(plan, LAST_DAY)) - set(LIFETRUST.payable_accounts(plan, LAST_DAY)) == {
        "mva-1", "mva-3", "mva-5", "mva-7",
    }  # fmt: skip


def test_a_title_says_what_is_special() -> None:
    titles = {life.id: life.title for life in lives()}
    assert titles["FX-0003"] == "single, non-qualified, CT: 50,000 at first"
    assert titles["FX-0010"].endswith("; surrendered in its seventh year")


def test_telling_lives_are_of_every_kind_and_of_both_products() -> None:
    told = telling_lives()
    assert len(told) == len({life.id for life in told}) == len(TELLING) == 12
    assert {life.offer.product_id for life in told} == {"flex-extra", "lifetrust"}

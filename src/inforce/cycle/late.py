"""What becomes known late and changes earlier events: a reported basis, an owner's death."""

from collections.abc import Iterator
from dataclasses import replace

from inforce.contracts import Contract
from inforce.contracts.events import (
    AllocationChange,
    BasisReport,
    DeathNotice,
    FreeLook,
    Surrender,
    Transfer,
    Withdrawal,
)
from inforce.ledger import Recorded

from .schedule import TermsOn

OWNERS_REQUESTS = (AllocationChange, Transfer, Withdrawal, Surrender, FreeLook)
"""What an owner asks for, and nobody can for an owner who has died."""


def with_reports(standing: list[Recorded]) -> list[Recorded]:
    """The events, each payment with the basis that was reported for it last."""
    reported = {r.event.of: r.event.basis for r in standing if isinstance(r.event, BasisReport)}
    return [
        replace(r, event=r.event.model_copy(update={"basis": reported[r.event.id]})) if r.event.id in reported else r
        for r in standing
    ]


def voided(standing: list[Recorded], contract: Contract, terms_on: TermsOn) -> Iterator[tuple[Recorded, Recorded]]:
    """Death notices, each with a request that it takes back: received after the day of an owner's death."""
    for notice in standing:
        event = notice.event
        if not isinstance(event, DeathNotice) or not contract.owned_by(event.party):
            continue
        if terms_on(event.on).death_benefit.requests_after_death == "stand":
            continue
        for r in standing:
            if isinstance(r.event, OWNERS_REQUESTS) and event.date_of_death < r.event.on <= event.on:
                yield notice, r

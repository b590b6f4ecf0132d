"""The group of a printed cell: what it was used for, and where it was not, what our figure rests on."""

from typing import Final

from inforce.terms import Product

from .figures import FED, FITTED, Figure, span_of
from .purchase import buyer

DERIVED: Final = "derived"
HELD_OUT: Final = "held out"
GROUPS: Final = {
    DERIVED: "worked out from other cells and cited terms; nothing of these cells was used",
    HELD_OUT: "worked out with terms fitted to other cells; nothing of these cells was used, so that they test the fit",
    FED: "unit values were made to pass through these cells",
    FITTED: "terms of the method were chosen so that these cells come near; `inforce product assumptions` lists them",
}
READ: Final = ("performance", "maintenance_charge", "surrender_charge", "free_withdrawal")
"""Sections of the terms on which the return of a contract rests."""


def group_of(product: Product, figure: Figure) -> str:
    """Key of `GROUPS`. A cell that was not used is derived only where no fitted term went into ours."""
    if figure.used:
        return figure.used
    return HELD_OUT if figure.form and fitted_terms(product, figure) else DERIVED


def fitted_terms(product: Product, figure: Figure) -> list[str]:
    """Terms behind a contract's return that were chosen by printed figures."""
    start = span_of(product, figure).start
    cohort = buyer(product, figure.form, figure.sub_account).cohort(start)
    sources = product.terms(cohort, start).sources
    return [path for path, source in sources.items() if source.fitted and path.split(".")[0] in READ]

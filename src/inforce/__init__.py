"""Variable annuities and variable universal life, run from their own prospectuses.

The public names of the package; each is loaded when it is first used::

    import inforce
    from datetime import date

    contract = inforce.load_case("my-contract.yaml")
    position = contract.advance(date(2008, 7, 31))
    inforce.value(position, contract.market, date(2008, 7, 31)).contract_value   # cents
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "Cohort": "inforce.terms",
    "Contract": "inforce.contracts",
    "Market": "inforce.market",
    "MemoryJournal": "inforce.ledger",
    "advance": "inforce.cycle",
    "explain": "inforce.explain",
    "find_product": "inforce.terms",
    "load_case": "inforce.cases",
    "load_market": "inforce.market",
    "performance_update": "inforce.documents",
    "quote": "inforce.quote",
    "returns": "inforce.returns",
    "run_case": "inforce.cases",
    "value": "inforce.valuation",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'inforce' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""LifeTrust in the demonstration: where and how it is sold, and contracts written by hand."""

from datetime import date
from typing import Final

from .plans import Offer, Plan

OFFER: Final = Offer(
    product_id="lifetrust",
    prefix="LT",
    first_party=5_000,
    styles={
        "growth": {"equity": "40%", "capital-appreciation": "35%", "global": "25%"},
        "balanced": {"blend": "40%", "managed-bond": "30%", "mva-5": "30%"},
        "careful": {"mml-government-money": "25%", "global-strategic-income": "35%", "mva-3": "40%"},
        "ladder": {"mva-1": "25%", "mva-3": "25%", "mva-5": "25%", "mva-7": "25%"},
        "half-fixed": {"mva-7": "50%", "main-street": "25%", "conservative-balanced": "25%"},
        "small": {"main-street-small-cap": "40%", "discovery-mid-cap-growth": "30%", "total-return-bond": "30%"},
        "waiting": {"government-money": "60%", "mva-1": "40%"},
    },
    states=tuple("MA CT NY TX VA CA ME NY CA FL NJ PA OH IL MI GA NC MD WI MN CO WA AZ SC".split()),
    sold=(date(1994, 11, 14), date(2007, 6, 29)),
)

PLANS: Final = (
    Plan(
        "standard", "non_qualified", "NY", date(1995, 2, 15), 60_000, "ladder",
        about="money out of a guarantee period: a gain, rates having fallen",
        settled=({"kind": "withdrawal", "on": "1998-11-10", "amount": "5000.00", "from": {"mva-7": "100%"}},),
    ),
    Plan(
        "standard", "qualified", "FL", date(1999, 1, 20), 40_000, "balanced",
        about="money out of a guarantee period: a loss, rates having risen",
        settled=({"kind": "transfer", "on": "2000-08-15", "from": {"mva-5": "50%"}, "to": {"equity": "100%"}},),
    ),
    Plan(
        "standard", "non_qualified", "CA", date(2008, 2, 20), 25_000, "growth", 250,
        about="a transfer refused: a sub-account that new contracts do not have",
        settled=(
            {"kind": "transfer", "on": "2008-06-03", "from": {"global": "50%"}, "to": {"government-money": "100%"}},
        ),
    ),
)  # fmt: skip

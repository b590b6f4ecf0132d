"""Flex Extra in the demonstration: where and how it is sold, and twenty contracts written by hand."""

from datetime import date
from typing import Final

from .plans import Offer, Plan

GPA: Final = "guaranteed-principal-account"
OFFER: Final = Offer(
    product_id="flex-extra",
    prefix="FX",
    first_party=0,
    styles={
        "growth": {"equity": "70%", "blend": "30%"},
        "balanced": {"blend": "50%", "managed-bond": "30%", GPA: "20%"},
        "careful": {"managed-bond": "40%", "money-market": "30%", GPA: "30%"},
        "fixed": {GPA: "100%"},
        "worldwide": {"global-securities": "40%", "midcap": "30%", "strategic-bond": "30%"},
    },
    states=tuple("MA CT NY NJ PA OH IL MI FL TX CA GA NC VA MD WI MN MO TN CO WA AZ ME NV NY MA CT PA".split()),
    sold=(date(1987, 5, 4), date(2006, 12, 29)),
)

PLANS: Final = (
    Plan("flexible", "non_qualified", "MA", date(1987, 5, 4), 5_000, "growth", 150),
    Plan("flexible", "qualified", "NY", date(1987, 9, 15), 2_000, "balanced", 2_000, 12),
    Plan("single", "non_qualified", "CT", date(1988, 2, 10), 50_000, "careful"),
    Plan("flexible", "non_qualified", "TX", date(1988, 10, 31), 1_000, "balanced", 100),
    Plan(
        "single", "qualified", "FL", date(1989, 6, 5), 30_000, "growth", until=date(2002, 12, 31),
        about="death of the owner",
        settled=(
            {"kind": "death_notice", "on": "2003-03-10", "date_of_death": "2003-03-02", "channel": "phone"},
            {"kind": "death_proof", "on": "2003-04-21", "withholding": "10%", "channel": "mail"},
        ),
    ),
    Plan("flexible", "qualified", "CA", date(1990, 3, 12), 3_000, "growth", 500, 3),
    Plan(
        "flexible", "non_qualified", "IL", date(1990, 8, 1), 10_000, "fixed", 1_000, 12,
        about="a transfer out of the fixed account that is refused",
        settled=({"kind": "transfer", "on": "1996-04-10", "from": {GPA: "60%"}, "to": {"equity": "100%"}},),
    ),
    Plan(
        "single", "non_qualified", "OH", date(1991, 4, 22), 75_000, "balanced",
        about="withdrawals out of one account",
        settled=(
            {"kind": "withdrawal", "on": "1993-12-01", "amount": "4000.00", "from": {"blend": "100%"}},
            {"kind": "withdrawal", "on": "1995-12-01", "amount": "4000.00", "net": "yes", "from": {"blend": "100%"}},
        ),
    ),
    Plan("flexible", "qualified", "NJ", date(1992, 2, 29), 1_500, "growth", 200, about="issued on 29 February"),
    Plan(
        "flexible", "non_qualified", "PA", date(1993, 1, 19), 20_000, "balanced", until=date(1998, 12, 31),
        about="surrendered in its seventh year",
        settled=({"kind": "surrender", "on": "1999-06-14", "withholding": "10%"},),
    ),
    Plan("single", "qualified", "WA", date(1993, 11, 30), 45_000, "balanced"),
    Plan("flexible", "non_qualified", "ME", date(1994, 9, 12), 8_000, "worldwide", 250),
    Plan("flexible", "qualified", "MA", date(1995, 3, 31), 2_000, "worldwide", 2_000, 12),
    Plan("single", "non_qualified", "VA", date(1996, 7, 15), 40_000, "worldwide"),
    Plan("flexible", "non_qualified", "CO", date(1996, 12, 31), 5_000, "balanced", 1_000, 6),
    Plan("flexible", "qualified", "NV", date(1997, 10, 27), 2_500, "growth", 100),
    Plan(
        "flexible", "non_qualified", "GA", date(1998, 8, 31), 15_000, "worldwide", until=date(1998, 8, 31),
        about="returned in the free look period",
        settled=({"kind": "free_look", "on": "1998-09-14", "channel": "mail"},),
    ),
    Plan("single", "non_qualified", "WY", date(1999, 5, 3), 60_000, "careful"),
    Plan(
        "flexible", "qualified", "MN", date(2000, 3, 10), 4_000, "worldwide", 300,
        about="a payment after the last close, waiting for its price",
        settled=({"kind": "purchase_payment", "on": "2008-07-31", "at": "16:30", "amount": "5000.00"},),
    ),
    Plan("single", "qualified", "SD", date(2000, 12, 29), 25_000, "careful"),
)  # fmt: skip

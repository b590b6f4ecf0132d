"""Terms as the whole numbers that mechanics reads, each with the term it comes from."""

from collections.abc import Mapping

from inforce.mechanics import records as m
from inforce.mechanics.money import PPB

from .schema import LONGEST_SCHEDULE, OPERATIONS, VariableAnnuityTerms

Field = tuple[str, int]
"""A field of `mechanics.records.Terms` and an index into it (-1: not a list)."""

_CHARGED_ON = {"payment": m.ChargedOn.PAYMENT, "value": m.ChargedOn.VALUE,
               "amount_above_free": m.ChargedOn.AMOUNT_ABOVE_FREE}  # fmt: skip
_FREE_OF = {"nothing": m.FreeOf.NOTHING, "value": m.FreeOf.VALUE,
            "value_at_last_anniversary": m.FreeOf.ANNIVERSARY_VALUE,
            "purchase_payments": m.FreeOf.PAYMENTS}  # fmt: skip
_REFUND = {"value_plus_deductions": m.Refund.VALUE_PLUS_DEDUCTIONS, "payments": m.Refund.PAYMENTS,
           "greater_of_value_and_payments": m.Refund.GREATER_OF_VALUE_AND_PAYMENTS}  # fmt: skip
_DEATH = {"contract_value": m.DeathBenefit.CONTRACT_VALUE,
          "greater_of_value_and_payments": m.DeathBenefit.GREATER_OF_VALUE_AND_PAYMENTS}  # fmt: skip


def terms_record(t: VariableAnnuityTerms) -> m.Terms:
    """The record of `mechanics` for resolved terms."""
    charge, free, rates = t.surrender_charge, t.free_withdrawal, t.surrender_charge.rates
    fixed = list(t.fixed_accounts.values())
    return m.Terms(
        value_scale=10 ** (t.rounding.unit_decimals + t.rounding.unit_value_decimals) // 100,
        operations=len(t.order_of_operations.operations),
        order=[OPERATIONS.index(name) for name in t.order_of_operations.operations],
        anniversary_year=_flag(charge.anniversary_belongs_to == "year_beginning"),
        surrender_clock=_flag(charge.clock == "each_payment"),
        surrender_on=_CHARGED_ON[charge.charged_on],
        surrender_base=_flag(charge.on_full_surrender == "remaining_payments"),
        surrender_years=len(rates),
        surrender_rate=rates + [rates[-1]] * (LONGEST_SCHEDULE - len(rates)),
        free_of=_FREE_OF[free.of],
        free_share=free.share,
        free_on_surrender=_flag(free.on_full_surrender),
        maintenance=t.maintenance_charge.amount,
        maintenance_waiver=_limit(t.maintenance_charge.waived_from),
        maintenance_on_surrender=_flag(t.maintenance_charge.on_surrender),
        maintenance_from=_flag(t.maintenance_charge.from_ == "sub_accounts"),
        death_benefit=_DEATH[t.death_benefit.amount],
        reset_years=t.death_benefit.reset_years,
        determined=_flag(t.death_benefit.several_beneficiaries == "first_proof"),
        floor=_flag(t.death_benefit.withdrawals_reduce_payments == "proportional"),
        refund=_REFUND[t.free_look.refund],
        taxation=_flag(t.income_tax.taxation == "pro_rata"),
        premium_tax=t.premium_tax.rate,
        premium_tax_on_payment=_flag("purchase_payment" in t.premium_tax.taken),
        premium_tax_on_withdrawal=_flag("withdrawal" in t.premium_tax.taken),
        premium_tax_on_death=_flag("death" in t.premium_tax.taken),
        single_payment=_flag(t.purchase_payments.kind == "single"),
        minimum_first_payment=t.purchase_payments.minimum_first,
        minimum_payment=t.purchase_payments.minimum,
        maximum_payments=_limit(t.purchase_payments.maximum_total),
        minimum_withdrawal=t.withdrawals.minimum,
        minimum_value_after=t.withdrawals.minimum_value_after,
        minimum_transfer=t.transfers.minimum,
        free_transfers=_limit(t.transfers.free_each_contract_year),
        transfer_fee=t.transfers.fee,
        transfer_limit=_limit(t.transfers.limit_each_contract_year),
        fixed_out_share=[account.transfers_out.share for account in fixed] or [PPB],
        fixed_out_limit=[_limit(account.transfers_out.limit_each_contract_year) for account in fixed] or [-1],
        fixed_wait_days=[account.transfers_out.days_before_return for account in fixed] or [0],
        guarantee_years=[account.guarantee_years for account in fixed] or [0],
        ends_into=[list(t.sub_accounts).index(a.at_end) if a.at_end in t.sub_accounts else -1 for a in fixed] or [-1],
        adjustment_window=t.market_value_adjustment.window_days if t.market_value_adjustment else 0,
        least_rate_raises=_flag(t.market_value_adjustment is not None and t.market_value_adjustment.least_rate_raises),
    )


def record_sources(t: VariableAnnuityTerms) -> Mapping[Field, str]:
    """For each number of the record, the path of the term that it comes from."""
    schedule = "by_contract_year" if t.surrender_charge.by_contract_year else "by_payment_year"
    years = list(t.surrender_charge.by_contract_year or t.surrender_charge.by_payment_year or {})
    sources = {(name, -1): path for name, path in _PATHS.items()}
    for i in range(LONGEST_SCHEDULE):
        sources["surrender_rate", i] = f"surrender_charge.{schedule}.{years[min(i, len(years) - 1)]}"
    for i, account in enumerate(t.fixed_accounts):
        out = f"fixed_accounts.{account}.transfers_out"
        sources["fixed_out_share", i] = f"{out}.share"
        sources["fixed_out_limit", i] = f"{out}.limit_each_contract_year"
        sources["fixed_wait_days", i] = f"{out}.days_before_return"
        sources["guarantee_years", i] = f"fixed_accounts.{account}.guarantee_years"
        sources["ends_into", i] = f"fixed_accounts.{account}.at_end"
    if t.market_value_adjustment is not None:
        sources["least_rate_raises", -1] = "market_value_adjustment.least_rate_raises"
    return sources


_PATHS = {
    "value_scale": "rounding.unit_decimals",
    "anniversary_year": "surrender_charge.anniversary_belongs_to",
    "surrender_clock": "surrender_charge.clock",
    "surrender_on": "surrender_charge.charged_on",
    "surrender_base": "surrender_charge.on_full_surrender",
    "free_of": "free_withdrawal.of",
    "free_share": "free_withdrawal.share",
    "free_on_surrender": "free_withdrawal.on_full_surrender",
    "maintenance": "maintenance_charge.amount",
    "maintenance_waiver": "maintenance_charge.waived_from",
    "maintenance_on_surrender": "maintenance_charge.on_surrender",
    "maintenance_from": "maintenance_charge.from",
    "death_benefit": "death_benefit.amount",
    "reset_years": "death_benefit.reset_years",
    "determined": "death_benefit.several_beneficiaries",
    "floor": "death_benefit.withdrawals_reduce_payments",
    "refund": "free_look.refund",
    "taxation": "income_tax.taxation",
    "premium_tax": "premium_tax.rate",
    "single_payment": "purchase_payments.kind",
    "minimum_first_payment": "purchase_payments.minimum_first",
    "minimum_payment": "purchase_payments.minimum",
    "maximum_payments": "purchase_payments.maximum_total",
    "minimum_withdrawal": "withdrawals.minimum",
    "minimum_value_after": "withdrawals.minimum_value_after",
    "minimum_transfer": "transfers.minimum",
    "free_transfers": "transfers.free_each_contract_year",
    "transfer_fee": "transfers.fee",
    "transfer_limit": "transfers.limit_each_contract_year",
    "adjustment_window": "market_value_adjustment.window_days",
}


def _flag(value: bool) -> int:
    return 1 if value else 0


def _limit(value: int | None) -> int:
    return -1 if value is None else value

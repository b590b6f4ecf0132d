"""Prices, unit values and declared rates: what happened, as files or cases give it."""

from inforce.errors import BadMarketData, MissingPrice, MissingRate
from inforce.market.data import MarketData
from inforce.market.exact import rate_of, whole_number
from inforce.market.files import (
    load_declared_rates,
    load_market,
    load_market_file,
    load_market_folder,
    load_navs,
    load_secondary_rates,
    load_unit_values,
)
from inforce.market.guarantees import earned_before, earned_between, floor_factor, guaranteed_growth, market_factor
from inforce.market.histories import Navs, Rates, Series
from inforce.market.interest import CreditedRate, DayCount
from inforce.market.market import Between, Market
from inforce.market.problems import BadMarketFile
from inforce.market.sub_accounts import SubAccount
from inforce.market.unit_values import (
    START_UNIT_VALUE,
    charge_for,
    unit_values_from_growth,
    unit_values_from_navs,
)

__all__ = [
    "START_UNIT_VALUE",
    "BadMarketData",
    "BadMarketFile",
    "Between",
    "CreditedRate",
    "DayCount",
    "Market",
    "MarketData",
    "MissingPrice",
    "MissingRate",
    "Navs",
    "Rates",
    "Series",
    "SubAccount",
    "charge_for",
    "earned_before",
    "earned_between",
    "floor_factor",
    "guaranteed_growth",
    "load_declared_rates",
    "load_market",
    "load_market_file",
    "load_market_folder",
    "load_navs",
    "load_secondary_rates",
    "load_unit_values",
    "market_factor",
    "rate_of",
    "unit_values_from_growth",
    "unit_values_from_navs",
    "whole_number",
]

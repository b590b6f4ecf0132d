"""Terms: a product as cited data, resolved for one contract on one day."""

from .clocks import Cohort, Provenance, Reading
from .loading import coverage, find_product, load_product, packaged_products
from .product import ContractTerms, Product
from .schema import VariableAnnuityTerms
from .states import STATES
from .values import Pricing

__all__ = [
    "STATES",
    "Cohort",
    "ContractTerms",
    "Pricing",
    "Product",
    "Provenance",
    "Reading",
    "VariableAnnuityTerms",
    "coverage",
    "find_product",
    "load_product",
    "packaged_products",
]

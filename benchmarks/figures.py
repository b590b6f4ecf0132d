"""What a benchmark gives back: figures beside a reference of the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. A ratio to a reference of the same run says more than the number, which is the machine's."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_name: str = ""
    at_least: float | None = None
    """The ratio that must hold."""

    @property
    def ratio(self) -> float | None:
        return None if self.reference is None else self.value / self.reference

    @property
    def holds(self) -> bool:
        return self.at_least is None or (self.ratio is not None and self.ratio >= self.at_least)


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    runs: int = 5
    histories: int = 10_000
    large: bool = False
    """Also books of 100,000 contracts."""

"""A row of the table: what was measured, against which bar, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is held against `bar`; `at_least` says which way. `unit`: "x" for a ratio, else kB, MB, s, ms, errors.

    `detail` gives the plain figures behind it ("412 and 1,530 requests/s"). A figure without a bar is only told.
    """

    work: str
    value: float
    bar: float | None
    detail: str = ""
    at_least: bool = False
    unit: str = "x"

    @property
    def holds(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    @property
    def measured(self) -> str:
        """0.15 x"""
        return f"{number(self.value)} {self.unit}"

    @property
    def wanted(self) -> str:
        """>= 0.125"""
        return "" if self.bar is None else f"{'>=' if self.at_least else '<='} {number(self.bar)}"


def number(value: float) -> str:
    """Three digits that say something: 0.152, 12.3, 1,530."""
    if value and abs(value) < 10:
        return f"{value:.3g}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def headline() -> str:
    """The head of the table."""
    return f"{'':6} {'work':62} {'measured':>12} {'bar':>10}  detail"


def line(figure: Figure) -> str:
    """The figure as a line of the table."""
    verdict = "told" if figure.bar is None else "holds" if figure.holds else "FAILS"
    return f"{verdict:6} {figure.work:62} {figure.measured:>12} {figure.wanted:>10}  {figure.detail}"


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of the values lie."""
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * part), len(ranked) - 1)]

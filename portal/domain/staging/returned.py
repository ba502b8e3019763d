"""A workbook that is given back to be corrected, as it was laid out: what its reader hands to its writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A row as it was sent, its faulty columns (from 0), and what is wrong in a sentence or several."""

    values: Sequence[Any]
    faulty: frozenset[int] = frozenset()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """The sheet: all that stood above the data, `headings` of its last rows among it, then the rows.

    `merges` are (top, left, bottom, right) within `above`. `fault_at` is the column of the messages, `fault_label` its
    heading; `hidden` columns stay out of sight.
    """

    name: str
    above: Sequence[Sequence[Any]]
    headings: int
    rows: Sequence[ReturnedRow]
    fault_at: int
    fault_label: str
    merges: Sequence[tuple[int, int, int, int]] = ()
    hidden: frozenset[int] = frozenset()
    widths: Mapping[int, float] = field(default_factory=dict)

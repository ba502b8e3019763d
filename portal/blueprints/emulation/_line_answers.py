"""What htmx gets after a line was added, saved or removed: its row, and what that changed elsewhere on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from portal.blueprints.emulation._line_edit import EditRow
from portal.blueprints.emulation._line_row import LineRow
from portal.blueprints.emulation._show import Show, Standing
from portal.web.htmx import fragment

ROWS = "emulation/lines.html"


@dataclass(frozen=True, slots=True)
class Answer:
    """What changed on the page: the rows in place of the one that was sent, then what stands elsewhere."""

    show: Show
    said: str
    rows: Sequence[LineRow] = ()
    adding: EditRow | None = None
    others: Sequence[LineRow] = ()
    numbers: Sequence[tuple[int, int]] = ()
    faults_changed: bool = False


def changed(show: Show, before: Standing, line_id: int) -> list[LineRow]:
    """The other rows of this page of which the checks say something else than before."""
    return [
        row for row in show.lines.rows if row.id != line_id and before.checks.about(row.id) != (row.notes, row.marks)
    ]


def moved(show: Show, before: Standing) -> bool:
    """Whether the summary of what blocks is another one now."""
    return before.errors != show.errors


def answer(answer: Answer) -> Response:
    return fragment(ROWS, "saved_line", answer=answer)


def whole_list(answer: Answer) -> Response:
    response = fragment(ROWS, "list", answer=answer)
    response.headers["HX-Retarget"] = "#danh-sach"
    response.headers["HX-Reswap"] = "outerHTML"
    return response

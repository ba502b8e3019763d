"""The drafts of one registration's forms: content, pledges, lines, steps. Those of its page are read together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request

from portal.core.drafts import Kept
from portal.web.context import actor
from portal.web.drafts import LOOK, Look, box

CONTENT, PLEDGE, LINE = "emulation.content", "emulation.pledge", "emulation.line"
STEP, PAPER = "emulation.step", "emulation.paper"
NEW_ROW = "moi"


@dataclass(frozen=True, slots=True)
class PageDrafts:
    """The reader's drafts of the forms on a registration's page; on an answer to a POST there are none."""

    key: str = ""
    found: Mapping[tuple[str, str], Kept] = field(default_factory=dict)

    def content(self) -> Kept | None:
        """The draft of the content."""
        return self.found.get((CONTENT, self.key))

    def row(self, kind: str, row: object) -> Kept | None:
        """The draft of a row; `row` is its id, or `moi`."""
        return self.found.get((kind, f"{self.key}/{row}"))

    def taken_up(self, kind: str, row: object) -> PageDrafts:
        """These with the draft of one row shown at once: nothing is stored that could be shown instead."""
        key = (kind, f"{self.key}/{row}")
        return replace(self, found={**self.found, key: replace(self.found[key], left=False)})

    def rows(self, kind: str) -> list[int]:
        """The rows that have drafts, by id; the row for a new one is none."""
        below = [key.rpartition("/")[2] for found, key in self.found if found == kind]
        return sorted(int(row) for row in below if row.isdecimal())


NO_DRAFTS = PageDrafts()


def page_drafts(registration_id: int) -> PageDrafts:
    """Read the drafts of every form on the page, in one query."""
    if request.method != "GET":
        return NO_DRAFTS
    key = str(registration_id)
    return PageDrafts(key, box().load_all(actor().user_id, [CONTENT, PLEDGE, LINE], key))


def one_row(drafts: PageDrafts | None, kind: str, row: object) -> Kept | Look | None:
    """The draft of a row for web.drafts.of_form: out of those of the page; without them it looks for itself."""
    return LOOK if drafts is None else drafts.row(kind, row)

"""The files of an item: its unit adds them while it may write; who reads the item reads them."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.attachments.owners import FileKind, FileOwner, OwnerView
from portal.domain.difficulties import policies
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import OBJECT_TYPE, one_item
from portal.domain.difficulties.services import NotEditable

KIND = FileKind("difficulty_file", "Tài liệu kèm vướng mắc, kiến nghị")


def find(work: Work, owner_id: int, lock: bool = False) -> OwnerView | None:
    """The item's rule."""
    stmt = one_item(work.actor, owner_id, work.today())
    if lock:
        stmt = stmt.with_for_update().execution_options(populate_existing=True)
    found: Difficulty | None = work.session.scalars(stmt).one_or_none()
    if found is None:
        return None
    own = policies.is_own(work.actor, found)
    return OwnerView(
        unit_id=found.unit_id,
        title=found.title,
        endpoint="difficulties.show_item",
        values={"item_id": found.id},
        may_read=policies.can_read(work.actor, found),
        may_change=policies.can_edit(work.actor, found),
        closed=NotEditable.message if own and not policies.can_edit(work.actor, found) else "",
    )


def changed(work: Work, owner_id: int) -> None:
    """Nothing of the item follows its files."""


FILES = FileOwner(OBJECT_TYPE, "vuong-mac-kien-nghi", (KIND,), find, changed)

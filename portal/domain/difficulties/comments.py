"""Comments on items: between the unit and the Sở once it has received the item, before that within the unit."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.comments.owners import Audience, CommentedView, CommentOwner
from portal.domain.difficulties import policies
from portal.domain.difficulties.enums import OPENED
from portal.domain.difficulties.queries import OBJECT_TYPE, one_item

VIEW = Permission.DIFFICULTY_VIEW


def find(work: Work, owner_id: int) -> CommentedView | None:
    """The item's rule: other units have no part in it, also when its answer is open to all."""
    found = work.session.scalars(one_item(work.actor, owner_id, work.today())).one_or_none()
    if found is None:
        return None
    reads, opened = policies.can_read(work.actor, found), found.state in OPENED
    return CommentedView(
        unit_id=found.unit_id,
        title=found.title,
        endpoint="difficulties.show_item",
        values={"item_id": found.id},
        permission=VIEW,
        readers=(Audience(VIEW, found.unit_id, above=opened),),
        may_read=reads,
        may_write=reads,
        inside=not opened,
        sees_inside=policies.is_own(work.actor, found),
    )


COMMENTS = CommentOwner(OBJECT_TYPE, "vuong-mac-kien-nghi", find)

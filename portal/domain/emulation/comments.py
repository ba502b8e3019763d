"""Comments on registrations: who reads a registration's content reads and writes them; a viewer only looks on."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.comments.owners import Audience, CommentedView, CommentOwner
from portal.domain.emulation import policies
from portal.domain.emulation.enums import SUBMITTED
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.pages import frame_of
from portal.domain.emulation.queries.registrations import OBJECT_TYPE, SEEN_BY_RECEIVER, get_registration

VIEW = Permission.REGISTRATION_VIEW


def find(work: Work, owner_id: int) -> CommentedView | None:
    """The registration's rule, as `policies.can_view_content` has it."""
    found = work.session.scalars(get_registration(work.actor, owner_id, work.today())).one_or_none()
    if found is None:
        return None
    unit, _, period = work.session.execute(frame_of(found.id)).one()
    reads = policies.can_view_content(work.actor, found)
    return CommentedView(
        unit_id=found.unit_id,
        title=f"{period.name}, {unit.name}",
        endpoint="emulation.show_registration",
        values={"registration_id": found.id},
        permission=VIEW,
        readers=_readers(found),
        may_read=reads,
        may_write=reads and work.actor.can(Permission.REGISTRATION_EXPORT),
        inside=found.state not in SEEN_BY_RECEIVER,
        sees_inside=policies.is_own(work.actor, found),
    )


def _readers(found: EmulationRegistration) -> tuple[Audience, ...]:
    own = Audience(VIEW, found.unit_id, above=found.state in SUBMITTED)
    if found.state in SEEN_BY_RECEIVER:
        return own, Audience(Permission.REGISTRATION_RECEIVE, found.receiver_unit_id)
    return (own,)


COMMENTS = CommentOwner(OBJECT_TYPE, "dang-ky-thi-dua", find)

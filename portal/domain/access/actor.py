"""The actor: who acts, with what was granted, and for whom; and the unit of work that services are handed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.core.prepared import Same
from portal.domain.access.enums import Permission, Reach, Role
from portal.domain.access.roles import ROLES


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission from one assignment, valid today. `on_behalf_of_id` names the giver when it came by delegation."""

    permission: Permission
    unit_id: int
    reach: Reach
    role: Role
    assignment_id: int
    on_behalf_of_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person as the domain sees them.

    Read anew on every request, so that a change of role works at once.
    """

    user_id: int
    username: str
    full_name: str
    home_unit_id: int
    grants: tuple[Grant, ...] = field(default=())

    def can(self, permission: Permission) -> bool:
        """Whether the actor holds this permission over any unit at all (the floor; objects are checked by policies)."""
        return permission is Permission.PORTAL_USE or any(g.permission is permission for g in self.grants)

    def grants_of(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants of one permission."""
        return tuple(g for g in self.grants if g.permission is permission)

    def unit_ids(self, permission: Permission, reach: Reach | None = None) -> frozenset[int]:
        """The units that hold the permission themselves (not those below)."""
        return frozenset(g.unit_id for g in self.grants_of(permission) if reach is None or g.reach is reach)

    def holds_at(self, permission: Permission, unit_id: int) -> bool:
        """Whether the permission is held over exactly this unit: what editing, sending and receiving ask."""
        return any(g.unit_id == unit_id for g in self.grants_of(permission))

    def acts_for(self, permission: Permission, unit_id: int) -> int | None:
        """The giver whose delegation alone lets the actor act here; None when the actor holds it in their own right."""
        givers = [g.on_behalf_of_id for g in self.grants_of(permission) if g.unit_id == unit_id]
        return None if not givers or None in givers else givers[0]

    def giver_behind(self, permission: Permission) -> int | None:
        """As acts_for, for what belongs to no unit (a catalogue, a list over units)."""
        givers = [g.on_behalf_of_id for g in self.grants_of(permission)]
        return None if not givers or None in givers else givers[0]

    @property
    def identities(self) -> frozenset[int]:
        """The actor and everyone they act for: none of these may approve what the actor drafted, nor the reverse."""
        return frozenset({self.user_id, *(g.on_behalf_of_id for g in self.grants if g.on_behalf_of_id is not None)})

    @property
    def statement_key(self) -> tuple[int, int, Same]:
        """What statements depend on, as a key: who it is and the very same grants (see portal.core.prepared)."""
        return self.user_id, self.home_unit_id, Same(self.grants)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(g.role for g in self.grants)


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """What `grants_from` needs of an assignment."""

    assignment_id: int
    role: Role
    unit_id: int
    given_by_id: int | None = None


def grants_from(assignments: Iterable[AssignmentFacts]) -> tuple[Grant, ...]:
    """Spell out the grants of the assignments that are valid today; the same assignments give the same object."""
    return _grants_of(tuple(assignments))


@lru_cache(maxsize=1024)
def _grants_of(assignments: tuple[AssignmentFacts, ...]) -> tuple[Grant, ...]:
    return tuple(
        Grant(permission, a.unit_id, reach, a.role, a.assignment_id, a.given_by_id)
        for a in assignments
        for permission, reach in ROLES[a.role].grants.items()
    )


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work.

    The session it writes in, who acts, and when. Services take it first; they flush, never commit. `on_behalf_of_id` is
    the giver by whose delegation alone the actor came in here; audit entries bear it unless a service says otherwise.
    """

    session: Session
    actor: Actor
    clock: Clock
    request_id: str = ""
    address: str = ""
    on_behalf_of_id: int | None = None

    def today(self) -> date:
        return self.clock.today()

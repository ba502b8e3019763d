"""Statements put together once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, column, select

from portal.core.prepared import KEPT, Same, prepared
from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Permission, Role
from portal.domain.units.queries import scope

built: list[object] = []


@prepared
def sample(actor: Actor, on: date, limit: int = 10) -> Select[int]:
    built.append(actor)
    return select(column("id")).where(scope(actor, Permission.UNIT_VIEW, column("unit_id"), on)).limit(limit)


def actor(user_id: int = 1, unit_id: int = 7) -> Actor:
    return Actor(user_id, "an", "Nguyễn Văn An", 7, grants_from([AssignmentFacts(1, Role.UNIT_HEAD, unit_id)]))


def test_the_same_arguments_give_the_same_statement() -> None:
    day = date(2023, 3, 15)
    assert sample(actor(), day) is sample(actor(), day)
    assert sample(actor(), day, limit=5) is not sample(actor(), day)
    assert sample(actor(), date(2023, 3, 16)) is not sample(actor(), day)


def test_another_person_or_another_role_gives_another_statement() -> None:
    day = date(2023, 3, 15)
    assert sample(actor(user_id=2), day) is not sample(actor(), day)
    other = sample(actor(unit_id=8), day)
    assert other is not sample(actor(), day)
    assert "8" in str(other.compile(compile_kwargs={"literal_binds": True}))


def test_only_so_many_are_kept() -> None:
    day = date(2023, 3, 15)
    first = sample(actor(), day, limit=1000)
    for number in range(KEPT):
        sample(actor(), day, limit=2000 + number)
    assert sample(actor(), day, limit=1000) is not first


def test_what_cannot_be_hashed_is_known_by_itself() -> None:
    one: list[int] = [1]
    assert Same(one) == Same(one)
    assert Same(one) != Same([1])
    assert prepared(len)(one) == 1

"""Two people at once, in sessions of their own: nothing is lost, nothing is overwritten unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.db import write_mode
from portal.core.errors import PortalError, VersionConflict
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.accounts.queries import by_username, load_actor
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.errors import RegistrationExists
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.lines import add_line, update_line
from portal.domain.emulation.services.registrations import (
    ContentData,
    load_for_write,
    open_registration,
    save_content,
)
from tests.emulation.domain.builders import PAPER, World


def at_once(runtime: Runtime, *deeds: tuple[Actor, Callable[[Work], Any]]) -> list[BaseException | None]:
    """Let each actor do their deed in a thread, in a session of its own, all started together; what each raised."""
    ready = threading.Barrier(len(deeds))
    raised: list[BaseException | None] = [None] * len(deeds)

    def run(index: int, actor: Actor, verb: Callable[[Work], Any]) -> None:
        ready.wait()
        try:
            with write_mode(), runtime.session_factory() as session:
                verb(Work(session, actor, runtime.clock, "test"))
                session.commit()
        except PortalError as error:
            raised[index] = error

    threads = [threading.Thread(target=run, args=(i, who, verb)) for i, (who, verb) in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def officer(runtime: Runtime) -> Actor:
    with runtime.session_factory() as session:
        user = session.scalars(by_username("vangiang")).one()
        return load_actor(session, user, runtime.clock.today())


def both(runtime: Runtime, officer: Actor, *verbs: Callable[[Work], Any]) -> list[BaseException | None]:
    return at_once(runtime, *((officer, verb) for verb in verbs))


def test_two_officers_edit_different_lines(world: World, runtime: Runtime, officer: Actor) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Lê B"), world.person("Lê C"))
    first, second = world.line_ids(key)
    raised = both(
        runtime,
        officer,
        lambda w: update_line(w, load_for_write(w, key), first, 1, world.person("Lê B", post="Trưởng phòng")),
        lambda w: update_line(w, load_for_write(w, key), second, 1, world.person("Lê C", post="Phó phòng")),
    )
    assert raised == [None, None]


def test_many_lines_added_at_once_are_all_there_and_counted(world: World, runtime: Runtime, officer: Actor) -> None:
    key = world.opened("vangiang", "326")

    def adding(name: str) -> Callable[[Work], Any]:
        return lambda w: add_line(w, load_for_write(w, key), world.person(name))

    raised = both(runtime, officer, *(adding(f"Lê Văn {letter}") for letter in "BCDEGH"))
    assert raised == [None] * 6
    assert (world.get(key).line_count, world.get(key).person_count) == (7, 7)
    assert len(world.line_ids(key)) == 7


def test_of_two_who_add_the_same_person_one_is_refused(world: World, runtime: Runtime, officer: Actor) -> None:
    key = world.opened("vangiang", "326")
    raised = both(runtime, officer, *[lambda w: add_line(w, load_for_write(w, key), world.person("Lê B"))] * 2)
    assert sorted(error is None for error in raised) == [False, True]
    assert world.get(key).line_count == 2


def test_of_two_who_edit_one_line_the_second_is_told(world: World, runtime: Runtime, officer: Actor) -> None:
    key = world.opened("vangiang", "326")
    (line,) = world.line_ids(key)
    raised = both(
        runtime,
        officer,
        *(
            lambda w, post=post: update_line(w, load_for_write(w, key), line, 1, world.person(post=post))
            for post in ("Trưởng phòng", "Phó phòng")
        ),
    )
    assert [type(error) for error in raised if error is not None] == [VersionConflict]


def test_of_two_who_save_the_content_the_second_is_told(world: World, runtime: Runtime, officer: Actor) -> None:
    key = world.opened("vangiang", "326")
    version = world.get(key).version
    raised = both(
        runtime,
        officer,
        *(
            lambda w, text=text: save_content(w, load_for_write(w, key), version, ContentData(text))
            for text in ("Bản một", "Bản hai")
        ),
    )
    assert sum(isinstance(error, VersionConflict) for error in raised) == 1
    assert world.get(key).version == version + 1


def test_of_two_who_open_the_same_registration_one_is_refused(world: World, runtime: Runtime, officer: Actor) -> None:
    raised = both(
        runtime,
        officer,
        *[lambda w: open_registration(w, world.units["326"], world.periods["2023"])] * 2,
    )
    assert sum(isinstance(error, RegistrationExists) for error in raised) == 1


def test_a_line_loaded_before_anothers_change_is_read_again(world: World, runtime: Runtime) -> None:
    """A page that holds the registration in its session decides on what is there when it writes."""
    key = world.opened("vangiang", "326")
    (line,) = world.line_ids(key)
    with world.work_as("vangiang") as held:
        load_for_write(held, key)
        held.session.rollback()
        world.edit("vangiang", key, update_line, line, 1, world.person(post="Trưởng phòng"))
        with pytest.raises(VersionConflict):
            update_line(held, load_for_write(held, key), line, 1, world.person(post="Phó phòng"))
        held.session.rollback()


def test_accepting_and_taking_back_at_once_end_in_one_state(world: World, runtime: Runtime) -> None:
    key = world.sent_by_district(paper=PAPER)
    version = world.get(key).version

    def load(session: Session, name: str) -> Actor:
        return load_actor(session, session.scalars(by_username(name)).one(), runtime.clock.today())

    with runtime.session_factory() as session:
        receiver, unit = load(session, "thidua"), load(session, "vangiang")
    raised = at_once(
        runtime,
        (receiver, lambda w: workflow.accept(w, load_for_write(w, key), version)),
        (unit, lambda w: workflow.take_back(w, load_for_write(w, key), version, "Sai")),
    )
    assert sum(error is None for error in raised) == 1
    assert world.get(key).state in (RegistrationState.ACCEPTED, RegistrationState.DRAFT)
    assert len(world.trail(key)) == 3

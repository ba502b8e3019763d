"""The database base: types that read alike on both engines, write mode, and updates that cannot be lost."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.core.db import Base, read_mode, write_mode, writing
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.units.models import Unit


def job(**values: Any) -> Job:
    given: dict[str, Any] = {"kind": "k", "unique_key": "u", "run_at": datetime(2023, 1, 1, tzinfo=UTC)}
    return Job(**{**given, "created_at": given["run_at"], **values})


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(session: Session) -> None:
    hanoi = datetime(2023, 3, 15, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=7)))
    session.add(job(run_at=hanoi))
    session.commit()
    session.expire_all()
    found = session.scalars(select(Job.run_at)).one()
    assert found == hanoi
    assert found.utcoffset() == timedelta()


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(job(run_at=datetime(2023, 1, 1)))  # noqa: DTZ001 - the fault under test
    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_a_value_that_the_code_does_not_know_is_refused(session: Session) -> None:
    session.add(job(state="sleeping"))
    with pytest.raises(StatementError, match="sleeping"):
        session.flush()


def test_a_state_is_kept_as_its_value(session: Session) -> None:
    session.add(job(state=JobState.FAILED))
    session.commit()
    assert session.execute(text("SELECT state FROM job")).scalar_one() == "failed"
    assert session.scalars(select(Job.state)).one() is JobState.FAILED


def test_keys_sort_by_their_bytes_on_every_engine(session: Session) -> None:
    codes = ["a", "B", "b", "A", "-", "Z", "z", "0"]
    for number, code in enumerate(codes):
        session.add(
            Unit(
                code=f"T{number}",
                name=code,
                short_name=code,
                folded=code,
                sort_key=code,
                level_code="province",
                kind_code="province",
                valid_from=datetime(2023, 1, 1, tzinfo=UTC).date(),
            )
        )
    session.flush()
    found = list(session.scalars(select(Unit.sort_key).where(Unit.code.startswith("T")).order_by(Unit.sort_key)))
    ours = [key for key in found if key in codes]
    assert ours == sorted(codes)


def test_json_comes_back_as_it_was(session: Session) -> None:
    payload = {"tên": "Đỗ Thị Hoà", "n": [1, 2.5, None, True], "trong": {"a": {}}}
    session.add(job(payload=payload))
    session.commit()
    session.expire_all()
    assert session.scalars(select(Job.payload)).one() == payload


def test_foreign_keys_hold(session: Session) -> None:
    session.add(job(owner_id=999_999))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_second_of_two_edits_is_told(runtime: Runtime) -> None:
    with write_mode(), runtime.session_factory() as one:
        mine = one.scalars(select(Unit).where(Unit.code == "326")).one()
        held = mine.version
        one.expunge(mine)
    with write_mode(), runtime.session_factory() as other:
        theirs = other.scalars(select(Unit).where(Unit.code == "326")).one()
        theirs.note = "trước"
        other.commit()
        assert theirs.version == held + 1
    with write_mode(), runtime.session_factory() as one:
        one.add(mine)
        mine.note = "sau"
        with pytest.raises(StaleDataError):
            one.flush()


def test_writers_at_once_lose_no_update(runtime: Runtime, session: Session) -> None:
    session.add(job())
    session.commit()

    def add_ones() -> None:
        for _ in range(10):
            with write_mode(), runtime.session_factory() as own:
                row = own.scalars(select(Job).with_for_update()).one()
                row.progress += 1
                own.commit()

    threads = [threading.Thread(target=add_ones) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert session.scalars(select(Job.progress)).one() == 80


def test_modes_nest_and_end() -> None:
    assert not writing.get()
    with write_mode():
        assert writing.get()
        with read_mode():
            assert not writing.get()
        assert writing.get()
    assert not writing.get()


def test_sqlite_is_set_up_for_safety(runtime: Runtime) -> None:
    if runtime.engine.dialect.name != "sqlite":
        with runtime.engine.connect() as connection:
            assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "5s"
            assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"
        return
    with runtime.engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "recursive_triggers", "synchronous", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "synchronous": 2,
        "busy_timeout": 5000,
    }


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint!r}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_roles_are_kept_by_value(session: Session) -> None:
    stored = set(session.execute(text("SELECT DISTINCT role FROM role_assignment")).scalars())
    assert stored <= {role.value for role in Role}


def test_a_commit_ends_write_mode_only_with_its_block(runtime: Runtime) -> None:
    with write_mode(), runtime.session_factory() as own:
        own.execute(update(Unit).where(Unit.code == "326").values(note="x"))
        own.commit()
        assert own.scalars(select(Unit.note).where(Unit.code == "326")).one() == "x"

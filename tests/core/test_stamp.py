"""Catalogues that are read once: seen anew by every process as soon as one of them has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Select, delete, event, select, update
from sqlalchemy.orm import Session

from portal.core.db import write_mode
from portal.core.prepared import prepared
from portal.core.runtime import Runtime
from portal.core.stamp import CatalogueStamp, catalogue_tables, check_catalogues, forget_everything, recalled
from portal.domain.accounts.models import UserAccount
from portal.domain.units.models import Unit, UnitClosure, UnitLevel


@prepared
def levels() -> Select[str, str]:
    return select(UnitLevel.code, UnitLevel.label).order_by(UnitLevel.rank)


@pytest.fixture(autouse=True)
def anew() -> None:
    forget_everything()


def read(runtime: Runtime) -> tuple[Sequence[Any], list[str]]:
    """The levels as a page reads them, and the statements that it took."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(runtime.engine, "before_cursor_execute", note)
    try:
        with runtime.session_factory() as session:
            return recalled(session, levels()), seen
    finally:
        event.remove(runtime.engine, "before_cursor_execute", note)


def write(runtime: Runtime, change: Any) -> None:
    with write_mode(), runtime.session_factory() as session:
        change(session)
        session.commit()


def rename_a_level(session: Session) -> None:
    session.scalars(select(UnitLevel).order_by(UnitLevel.rank)).all()[0].label = "Cấp tỉnh, thành phố"


def test_rows_are_read_once_until_a_catalogue_changes(runtime: Runtime) -> None:
    first, asked = read(runtime)
    assert len(asked) == 2  # the stamp, the levels
    again, asked = read(runtime)
    assert (again, len(asked)) == (first, 1)
    write(runtime, rename_a_level)
    changed, asked = read(runtime)
    assert changed[0].label == "Cấp tỉnh, thành phố"
    assert len(asked) == 2


def test_statements_over_many_rows_move_the_stamp_too(runtime: Runtime) -> None:
    read(runtime)
    write(runtime, lambda session: session.execute(update(UnitLevel).values(label="Cấp")))
    assert {row.label for row in read(runtime)[0]} == {"Cấp"}


def test_what_is_undone_moves_nothing_and_other_tables_do_not_matter(runtime: Runtime) -> None:
    first = read(runtime)[0]
    with write_mode(), runtime.session_factory() as session:
        rename_a_level(session)
        session.flush()
        session.rollback()
        session.execute(update(UserAccount).values(post="Chuyên viên"))
        session.commit()
    again, asked = read(runtime)
    assert (again, len(asked)) == (first, 1)


def test_who_writes_sees_their_own_change_and_nobody_else_does_before_the_commit(runtime: Runtime) -> None:
    first = read(runtime)[0]
    with write_mode(), runtime.session_factory() as session:
        rename_a_level(session)
        session.flush()
        assert recalled(session, levels())[0].label == "Cấp tỉnh, thành phố"
        session.rollback()
    assert read(runtime)[0] == first


def test_a_savepoint_that_is_given_up_leaves_the_rest(runtime: Runtime) -> None:
    read(runtime)
    with write_mode(), runtime.session_factory() as session:
        rename_a_level(session)
        session.flush()
        with session.begin_nested() as inner:
            session.execute(update(UnitLevel).values(label="không giữ"))
            inner.rollback()
        session.commit()
    assert read(runtime)[0][0].label == "Cấp tỉnh, thành phố"


def test_without_its_row_nothing_old_is_told(runtime: Runtime) -> None:
    write(runtime, lambda session: session.execute(delete(CatalogueStamp)))
    read(runtime)
    write(runtime, rename_a_level)
    assert read(runtime)[0][0].label == "Cấp tỉnh, thành phố"


def test_only_catalogues_may_be_recalled(runtime: Runtime) -> None:
    assert {"unit", "unit_closure", "emulation_title", "registration_period"} <= catalogue_tables()
    below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == 1)
    check_catalogues(select(Unit.id).where(Unit.id.in_(below)))
    with pytest.raises(ValueError, match="user_account"):
        check_catalogues(select(Unit.id).where(Unit.id.in_(select(UserAccount.home_unit_id))))
    with runtime.session_factory() as session, pytest.raises(ValueError, match="user_account"):
        recalled(session, select(UserAccount.id))

"""The index follows what is written, in the transaction that writes it; it can be built, stopped, checked, mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.manifest import Manifest, manifests
from portal.core.runtime import Runtime
from portal.core.search import build
from portal.core.search.build import check, rebuild, unbuilt
from portal.core.search.documents import SearchBuild
from portal.core.search.index import searchables
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.services import intake, lines
from portal.domain.emulation.services.lines import LineCommand
from portal.domain.emulation.services.registrations import load_for_write
from portal.domain.units.models import Unit
from portal.domain.units.reorganisation import Decision, rename_unit
from tests.emulation.domain.builders import World
from tests.search.conftest import Ask

LINE = "registration_line"


def found(ask: Ask, who: str, typed: str, kind: str = LINE) -> list[int]:
    return ask(who, typed, kind).get(kind, [])


def faults(runtime: Runtime) -> list[str]:
    with runtime.session_factory() as session:
        return [str(fault) for fault in check(session)]


def test_a_line_is_found_from_when_it_is_added_until_it_is_removed(ask: Ask, world: World, runtime: Runtime) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Hoàng Kim Ngân"))
    (line,) = world.line_ids(key)
    assert found(ask, "vangiang", "kim ngan") == [line]
    world.edit("vangiang", key, lines.update_line, line, 1, world.person("Hoàng Kim Ngọc", division="Tổ Bếp"))
    assert found(ask, "vangiang", "kim ngan") == []
    assert found(ask, "vangiang", "kim ngoc bep") == [line]
    snapshot = world.edit("vangiang", key, lines.remove_line, line, 2)
    assert found(ask, "vangiang", "kim ngoc") == []
    back = world.edit("vangiang", key, lines.restore_line, snapshot).id
    assert found(ask, "vangiang", "kim ngoc") == [back]
    assert faults(runtime) == []


def test_many_lines_at_once_are_followed(ask: Ask, world: World, runtime: Runtime) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Hoàng Kim Ngân"))
    rows = [LineCommand(None, world.person(name)) for name in ("Hoàng Kim Ngân", "Lưu Diệu Huyền", "Lưu Diệu Linh")]
    world.edit("vangiang", key, lines.apply_lines, rows)
    first, *added = world.line_ids(key)
    assert found(ask, "vangiang", "luu dieu") == sorted(added, reverse=True)
    with world.work_as("vangiang") as work:
        own_key = work.session.get_one(RegistrationLine, first).row_key
    changed = [LineCommand(own_key, world.person("Hoàng Kim Oanh"))]
    world.edit("vangiang", key, lines.apply_lines, changed)
    assert (found(ask, "vangiang", "kim ngan"), found(ask, "vangiang", "kim oanh")) == ([], [first])
    commune = world.sent_by_commune(world.person("Tạ Bích Vân"))
    with world.work_as("vangiang") as work:
        intake.take_in(work, load_for_write(work, key), load_for_write(work, commune))
    assert found(ask, "vangiang", "bich van") == [world.line_ids(key)[-1], *world.line_ids(commune)]
    assert faults(runtime) == []


def test_what_is_rolled_back_is_not_found(ask: Ask, session: Session, runtime: Runtime) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "330")).one()
    unit.name = "UBND huyện Tạm Đặt"
    session.flush()
    session.rollback()
    unit = session.scalars(select(Unit).where(Unit.code == "330")).one()
    with session.begin_nested():
        unit.short_name = "Chử Đồng"
    session.commit()
    assert found(ask, "quantri", "tam dat", "unit") == []
    assert found(ask, "quantri", "chu dong", "unit") == [unit.id]
    assert faults(runtime) == []


def test_a_renamed_unit_is_found_by_each_name_and_its_registrations_by_the_new_one(
    ask: Ask, world: World, runtime: Runtime, clock: FixedClock
) -> None:
    key = world.sent_by_district()
    with world.work_as("quantri") as work:
        decision = Decision("15/NQ-HĐND", clock.today(), clock.today())
        rename_unit(work, world.units["326"], decision, "UBND huyện Đa Ngưu", "Đa Ngưu")
    assert found(ask, "quantri", "đa ngưu", "unit") == [world.units["326"]]
    assert world.units["326"] in found(ask, "quantri", "văn giang", "unit")
    assert found(ask, "thidua", "đa ngưu 2023", "emulation_registration") == [key]
    assert faults(runtime) == []


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BATCH", 100)


@pytest.mark.usefixtures("small_batches")
def test_building_goes_on_where_it_was_stopped(ask: Ask, runtime: Runtime, clock: FixedClock, session: Session) -> None:
    for table in ("search_document", "search_build"):
        session.execute(text(f"DELETE FROM {table}"))
    session.commit()
    assert len(faults(runtime)) == len(searchables())
    assert ask("quantri", "van giang") == {}

    class Stopped(Exception):
        pass

    def stop(_kind: object, done: int) -> None:
        if done == 200:
            raise Stopped

    with pytest.raises(Stopped):
        rebuild(runtime.session_factory, clock, stop)
    with runtime.session_factory() as reading:
        begun = reading.get_one(SearchBuild, "unit")
        assert begun.after_id > 0
        assert begun.finished_at is None
        assert "unit" in {kind.kind for kind in unbuilt(reading)}
    told: list[int] = []
    rebuild(runtime.session_factory, clock, lambda _kind, done: told.append(done))
    assert told[0] <= 100
    assert faults(runtime) == []
    assert len(ask("quantri", "van giang")) == 2
    assert rebuild(runtime.session_factory, clock) == 0


def test_a_check_names_what_differs_and_building_again_mends_it(
    runtime: Runtime, clock: FixedClock, session: Session, read: Callable[..., list[int]]
) -> None:
    first, second, third = read(select(Unit.id).order_by(Unit.id).limit(3))
    base = 1 << 40
    session.execute(text("DELETE FROM search_document WHERE id = :key"), {"key": base + first})
    session.execute(
        text("UPDATE search_document SET id = :new WHERE id = :key"), {"key": base + second, "new": base + 10**6}
    )
    newest = read(select(Unit.id).order_by(Unit.id.desc()).limit(1))[0]
    session.execute(update(Unit).where(Unit.id == newest).values(name="Tên khác"))
    session.execute(update(Unit).where(Unit.id == third).values(note="không tìm theo ghi chú"))
    session.commit()
    assert faults(runtime) == ["Đơn vị: thiếu 2 bản ghi, thừa 1 bản ghi, 1 bản ghi cũ"]
    rebuild(runtime.session_factory, clock, again=True)
    assert faults(runtime) == []


def test_kinds_have_numbers_of_their_own_and_confidential_features_none() -> None:
    numbers = [kind.number for kind in searchables()]
    assert len(set(numbers)) == len(numbers)
    assert {kind.kind for kind in searchables()} >= {"unit", "user_account", "registration_line"}
    for kind in searchables():
        columns = set(kind.model.__table__.c.keys())
        assert kind.attributes <= columns, kind.kind
        assert all(follow.attributes <= set(follow.model.__table__.c.keys()) for follow in kind.follows)
    assert [feature.name for feature in manifests() if feature.confidential and feature.searchable] == []
    with pytest.raises(ValueError, match="confidential"):
        Manifest("secret", "Mật", confidential=True, searchable=searchables()[:1])

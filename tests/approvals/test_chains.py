"""Chains as data: editions, what a chain must be, who keeps it, and that a paper keeps the one that it began with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.manifest import Manifest
from portal.domain.access.enums import Permission, Role
from portal.domain.accounts.models import UserAccount
from portal.domain.approvals import queries
from portal.domain.approvals.errors import DefinitionPublished, NothingToPublish
from portal.domain.approvals.kinds import DocumentKind, RecordView, declared
from portal.domain.approvals.services import chains
from portal.domain.approvals.services.chains import ChainStepData
from portal.domain.units.models import Unit
from portal.domain.units.reorganisation import Decision, NewUnit, merge_units
from tests.approvals.conftest import KIND, STEPS, Papers, publish

HEAD, DEPUTY, DIRECTOR = STEPS


def test_a_paper_keeps_the_edition_it_began_with(world: Papers) -> None:
    old = world.at(world.begin(), ("thidua", "submit"))
    with world.work_as("vanphong") as work:
        publish(work, KIND, [DIRECTOR])
    new = world.at(world.begin(), ("thidua", "submit"))
    assert (world.waits_for("thidua.truong"), world.waits_for("giamdoc")) == ([old], [new])
    world.at(old, ("thidua.truong", "return"), ("thidua", "submit"))
    assert world.waits_for("thidua.truong") == [old], "also when it is put forward again"
    with world.work_as("vanphong") as work:
        rows = work.session.execute(queries.definitions_of(KIND)).all()
        assert [(row[0].edition, row.running) for row in rows] == [(2, 1), (1, 1)]


def test_an_edition_is_written_step_by_step(world: Papers) -> None:
    with world.work_as("vanphong") as work:
        made = chains.begin_edition(work, KIND)
        assert chains.begin_edition(work, KIND) is made, "one at a time"
        assert [s.label for s in work.session.scalars(queries.steps_of(made.id))] == [s.label for s in STEPS]
        first = made.version
        chains.move_step(work, made.id, first, 2, -1)
        with pytest.raises(VersionConflict):
            chains.remove_step(work, made.id, first, 1)
        chains.remove_step(work, made.id, made.version, 1)
        chains.update_step(work, made.id, made.version, 1, ChainStepData("Chánh Văn phòng xem", Role.OFFICE))
        steps = [(s.position, s.label, s.role) for s in work.session.scalars(queries.steps_of(made.id))]
        assert steps == [(1, "Chánh Văn phòng xem", Role.OFFICE), (2, DIRECTOR.label, Role.DIRECTOR)]
        for position, by in ((1, -1), (2, 1), (7, 1)):
            with pytest.raises(NotFound):
                chains.move_step(work, made.id, made.version, position, by)
        for fields, data in (
            ({"label"}, ChainStepData(" ", Role.DIRECTOR)),
            ({"label", "days"}, ChainStepData("x" * 121, Role.DIRECTOR, days=61)),
            ({"role"}, ChainStepData("Quản trị", Role.SYSTEM_ADMIN)),
            ({"role"}, ChainStepData("Tôn giáo", Role.RELIGION_APPROVER)),
        ):
            with pytest.raises(InvalidInput) as caught:
                chains.add_step(work, made.id, made.version, data)
            assert set(caught.value.errors) == fields
        chains.publish(work, made.id, made.version, "Theo Quyết định số 12")
        with pytest.raises(DefinitionPublished):
            chains.add_step(work, made.id, made.version, HEAD)
        after = chains.begin_edition(work, KIND)
        assert after.edition == made.edition + 1
        chains.discard(work, after.id, after.version)
        assert work.session.scalars(queries.open_definition(KIND)).one_or_none() is None


def test_a_chain_must_lead_to_an_approval(world: Papers) -> None:
    cases = [
        ([], "ít nhất một bước"),
        ([HEAD], "phải được duyệt"),
        ([HEAD, DEPUTY], "không bỏ qua được"),
        ([HEAD, HEAD, DIRECTOR], "do cùng một vai trò"),
    ]
    with world.work_as("vanphong") as work:
        for steps, words in cases:
            with pytest.raises(NothingToPublish, match=words):
                publish(work, KIND, steps)
        made = chains.begin_edition(work, KIND)
        while len(work.session.scalars(queries.steps_of(made.id)).all()) < 9:
            chains.add_step(work, made.id, made.version, DIRECTOR)
        with pytest.raises(RuleBroken, match="nhiều nhất 9"):
            chains.add_step(work, made.id, made.version, DIRECTOR)


def test_only_the_leadership_the_office_and_the_administrator_keep_chains(world: Papers) -> None:
    for username in ("thidua", "thidua.truong", "stc"):
        with pytest.raises(NotAllowed), world.work_as(username) as work:
            chains.begin_edition(work, KIND)
    with world.work_as("quantri") as work:
        assert chains.begin_edition(work, KIND).edition == 2
    with pytest.raises(NotFound), world.work_as("quantri") as work:
        chains.begin_edition(work, "no_such_kind")


def test_a_kind_without_a_chain_waits_for_one(
    kind_of_papers: Papers, work_as: Any, unit_id: Callable[..., int]
) -> None:
    kind_of_papers.work_as, kind_of_papers.unit_id = work_as, unit_id("33")
    key = kind_of_papers.begin()
    with pytest.raises(RuleBroken, match="chưa có quy trình"):
        kind_of_papers.step("thidua", key, "submit")


def test_a_paper_of_a_merged_division_goes_to_the_new_ones_head(world: Papers, unit_id: Callable[..., int]) -> None:
    key = world.at(world.begin(), ("thidua", "submit"))
    with world.work_as("quantri") as work:
        new = NewUnit("SNV-MOI", "Phòng Thi đua và Cải cách", "Phòng TĐ&CC", "department_division")
        decision = Decision("12/QĐ-SNV", date(2023, 3, 1), date(2023, 3, 15))
        merge_units(work, [unit_id("SNV-BTDKT"), unit_id("SNV-CCHC")], decision, new)
        work.session.flush()
        home = work.session.scalars(select(Unit.id).where(Unit.code == "SNV-MOI")).one()
        head = work.session.scalars(select(UserAccount).where(UserAccount.username == "thidua.truong")).one()
        head.home_unit_id = home
    assert world.waits_for("thidua.truong") == [key]
    world.step("thidua.truong", key, "forward")
    assert world.waits_for("phogiamdoc") == [key]


def test_kinds_are_declared_once_and_never_by_a_confidential_feature() -> None:
    kind = DocumentKind(
        "a", "A", Permission.PAPER_VIEW, Permission.PAPER_VIEW, "home.show_home", "so", lambda _w, _k: RecordView()
    )
    assert list(declared([Manifest("one", "Một", document_kinds=(kind,))])) == ["a"]
    with pytest.raises(ValueError, match="Two kinds"):
        declared([Manifest("one", "Một", document_kinds=(kind, kind))])
    with pytest.raises(ValueError, match="confidential"):
        declared([Manifest("one", "Một", confidential=True, document_kinds=(kind,))])

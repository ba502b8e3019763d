"""Every step of a paper: who takes it, where it leads, its trail, its refusal, whom it tells, when it falls due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.core.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    ReasonMissing,
    RuleBroken,
    VersionConflict,
    WrongState,
)
from portal.core.manifest import manifests
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.approvals import policies
from portal.domain.approvals.enums import ApprovalState as S
from portal.domain.approvals.errors import PaperNotEditable
from portal.domain.approvals.models import Approval
from portal.domain.approvals.services import papers
from portal.domain.audit.models import AuditEntry
from portal.domain.calendar.due import due_for
from portal.domain.notifications.models import Notice
from tests.approvals.conftest import TITLE, Papers

SUBMIT, FORWARD, FORWARD_2 = ("thidua", "submit"), ("thidua.truong", "forward"), ("phogiamdoc", "forward")


def test_a_paper_goes_from_the_officer_to_the_director(world: Papers, read: Callable[..., Any]) -> None:
    key = world.begin()
    assert world.waits_for("thidua.truong") == []
    world.step("thidua", key, "submit", "Kính trình lãnh đạo.")
    assert [world.waits_for(u) for u in ("thidua", "thidua.truong", "phogiamdoc", "giamdoc")] == [[], [key], [], []]
    world.step("thidua.truong", key, "forward", "Đồng ý.", to=2)
    assert [world.waits_for(u) for u in ("thidua.truong", "phogiamdoc", "giamdoc")] == [[], [key], []]
    world.at(key, FORWARD_2, ("giamdoc", "approve"))
    paper = world.look(key)
    assert (paper.state, paper.position, paper.due_on) == (S.APPROVED, 3, None)
    moves = [(m.action, m.from_position, m.to_position, m.opinion, m.due_on) for m in world.moves(key)]
    assert moves == [
        ("submit", 0, 1, "Kính trình lãnh đạo.", None),
        ("forward", 1, 2, "Đồng ý.", date(2023, 3, 17)),
        ("forward", 2, 3, "", date(2023, 3, 17)),
        ("approve", 3, 3, "", date(2023, 3, 20)),
    ]
    assert world.followed == ["submit", "forward", "forward", "approve"]
    actions = read(select(AuditEntry.action).where(AuditEntry.object_type == "approval").order_by(AuditEntry.id))
    assert actions == [f"approval.{a}" for a in ("begun", "submitted", "forwarded", "forwarded", "approved")]


def test_ways_past_back_and_out_of_the_chain(world: Papers) -> None:
    """Past a step, finished early, back to who forwarded it, returned, withdrawn, given up, reopened, issued."""
    past = world.at(world.begin(), SUBMIT)
    world.step("thidua.truong", past, "forward", to=3)
    assert [world.waits_for("phogiamdoc"), world.waits_for("giamdoc")] == [[], [past]]
    world.step("giamdoc", past, "back", "Xin ý kiến thêm")
    assert world.look(past).position == 1, "it goes back to who sent it here, not to the step that was passed over"
    early = world.at(world.begin(), SUBMIT, FORWARD, ("phogiamdoc", "approve"))
    assert world.look(early).state is S.APPROVED
    back = world.at(world.begin(), SUBMIT, FORWARD, FORWARD_2, ("giamdoc", "back"), ("phogiamdoc", "back"))
    assert world.look(back).position == 1
    with pytest.raises(RuleBroken, match="bước đầu sau người soạn"):
        world.step("thidua.truong", back, "back", "Xin sửa")
    world.step("thidua.truong", back, "return", "Thiếu căn cứ")
    paper = world.look(back)
    assert (paper.state, paper.position, paper.due_on) == (S.RETURNED, 0, None)
    world.at(back, SUBMIT, ("thidua", "withdraw"))
    assert world.look(back).state is S.DRAFT
    world.step("thidua", back, "abandon", "Không còn cần")
    assert world.look(back).state is S.ABANDONED
    world.step("phogiamdoc", early, "reopen", "Sai họ tên")
    assert world.look(early).state is S.RETURNED
    issued = world.at(world.begin(), SUBMIT, FORWARD, ("phogiamdoc", "approve"))
    with world.work_as("vanphong") as work:
        papers.issue(work, work.session.get_one(Approval, issued))
    assert world.look(issued).state is S.ISSUED
    with pytest.raises(WrongState):
        world.step("phogiamdoc", issued, "reopen", "Sai họ tên")


def test_what_is_refused_changes_nothing(world: Papers) -> None:
    key = world.begin()
    cases: list[tuple[str, str, str, int | None, type[Exception]]] = [
        ("giamdoc", "approve", "", None, NotFound),  # a draft that was not put forward
        ("thidua.truong", "forward", "", None, WrongState),
        ("stc", "submit", "", None, NotFound),
        ("thidua", "submit", "", 3, InvalidInput),  # past a step that may not be passed over
        ("thidua", "issue", "", None, NotFound),
        ("thidua", "burn", "", None, NotFound),
        ("thidua", "submit", "x" * 4001, None, InvalidInput),
        ("thidua", "abandon", " ", None, ReasonMissing),
    ]
    for username, action, opinion, to, error in cases:
        with pytest.raises(error):
            world.step(username, key, action, opinion, to)
    world.faults = ["Chưa có dòng nào"]
    with pytest.raises(RuleBroken, match="Chưa có dòng nào"):
        world.step("thidua", key, "submit")
    world.faults = []
    world.at(key, SUBMIT)
    cases = [
        ("phogiamdoc", "forward", "", None, NotAllowed),  # not yet at their step
        ("giamdoc", "approve", "", None, NotAllowed),
        ("thidua.truong", "approve", "", None, NotAllowed),  # this step may not finish
        ("thidua.truong", "return", "", None, ReasonMissing),
        ("thidua", "submit", "", None, WrongState),
        ("cchc", "forward", "", None, NotFound),
        ("vangiang.lanhdao", "forward", "", None, NotFound),
    ]
    for username, action, opinion, to, error in cases:
        with pytest.raises(error):
            world.step(username, key, action, opinion, to)
    with pytest.raises(PaperNotEditable):
        world.edit("thidua", key)
    with pytest.raises(NotAllowed):
        world.edit("giamdoc", key)
    assert [m.action for m in world.moves(key)] == ["submit"]
    with pytest.raises(NotAllowed), world.work_as("stc") as work:
        papers.begin(work, "test_paper", 99, TITLE, world.unit_id)


def test_of_two_at_once_the_second_is_told(world: Papers) -> None:
    key = world.at(world.begin(), SUBMIT)
    seen = world.look(key).version
    world.step("thidua.truong", key, "forward", version=seen)
    for username, action in (("thidua.truong", "return"), ("phogiamdoc", "forward"), ("thidua", "withdraw")):
        with pytest.raises(VersionConflict):
            world.step(username, key, action, "Chậm hơn", version=seen)
    assert [m.action for m in world.moves(key)] == ["submit", "forward"]


def test_who_drafted_or_edited_does_not_approve(world: Papers) -> None:
    """Nor someone who edited since the last return, nor a delegate of theirs, nor the drafter by a delegation."""
    key = world.begin()
    world.edit("thidua.truong", key)
    with pytest.raises(RuleBroken, match="Không có bước nào"):
        world.step("thidua", key, "submit")  # the only head edited: nobody could answer the first step
    by_head = world.begin("thidua.truong")
    with pytest.raises(RuleBroken):
        world.step("thidua.truong", by_head, "submit")
    other = world.at(world.begin(), SUBMIT)
    world.delegate("thidua.truong", "thidua", Role.DIVISION_HEAD)
    assert world.waits_for("thidua") == []
    with pytest.raises(NotAllowed, match="nên không tự duyệt"):
        world.step("thidua", other, "forward")
    with pytest.raises(NotAllowed, match="nên không tự duyệt"):
        world.step("thidua", other, "return", "Sai")
    world.at(other, FORWARD, ("phogiamdoc", "return"))
    world.edit("thidua", other)
    assert world.look(other).drafted_by_id in papers_hands(world, other)


def papers_hands(world: Papers, key: int) -> frozenset[int]:
    with world.work_as("giamdoc") as work:
        return policies.facts_of(work, work.session.get_one(Approval, key)).hands


def test_a_return_forgets_who_edited_before_it(world: Papers) -> None:
    key = world.begin()
    world.edit("thidua.truong", key)
    with world.work_as("thidua") as work:
        ids = dict(work.session.execute(select(UserAccount.username, UserAccount.id)).all())
    assert papers_hands(world, key) == {ids["thidua"], ids["thidua.truong"]}
    world.delegate("giamdoc", "phogiamdoc", Role.DIRECTOR)
    clear = world.at(world.begin(), SUBMIT, FORWARD)
    assert papers_hands(world, clear) == {ids["thidua"]}
    world.at(clear, ("phogiamdoc", "return"))
    assert papers_hands(world, clear) == {ids["thidua"]}, "the drafter stays one"


def test_a_delegate_answers_in_the_givers_name(world: Papers, read: Callable[..., Any]) -> None:
    ids = {user.username: user.id for user in read(select(UserAccount))}
    key = world.at(world.begin(), SUBMIT, FORWARD, FORWARD_2)
    assert world.waits_for("vanphong") == []
    world.delegate("giamdoc", "phogiamdoc", Role.DIRECTOR)
    assert world.waits_for("phogiamdoc") == [key]
    world.step("phogiamdoc", key, "approve", "Thay mặt Giám đốc")
    last = world.moves(key)[-1]
    assert (last.actor_id, last.on_behalf_of_id) == (ids["phogiamdoc"], ids["giamdoc"])
    entry = read(select(AuditEntry).where(AuditEntry.action == "approval.approved"))[0]
    assert entry.on_behalf_of_id == ids["giamdoc"]


def test_who_may_see_which_papers(world: Papers) -> None:
    draft, sent = world.begin(), world.at(world.begin(), SUBMIT)
    assert world.sees("thidua") == world.sees("thidua.truong") == [draft, sent]
    assert world.sees("giamdoc") == world.sees("vanphong") == [sent]
    assert world.sees("cchc") == world.sees("stc") == world.sees("quantri") == []


def test_only_the_drafters_own_division_answers_its_step(world: Papers) -> None:
    with world.work_as("quantri") as work:
        ids = dict(work.session.execute(select(UserAccount.username, UserAccount.id)).all())
        work.session.add(_head_elsewhere(world, ids["cchc"], work))
    key = world.at(world.begin(), SUBMIT)
    assert world.waits_for("cchc") == []
    with pytest.raises(NotAllowed):
        world.step("cchc", key, "forward")


def _head_elsewhere(world: Papers, user_id: int, work: Any) -> RoleAssignment:
    return RoleAssignment(
        user_id=user_id,
        role=Role.DIVISION_HEAD,
        unit_id=world.unit_id,
        valid_from=date(2023, 1, 1),
        created_at=work.clock.now(),
    )


def test_people_are_told_and_days_are_counted(world: Papers, read: Callable[..., Any], clock: FixedClock) -> None:
    key = world.at(world.begin(), SUBMIT)

    def told(username: str) -> list[str]:
        stmt = select(Notice.text).join(UserAccount, UserAccount.id == Notice.receiver_id)
        return read(stmt.where(UserAccount.username == username).order_by(Notice.id))  # type: ignore[no-any-return]

    assert told("thidua.truong") == [f"{TITLE}: chờ ông/bà cho ý kiến"]
    assert told("phogiamdoc") == told("thidua") == []
    (feature,) = [m for m in manifests() if m.name == "approvals"]
    assert feature.waiting is not None
    assert feature.sent is not None
    with world.work_as("thidua.truong") as work:
        (item,) = feature.waiting(work, 2023)
        assert (item.title, item.due_on) == (f"Cho ý kiến: {TITLE}", date(2023, 3, 17))
        assert feature.waiting(work, 2022) == []
        mine = [d for d in due_for(work, date(2023, 3, 1), date(2023, 3, 31)) if d.area == "Trình ký"]
        assert [(d.due_on, d.watched) for d in mine] == [(date(2023, 3, 17), False)]
    with world.work_as("thidua") as work:
        (gone,) = feature.sent(work, 2023)
        assert (gone.where, gone.state.label) == ("Trưởng phòng cho ý kiến", "Đang trình")
        assert [d.watched for d in due_for(work, date(2023, 3, 1), date(2023, 3, 31)) if d.area == "Trình ký"] == [True]
    clock.instant = clock.instant.replace(day=20)
    with world.work_as("thidua") as work:
        assert feature.sent(work, 2023)[0].state.label == "Quá hạn cho ý kiến"
    world.at(key, ("thidua.truong", "return"))
    assert told("thidua") == [f"{TITLE}: bị trả lại để sửa"]
    with world.work_as("thidua") as work:
        assert [i.note for i in feature.waiting(work, 2023)] == ["Bị trả lại"]
    world.at(key, SUBMIT, FORWARD, ("phogiamdoc", "approve"))
    assert told("thidua")[1:] == [f"{TITLE}: đã được duyệt"]

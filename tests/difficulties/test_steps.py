"""Every step of an item: who takes it, its trail and notices, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict, WrongState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment
from portal.domain.difficulties.enums import DIFFICULTY_WORKFLOW, AnswerAudience, DifficultyState
from portal.domain.difficulties.services import ItemData, NotEditable, StepData, load_for_write, save_item
from portal.domain.notifications.models import Notice
from tests.difficulties.conftest import ANSWER, DATA, DUE, WAY, Channel

S = DifficultyState
Told = Callable[[str], list[Notice]]


def test_the_whole_way_with_its_trail_and_who_is_told(channel: Channel, told: Told) -> None:
    key = channel.until("approve")
    channel.step("vangiang.lanhdao", key, "close")
    item = channel.item(key)
    assert (item.state, item.audience, item.answer, item.due_on) == (S.CLOSED, AnswerAudience.UNIT, ANSWER, DUE)
    trail = channel.trail(key)
    assert [step.action for step in trail] == [action for _, action in WAY] + ["close"]
    assert [step.to_state for step in trail] == ["sent", "received", "assigned", "in_review", "answered", "closed"]
    assert channel.actions(key) == ["difficulty.written", *(f"difficulty.{step.action}" for step in trail)]
    kinds = {name: [n.kind for n in told(name)] for name in ("vanphong", "thidua", "thidua.truong", "vangiang")}
    assert kinds["vanphong"] == ["difficulties.arrived"]
    assert kinds["thidua"] == ["difficulties.assigned"]
    assert kinds["thidua.truong"] == ["difficulties.arrived", "difficulties.to_approve"]
    assert kinds["vangiang"] == ["difficulties.answered"]
    assert [n.kind for n in told("vangiang.lanhdao")] == ["difficulties.answered"]


def test_the_unit_is_asked_and_supplements(channel: Channel, told: Told, work_as: Callable[..., Work]) -> None:
    key = channel.until("assign")
    channel.step("thidua", key, "ask_back", StepData("Xin gửi quyết định biệt phái"))
    assert told("vangiang")[-1].text.startswith("Sở Nội vụ đề nghị bổ sung: ")
    with channel.work_as("vangiang") as work:
        item = load_for_write(work, key)
        save_item(work, item, item.version, replace(DATA, body="Đã bổ sung"))
    channel.step("vangiang", key, "supplement", StepData("Đã thêm quyết định"))
    assert channel.item(key).state is S.ASSIGNED
    assert channel.item(key).body == "Đã bổ sung"
    assert told("thidua")[-1].text.startswith("Đơn vị đã bổ sung: ")


def test_a_draft_of_the_answer_is_returned_forwarded_and_refused(channel: Channel, told: Told) -> None:
    key = channel.until("submit_answer")
    channel.step("thidua.truong", key, "return_answer", StepData("Nêu rõ căn cứ"))
    assert told("thidua")[-1].text.startswith("Dự thảo trả lời bị trả lại: ")
    to = StepData("Đúng việc của Phòng", channel.person("cchc"), DUE)
    channel.step("thidua", key, "forward", to)
    assert channel.item(key).assignee_id == channel.person("cchc")
    assert told("cchc")[-1].kind == "difficulties.assigned"
    with pytest.raises(NotAllowed):
        channel.step("thidua", key, "submit_answer")
    channel.step("vanphong", key, "refuse", StepData("Không thuộc thẩm quyền"))
    assert channel.item(key).state is S.REFUSED
    assert told("vangiang")[-1].text.startswith("Sở Nội vụ không giải quyết: ")


def test_who_drafted_the_answer_does_not_approve_it(channel: Channel) -> None:
    key = channel.until("open")
    channel.step("vanphong", key, "assign", StepData("", channel.person("thidua.truong"), DUE))
    channel.step("thidua.truong", key, "submit_answer")
    with pytest.raises(RuleBroken, match="không tự duyệt"):
        channel.step("thidua.truong", key, "approve")
    channel.step("phogiamdoc", key, "approve")
    assert channel.item(key).state is S.ANSWERED


def test_who_acts_for_the_drafter_does_not_approve_and_answers_in_their_name(
    channel: Channel, session: Session
) -> None:
    given = RoleAssignment(
        user_id=channel.person("thidua.truong"),
        role=Role.EMULATION_OFFICER,
        unit_id=channel.unit_id("33"),
        valid_from=date(2023, 1, 1),
        given_by_id=channel.person("thidua"),
        reason="Đi công tác",
        created_at=datetime(2023, 1, 1, tzinfo=UTC),
    )
    session.add(given)
    session.commit()
    first, second = channel.until("submit_answer"), channel.until("assign")
    with pytest.raises(RuleBroken, match="không tự duyệt"):
        channel.step("thidua.truong", first, "approve")
    channel.step("thidua.truong", second, "submit_answer")
    step = channel.trail(second)[-1]
    assert (step.actor_id, step.on_behalf_of_id) == (channel.person("thidua.truong"), channel.person("thidua"))
    channel.step("phogiamdoc", second, "approve")


def test_the_unit_takes_back_only_what_nobody_has_opened(channel: Channel) -> None:
    key = channel.until("send")
    channel.step("vangiang.lanhdao", key, "take_back")
    assert channel.item(key).state is S.DRAFT
    assert channel.item(key).sent_at is None
    with pytest.raises(NotFound):
        channel.step("vanphong", key, "open")
    channel.step("vangiang", key, "send")
    channel.step("luutru", key, "open")
    with pytest.raises(WrongState):
        channel.step("vangiang", key, "take_back")
    other = channel.written()
    channel.step("vangiang", other, "drop")
    assert channel.item(other).state is S.DROPPED


def test_the_audience_can_be_changed_later(channel: Channel) -> None:
    key = channel.until("approve")
    decided = channel.item(key).decided_at
    channel.step("vanphong", key, "publish", StepData(audience=AnswerAudience.ALL, name_shown=True))
    item = channel.item(key)
    assert (item.audience, item.name_shown, item.decided_at) == (AnswerAudience.ALL, True, decided)
    channel.step("thidua.truong", key, "publish", StepData(audience=AnswerAudience.UNIT, name_shown=True))
    assert channel.item(key).name_shown is False


NOBODYS = {
    "send": ("vanphong", "khoaichau", "giamdoc"),
    "take_back": ("vanphong",),
    "drop": ("vanphong",),
    "supplement": ("thidua",),
    "open": ("vangiang",),
    "assign": ("vangiang", "thidua", "luutru"),
    "forward": ("vangiang", "luutru"),
    "ask_back": ("vangiang", "luutru"),
    "submit_answer": ("vangiang", "vanphong", "luutru", "thidua.truong"),
    "return_answer": ("vangiang", "thidua", "vanphong"),
    "approve": ("vangiang", "thidua", "vanphong"),
    "publish": ("vangiang", "thidua"),
    "refuse": ("vangiang", "thidua"),
    "close": ("thidua", "luutru"),
}
REACHED = {
    "take_back": "send",
    "open": "send",
    "assign": "open",
    "refuse": "open",
    "forward": "assign",
    "ask_back": "assign",
    "submit_answer": "assign",
    "return_answer": "submit_answer",
    "approve": "submit_answer",
    "publish": "approve",
    "close": "approve",
    "supplement": "assign",
}


@pytest.mark.parametrize("action", [step.action for step in DIFFICULTY_WORKFLOW.transitions])
def test_each_step_is_refused_to_others_and_over_an_old_version(channel: Channel, action: str) -> None:
    key = channel.until(REACHED[action]) if action in REACHED else channel.written()
    if action == "supplement":
        channel.step("thidua", key, "ask_back", StepData("Xin bổ sung"))
    before = channel.item(key)
    for who in NOBODYS[action]:
        with pytest.raises((NotAllowed, NotFound)):
            channel.step(who, key, action)
    able = {**{a: w for w, a in WAY}, "take_back": "vangiang", "drop": "vangiang", "supplement": "vangiang"}
    who = able.get(action, "thidua.truong")
    with pytest.raises(VersionConflict):
        channel.step(who, key, action, version=99)
    if DIFFICULTY_WORKFLOW.transition(action).needs_reason:
        with pytest.raises(InvalidInput):
            channel.step(who, key, action, replace(channel.data(action), opinion=" "))
    assert channel.item(key).version == before.version
    channel.step(who, key, action)
    if action not in ("forward", "publish"):
        with pytest.raises((WrongState, NotFound)):
            channel.step(who, key, action)


@pytest.mark.parametrize(
    ("last", "who", "action", "data", "field"),
    [
        ("open", "vanphong", "assign", StepData(due_on=DUE), "assignee_id"),
        ("open", "vanphong", "assign", StepData(assignee_id=1, due_on=DUE), "assignee_id"),
        ("open", "vanphong", "assign", StepData(due_on=DUE.replace(year=2022)), "due_on"),
        ("assign", "thidua", "submit_answer", StepData(answer=" "), "answer"),
        ("assign", "thidua", "submit_answer", StepData(answer="a" * 8001), "answer"),
        ("submit_answer", "thidua.truong", "approve", StepData(), "audience"),
        ("send", "vanphong", "open", StepData("a" * 2001), "opinion"),
    ],
)
def test_what_a_step_is_given_is_checked(
    channel: Channel, last: str, who: str, action: str, data: StepData, field: str
) -> None:
    key = channel.until(last)
    with pytest.raises(InvalidInput) as refused:
        channel.step(who, key, action, data)
    assert field in refused.value.errors


def test_what_a_unit_writes_is_checked(channel: Channel) -> None:
    empty = ItemData(None, None, " ", "")
    with pytest.raises(InvalidInput) as refused:
        channel.written(data=empty)
    assert set(refused.value.errors) == {"kind", "work_field", "title", "body"}
    with pytest.raises(InvalidInput):
        channel.written(data=replace(DATA, title="a" * 201))
    with pytest.raises(NotAllowed):
        channel.written("vangiang", "330")
    key = channel.until("send")
    with channel.work_as("vangiang") as work:
        item = load_for_write(work, key)
        with pytest.raises(NotEditable):
            save_item(work, item, item.version, DATA)

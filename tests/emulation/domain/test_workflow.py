"""Every step with its refusals: state, right, separation, version, reason, period, readiness, paper; and its trail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    ReasonMissing,
    RuleBroken,
    VersionConflict,
    WrongState,
)
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.lines import add_line
from portal.domain.emulation.services.registrations import (
    PledgeData,
    add_pledge,
)
from portal.domain.emulation.services.workflow import PaperData
from tests.emulation.domain.builders import PAPER, World

S = RegistrationState


def test_officer_head_and_province(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit", "Kính trình")
    assert world.get(key).state is S.IN_REVIEW
    world.step("vangiang.lanhdao", key, "send", PAPER, "Đồng ý")
    sent = world.get(key)
    assert (sent.state, sent.paper_no, sent.paper_date) == (S.SENT, "15/UBND-NV", date(2023, 3, 14))
    assert (sent.signer_name, sent.signer_title) == ("Lê Văn Quyết", "Phó Chủ tịch")
    assert sent.sent_by_id == world.user_id("vangiang.lanhdao")
    assert sent.sent_at is not None
    world.step("thidua", key, "accept", "Đủ thành phần")
    accepted = world.get(key)
    assert (accepted.state, accepted.decided_by_id) == (S.ACCEPTED, world.user_id("thidua"))
    steps = world.trail(key)
    assert [(s.action, s.from_state, s.to_state, s.opinion) for s in steps] == [
        ("submit", "draft", "in_review", "Kính trình"),
        ("send", "in_review", "sent", "Đồng ý"),
        ("accept", "sent", "accepted", "Đủ thành phần"),
    ]
    assert [s.unit_id for s in steps] == [world.units["326"], world.units["326"], world.units["33"]]
    assert world.actions(key)[-3:] == ["registration.submitted", "registration.sent", "registration.accepted"]


def test_every_step_moves_the_version(world: World) -> None:
    key = world.opened("vangiang", "326")
    before = world.get(key).version
    world.step("vangiang", key, "submit")
    assert world.get(key).version > before


def test_a_commune_sends_what_its_head_signed_on_paper(world: World) -> None:
    key = world.sent_by_commune()
    assert world.get(key).state is S.SENT
    assert [s.action for s in world.trail(key)] == ["send_signed"]


def test_a_commune_with_a_heads_account_may_go_through_the_head(world: World) -> None:
    key = world.opened("xuanquan", "12022")
    world.step("xuanquan", key, "submit")
    world.step("xuanquan.lanhdao", key, "send", PAPER)
    assert world.get(key).state is S.SENT


def test_without_a_heads_account_a_commune_has_nobody_to_submit_to(world: World, session: Session) -> None:
    head = session.scalars(select(UserAccount).where(UserAccount.username == "xuanquan.lanhdao")).one()
    head.disabled_at = datetime(2023, 3, 1, tzinfo=UTC)
    session.commit()
    key = world.opened("xuanquan", "12022")
    with pytest.raises(NotAllowed):
        world.step("xuanquan", key, "submit")


def test_a_unit_whose_head_reviews_cannot_send_signed(world: World) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(NotAllowed):
        world.step("vangiang", key, "send_signed", PAPER)


def test_the_head_sends_back_and_the_officer_starts_anew(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send_back", "Bổ sung chỉ tiêu")
    assert (world.get(key).state, world.editors(key)) == (S.DRAFT, 0)
    world.edit("vangiang", key, add_pledge, PledgeData("Chỉ tiêu"))
    assert world.editors(key) == 1


def test_withdrawing_keeps_who_edited(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    world.step("vangiang", key, "withdraw")
    assert (world.get(key).state, world.editors(key)) == (S.DRAFT, 1)


def test_return_edit_and_send_again(world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "return", "Thiếu số liệu")
    returned = world.get(key)
    assert (returned.state, world.editors(key)) == (S.RETURNED, 0)
    assert returned.decided_by_id == world.user_id("thidua")
    world.edit("vangiang", key, add_line, world.collective())
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    again = world.get(key)
    assert (again.state, again.decided_by_id, again.decided_at) == (S.SENT, None, None)


def test_reopening_an_accepted_registration(world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "accept")
    world.step("thidua", key, "reopen", "Đơn vị đề nghị sửa")
    assert (world.get(key).state, world.editors(key)) == (S.RETURNED, 0)


@pytest.mark.parametrize("who", ["vangiang", "vangiang.lanhdao"])
def test_the_unit_takes_back_until_it_is_accepted(world: World, who: str) -> None:
    key = world.sent_by_district()
    world.step(who, key, "take_back", "Sai số liệu")
    taken = world.get(key)
    assert (taken.state, taken.sent_at, taken.sent_by_id, world.editors(key)) == (S.DRAFT, None, None, 0)


def test_what_is_accepted_is_not_taken_back(world: World) -> None:
    key = world.sent_by_district()
    world.step("thidua", key, "accept")
    with pytest.raises(WrongState):
        world.step("vangiang", key, "take_back", "Muộn")


@pytest.mark.parametrize(
    ("action", "who", "args"),
    [
        ("submit", "vangiang.lanhdao", ()),
        ("submit", "thidua", ()),
        ("send", "vangiang.lanhdao", (PAPER,)),
        ("withdraw", "vangiang", ()),
        ("send_back", "vangiang.lanhdao", ("Lý do",)),
        ("accept", "thidua", ()),
        ("return", "thidua", ("Lý do",)),
        ("reopen", "thidua", ("Lý do",)),
        ("take_back", "vangiang", ("Lý do",)),
    ],
)
def test_steps_that_a_draft_does_not_have(world: World, action: str, who: str, args: tuple[Any, ...]) -> None:
    key = world.opened("vangiang", "326")
    expected: type[RuleBroken] | type[NotAllowed] = NotAllowed if action == "submit" else WrongState
    with pytest.raises(expected):
        world.step(who, key, action, *args)
    assert world.get(key).state is S.DRAFT


@pytest.mark.parametrize(
    ("action", "who", "args"),
    [
        ("send", "vangiang", (PAPER,)),
        ("send", "thidua", (PAPER,)),
        ("send_back", "vangiang", ("Lý do",)),
        ("withdraw", "vangiang.lanhdao", ()),
        ("withdraw", "thidua", ()),
    ],
)
def test_who_may_not_take_the_steps_of_review(world: World, action: str, who: str, args: tuple[Any, ...]) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    with pytest.raises(NotAllowed):
        world.step(who, key, action, *args)


@pytest.mark.parametrize("action", ["accept", "return"])
@pytest.mark.parametrize("who", ["vangiang", "vangiang.lanhdao", "giamdoc", "vanphong", "hoidong"])
def test_only_the_receiving_unit_receives(world: World, who: str, action: str) -> None:
    key = world.sent_by_district()
    with pytest.raises(NotAllowed):
        world.step(who, key, action, "Lý do")


def test_the_province_does_not_receive_what_goes_to_the_district(world: World) -> None:
    key = world.sent_by_commune()
    with pytest.raises(NotAllowed):
        world.step("thidua", key, "accept")
    world.step("vangiang", key, "accept")
    assert world.get(key).state is S.ACCEPTED


def test_units_aside_find_nothing(world: World) -> None:
    key = world.sent_by_district()
    for who in ("khoaichau", "xuanquan", "stc.lanhdao"):
        with pytest.raises(NotFound):
            world.step(who, key, "accept")


def test_taking_back_is_not_for_the_receiver(world: World) -> None:
    key = world.sent_by_district()
    with pytest.raises(NotAllowed):
        world.step("thidua", key, "take_back", "Lý do")


@pytest.mark.parametrize(("action", "who"), [("return", "thidua"), ("take_back", "vangiang")])
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_reason_is_asked(world: World, action: str, who: str, reason: str) -> None:
    key = world.sent_by_district()
    with pytest.raises(ReasonMissing):
        world.step(who, key, action, reason)
    assert world.get(key).state is S.SENT


def test_a_reason_is_asked_of_sending_back_and_reopening(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    with pytest.raises(ReasonMissing):
        world.step("vangiang.lanhdao", key, "send_back", "")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    world.step("thidua", key, "accept")
    with pytest.raises(ReasonMissing):
        world.step("thidua", key, "reopen", " ")


def test_an_opinion_has_a_limit(world: World) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(InvalidInput):
        world.step("vangiang", key, "submit", "x" * 4_001)


@pytest.mark.parametrize("action", ["submit", "send", "accept"])
def test_a_stale_version_is_refused(world: World, action: str) -> None:
    key = world.opened("vangiang", "326")
    who = "vangiang"
    args: tuple[PaperData, ...] = ()
    if action != "submit":
        world.step("vangiang", key, "submit")
        who, args = "vangiang.lanhdao", (PAPER,)
    if action == "accept":
        world.step(who, key, "send", *args)
        who, args = "thidua", ()
    stale = world.get(key).version - 1
    with pytest.raises(VersionConflict):
        world.edit(who, key, getattr(workflow, action), stale, *args)

"""Who drafted does not approve, nor in whose name, nor their delegate; who proposed does not receive."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.core.errors import (
    NotAllowed,
)
from portal.domain.access.enums import Role
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.services.lines import add_line
from portal.domain.emulation.services.registrations import (
    ContentData,
    open_registration,
    save_content,
)
from tests.emulation.domain.builders import PAPER, World, assign

S = RegistrationState


def test_a_head_who_edited_does_not_approve(world: World, session: Session) -> None:
    assign(session, world, "vangiang.lanhdao", Role.UNIT_OFFICER, "326")
    key = world.opened("vangiang", "326")
    world.edit("vangiang.lanhdao", key, add_line, world.collective())
    world.step("vangiang", key, "submit")
    with pytest.raises(NotAllowed, match="đã soạn"):
        world.step("vangiang.lanhdao", key, "send", PAPER)
    world.step("vangiang.lanhdao", key, "send_back", "Để người khác duyệt")
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)  # the return started the drafting anew
    assert world.get(key).state is S.SENT


def test_an_officer_to_whom_the_head_delegates_does_not_approve_their_own_draft(world: World, session: Session) -> None:
    assign(session, world, "vangiang", Role.UNIT_HEAD, "326", giver="vangiang.lanhdao")
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    with pytest.raises(NotAllowed, match="đã soạn"):
        world.step("vangiang", key, "send", PAPER)


def test_a_head_in_whose_name_it_was_drafted_does_not_approve(world: World, session: Session) -> None:
    assign(session, world, "vangiang.lanhdao", Role.UNIT_OFFICER, "326")
    assign(session, world, "luutru", Role.UNIT_OFFICER, "326", giver="vangiang.lanhdao")
    with world.work_as("luutru") as work:
        made = open_registration(work, world.units["326"], world.periods["2023"])
        save_content(work, made, made.version, ContentData("Nội dung"))
        add_line(work, made, world.person())
        key = made.id
    world.step("luutru", key, "submit")
    assert world.editors(key) == 2
    assert world.trail(key)[0].on_behalf_of_id == world.user_id("vangiang.lanhdao")
    with pytest.raises(NotAllowed, match="đã soạn"):
        world.step("vangiang.lanhdao", key, "send", PAPER)


def test_a_delegate_of_the_drafter_does_not_approve(world: World, session: Session) -> None:
    assign(session, world, "vangiang.lanhdao", Role.UNIT_OFFICER, "326", giver="vangiang")
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    with pytest.raises(NotAllowed, match="đã soạn"):
        world.step("vangiang.lanhdao", key, "send", PAPER)


def test_a_delegate_of_the_head_approves_in_the_heads_name(world: World, session: Session) -> None:
    assign(session, world, "luutru", Role.UNIT_HEAD, "326", giver="vangiang.lanhdao")
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    world.step("luutru", key, "send", PAPER)
    step = world.trail(key)[-1]
    assert (step.actor_id, step.on_behalf_of_id) == (world.user_id("luutru"), world.user_id("vangiang.lanhdao"))


@pytest.mark.parametrize("action", ["accept", "return"])
@pytest.mark.parametrize("who", ["vangiang", "vangiang.lanhdao"])
def test_who_proposes_does_not_receive(world: World, session: Session, who: str, action: str) -> None:
    assign(session, world, who, Role.EMULATION_OFFICER, "33")
    key = world.sent_by_district()
    with pytest.raises(NotAllowed, match="không tự xử lý"):
        world.step(who, key, action, "Lý do")


def test_who_proposed_does_not_reopen_either(world: World, session: Session) -> None:
    assign(session, world, "vangiang", Role.EMULATION_OFFICER, "33")
    key = world.sent_by_district()
    world.step("thidua", key, "accept")
    with pytest.raises(NotAllowed, match="không tự xử lý"):
        world.step("vangiang", key, "reopen", "Lý do")


def test_the_giver_of_the_senders_delegation_does_not_receive(world: World, session: Session) -> None:
    assign(session, world, "luutru", Role.UNIT_HEAD, "326", giver="vangiang.lanhdao")
    assign(session, world, "vangiang.lanhdao", Role.EMULATION_OFFICER, "33")
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    world.step("luutru", key, "send", PAPER)
    with pytest.raises(NotAllowed, match="không tự xử lý"):
        world.step("vangiang.lanhdao", key, "accept")

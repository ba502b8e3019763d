"""What sending asks: content, lines without errors, an open period, a signed paper; and what may be recorded later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.errors import (
    InvalidInput,
    NotAllowed,
    RuleBroken,
    VersionConflict,
)
from portal.domain.attachments.models import StoredFile
from portal.domain.emulation.catalogue_models import PeriodException
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.errors import RegistrationPeriodClosed
from portal.domain.emulation.models import LINE_TABLE
from portal.domain.emulation.queries import OBJECT_TYPE
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.lines import remove_line
from portal.domain.emulation.services.registrations import (
    ContentData,
    PledgeData,
    add_pledge,
    load_for_write,
    save_content,
)
from portal.domain.emulation.services.workflow import PaperData
from tests.emulation.domain.builders import PAPER, World

S = RegistrationState


def test_an_empty_registration_is_not_submitted(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.edit("vangiang", key, remove_line, world.line_ids(key)[0], 1)
    world.edit("vangiang", key, save_content, world.get(key).version, ContentData(""))
    with pytest.raises(InvalidInput) as caught:
        world.step("vangiang", key, "submit")
    assert set(caught.value.errors) == {"noi-dung", "danh-sach"}
    assert world.get(key).state is S.DRAFT


def test_pledges_alone_are_enough(world: World) -> None:
    key = world.opened("vangiang", "326")
    world.edit("vangiang", key, remove_line, world.line_ids(key)[0], 1)
    world.edit("vangiang", key, add_pledge, PledgeData("Chỉ tiêu"))
    world.step("vangiang", key, "submit")
    assert world.get(key).state is S.IN_REVIEW


def test_errors_of_lines_block_and_name_their_lines(world: World, session: Session) -> None:
    source = world.sent_by_commune(world.person("Đàm Văn Lợi"))
    key = world.opened("vangiang", "326")
    line_id = world.line_ids(key)[0]
    with session.begin():
        session.execute(update(LINE_TABLE).where(LINE_TABLE.c.id == line_id).values(post=""))
    with pytest.raises(InvalidInput) as caught:
        world.step("vangiang", key, "submit")
    assert caught.value.errors == {f"dong-{line_id}": ["Thiếu chức vụ của cá nhân."]}
    assert world.get(source).state is S.SENT


def test_warnings_never_block(world: World) -> None:
    lines = [world.person(), world.person(post="Kế toán"), world.person("Lê B", "CSTDCS")]
    key = world.sent_by_district(*lines)
    assert world.get(key).state is S.SENT


def test_sending_late_is_allowed_until_the_period_closes(world: World, clock: FixedClock) -> None:
    key = world.opened("vangiang", "326")
    clock.instant = datetime(2023, 6, 30, 3, tzinfo=UTC)
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", replace(PAPER, paper_date=date(2023, 6, 30)))
    assert world.get(key).state is S.SENT


def test_after_the_period_nothing_is_sent_unless_excepted(world: World, clock: FixedClock, session: Session) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    clock.instant = datetime(2023, 7, 1, 3, tzinfo=UTC)
    with pytest.raises(RegistrationPeriodClosed):
        world.step("vangiang.lanhdao", key, "send", PAPER)
    session.add(
        PeriodException(
            period_id=world.periods["2023"],
            unit_id=world.units["326"],
            due_on=date(2023, 7, 10),
            reason="Thiên tai",
            granted_by_id=world.user_id("thidua"),
            granted_on=date(2023, 7, 1),
        )
    )
    session.commit()
    world.step("vangiang.lanhdao", key, "send", PAPER)
    assert world.get(key).state is S.SENT


@pytest.mark.parametrize(
    ("field", "paper"),
    [
        ("signer_name", replace(PAPER, signer_name=" ")),
        ("signer_name", replace(PAPER, signer_name="x" * 121)),
        ("signer_title", replace(PAPER, signer_title="")),
        ("paper_no", replace(PAPER, paper_no="x" * 61)),
        ("paper_date", replace(PAPER, paper_date=date(2023, 3, 16))),
        ("paper_date", replace(PAPER, paper_date=date(2021, 12, 31))),
        ("signed_file_id", replace(PAPER, signed_file_id=999_999)),
    ],
)
def test_papers_that_cannot_be(world: World, field: str, paper: PaperData) -> None:
    key = world.opened("vangiang", "326")
    world.step("vangiang", key, "submit")
    with pytest.raises(InvalidInput) as caught:
        world.step("vangiang.lanhdao", key, "send", paper)
    assert list(caught.value.errors) == [field]
    assert world.get(key).state is S.IN_REVIEW


def stored_file(session: Session, world: World, owner: int, **more: Any) -> int:
    values = {
        "owner_type": OBJECT_TYPE,
        "owner_id": owner,
        "unit_id": world.units["326"],
        "kind": "registration_signed",
        "name": "ban-dang-ky.pdf",
        "content_type": "application/pdf",
        "size": 10,
        "sha256": "0" * 64,
        "uploaded_by_id": world.user_id("vangiang"),
        "uploaded_at": datetime(2023, 3, 15, tzinfo=UTC),
    }
    file = StoredFile(**{**values, **more})
    session.add(file)
    session.commit()
    return file.id


def test_the_signed_file_is_a_pdf_of_this_registration(world: World, session: Session) -> None:
    key, other = world.opened("vangiang", "326"), world.opened("khoaichau", "330")
    world.step("vangiang", key, "submit")
    wrong = [
        stored_file(session, world, other),
        stored_file(session, world, key, content_type="image/png"),
        stored_file(session, world, key, owner_type="nomination"),
        stored_file(session, world, key, scan_state="infected"),
    ]
    for file_id in wrong:
        with pytest.raises(InvalidInput) as caught:
            world.step("vangiang.lanhdao", key, "send", replace(PAPER, signed_file_id=file_id))
        assert list(caught.value.errors) == ["signed_file_id"]
    good = stored_file(session, world, key)
    world.step("vangiang.lanhdao", key, "send", replace(PAPER, signed_file_id=good))
    assert world.get(key).signed_file_id == good


def test_number_and_day_may_follow_while_it_waits(world: World) -> None:
    key = world.sent_by_district(paper=PaperData("", None, "Lê Văn Quyết", "Phó Chủ tịch"))
    assert world.get(key).paper_no == ""
    world.step("vangiang", key, "record_paper", PAPER)
    kept = world.get(key)
    assert (kept.paper_no, kept.paper_date, kept.state) == ("15/UBND-NV", date(2023, 3, 14), S.SENT)
    world.step("vangiang.lanhdao", key, "record_paper", replace(PAPER, paper_no="16/UBND-NV"))
    assert world.get(key).paper_no == "16/UBND-NV"
    assert world.actions(key)[-1] == "registration.paper_recorded"


def test_once_accepted_only_what_is_empty_is_filled_in(world: World) -> None:
    key = world.sent_by_district(paper=PaperData("", None, "Lê Văn Quyết", "Phó Chủ tịch"))
    world.step("thidua", key, "accept")
    world.step("vangiang", key, "record_paper", PAPER)
    assert world.get(key).paper_no == "15/UBND-NV"
    with pytest.raises(RuleBroken, match="phần còn trống"):
        world.step("vangiang", key, "record_paper", replace(PAPER, paper_no="99/UBND-NV"))


@pytest.mark.parametrize("who", ["thidua", "giamdoc"])
def test_the_paper_is_the_units_to_record(world: World, who: str) -> None:
    key = world.sent_by_district()
    with pytest.raises(NotAllowed):
        world.step(who, key, "record_paper", PAPER)


def test_a_draft_has_no_paper_to_record(world: World) -> None:
    key = world.opened("vangiang", "326")
    with pytest.raises(NotAllowed):
        world.step("vangiang", key, "record_paper", PAPER)


def test_recording_a_paper_checks_the_version(world: World) -> None:
    key = world.sent_by_district()
    with pytest.raises(VersionConflict), world.work_as("vangiang") as work:
        workflow.record_paper(work, load_for_write(work, key), 1, PAPER)


def test_the_instant_of_sending_is_the_clocks(world: World, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=2))
    key = world.sent_by_district()
    assert world.get(key).sent_at == clock.now()

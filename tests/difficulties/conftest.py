"""The channel's world: what Văn Giang raises, and the verbs that the tests repeat."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.workflow import WorkflowStep, trail_of
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import OBJECT_TYPE
from portal.domain.difficulties.services import ItemData, StepData, load_for_write, take_step, write_item
from tests.emulation.pages.support import Browser
from tests.notifications.conftest import told as told  # noqa: PLC0414 - a fixture

TITLE = "Vướng mắc khi đăng ký danh hiệu cho viên chức biệt phái"
DATA = ItemData(DifficultyKind.DIFFICULTY, WorkField.EMULATION, TITLE, "Đơn vị nào đăng ký danh hiệu?\nXin hướng dẫn.")
ANSWER = "Cơ quan đang quản lý và trả lương đăng ký danh hiệu cho viên chức biệt phái."
DUE = date(2023, 3, 29)
WorkAs = Callable[[str], contextlib.AbstractContextManager[Work]]
WAY: tuple[tuple[str, str], ...] = (
    ("vangiang", "send"),
    ("vanphong", "open"),
    ("vanphong", "assign"),
    ("thidua", "submit_answer"),
    ("thidua.truong", "approve"),
)
"""The way from a draft to its answer: who takes which step."""


@dataclass
class Channel:
    """Items and the verbs on them, reached by the services as people reach them."""

    work_as: WorkAs
    read: Callable[..., Any]
    unit_id: Callable[[str], int]

    def person(self, username: str) -> int:
        return int(self.read(select(UserAccount.id).where(UserAccount.username == username))[0])

    def written(self, who: str = "vangiang", unit: str = "326", data: ItemData = DATA) -> int:
        """A draft; its id."""
        with self.work_as(who) as work:
            return write_item(work, self.unit_id(unit), data).id

    def data(self, action: str, audience: AnswerAudience = AnswerAudience.UNIT, name_shown: bool = False) -> StepData:
        """What a step needs."""
        return StepData("Đã xem", self.person("thidua"), DUE, ANSWER, audience, name_shown)

    def step(self, who: str, key: int, action: str, data: StepData | None = None, version: int | None = None) -> None:
        """Take a step over the version that is there now."""
        with self.work_as(who) as work:
            item = load_for_write(work, key)
            take_step(work, item, action, item.version if version is None else version, data or self.data(action))

    def until(self, last: str, data: ItemData = DATA, **more: Any) -> int:
        """An item that has come up to this step, which was taken."""
        key = self.written(data=data)
        for who, action in WAY:
            self.step(who, key, action, self.data(action, **more) if action == "approve" else None)
            if action == last:
                return key
        raise KeyError(last)

    def item(self, key: int) -> Difficulty:
        found: Difficulty = self.read(select(Difficulty).where(Difficulty.id == key))[0]
        return found

    def trail(self, key: int) -> list[WorkflowStep]:
        return list(self.read(trail_of(OBJECT_TYPE, key)))

    def actions(self, key: int) -> list[str]:
        about = (AuditEntry.object_type == OBJECT_TYPE, AuditEntry.object_id == str(key))
        return list(self.read(select(AuditEntry.action).where(*about).order_by(AuditEntry.id)))


@pytest.fixture
def channel(work_as: WorkAs, read: Callable[..., Any], unit_id: Callable[[str], int]) -> Channel:
    return Channel(work_as, read, unit_id)


@pytest.fixture
def browse(client_of: Callable[[str], Any]) -> Callable[[str], Browser]:
    return lambda username: Browser(client_of(username))

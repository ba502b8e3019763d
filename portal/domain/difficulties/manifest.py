"""What the channel for difficulties and proposals says of itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.core.clock import local
from portal.core.manifest import DueItem, Manifest, MenuEntry, SentItem, Shown, WaitingItem
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.difficulties.comments import COMMENTS
from portal.domain.difficulties.enums import (
    DIFFICULTY_WORKFLOW,
    OWED,
    DifficultyState,
)
from portal.domain.difficulties.files import FILES
from portal.domain.difficulties.notice_kinds import NOTICE_KINDS
from portal.domain.difficulties.policies import is_assignee
from portal.domain.difficulties.queries import due_items, sent_items, waiting_items
from portal.domain.difficulties.searchable import SEARCHABLE

AREA = "Vướng mắc, kiến nghị"
GROUP = "Kiến nghị, hỏi đáp"
SHOW = "difficulties.show_item"
MOST_SENT = 20
S = DifficultyState
P = Permission


def waiting(work: Work, year: int) -> list[WaitingItem]:  # noqa: ARG001 - an open item waits in every year
    """What waits for the actor (one query)."""
    return [_waits(row) for row in waiting_items(work.session, work.actor, work.today())]


def _waits(row: AnyRow) -> WaitingItem:
    item = row.Difficulty
    words = {
        S.DRAFT: ("Gửi", "Bản nháp"),
        S.ASKED: ("Bổ sung", "Sở Nội vụ đề nghị"),
        S.SENT: ("Tiếp nhận", row.unit_name),
        S.RECEIVED: ("Phân công", row.unit_name),
        S.ASSIGNED: ("Trả lời", row.unit_name),
        S.IN_REVIEW: ("Duyệt trả lời", row.unit_name),
    }
    what, note = words[item.state]
    since = local(item.sent_at).date() if item.sent_at else None
    due = item.due_on if item.state in OWED else None
    return WaitingItem(f"{what}: {item.title}", AREA, SHOW, {"item_id": item.id}, due, since, note)


def sent(work: Work, year: int) -> list[SentItem]:
    """What the actor's own units have sent, and where it is (one query)."""
    if not work.actor.can(P.DIFFICULTY_EDIT):
        return []
    rows = work.session.execute(sent_items(work.actor, year, work.today()).limit(MOST_SENT))
    return [_sent(row) for row in rows]


def _sent(row: AnyRow) -> SentItem:
    item = row.Difficulty
    where = row.unit_name if item.state is S.ASKED else "Sở Nội vụ"
    at = item.decided_at or item.sent_at
    return SentItem(item.title, SHOW, {"item_id": item.id}, _state(item.state), at, where)


def due(work: Work, first: date, last: date) -> list[DueItem]:
    """The answers that fall due (one query; none for who answers nothing)."""
    if not work.actor.can(P.DIFFICULTY_ANSWER):
        return []
    rows = work.session.execute(due_items(work.actor, work.today(), first, last))
    return [_due(work, row) for row in rows]


def _due(work: Work, row: AnyRow) -> DueItem:
    item = row.Difficulty
    return DueItem(
        key=f"difficulties:answer:{item.id}",
        title=f"Trả lời: {item.title}",
        area=AREA,
        endpoint=SHOW,
        values={"item_id": item.id},
        due_on=item.due_on,
        state=_state(item.state),
        note=row.unit_name,
        done=item.state not in OWED,
        watched=not is_assignee(work.actor, item),
    )


def _state(state: DifficultyState) -> Shown:
    return Shown(state.label, state.tone, state.icon)


AUDIT_LABELS = {
    "difficulty.written": "Soạn vướng mắc, kiến nghị",
    "difficulty.saved": "Sửa vướng mắc, kiến nghị",
    **{f"difficulty.{step.action}": f"{step.done} (vướng mắc, kiến nghị)" for step in DIFFICULTY_WORKFLOW.transitions},
}
AUDIT_WORDS: dict[str, Any] = {
    "difficulty": AREA,
    "assignee": "Người xử lý",
    "audience": "Ai đọc được trả lời",
    "name_shown": "Ghi tên đơn vị",
    "kind": "Loại",
    "work_field": "Lĩnh vực",
    "title": "Tiêu đề",
    "body": "Nội dung",
}
MANIFEST = Manifest(
    name="difficulties",
    label=AREA,
    menu=(
        MenuEntry(AREA, "difficulties.list_items", "messages", P.DIFFICULTY_VIEW, GROUP, key="v", order=700),
        MenuEntry("Hỏi đáp", "difficulties.list_answers", "help-circle", P.PORTAL_USE, GROUP, order=710),
    ),
    actions=(MenuEntry("Nêu vướng mắc, kiến nghị", "difficulties.new_item", "plus", P.DIFFICULTY_EDIT),),
    waiting=waiting,
    sent=sent,
    due=due,
    touches_units=("difficulty.unit_id",),
    retention="Vướng mắc, kiến nghị và trả lời: lưu cùng hồ sơ của Sở; chưa có quy định xóa trong cổng.",
    searchable=SEARCHABLE,
    audit_labels=AUDIT_LABELS,
    audit_words=AUDIT_WORDS,
    file_owners=(FILES,),
    comment_owners=(COMMENTS,),
    notice_kinds=NOTICE_KINDS,
)

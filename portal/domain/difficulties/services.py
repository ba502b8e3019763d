"""Verbs on difficulties and proposals: write, send, receive, assign, ask back, answer, approve, publish, close.

Each step locks the row, asks the policy, the version and the table, then moves the item and leaves its trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.notices import Holders, People
from portal.core.text import clean, clean_lines, fold
from portal.core.workflow import record_step
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.domain.difficulties import notice_kinds as kinds
from portal.domain.difficulties import policies
from portal.domain.difficulties.enums import (
    DIFFICULTY_WORKFLOW,
    AnswerAudience,
    DifficultyKind,
    WorkField,
)
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import OBJECT_TYPE, answerers, one_item
from portal.domain.notifications.services import notify
from portal.domain.units.models import Unit
from portal.domain.units.queries import root_ids

P = Permission
TITLE_LENGTH, BODY_LENGTH, OPINION_LENGTH = 200, 8000, 2000
LATEST_DAYS = 365


class NotEditable(RuleBroken):
    """The item is not in a state in which its unit may change it."""

    message = "Nội dung đã gửi nên không sửa được. Khi Sở đề nghị bổ sung thì sửa lại được."


@dataclass(frozen=True, slots=True)
class ItemData:
    """What a unit writes."""

    kind: DifficultyKind | None
    work_field: WorkField | None
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class StepData:
    """What a step may be given: an opinion or reason, whom it goes to and by when, the answer, to whom it is open."""

    opinion: str = ""
    assignee_id: int | None = None
    due_on: date | None = None
    answer: str = ""
    audience: AnswerAudience | None = None
    name_shown: bool = False


def load_for_write(work: Work, item_id: int) -> Difficulty:
    """The item, locked until the transaction ends. Raises NotFound when the actor may not know of it."""
    stmt = one_item(work.actor, item_id, work.today()).with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    return found


def write_item(work: Work, unit_id: int, data: ItemData) -> Difficulty:
    """A draft of the unit. Raises NotAllowed, InvalidInput (kind, work_field, title, body)."""
    if not work.actor.holds_at(P.DIFFICULTY_EDIT, unit_id):
        raise NotAllowed
    values = _values(data)
    now = work.clock.now()
    made = Difficulty(
        unit_id=unit_id, year=work.today().year, created_by_id=work.actor.user_id, created_at=now, **values
    )
    work.session.add(made)
    work.session.flush()
    record(work, "difficulty.written", OBJECT_TYPE, made.id, unit_id=unit_id)
    return made


def save_item(work: Work, item: Difficulty, version: int, data: ItemData) -> None:
    """Change what the unit has written. Raises NotAllowed, NotEditable, VersionConflict, InvalidInput."""
    if not work.actor.holds_at(P.DIFFICULTY_EDIT, item.unit_id):
        raise NotAllowed
    if not policies.can_edit(work.actor, item):
        raise NotEditable
    _check_version(item, version)
    values = _values(data)
    changed = sorted(name for name, value in values.items() if getattr(item, name) != value and name != "folded")
    for name, value in values.items():
        setattr(item, name, value)
    work.session.flush()
    record(work, "difficulty.saved", OBJECT_TYPE, item.id, unit_id=item.unit_id, detail={"fields": changed})


def take_step(work: Work, item: Difficulty, action: str, version: int, data: StepData) -> None:
    """Take a step with a locked item.

    Raises NotAllowed, WrongState, VersionConflict, RuleBroken (who drafted does not approve), InvalidInput (the fields
    of StepData).
    """
    if not policies.has_part(work.actor, item, action):
        raise NotAllowed
    step = DIFFICULTY_WORKFLOW.check(action, item.state, "x")  # a missing reason is said beside its field
    _check_version(item, version)
    if closed := policies.obstacle(work.actor, item, action):
        raise RuleBroken(closed)
    opinion = clean_lines(data.opinion)
    _check_opinion(opinion, step.needs_reason)
    giver = policies.giver_behind(work.actor, item, action)
    before = item.state
    _apply(work, item, action, data, giver)
    item.state = step.target
    work.session.flush()
    record_step(
        work.session,
        object_type=OBJECT_TYPE,
        object_id=item.id,
        action=action,
        from_state=before,
        to_state=item.state,
        actor_id=work.actor.user_id,
        on_behalf_of_id=giver,
        unit_id=item.unit_id,
        opinion=opinion,
        at=work.clock.now(),
    )
    record(
        work,
        f"difficulty.{action}",
        OBJECT_TYPE,
        item.id,
        unit_id=item.unit_id,
        on_behalf_of_id=giver,
        detail={"from": before.value, "to": item.state.value, **_detail(item, action)},
    )
    work.session.flush()
    _tell(work, item, action)


def _check_version(item: Difficulty, version: int) -> None:
    if item.version != version:
        raise VersionConflict


def _values(data: ItemData) -> dict[str, object]:
    title, body = clean(data.title), clean_lines(data.body)
    errors: dict[str, list[str]] = {}
    if data.kind is None:
        errors["kind"] = ["Xin chọn loại."]
    if data.work_field is None:
        errors["work_field"] = ["Xin chọn lĩnh vực."]
    for name, text, limit in (("title", title, TITLE_LENGTH), ("body", body, BODY_LENGTH)):
        if not text:
            errors[name] = ["Xin nhập nội dung này."]
        elif len(text) > limit:
            errors[name] = [f"Dài quá {limit} ký tự."]
    if errors:
        raise InvalidInput(errors)
    return {"kind": data.kind, "work_field": data.work_field, "title": title, "folded": fold(title), "body": body}


def _check_opinion(opinion: str, needed: bool) -> None:
    if needed and not opinion:
        raise InvalidInput({"opinion": ["Xin ghi rõ nội dung này."]})
    if len(opinion) > OPINION_LENGTH:
        raise InvalidInput({"opinion": [f"Dài quá {OPINION_LENGTH} ký tự."]})


def _apply(work: Work, item: Difficulty, action: str, data: StepData, giver: int | None) -> None:
    """Write down what the step brings."""
    if action == "send":
        item.sent_at = work.clock.now()
    elif action == "take_back":
        item.sent_at = None
    elif action in ("assign", "forward"):
        item.assignee_id, item.due_on = _assignment(work, data)
    elif action == "submit_answer":
        item.answer = _answer(data)
        item.answered_by_id, item.answered_for_id = work.actor.user_id, giver
    elif action in ("approve", "publish"):
        if data.audience is None:
            raise InvalidInput({"audience": ["Xin chọn ai đọc được trả lời."]})
        item.decided_at = item.decided_at or work.clock.now()
        item.audience, item.name_shown = data.audience, data.name_shown and data.audience is AnswerAudience.ALL


def _assignment(work: Work, data: StepData) -> tuple[int, date]:
    errors: dict[str, list[str]] = {}
    today = work.today()
    known = {row.id for row in work.session.execute(answerers(today))}
    if data.assignee_id not in known:
        errors["assignee_id"] = ["Xin chọn người xử lý trong danh sách."]
    if data.due_on is None or not 0 <= (data.due_on - today).days <= LATEST_DAYS:
        errors["due_on"] = ["Xin nhập hạn từ hôm nay, không quá một năm."]
    if errors or data.assignee_id is None or data.due_on is None:
        raise InvalidInput(errors)
    return data.assignee_id, data.due_on


def _answer(data: StepData) -> str:
    text = clean_lines(data.answer)
    if not text:
        raise InvalidInput({"answer": ["Xin nhập nội dung trả lời."]})
    if len(text) > BODY_LENGTH:
        raise InvalidInput({"answer": [f"Dài quá {BODY_LENGTH} ký tự."]})
    return text


def _detail(item: Difficulty, action: str) -> dict[str, object]:
    if action in ("assign", "forward"):
        return {"assignee": item.assignee_id, "due_on": str(item.due_on)}
    if action in ("approve", "publish"):
        return {"audience": str(item.audience), "name_shown": item.name_shown}
    return {}


_TOLD = {
    "send": (kinds.ARRIVED, "{unit} gửi: {title}"),
    "assign": (kinds.ASSIGNED, "Được giao trả lời: {title}"),
    "forward": (kinds.ASSIGNED, "Được giao trả lời: {title}"),
    "supplement": (kinds.ASSIGNED, "Đơn vị đã bổ sung: {title}"),
    "return_answer": (kinds.ASSIGNED, "Dự thảo trả lời bị trả lại: {title}"),
    "submit_answer": (kinds.TO_APPROVE, "Trả lời chờ duyệt: {title}"),
    "ask_back": (kinds.ASKED, "Sở Nội vụ đề nghị bổ sung: {title}"),
    "approve": (kinds.ANSWERED, "Sở Nội vụ đã trả lời: {title}"),
    "refuse": (kinds.ANSWERED, "Sở Nội vụ không giải quyết: {title}"),
}


def _tell(work: Work, item: Difficulty, action: str) -> None:
    if action not in _TOLD:
        return
    kind, text = _TOLD[action]
    unit = work.session.get_one(Unit, item.unit_id).short_name
    to: list[Holders | People]
    if kind in (kinds.ARRIVED, kinds.TO_APPROVE):
        asked = P.DIFFICULTY_RECEIVE if kind == kinds.ARRIVED else P.DIFFICULTY_APPROVE
        to = [Holders(asked, root) for root in work.session.scalars(root_ids(work.today()))]
    elif kind == kinds.ASSIGNED:
        to = [People([item.assignee_id or 0])]
    else:
        to = [Holders(P.DIFFICULTY_EDIT, item.unit_id)]
    notify(
        work,
        kind,
        f"{kind}:{item.id}:{item.version}",
        text.format(unit=unit, title=item.title),
        to,
        ("difficulties.show_item", {"item_id": item.id}),
        item.unit_id,
    )

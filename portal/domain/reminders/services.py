"""Verbs on the rules of reminders, and telling one person what falls due for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.manifest import Manifest, manifests
from portal.core.notices import People
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.calendar.due import due_for
from portal.domain.calendar.enums import TermUnit
from portal.domain.calendar.rules import WorkCalendar
from portal.domain.notifications.services import notify
from portal.domain.reminders.enums import ReminderSide
from portal.domain.reminders.models import ReminderRule
from portal.domain.reminders.policies import can_manage
from portal.domain.reminders.queries import all_rules, one_rule
from portal.domain.reminders.timing import Reminder, Timing, reach, reminders

KIND = "reminders.due"
RULE = "reminder_rule"
MOST_DAYS = 60
TITLE_LENGTH = 220
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class RuleData:
    """A rule as it is typed."""

    area: str
    side: ReminderSide
    amount: int
    unit: TermUnit


def areas() -> list[Manifest]:
    """The features in which something falls due."""
    return [feature for feature in manifests() if feature.due is not None]


def add_rule(work: Work, data: RuleData) -> ReminderRule:
    """Write a rule. Raises NotAllowed, InvalidInput (area, amount)."""
    _check_right(work)
    rule = ReminderRule(**_checked(work, data, 0))
    work.session.add(rule)
    work.session.flush()
    _note(work, "reminders.rule_added", rule)
    return rule


def update_rule(work: Work, rule_id: int, version: int, data: RuleData) -> ReminderRule:
    """Change a rule. Raises NotAllowed, NotFound, VersionConflict, InvalidInput (area, amount)."""
    rule = _locked(work, rule_id, version)
    values = _checked(work, data, rule.id)
    if any(getattr(rule, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(rule, name, value)
        work.session.flush()
        _note(work, "reminders.rule_updated", rule)
    return rule


def pause_rule(work: Work, rule_id: int, version: int, paused: bool) -> ReminderRule:
    """Let a rule rest, or let it remind again. Raises NotAllowed, NotFound, VersionConflict."""
    rule = _locked(work, rule_id, version)
    if rule.paused != paused:
        rule.paused = paused
        work.session.flush()
        _note(work, "reminders.rule_paused" if paused else "reminders.rule_resumed", rule)
    return rule


def delete_rule(work: Work, rule_id: int, version: int) -> ReminderRule:
    """Take a rule away; what was told by it stays. Raises NotAllowed, NotFound, VersionConflict."""
    rule = _locked(work, rule_id, version)
    work.session.delete(rule)
    work.session.flush()
    _note(work, "reminders.rule_deleted", rule)
    return rule


def reminders_of(work: Work, calendar: WorkCalendar, rules: Iterable[ReminderRule]) -> list[Reminder]:
    """What the actor is reminded of today; a number of queries that no row adds to."""
    held = [rule for rule in rules if not rule.paused]
    return [one for feature in areas() for one in _of(work, feature, calendar, held)]


def remind(work: Work, user_id: int, found: Iterable[Reminder], calendar: WorkCalendar) -> int:
    """Tell a person of these things, each once however often it is asked for; returns how many were new."""
    today = work.today()
    return sum(
        notify(
            work,
            KIND,
            one.key,
            f"Nhắc việc: {one.item.title[:TITLE_LENGTH]}; {_left(one.item.due_on, today, calendar)}",
            [People([user_id])],
            (one.item.endpoint, one.item.values),
        )
        for one in found
    )


def _of(work: Work, feature: Manifest, calendar: WorkCalendar, rules: list[ReminderRule]) -> Iterator[Reminder]:
    timings = [Timing(r.side, r.amount, r.unit) for r in rules if r.area in ("", feature.name)]
    if not timings:
        return iter(())
    today = work.today()
    return reminders(due_for(work, *reach(timings, today), [feature]), timings, today, calendar)


def _left(due_on: date, today: date, calendar: WorkCalendar) -> str:
    """Hạn 31/03/2023, còn 3 ngày làm việc."""
    text = f"hạn {due_on:%d/%m/%Y}"
    if due_on < today:
        return f"{text}, quá hạn {(today - due_on).days} ngày"
    if due_on == today:
        return f"{text}, hôm nay"
    working = calendar.working_days_between(today, due_on)
    return f"{text}, còn {working} ngày làm việc" if working else f"{text}, từ nay đến hạn là ngày nghỉ"


def _check_right(work: Work) -> None:
    if not can_manage(work.actor):
        raise NotAllowed


def _locked(work: Work, rule_id: int, version: int) -> ReminderRule:
    _check_right(work)
    stmt = one_rule(rule_id).with_for_update().execution_options(populate_existing=True)
    rule = work.session.scalars(stmt).one_or_none()
    if rule is None:
        raise NotFound
    if rule.version != version:
        raise VersionConflict
    return rule


def _checked(work: Work, data: RuleData, own_id: int) -> dict[str, object]:
    errors: Errors = {}
    on_day = data.side is ReminderSide.ON
    amount, unit = (0, TermUnit.WORKING) if on_day else (data.amount, data.unit)
    if data.area and data.area not in {feature.name for feature in areas()}:
        errors["area"] = ["Chọn lĩnh vực trong danh sách."]
    if not on_day and not 1 <= amount <= MOST_DAYS:
        errors["amount"] = [f"Nhập số ngày từ 1 đến {MOST_DAYS}."]
    work.session.scalars(all_rules().with_for_update()).all()  # two windows never write the same rule
    same = select(ReminderRule.id).where(
        ReminderRule.area == data.area,
        ReminderRule.side == data.side,
        ReminderRule.amount == amount,
        ReminderRule.unit == unit,
        ReminderRule.id != own_id,
    )
    if not errors and work.session.scalar(same) is not None:
        errors["amount"] = ["Đã có quy tắc như vậy cho lĩnh vực này."]
    if errors:
        raise InvalidInput(errors)
    return {"area": data.area, "side": data.side, "amount": amount, "unit": unit}


def _note(work: Work, action: str, rule: ReminderRule) -> None:
    record(work, action, RULE, rule.id, detail={"area": rule.area, "rule": rule.label})

"""The rules in their order, and the people that the daily job goes through."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.domain.accounts.models import UserAccount
from portal.domain.reminders.models import ReminderRule

UNSCOPED = {
    "all_rules": "rules of the house: only administrators get to the page that lists them",
    "one_rule": "rules of the house: only administrators get to the page that shows one",
    "people_after": "the job of the house goes through everybody; what each has to do is read as them",
}


def all_rules() -> Select[ReminderRule]:
    """Every rule, the first written first."""
    return select(ReminderRule).order_by(ReminderRule.id)


def one_rule(rule_id: int) -> Select[ReminderRule]:
    """A rule."""
    return select(ReminderRule).where(ReminderRule.id == rule_id)


def people_after(user_id: int) -> Select[UserAccount]:
    """Open accounts from this id on."""
    return (
        select(UserAccount).where(UserAccount.id > user_id, UserAccount.disabled_at.is_(None)).order_by(UserAccount.id)
    )

"""Give many items out at once."""

from __future__ import annotations

from collections.abc import Sequence

from portal.blueprints.difficulties._forms import AssignForm
from portal.core.errors import InvalidInput, NotFound, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.calendar.queries import load_calendar
from portal.domain.difficulties.queries import answerers, item_labels
from portal.domain.difficulties.services import load_for_write, take_step
from portal.web.context import runtime, work
from portal.web.lists import Bulk, BulkAction, RowKey


def assign_form() -> AssignForm:
    """The form of giving out, with the day that the office usually allows."""
    return prepared(AssignForm())


def prepared(form: AssignForm) -> AssignForm:
    """The form with the people to choose from, and the usual day while none was sent."""
    current = work()
    form.offer(current.session.execute(answerers(current.today())))
    if not form.due_on.raw_data and form.due_on.data is None:
        days = runtime().settings.difficulty_days
        form.due_on.data = load_calendar(current.session).add_working_days(current.today(), days)
    return form


def _assign(work: Work, key: RowKey, form: AssignForm) -> None:
    if len(key) != 2:
        raise NotFound
    try:
        take_step(work, load_for_write(work, key[0]), "assign", key[1], form.step())
    except InvalidInput as error:
        raise RuleBroken(" ".join(text for texts in error.errors.values() for text in texts)) from error


def _labels(work: Work, ids: Sequence[int]) -> dict[int, str]:
    return dict(work.session.execute(item_labels(work.actor, ids, work.today())).all())


ITEM_BULK = Bulk(
    key=lambda item: f"{item.id}-{item.record.version}",
    label=lambda item: item.record.title,
    labels=_labels,
    actions=(
        BulkAction(
            name="phan-cong",
            label="Phân công",
            icon="user-check",
            permission=Permission.DIFFICULTY_RECEIVE,
            title="Phân công xử lý {n} vướng mắc, kiến nghị",
            text="Người được giao nhận thông báo; nội dung chưa tiếp nhận hoặc đã giao thì bỏ qua.",
            done="Đã phân công {n} vướng mắc, kiến nghị.",
            act=_assign,
            form=assign_form,
        ),
    ),
)

"""What may be done to many people, or many assignments, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.blueprints.accounts.admin_forms import ReasonForm
from portal.core.errors import NotFound, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services
from portal.domain.accounts.assignment_queries import assignments_named
from portal.domain.accounts.models import UserAccount
from portal.web.lists import Bulk, BulkAction, BulkForm, RowKey

P = Permission


def _person(work: Work, key: RowKey) -> UserAccount:
    found = work.session.scalars(queries.one_visible(work.actor, key[0], work.today())).one_or_none()
    if found is None:
        raise NotFound
    return found


def _disable(work: Work, key: RowKey, form: ReasonForm) -> list[int]:
    if _person(work, key).disabled_at is not None:
        raise RuleBroken("Tài khoản đã khóa từ trước.")
    return [services.disable_user(work, key[0], form.reason.data or "").id]


def _enable(work: Work, key: RowKey, _form: BulkForm) -> None:
    if _person(work, key).disabled_at is None:
        raise RuleBroken("Tài khoản đang mở.")
    services.enable_user(work, key[0])


def _user_labels(work: Work, ids: Sequence[int]) -> dict[int, str]:
    return dict(work.session.execute(queries.user_labels(work.actor, ids, work.today())).all())


USER_BULK = Bulk(
    key=lambda row: str(row.id),
    label=lambda row: f"{row.name} ({row.username})",
    labels=_user_labels,
    actions=(
        BulkAction(
            name="khoa",
            label="Khóa",
            icon="user-off",
            permission=P.USER_MANAGE,
            title="Khóa {n} tài khoản",
            text="Những người này không đăng nhập được nữa, các phiên đang mở kết thúc ngay. Hồ sơ đã lập giữ nguyên.",
            done="Đã khóa {n} tài khoản.",
            act=_disable,
            form=ReasonForm,
            undo=lambda work, kept: services.enable_user(work, kept[0]),
            danger=True,
        ),
        BulkAction(
            name="mo-khoa",
            label="Mở khóa",
            icon="lock-open",
            permission=P.USER_MANAGE,
            title="Mở khóa {n} tài khoản",
            text="Những người này đăng nhập lại được bằng mật khẩu cũ.",
            done="Đã mở khóa {n} tài khoản.",
            act=_enable,
        ),
    ),
)


def _end(work: Work, key: RowKey, _form: BulkForm) -> None:
    if len(key) != 3:
        raise NotFound
    assignment_id, user_id, version = key
    _person(work, (user_id,))
    services.end_assignment(work, user_id, assignment_id, version)


def _assignment_labels(work: Work, ids: Sequence[int]) -> dict[int, str]:
    rows = work.session.execute(assignments_named(work.actor, ids, work.today()))
    return {row.id: assignment_label(row) for row in rows}


def assignment_label(row: Any) -> str:
    """How people call an assignment: who, as what, where."""
    return f"{row.full_name}: {row.role.label} – {row.unit_name}"


ASSIGNMENT_BULK = Bulk(
    key=lambda row: f"{row.id}-{row.user_id}-{row.version}",
    label=assignment_label,
    labels=_assignment_labels,
    actions=(
        BulkAction(
            name="ket-thuc",
            label="Kết thúc vai trò",
            icon="ban",
            permission=P.ASSIGNMENT_MANAGE,
            title="Kết thúc {n} vai trò",
            text="Có hiệu lực ngay cả trong phiên đang mở. Việc đã làm giữ nguyên.",
            done="Đã kết thúc {n} vai trò.",
            act=_end,
            danger=True,
        ),
    ),
)

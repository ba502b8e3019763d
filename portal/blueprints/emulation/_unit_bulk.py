"""What may be done to many units that owe a registration: accept, return with one reason, grant a later day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import TextAreaField
from wtforms.validators import DataRequired, InputRequired

from portal.blueprints.emulation.catalogue_forms import day_field
from portal.blueprints.emulation.forms import StepForm, too_long
from portal.core.errors import NotFound, RuleBroken, WrongState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.policies import state_shown
from portal.domain.emulation.queries.completeness import unit_labels
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.periods import ExceptionData, grant_exception
from portal.domain.emulation.services.registrations import load_for_write
from portal.domain.units.queries import one_in_reach
from portal.web.forms import PortalForm
from portal.web.lists import Bulk, BulkAction, RowKey

P = Permission
Step = Callable[[Work, EmulationRegistration, int, str], None]


class ReturnForm(PortalForm):
    """One reason for all."""

    reason = TextAreaField(
        "Lý do", [DataRequired("Xin ghi rõ lý do."), too_long(2000)], description="Mỗi đơn vị đều đọc được lý do này."
    )


class ExtendForm(PortalForm):
    """A later day for many units, with the reason."""

    due_on = day_field("Gia hạn đến ngày", key="gia-han-den-ngay")
    reason = TextAreaField(
        "Lý do", [InputRequired("Nhập lý do gia hạn."), too_long(1000)], description="Nêu văn bản đề nghị của đơn vị."
    )


def key_of(item: Any) -> str:
    """A row's key: unit, period, registration (0 when there is none) and its version."""
    return f"{item.unit_id}-{item.period_id}-{item.registration_id or 0}-{item.version or 0}"


def _step(work: Work, key: RowKey, take: Step, words: str) -> None:
    _, _, registration_id, version = _four(key)
    if not registration_id:
        raise RuleBroken("Đơn vị chưa lập bản đăng ký.")
    registration = load_for_write(work, registration_id)
    try:
        take(work, registration, version, words)
    except WrongState as error:
        state = state_shown(work.actor, registration)
        raise RuleBroken(f"Bản đăng ký đang ở trạng thái “{state.label}”.") from error


def _accept(work: Work, key: RowKey, form: StepForm) -> None:
    _step(work, key, workflow.accept, form.opinion.data or "")


def _return(work: Work, key: RowKey, form: ReturnForm) -> None:
    _step(work, key, workflow.return_registration, form.reason.data or "")


def _extend(work: Work, key: RowKey, form: ExtendForm) -> None:
    unit_id, period_id, _, _ = _four(key)
    unit = work.session.scalars(one_in_reach(work.actor, unit_id, work.today(), P.PERIOD_MANAGE)).one_or_none()
    if unit is None:
        raise NotFound
    grant_exception(work, period_id, unit, ExceptionData(form.due_on.data, form.reason.data or ""))


def _four(key: RowKey) -> RowKey:
    if len(key) != 4:
        raise NotFound
    return key


def _labels(work: Work, ids: Sequence[int]) -> dict[int, str]:
    return dict(work.session.execute(unit_labels(work.actor, ids, work.today())).all())


OWING_BULK = Bulk(
    key=key_of,
    label=lambda item: item.name,
    labels=_labels,
    actions=(
        BulkAction(
            name="tiep-nhan",
            label="Tiếp nhận",
            icon="circle-check",
            permission=P.REGISTRATION_RECEIVE,
            title="Tiếp nhận bản đăng ký của {n} đơn vị",
            text="Bản đăng ký được ghi nhận; sau đó đơn vị không tự sửa, không thu hồi được.",
            done="Đã tiếp nhận bản đăng ký của {n} đơn vị.",
            act=_accept,
            form=StepForm,
        ),
        BulkAction(
            name="tra-lai",
            label="Trả lại",
            icon="arrow-back-up",
            permission=P.REGISTRATION_RECEIVE,
            title="Trả lại bản đăng ký của {n} đơn vị",
            text="Bản đăng ký trở lại từng đơn vị cùng lý do; đơn vị sửa rồi gửi lại.",
            done="Đã trả lại bản đăng ký của {n} đơn vị.",
            act=_return,
            form=ReturnForm,
            danger=True,
        ),
        BulkAction(
            name="gia-han",
            label="Gia hạn",
            icon="calendar-due",
            permission=P.PERIOD_MANAGE,
            title="Gia hạn cho {n} đơn vị",
            text="Các đơn vị này gửi đến hết ngày ghi dưới đây mà không bị tính là quá hạn.",
            done="Đã gia hạn cho {n} đơn vị.",
            act=_extend,
            form=ExtendForm,
        ),
    ),
)

"""Whom the steps of a registration concern, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.core.notices import Holders
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import notice_kinds as kinds
from portal.domain.emulation.catalogue_models import PeriodException, RegistrationPeriod
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.notifications.services import notify
from portal.domain.units.models import Unit

P = Permission
DRAFTING, HEAD = (P.REGISTRATION_EDIT, P.REGISTRATION_SEND), (P.REGISTRATION_APPROVE,)
UNIT = (*DRAFTING, *HEAD)
RECEIVING = (P.REGISTRATION_RECEIVE,)


@dataclass(frozen=True, slots=True)
class _Told:
    """One kind of notice after a step: to those who hold any of `permissions` at the unit, or at its receiver."""

    kind: str
    text: str
    permissions: Sequence[Permission]
    above: bool = False


_AFTER: dict[str, tuple[_Told, ...]] = {
    "submit": (_Told(kinds.TO_APPROVE, "{what} chờ ông/bà duyệt", HEAD),),
    "send_back": (_Told(kinds.RETURNED, "Lãnh đạo đơn vị trả lại {what}", DRAFTING),),
    "send": (
        _Told(kinds.RECEIVED, "{what} đã gửi đến, chờ tiếp nhận", RECEIVING, above=True),
        _Told(kinds.SENT_ON, "{what} đã được duyệt và gửi đi", DRAFTING),
    ),
    "send_signed": (_Told(kinds.RECEIVED, "{what} đã gửi đến, chờ tiếp nhận", RECEIVING, above=True),),
    "take_back": (_Told(kinds.RECEIVED, "{what} đã được đơn vị thu hồi", RECEIVING, above=True),),
    "return": (_Told(kinds.RETURNED, "Cơ quan tiếp nhận trả lại {what}", UNIT),),
    "accept": (_Told(kinds.ACCEPTED, "{what} đã được tiếp nhận", UNIT),),
    "reopen": (_Told(kinds.ACCEPTED, "{what} đã được mở lại", UNIT),),
}


def tell_step(work: Work, registration: EmulationRegistration, action: str) -> None:
    """Tell those whom a step concerns that it was taken; the registration has its new version."""
    told = _AFTER.get(action, ())
    if not told:
        return
    what = _what(work, registration.period_id, registration.unit_id)
    for one in told:
        unit_id = registration.receiver_unit_id if one.above else registration.unit_id
        text = one.text.format(what=what)
        notify(
            work,
            one.kind,
            f"{one.kind}:{registration.id}:{registration.version}",
            text[:1].upper() + text[1:],
            [Holders(permission, unit_id) for permission in one.permissions],
            ("emulation.show_registration", {"registration_id": registration.id}),
            registration.unit_id,
        )


def tell_extension(work: Work, granted: PeriodException) -> None:
    """Tell a unit of the later day that it was given."""
    what = _what(work, granted.period_id, granted.unit_id)
    year = work.session.get_one(RegistrationPeriod, granted.period_id).year
    notify(
        work,
        kinds.EXTENDED,
        f"{kinds.EXTENDED}:{granted.id}:{granted.due_on}",
        f"Được gia hạn gửi {what} đến {granted.due_on:%d/%m/%Y}",
        [Holders(permission, granted.unit_id) for permission in UNIT],
        ("emulation.list_registrations", {"nam": year}),
        granted.unit_id,
    )


def _what(work: Work, period_id: int, unit_id: int) -> str:
    period = select(RegistrationPeriod.name, Unit.name.label("unit_name")).where(RegistrationPeriod.id == period_id)
    row = work.session.execute(period.join(Unit, Unit.id == unit_id)).one()
    return f"{row.name[:1].lower()}{row.name[1:]} của {row.unit_name}"

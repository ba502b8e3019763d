"""Registration periods: opened for a year or a school year, corrected; and later days granted to one unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.core.errors import InvalidInput, NotFound
from portal.core.text import clean_lines
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import LegalRegime, PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import PeriodSector
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.periods import sector_of
from portal.domain.emulation.queries.registrations import kind_of
from portal.domain.emulation.services.catalogue_shared import (
    Errors,
    InUse,
    audit,
    changed_fields,
    check_right,
    locked,
    refuse,
    text_in,
    year_in,
)
from portal.domain.emulation.services.notices import tell_extension
from portal.domain.units.models import Unit

PERIOD = "registration_period"
ROUNDINGS = {"down": "Làm tròn xuống", "nearest": "Làm tròn đến số gần nhất", "up": "Làm tròn lên"}
REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class PeriodData:
    """A period as it is typed; days are inclusive. `share_rounding` is a key of ROUNDINGS."""

    name: str
    opens_on: date
    due_on: date
    closes_on: date
    regime_code: str
    share_rounding: str = "down"


@dataclass(frozen=True, slots=True)
class ExceptionData:
    """A later day for one unit, with the reason."""

    due_on: date
    reason: str


def create_period(work: Work, year: int, sector: PeriodSector, data: PeriodData) -> RegistrationPeriod:
    """Open a period: an office's year, or the school year that ends in `year`.

    Raises NotAllowed, InvalidInput (year, sector, and the fields of PeriodData).
    """
    check_right(work, Permission.PERIOD_MANAGE)
    errors: Errors = {}
    year_in(errors, "year", year)
    values = _values(work, data, errors)
    refuse(errors)
    code = str(year) if sector is PeriodSector.OFFICE else f"{year - 1}-{year}"
    made = RegistrationPeriod(code=code, year=year, sector=sector, **values)
    try:
        with work.session.begin_nested():
            work.session.add(made)
    except IntegrityError as error:
        raise InvalidInput({"sector": [f"Năm {year} đã có kỳ đăng ký cho khối này."]}) from error
    audit(work, "period.created", PERIOD, made.id, {"code": made.code})
    return made


def update_period(work: Work, period_id: int, version: int, data: PeriodData) -> RegistrationPeriod:
    """Change a period's name, days, regime or rounding. Raises NotAllowed, NotFound, VersionConflict, InvalidInput."""
    check_right(work, Permission.PERIOD_MANAGE)
    period = locked(work, RegistrationPeriod, period_id, version)
    errors: Errors = {}
    values = _values(work, data, errors)
    _check_granted(work, period, data.due_on, errors)
    refuse(errors)
    before = {name: str(getattr(period, name)) for name in values}
    fields = changed_fields(period, values)
    if fields:
        audit(work, "period.updated", PERIOD, period.id, {name: [before[name], str(values[name])] for name in fields})
        work.session.flush()
    return period


def delete_period(work: Work, period_id: int, version: int) -> None:
    """Remove a period that nobody has used. Raises NotAllowed, NotFound, VersionConflict, InUse."""
    check_right(work, Permission.PERIOD_MANAGE)
    period = locked(work, RegistrationPeriod, period_id, version)
    for model, text in ((EmulationRegistration, "bản đăng ký"), (PeriodException, "đơn vị được gia hạn")):
        stmt = select(func.count()).select_from(model).where(model.period_id == period.id)
        count = work.session.scalars(stmt).one()
        if count:
            raise InUse(f"Kỳ này đã có {count} {text} nên không xóa được.")
    audit(work, "period.deleted", PERIOD, period.id, {"code": period.code})
    work.session.delete(period)
    work.session.flush()


def grant_exception(work: Work, period_id: int, unit: Unit, data: ExceptionData) -> PeriodException:
    """Give one unit a later day, or another one. Raises NotAllowed, NotFound, InvalidInput (unit, due_on, reason)."""
    check_right(work, Permission.PERIOD_MANAGE)
    period = _period(work, period_id)
    errors: Errors = {}
    if not work.session.scalars(kind_of(unit.id)).one().owes_registration or sector_of(unit) is not period.sector:
        errors["unit"] = [f"{unit.short_name} không đăng ký theo kỳ này."]
    if data.due_on <= period.due_on:
        errors["due_on"] = [f"Ngày gia hạn phải sau hạn chung {period.due_on:%d/%m/%Y}."]
    reason = clean_lines(data.reason)
    if not reason:
        errors["reason"] = ["Nhập lý do gia hạn."]
    elif len(reason) > REASON_LENGTH:
        errors["reason"] = [f"Dài quá {REASON_LENGTH} ký tự."]
    refuse(errors)
    stmt = select(PeriodException).where(PeriodException.period_id == period.id, PeriodException.unit_id == unit.id)
    found = work.session.scalars(stmt.with_for_update()).one_or_none()
    if found is None:
        found = PeriodException(period_id=period.id, unit_id=unit.id)
        work.session.add(found)
    found.due_on, found.reason = data.due_on, reason
    found.granted_by_id, found.granted_on = work.actor.user_id, work.today()
    work.session.flush()
    detail = {"unit": unit.id, "due_on": data.due_on.isoformat(), "reason": reason}
    audit(work, "period.exception_granted", PERIOD, period.id, detail)
    tell_extension(work, found)
    return found


def withdraw_exception(work: Work, period_id: int, exception_id: int) -> PeriodException:
    """Take back a later day: the unit is held to the common one again. Raises NotAllowed, NotFound."""
    check_right(work, Permission.PERIOD_MANAGE)
    stmt = select(PeriodException).where(PeriodException.id == exception_id, PeriodException.period_id == period_id)
    found = work.session.scalars(stmt.with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    work.session.delete(found)
    audit(work, "period.exception_withdrawn", PERIOD, period_id, {"unit": found.unit_id})
    work.session.flush()
    return found


def _period(work: Work, period_id: int) -> RegistrationPeriod:
    stmt = select(RegistrationPeriod).where(RegistrationPeriod.id == period_id).with_for_update()
    found = work.session.scalars(stmt.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _check_granted(work: Work, period: RegistrationPeriod, due_on: date, errors: Errors) -> None:
    """A day that was granted to a unit stays later than the common one."""
    stmt = select(func.min(PeriodException.due_on)).where(PeriodException.period_id == period.id)
    first: date | None = work.session.scalar(stmt)
    if first is not None and first <= due_on:
        text = f"Có đơn vị được gia hạn đến {first:%d/%m/%Y}, không sau hạn này; xin sửa ngày gia hạn đó trước."
        errors.setdefault("due_on", []).append(text)


def _values(work: Work, data: PeriodData, errors: Errors) -> dict[str, Any]:
    values = {
        "name": text_in(errors, "name", data.name, 120, "Nhập tên kỳ đăng ký."),
        "opens_on": data.opens_on,
        "due_on": data.due_on,
        "closes_on": data.closes_on,
        "regime_code": data.regime_code,
        "share_rounding": data.share_rounding,
    }
    if data.due_on < data.opens_on:
        errors.setdefault("due_on", []).append("Hạn gửi phải từ ngày mở trở đi.")
    if data.closes_on < data.due_on:
        errors.setdefault("closes_on", []).append("Ngày đóng phải từ hạn gửi trở đi.")
    if work.session.get(LegalRegime, data.regime_code) is None:
        errors.setdefault("regime_code", []).append("Chọn giai đoạn pháp luật trong danh sách.")
    if data.share_rounding not in ROUNDINGS:
        errors.setdefault("share_rounding", []).append("Chọn cách làm tròn trong danh sách.")
    return values

"""Opening a registration and writing its content, movements, expected numbers and pledges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.core.text import clean, clean_lines
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.errors import RegistrationExists, RegistrationPeriodClosed, UnitDoesNotRegister
from portal.domain.emulation.models import (
    EmulationRegistration,
    ExpectedNumber,
    RegistrationMovement,
    RegistrationPledge,
)
from portal.domain.emulation.policies import can_open
from portal.domain.emulation.queries.periods import movements_valid, sector_of, titles_valid, window_of
from portal.domain.emulation.queries.registrations import kind_of
from portal.domain.emulation.services.shared import (
    audit,
    begin_edit,
    check_version,
    finish_edit,
    giver_of,
    load_for_write,
    note_editor,
    period_of,
)
from portal.domain.units.models import Unit
from portal.domain.units.queries import parent_id_of

__all__ = [
    "ContentData",
    "PledgeData",
    "add_pledge",
    "load_for_write",
    "open_registration",
    "remove_pledge",
    "save_content",
    "update_pledge",
]

MAX_NUMBER = 100_000
MAX_CONTENT = 20_000
MAX_PLEDGES = 200
MAX_AMOUNT = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class ContentData:
    """What the content form gives. `expected` maps a title's id to the number that the unit expects; 0 takes it out."""

    content: str
    staff_count: int | None = None
    movement_ids: Sequence[int] = ()
    expected: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PledgeData:
    """A numeric pledge: what, how much (None: without a number), in which unit of measure."""

    name: str
    number: Decimal | None = None
    unit_of_measure: str = ""
    note: str = ""


def open_registration(work: Work, unit_id: int, period_id: int) -> EmulationRegistration:
    """Open the unit's registration for a period; it goes to the unit right above on this day.

    Raises NotAllowed, NotFound (no such period), UnitDoesNotRegister, RegistrationPeriodClosed, RegistrationExists.
    """
    if not can_open(work.actor, unit_id):
        raise NotAllowed
    period = work.session.get(RegistrationPeriod, period_id)
    if period is None:
        raise NotFound
    receiver_id = _receiver(work, unit_id, period)
    if not window_of(work.session, period, unit_id).is_open(work.today()):
        raise RegistrationPeriodClosed
    now = work.clock.now()
    made = EmulationRegistration(
        period_id=period.id,
        unit_id=unit_id,
        receiver_unit_id=receiver_id,
        created_by_id=work.actor.user_id,
        created_at=now,
        updated_at=now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(made)
    except IntegrityError as error:
        raise RegistrationExists from error
    note_editor(work, made)
    audit(work, made, "registration.opened", {"period": period.code}, giver_of(work, made))
    work.session.flush()
    return made


def _receiver(work: Work, unit_id: int, period: RegistrationPeriod) -> int:
    today = work.today()
    unit = work.session.get_one(Unit, unit_id)
    kind = work.session.scalars(kind_of(unit_id)).one()
    receiver_id = work.session.scalars(parent_id_of(unit_id, today)).one_or_none()
    owes = kind.owes_registration and unit.is_valid(today) and sector_of(unit) is period.sector
    if receiver_id is None or not owes:
        raise UnitDoesNotRegister
    return receiver_id


def save_content(work: Work, registration: EmulationRegistration, version: int, data: ContentData) -> None:
    """Save content, staff, movements and expected numbers in one step; the registration's version moves.

    Raises NotAllowed, NotEditable, VersionConflict, InvalidInput (fields content, staff_count, movement_ids, expected).
    """
    begin_edit(work, registration)
    check_version(registration.version, version)
    period = period_of(work, registration)
    content = clean_lines(data.content)
    _check_content(work, period, content, data)
    registration.content = content
    registration.staff_count = data.staff_count
    registration.updated_at = work.clock.now()
    flag_modified(registration, "updated_at")
    _replace_movements(work, registration.id, data.movement_ids)
    _replace_expected(work, registration.id, data.expected)
    finish_edit(work, registration, "registration.content_saved")


def _check_content(work: Work, period: RegistrationPeriod, content: str, data: ContentData) -> None:
    errors: dict[str, list[str]] = {}
    if len(content) > MAX_CONTENT:
        errors["content"] = [f"Nội dung dài quá {MAX_CONTENT:,} ký tự.".replace(",", ".")]
    if data.staff_count is not None and not 0 <= data.staff_count <= MAX_NUMBER:
        errors["staff_count"] = ["Tổng số người phải từ 0 đến 100.000."]
    if any(not 0 <= number <= MAX_NUMBER for number in data.expected.values()):
        errors["expected"] = ["Số lượng dự kiến phải từ 0 đến 100.000."]
    titles = {title.id for title in work.session.scalars(titles_valid(period))}
    if not titles.issuperset(data.expected):
        errors["expected"] = ["Có danh hiệu không áp dụng trong kỳ này."]
    movements = {movement.id for movement in work.session.scalars(movements_valid(period.year))}
    if not movements.issuperset(data.movement_ids):
        errors["movement_ids"] = ["Có phong trào không thuộc năm này hoặc đã kết thúc."]
    if errors:
        raise InvalidInput(errors)


def _replace_movements(work: Work, registration_id: int, movement_ids: Sequence[int]) -> None:
    owner = RegistrationMovement.registration_id == registration_id
    known = set(work.session.scalars(select(RegistrationMovement.movement_id).where(owner)))
    wanted = set(movement_ids)
    if gone := known - wanted:
        work.session.execute(
            delete(RegistrationMovement).where(owner, RegistrationMovement.movement_id.in_(sorted(gone)))
        )
    work.session.add_all(
        RegistrationMovement(registration_id=registration_id, movement_id=key) for key in sorted(wanted - known)
    )


def _replace_expected(work: Work, registration_id: int, expected: Mapping[int, int]) -> None:
    rows = {
        row.title_id: row
        for row in work.session.scalars(select(ExpectedNumber).where(ExpectedNumber.registration_id == registration_id))
    }
    for title_id, row in rows.items():
        number = expected.get(title_id, 0)
        if number:
            row.number = number
        else:
            work.session.delete(row)
    work.session.add_all(
        ExpectedNumber(registration_id=registration_id, title_id=title_id, number=number)
        for title_id, number in sorted(expected.items())
        if number and title_id not in rows
    )


def add_pledge(work: Work, registration: EmulationRegistration, data: PledgeData) -> RegistrationPledge:
    """Add a pledge at the end. Raises NotAllowed, NotEditable, InvalidInput (fields name, number)."""
    begin_edit(work, registration)
    values = _pledge_values(data)
    owner = RegistrationPledge.registration_id == registration.id
    count, last = work.session.execute(
        select(func.count(), func.coalesce(func.max(RegistrationPledge.position), 0)).where(owner)
    ).one()
    if count >= MAX_PLEDGES:
        raise InvalidInput({"name": [f"Mỗi bản đăng ký có nhiều nhất {MAX_PLEDGES} chỉ tiêu."]})
    pledge = RegistrationPledge(registration_id=registration.id, position=last + 1, **values)
    work.session.add(pledge)
    work.session.flush()
    finish_edit(work, registration, "registration.pledge_added", {"pledge": pledge.id})
    return pledge


def update_pledge(
    work: Work, registration: EmulationRegistration, pledge_id: int, version: int, data: PledgeData
) -> RegistrationPledge:
    """Change a pledge. Raises NotAllowed, NotEditable, NotFound, VersionConflict, InvalidInput."""
    begin_edit(work, registration)
    pledge = _pledge(work, registration, pledge_id)
    check_version(pledge.version, version)
    for name, value in _pledge_values(data).items():
        setattr(pledge, name, value)
    finish_edit(work, registration, "registration.pledge_updated", {"pledge": pledge.id})
    return pledge


def remove_pledge(work: Work, registration: EmulationRegistration, pledge_id: int, version: int) -> PledgeData:
    """Remove a pledge and give back what it held, so that the removal can be undone by adding it again."""
    begin_edit(work, registration)
    pledge = _pledge(work, registration, pledge_id)
    check_version(pledge.version, version)
    kept = PledgeData(pledge.name, pledge.number, pledge.unit_of_measure, pledge.note)
    work.session.delete(pledge)
    finish_edit(work, registration, "registration.pledge_removed", {"pledge": pledge_id})
    return kept


def _pledge(work: Work, registration: EmulationRegistration, pledge_id: int) -> RegistrationPledge:
    found = work.session.scalars(
        select(RegistrationPledge)
        .where(RegistrationPledge.registration_id == registration.id, RegistrationPledge.id == pledge_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _pledge_values(data: PledgeData) -> dict[str, object]:
    errors: dict[str, list[str]] = {}
    name, measure, note = clean(data.name), clean(data.unit_of_measure), clean(data.note)
    if not name:
        errors["name"] = ["Xin ghi nội dung chỉ tiêu."]
    for key, text, limit in (("name", name, 300), ("unit_of_measure", measure, 40), ("note", note, 300)):
        if len(text) > limit:
            errors[key] = [f"Dài quá {limit} ký tự."]
    if data.number is not None and not (data.number.is_finite() and 0 <= data.number <= MAX_AMOUNT):
        errors["number"] = ["Số phải từ 0 đến dưới 1.000 tỷ."]
    if errors:
        raise InvalidInput(errors)
    number = None if data.number is None else data.number.quantize(Decimal("0.01"))
    return {"name": name, "number": number, "unit_of_measure": measure, "note": note}

"""Lines of an emulation registration from any workbook: the fields, and what each cell must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from portal.core.errors import NotAllowed, NotFound
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import EDITABLE
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import LINES, line_imports
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.queries.registrations import get_registration
from portal.domain.emulation.services.bulk import KeyedLine, apply_keyed
from portal.domain.emulation.services.import_rows import check_rows
from portal.domain.emulation.services.shared import audit, giver_of, load_for_write
from portal.domain.emulation.workbook import (
    BORN,
    DIVISION,
    GENDER,
    NAME,
    POST,
    SUBJECT,
    TITLE,
    Marker,
)
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import Outcome, Rows, Verdicts
from portal.domain.units.models import Unit
from portal.imports._cells import year_of
from portal.imports._emulation_lines import BORN_FEMALE, BORN_MALE, LineReader, line_fields
from portal.imports.kinds import DIRECT_ROWS, MOST_ROWS, ImportKind, Link, Place, Shown
from portal.imports.mapping import Looks
from portal.imports.spec import Fields

_PERSON_NAME = re.compile(r"^[^\W\d_]{1,7}(?: [^\W\d_]{1,7}){1,5}$")
ACTIONS = {
    "staged": "registration.import_staged",
    "applied": "registration.import_applied",
    "cancelled": "registration.import_cancelled",
}


class LineTarget:
    """One registration that takes lines."""

    def __init__(self, registration_id: int, unit_id: int, marker: Marker, reader: LineReader) -> None:
        self.registration_id = registration_id
        self.unit_id = unit_id
        self._marker, self._reader = marker, reader
        self.looks: Looks = {
            TITLE: lambda text: reader.title(text) is not None or reader.title_of_group(text) is not None,
            SUBJECT: lambda text: fold(text) in ("ca nhan", "tap the") or reader.subject_of_group(text) is not None,
            GENDER: lambda text: fold(text) in ("nam", "nu"),
            BORN: lambda text: year_of(text) is not None,
            NAME: lambda text: bool(_PERSON_NAME.match(text)) and text.istitle(),
        }

    def notes(self, above: Sequence[str]) -> list[str]:
        """Whether it is another registration's workbook."""
        found = Marker.find(above)
        if found is None or found == self._marker:
            return []
        return [
            "Tệp mẫu này được tải từ bản đăng ký khác (đơn vị hoặc kỳ khác). Xin kiểm tra trước khi nhập; "
            "các dòng sẽ được thêm vào bản đăng ký đang mở."
        ]

    def read(self, rows: Rows) -> None:
        """Make a line of each row."""
        self._reader.read(rows)

    def check(self, work: Work, commands: Sequence[KeyedLine]) -> Verdicts:
        """What the rows would do to the lines as they are now."""
        return check_rows(work, work.session.get_one(EmulationRegistration, self.registration_id), commands)

    def apply(self, work: Work, commands: Sequence[KeyedLine]) -> Outcome:
        """Bring the lines in."""
        return apply_keyed(work, load_for_write(work, self.registration_id), commands)


@dataclass(frozen=True, slots=True)
class LineImport:
    """Lists of registrations."""

    key: str = LINES
    permission: Permission = Permission.REGISTRATION_EDIT
    noun: str = "danh sách đăng ký"
    fields: Fields = line_fields()  # noqa: RUF009 - never changed
    most_rows: int = MOST_ROWS
    direct_rows: int = DIRECT_ROWS
    shown: tuple[Shown, ...] = (
        Shown("Họ tên hoặc tên tập thể", (NAME,), main=True),
        Shown("Loại", (SUBJECT,)),
        Shown("Danh hiệu, hình thức", (TITLE,)),
        Shown("Chức vụ, phòng, đơn vị", (POST, DIVISION)),
        Shown("Năm sinh", (BORN, BORN_MALE, BORN_FEMALE), num=True),
    )

    def batches(self, work: Work) -> Select[ImportBatch]:
        """The batches of the registrations that the actor edits."""
        return line_imports(work.actor, work.today())

    def place(self, work: Work, batch: ImportBatch) -> Place:
        """The registration, and whether it may be edited now."""
        registration = work.session.get_one(EmulationRegistration, batch.subject_id)
        unit = work.session.get_one(Unit, registration.unit_id)
        period = work.session.get_one(RegistrationPeriod, registration.period_id)
        ids = {"registration_id": registration.id}
        home = Link("Xem danh sách đăng ký", "emulation.show_registration", ids, "danh-sach")
        closed = (
            ""
            if registration.state in EDITABLE
            else "Bản đăng ký đang chờ duyệt hoặc đã gửi. Xin rút về hoặc thu hồi rồi nhập; tệp vừa đọc vẫn còn ở đây."
        )
        return Place(
            crumbs=(
                Link("Đăng ký thi đua", "emulation.list_registrations"),
                Link(unit.short_name, "emulation.show_registration", ids),
            ),
            home=home,
            upload=Link("Nhập từ Excel", "emulation.new_import", ids),
            meta=(("Đơn vị", unit.name), ("Kỳ", period.name)),
            closed=closed,
        )

    def target(self, work: Work, subject_id: int | None) -> LineTarget:
        """Raises NotFound, NotAllowed, NotEditable."""
        registration = open_registration(work, subject_id or 0)
        if registration.state not in EDITABLE:
            raise NotEditable
        return self._target(work, registration)

    def looks(self, work: Work, batch: ImportBatch) -> Looks:
        """What titles, kinds, names and years look like."""
        return self._target(work, work.session.get_one(EmulationRegistration, batch.subject_id)).looks

    def _target(self, work: Work, registration: EmulationRegistration) -> LineTarget:
        unit = work.session.get_one(Unit, registration.unit_id)
        period = work.session.get_one(RegistrationPeriod, registration.period_id)
        titles = list(work.session.scalars(titles_valid(period)))
        reader = LineReader(titles, work.today())
        return LineTarget(registration.id, unit.id, Marker(unit.code, period.code), reader)

    def record(self, work: Work, batch: ImportBatch, step: str, detail: Mapping[str, Any]) -> None:
        """An entry about the registration."""
        registration = work.session.get_one(EmulationRegistration, batch.subject_id)
        known = {"import": batch.id, "sha256": batch.sha256, **detail}
        audit(work, registration, ACTIONS[step], known, giver_of(work, registration))


def open_registration(work: Work, registration_id: int) -> EmulationRegistration:
    """A registration of a unit for which the actor edits. Raises NotFound, NotAllowed."""
    found = work.session.scalars(get_registration(work.actor, registration_id, work.today())).one_or_none()
    if found is None:
        raise NotFound
    if not work.actor.holds_at(Permission.REGISTRATION_EDIT, found.unit_id):
        raise NotAllowed
    return found


KINDS: tuple[ImportKind, ...] = (LineImport(),)

"""Lines of an emulation registration from any workbook: the fields, and what each cell must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from portal.core.errors import NotAllowed, NotFound
from portal.core.text import fold
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import EDITABLE, Gender, SubjectKind
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import LINES, line_imports
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.queries.registrations import get_registration
from portal.domain.emulation.services.bulk import LineCommand, apply_lines
from portal.domain.emulation.services.import_rows import check_rows
from portal.domain.emulation.services.line_values import LineData
from portal.domain.emulation.services.shared import audit, giver_of, load_for_write
from portal.domain.emulation.titles import TitleIndex, title_form
from portal.domain.emulation.workbook import (
    BORN,
    COLUMNS,
    DIVISION,
    GENDER,
    KEY,
    NAME,
    NOTE,
    POST,
    SILENT,
    SUBJECT,
    TITLE,
    Marker,
)
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import Found, Outcome, RowInput, RowVerdict
from portal.domain.units.models import Unit
from portal.imports._body import Record
from portal.imports._cells import shown, year_of
from portal.imports.kinds import DIRECT_ROWS, MOST_ROWS, ImportKind, Link, Place, Shown
from portal.imports.mapping import Looks
from portal.imports.spec import Field, Fields

BORN_MALE, BORN_FEMALE = "born_male", "born_female"
SUGGESTIONS = 3
MOST_UNKNOWN = 200  # so many different unknown titles get a suggestion: it is costly, and nobody reads more
YOUNGEST_LIKELY, OLDEST_LIKELY = 16, 80
JOINS = {NAME: " ", NOTE: "; ", DIVISION: ", "}
BY_GROUP = frozenset({SUBJECT, TITLE})
FIXABLE = frozenset({SUBJECT, TITLE, DIVISION})
_BORN_BY_GENDER = {BORN_MALE: Gender.MALE, BORN_FEMALE: Gender.FEMALE}
_SUBJECTS = {
    SubjectKind.PERSON: ("ca nhan", "cn", "nguoi"),
    SubjectKind.COLLECTIVE: ("tap the", "tt", "don vi"),
}
_GENDERS = {Gender.MALE: ("nam", "ong", "m"), Gender.FEMALE: ("nu", "ba", "f")}
_KEY = re.compile(r"^[0-9a-f]{32}$")
_BEFORE_TITLE = re.compile(r"^(?:(?:dang ky|de nghi|xet|tang|danh sach|danh hieu|hinh thuc|khen thuong|thi dua)\s+)+")
_PERSON_NAME = re.compile(r"^[^\W\d_]{1,7}(?: [^\W\d_]{1,7}){1,5}$")


def _fields() -> Fields:
    plain = [
        Field(
            c.key,
            c.label,
            c.aliases,
            required=c.key in (TITLE, NAME),
            silent=c.key in SILENT,
            hidden=c.key == KEY,
            joins=JOINS.get(c.key, ""),
            by_mark=c.key == TITLE,
            by_group=c.key in BY_GROUP,
            fixable=c.key in FIXABLE,
        )
        for c in COLUMNS
    ]
    at = next(index for index, f in enumerate(plain) if f.key == BORN) + 1
    plain[at:at] = [
        Field(BORN_MALE, "Năm sinh (nam)", ("Năm sinh nam", "Ngày sinh nam", "Ngày, tháng, năm sinh nam")),
        Field(BORN_FEMALE, "Năm sinh (nữ)", ("Năm sinh nữ", "Ngày sinh nữ", "Ngày, tháng, năm sinh nữ")),
    ]
    return Fields(plain)


class LineReader:
    """Turns rows into lines; what was looked up once is remembered. `titles` are those of the registration's period."""

    def __init__(self, titles: Sequence[EmulationTitle], today: date) -> None:
        self._index = TitleIndex(titles)
        self._today = today
        self._titles: dict[str, EmulationTitle | None] = {}
        self._unknown: dict[str, str] = {}
        self._years: dict[str, int | None] = {}
        self._subjects = {text: kind for kind, texts in _SUBJECTS.items() for text in texts}
        self._genders = {text: kind for kind, texts in _GENDERS.items() for text in texts}
        self._folds: dict[str, str] = {}

    def title(self, text: str) -> EmulationTitle | None:
        """The title that is written like this, or None."""
        if text not in self._titles:
            self._titles[text] = self._index.match(text)
        return self._titles[text]

    def title_of_group(self, text: str) -> EmulationTitle | None:
        """The title that a heading of a group names: Danh hiệu Chiến sĩ thi đua cơ sở: 12 người."""
        form = title_form(re.split(r"[(:]", text, maxsplit=1)[0])
        return self.title(form) or self.title(_BEFORE_TITLE.sub("", form))

    def subject_of_group(self, text: str) -> SubjectKind | None:
        """Whether a heading of a group speaks of persons or of collectives."""
        folded = fold(text)
        if folded.startswith(("tap the", "danh sach tap the", "doi voi tap the")):
            return SubjectKind.COLLECTIVE
        if folded.startswith(("ca nhan", "danh sach ca nhan", "doi voi ca nhan")):
            return SubjectKind.PERSON
        return None

    def read(self, record: Record) -> RowInput:
        """One row: its command or what is wrong, and what to look at."""
        cells = record.cells
        errors: list[Found] = []
        warnings: list[Found] = []
        title = self._title(record, errors)
        subject = self._subject(record, title, errors)
        born, gender = self._born_and_gender(cells, errors, warnings)
        command = None
        if title is not None and subject is not None and not errors:
            data = LineData(
                subject=subject,
                name=cells.get(NAME, ""),
                title_id=title.id,
                post=cells.get(POST, ""),
                division=cells.get(DIVISION, ""),
                birth_year=born,
                gender=gender,
                note=cells.get(NOTE, ""),
            )
            command = LineCommand(_key(cells.get(KEY, "")), data)
        else:
            _missing(cells, subject, errors)
        read = {TITLE: title.name} if title is not None and title.name != cells.get(TITLE) else None
        return RowInput(
            record.number, record.part, cells, command, errors, warnings, read, record.places, record.groups
        )

    def _title(self, record: Record, errors: list[Found]) -> EmulationTitle | None:
        text = record.cells.get(TITLE, "")
        if text:
            found = self.title(text)
            if found is None:
                errors.append((TITLE, self._not_known(text)))
            return found
        for heading in record.groups:
            if (found := self.title_of_group(heading)) is not None:
                return found
        errors.append((TITLE, "Thiếu danh hiệu, hình thức."))
        return None

    def _not_known(self, text: str) -> str:
        form = title_form(text)[:60]
        if form not in self._unknown:
            near = self._index.suggest(form, SUGGESTIONS) if len(self._unknown) < MOST_UNKNOWN else []
            names = " hoặc ".join(f"“{title.name}”" for title in near)
            self._unknown[form] = f"; có phải {names}?" if names else ". Xin chọn trong danh sách của tệp mẫu."
        return f"Danh hiệu “{shown(text)}” không có trong danh mục{self._unknown[form]}"

    def _subject(self, record: Record, title: EmulationTitle | None, errors: list[Found]) -> SubjectKind | None:
        text = record.cells.get(SUBJECT, "")
        if text:
            kind = self._subjects.get(self._fold(text))
            if kind is None:
                errors.append((SUBJECT, f"Loại “{shown(text)}” không hợp lệ; xin ghi “Cá nhân” hoặc “Tập thể”."))
            return kind
        for heading in record.groups:
            if (kind := self.subject_of_group(heading)) is not None:
                return kind
        if title is None or title.subject is SubjectKind.BOTH:
            if title is not None:
                errors.append((SUBJECT, "Thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”."))
            return None
        return title.subject

    def _born_and_gender(
        self, cells: Mapping[str, str], errors: list[Found], warnings: list[Found]
    ) -> tuple[int | None, str]:
        """Year of birth and gender; the year may stand in a column for men or in one for women."""
        text, place, gender = cells.get(BORN, ""), BORN, ""
        for key, kind in _BORN_BY_GENDER.items():
            if cells.get(key):
                text, place, gender = cells[key], key, kind.value
        year = self._year(text)
        if text and year is None:
            errors.append((place, f"Năm sinh “{shown(text)}” không đọc được; xin ghi bốn chữ số, ví dụ 1985."))
        elif year is not None and not YOUNGEST_LIKELY <= self._today.year - year <= OLDEST_LIKELY:
            warnings.append((place, f"Năm sinh {year} khác thường; xin kiểm tra lại."))
        written = cells.get(GENDER, "")
        if not written:
            return year, gender
        found = self._genders.get(self._fold(written))
        if found is None:
            text = f"Giới tính “{shown(written)}” không hợp lệ; xin ghi “Nam” hoặc “Nữ”, hoặc để trống."
            errors.append((GENDER, text))
        return year, found.value if found is not None else ""

    def _year(self, text: str) -> int | None:
        if text not in self._years:
            self._years[text] = year_of(text)
        return self._years[text]

    def _fold(self, text: str) -> str:
        if text not in self._folds:
            self._folds[text] = fold(text)
        return self._folds[text]


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

    def read(self, records: Sequence[Record]) -> list[RowInput]:
        """Rows as lines."""
        return [self._reader.read(record) for record in records]

    def check(self, work: Work, rows: Sequence[RowInput]) -> list[RowVerdict]:
        """What the rows would do to the lines as they are now."""
        return check_rows(work, work.session.get_one(EmulationRegistration, self.registration_id), rows)

    def apply(self, work: Work, rows: Sequence[RowInput]) -> Outcome:
        """Bring the lines in."""
        registration = load_for_write(work, self.registration_id)
        return apply_lines(work, registration, [row.command for row in rows if row.command is not None])


@dataclass(frozen=True, slots=True)
class LineImport:
    """Lists of registrations."""

    key: str = LINES
    permission: Permission = Permission.REGISTRATION_EDIT
    noun: str = "danh sách đăng ký"
    fields: Fields = _fields()  # noqa: RUF009 - never changed
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
        audit(work, registration, f"registration.import_{step}", known, giver_of(work, registration))


def open_registration(work: Work, registration_id: int) -> EmulationRegistration:
    """A registration of a unit for which the actor edits. Raises NotFound, NotAllowed."""
    found = work.session.scalars(get_registration(work.actor, registration_id, work.today())).one_or_none()
    if found is None:
        raise NotFound
    if not work.actor.holds_at(Permission.REGISTRATION_EDIT, found.unit_id):
        raise NotAllowed
    return found


def _missing(cells: Mapping[str, str], subject: SubjectKind | None, errors: list[Found]) -> None:
    """Say at once what else a faulty row lacks; of a sound row the domain says it."""
    if not cells.get(NAME):
        errors.append((NAME, "Thiếu họ tên hoặc tên tập thể."))
    if subject is SubjectKind.PERSON and not cells.get(POST):
        errors.append((POST, "Thiếu chức vụ của cá nhân."))


def _key(text: str) -> str | None:
    """The line's key when the cell holds one; anything else is no key."""
    key = text.strip().lower()
    return key if _KEY.match(key) else None


KINDS: tuple[ImportKind, ...] = (LineImport(),)

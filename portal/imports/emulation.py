"""Lines of an emulation registration from any workbook: the fields, and what each cell must be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select

from portal.core.errors import NotAllowed, NotFound
from portal.core.text import fold, person_sort_key, sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import EDITABLE, Gender, SubjectKind
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import LINES, line_imports
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.queries.registrations import get_registration
from portal.domain.emulation.services.bulk import KeyedLine, apply_keyed
from portal.domain.emulation.services.import_rows import check_rows
from portal.domain.emulation.services.line_values import LineValues
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
    NUMBER,
    POST,
    SILENT,
    SUBJECT,
    TITLE,
    Marker,
)
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import Outcome, Rows, Verdicts
from portal.domain.units.models import Unit
from portal.imports._cells import shown, year_of
from portal.imports.kinds import DIRECT_ROWS, MOST_ROWS, ImportKind, Link, Place, Shown
from portal.imports.mapping import Looks
from portal.imports.spec import Field, Fields

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
NamedT = TypeVar("NamedT")
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
            unread=c.key == NUMBER,
        )
        for c in COLUMNS
    ]
    at = next(index for index, f in enumerate(plain) if f.key == BORN) + 1
    plain[at:at] = [
        Field(BORN_MALE, "Năm sinh (nam)", ("Năm sinh nam", "Ngày sinh nam", "Ngày, tháng, năm sinh nam")),
        Field(BORN_FEMALE, "Năm sinh (nữ)", ("Năm sinh nữ", "Ngày sinh nữ", "Ngày, tháng, năm sinh nữ")),
    ]
    return Fields(plain)


Subjects = SubjectKind | None
PERSON = SubjectKind.PERSON  # looked up once: lists are long
BAD = -1  # a year that cannot be read
ACTIONS = {
    "staged": "registration.import_staged",
    "applied": "registration.import_applied",
    "cancelled": "registration.import_cancelled",
}


class LineReader:
    """Turns rows into lines; what was looked up once is remembered. `titles` are those of the registration's period."""

    def __init__(self, titles: Sequence[EmulationTitle], today: date) -> None:
        self._index = TitleIndex(titles)
        self._today = today
        self._unknown: dict[str, str] = {}
        self._titles = Known[str, EmulationTitle | None](self._index.match)
        self._subjects = Known[str, Subjects](lambda text: _named(_SUBJECTS, text))
        self._genders = Known[str, str | None](lambda text: _named(_GENDERS, text) if text else "")
        self._years = Known[str, int | None](lambda text: (year_of(text) or BAD) if text else None)
        self._folds = Known[str, str](fold)
        self._of_person, self._of_thing = Known[str, str](person_sort_key), Known[str, str](sort_key)

    def title(self, text: str) -> EmulationTitle | None:
        """The title that is written like this, or None."""
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

    def read(self, rows: Rows) -> None:
        """Make a line of each row, or say what is wrong with it."""
        titles = self._read_titles(rows)
        subjects = self._read_subjects(rows, titles)
        years, genders = self._read_births(rows)
        names, posts = rows.column(NAME), rows.column(POST)
        keys = [_key(text) if text else None for text in rows.column(KEY)]
        persons = [subject is PERSON for subject in subjects]
        of_person, of_thing = self._of_person, self._of_thing
        lines = map(
            LineValues._make,
            zip(
                subjects,
                names,
                map(self._folds.__getitem__, names),
                [of_person[n] if person else of_thing[n] for n, person in zip(names, persons, strict=True)],
                posts,
                rows.column(DIVISION),
                [year if person else None for year, person in zip(years, persons, strict=True)],
                [gender if person else "" for gender, person in zip(genders, persons, strict=True)],
                [title.id if title is not None else 0 for title in titles],
                rows.column(NOTE),
                strict=True,
            ),
        )
        rows.commands = list(map(KeyedLine, keys, lines))
        for index in rows.errors:
            rows.commands[index] = None
            self._missing(rows, index, subjects[index])

    def _read_titles(self, rows: Rows) -> list[EmulationTitle | None]:
        texts = rows.column(TITLE)
        titles = list(map(self._titles.__getitem__, texts))
        if None in titles:
            for index, text in enumerate(texts):
                if titles[index] is None and not text and rows.groups:
                    found = (self.title_of_group(heading) for heading in rows.groups[index])
                    titles[index] = next((title for title in found if title is not None), None)
                if titles[index] is None:
                    rows.error(index, TITLE, self._not_known(text) if text else "Thiếu danh hiệu, hình thức.")
        names = [title.name if title is not None else "" for title in titles]
        understood = [name if name != text else "" for name, text in zip(names, texts, strict=True)]
        if any(understood):
            rows.read[TITLE] = understood
        return titles

    def _not_known(self, text: str) -> str:
        form = title_form(text)[:60]
        if form not in self._unknown:
            near = self._index.suggest(form, SUGGESTIONS) if len(self._unknown) < MOST_UNKNOWN else []
            names = " hoặc ".join(f"“{title.name}”" for title in near)
            self._unknown[form] = f"; có phải {names}?" if names else ". Xin chọn trong danh sách của tệp mẫu."
        return f"Danh hiệu “{shown(text)}” không có trong danh mục{self._unknown[form]}"

    def _read_subjects(self, rows: Rows, titles: Sequence[EmulationTitle | None]) -> list[Subjects]:
        texts = rows.column(SUBJECT)
        subjects = list(map(self._subjects.__getitem__, texts))
        for index, kind in enumerate(subjects):
            if kind is not None:
                continue
            if text := texts[index]:
                told = f"Loại “{shown(text)}” không hợp lệ; xin ghi “Cá nhân” hoặc “Tập thể”."
                rows.error(index, SUBJECT, told)
                continue
            subjects[index] = self._subject_otherwise(rows, index, titles[index])
            if subjects[index] is None and titles[index] is not None:
                rows.error(index, SUBJECT, "Thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”.")
        return subjects

    def _subject_otherwise(self, rows: Rows, index: int, title: EmulationTitle | None) -> Subjects:
        """The kind by the headings of groups, else by a title that fits one alone."""
        for heading in rows.groups[index] if rows.groups else ():
            if (kind := self.subject_of_group(heading)) is not None:
                return kind
        return None if title is None or title.subject is SubjectKind.BOTH else title.subject

    def _read_births(self, rows: Rows) -> tuple[list[int | None], list[str]]:
        """Years of birth and genders; the year may stand in a column for men or in one for women."""
        years = self._read_years(rows, BORN)
        written = rows.column(GENDER)
        genders = list(map(self._genders.__getitem__, written))
        if None in genders:
            for index, text in enumerate(written):
                if genders[index] is None:
                    told = f"Giới tính “{shown(text)}” không hợp lệ; xin ghi “Nam” hoặc “Nữ”, hoặc để trống."
                    rows.error(index, GENDER, told)
        for key, kind in _BORN_BY_GENDER.items():
            if key in rows.texts:
                for index, year in enumerate(self._read_years(rows, key)):
                    if year is not None:
                        years[index] = year
                        genders[index] = genders[index] or kind.value
        return years, [gender or "" for gender in genders]

    def _read_years(self, rows: Rows, key: str) -> list[int | None]:
        texts = rows.column(key)
        years = list(map(self._years.__getitem__, texts))
        youngest, oldest = self._today.year - YOUNGEST_LIKELY, self._today.year - OLDEST_LIKELY
        likely = {year for year in set(years) if year is None or oldest <= year <= youngest}
        if len(likely) < len(set(years)):
            for index, year in enumerate(years):
                if year == BAD:
                    told = f"Năm sinh “{shown(texts[index])}” không đọc được; xin ghi bốn chữ số, ví dụ 1985."
                    rows.error(index, key, told)
                    years[index] = None
                elif year not in likely:
                    rows.warn(index, key, f"Năm sinh {year} khác thường; xin kiểm tra lại.")
        return years

    def _missing(self, rows: Rows, index: int, subject: Subjects) -> None:
        """Say at once what else a faulty row lacks; of a sound row the domain says it."""
        if not rows.column(NAME)[index]:
            rows.error(index, NAME, "Thiếu họ tên hoặc tên tập thể.")
        if subject is SubjectKind.PERSON and not rows.column(POST)[index]:
            rows.error(index, POST, "Thiếu chức vụ của cá nhân.")


class Known(dict[KeyT, ValueT]):
    """What was found out already: in a long list the same texts come again and again."""

    def __init__(self, find: Callable[[KeyT], ValueT]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: KeyT) -> ValueT:
        found = self[key] = self._find(key)
        return found


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
        audit(work, registration, ACTIONS[step], known, giver_of(work, registration))


def open_registration(work: Work, registration_id: int) -> EmulationRegistration:
    """A registration of a unit for which the actor edits. Raises NotFound, NotAllowed."""
    found = work.session.scalars(get_registration(work.actor, registration_id, work.today())).one_or_none()
    if found is None:
        raise NotFound
    if not work.actor.holds_at(Permission.REGISTRATION_EDIT, found.unit_id):
        raise NotAllowed
    return found


def _named(writings: Mapping[NamedT, Sequence[str]], text: str) -> NamedT | None:
    """What is written like this, or None."""
    folded = fold(text)
    return next((value for value, texts in writings.items() if folded in texts), None)


def _key(text: str) -> str | None:
    """The line's key when the cell holds one; anything else is no key."""
    key = text.strip().lower()
    return key if _KEY.match(key) else None


KINDS: tuple[ImportKind, ...] = (LineImport(),)

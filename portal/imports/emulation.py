"""Lines of an emulation registration from the portal's own workbook: the columns, and what each cell must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

from portal.core.text import fold
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.services.lines import LineCommand, LineData
from portal.domain.emulation.titles import TitleIndex, title_form
from portal.domain.emulation.workbook import (
    BORN,
    COLUMNS,
    DIVISION,
    FAULT_COLUMN,
    GENDER,
    KEY,
    LABELS,
    NAME,
    NOTE,
    POST,
    SHEET,
    SILENT,
    SUBJECT,
    TITLE,
    Marker,
)
from portal.imports._sheet import (
    CellError,
    ColumnSpec,
    SheetLimits,
    SheetRow,
    SheetSpec,
    SheetTable,
    read_table,
)

SHOWN = 60
SUGGESTIONS = 3
MOST_UNKNOWN = 200  # so many different unknown titles get a suggestion: it is costly, and nobody reads more
YOUNGEST_LIKELY, OLDEST_LIKELY = 16, 80
SPEC = SheetSpec(
    SHEET, tuple(ColumnSpec(c.key, c.label, c.aliases, c.required) for c in (*COLUMNS, FAULT_COLUMN)), SILENT
)

_SUBJECTS = {
    SubjectKind.PERSON: ("ca nhan", "cn", "nguoi"),
    SubjectKind.COLLECTIVE: ("tap the", "tt", "don vi"),
}
_GENDERS = {Gender.MALE: ("nam", "ong", "m"), Gender.FEMALE: ("nu", "ba", "f")}
_YEAR = re.compile(r"^(\d{4})$")
_DAY = re.compile(r"^(?:\d{1,2}\s*[/.-]\s*)?\d{1,2}\s*[/.-]\s*(\d{4})$")
_ISO = re.compile(r"^(\d{4})-\d{2}-\d{2}$")
_KEY = re.compile(r"^[0-9a-f]{32}$")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row: its cells as text, the line that it makes (None: it makes none), what is wrong, what to look at."""

    number: int
    cells: dict[str, str]
    command: LineCommand | None
    errors: list[tuple[str, CellError]]
    warnings: list[tuple[str, CellError]]


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """What a workbook holds. `columns` maps a field to its column letter; `notes` are sentences about it as a whole."""

    header_row: int
    columns: dict[str, str]
    rows: list[ReadRow]
    notes: list[str] = field(default_factory=list)


def read_lines(
    stream: BinaryIO, titles: Sequence[EmulationTitle], marker: Marker, today: date, limits: SheetLimits | None = None
) -> ReadWorkbook:
    """Read a workbook into lines. `titles` are those of the registration's period, `marker` says whose it should be.

    Raises WorkbookRefused when the file as a whole cannot be taken. Whatever a cell holds, it gives a sentence at most.
    """
    table = read_table(stream, SPEC, limits or SheetLimits())
    reader = _LineReader(table, titles, today)
    return ReadWorkbook(
        header_row=table.header_row,
        columns=table.columns,
        rows=[reader.read(row) for row in table.rows],
        notes=_notes(table, marker),
    )


def _notes(table: SheetTable, marker: Marker) -> list[str]:
    notes = []
    found = Marker.find(table.above)
    if found is not None and found != marker:
        notes.append(
            "Tệp mẫu này được tải từ bản đăng ký khác (đơn vị hoặc kỳ khác). Xin kiểm tra trước khi nhập; "
            "các dòng sẽ được thêm vào bản đăng ký đang mở."
        )
    if table.unknown:
        names = ", ".join(f"“{text[:SHOWN]}”" for text in table.unknown[:SUGGESTIONS])
        notes.append(f"Không đọc {len(table.unknown)} cột ngoài mẫu: {names}.")
    if not table.rows:
        notes.append("Không có dòng nào được điền dưới dòng tiêu đề.")
    return notes


class _LineReader:
    """Turns the rows of one table into lines; what was looked up once is remembered."""

    def __init__(self, table: SheetTable, titles: Sequence[EmulationTitle], today: date) -> None:
        self._table = table
        self._index = TitleIndex(titles)
        self._today = today
        self._unknown: dict[str, str] = {}

    def read(self, row: SheetRow) -> ReadRow:
        """One row: cells, line, errors, warnings."""
        cells = {key: row.text(key) for key in self._table.columns}
        draft = _Draft(row.number, self._table, cells)
        title = self._title(draft)
        subject = self._subject(draft, title)
        born = self._born(draft, row.cells.get(BORN))
        gender = self._gender(draft)
        command = None
        if title is not None and subject is not None and not draft.errors:
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
            _missing(draft, subject)
        return ReadRow(row.number, cells, command, draft.errors, draft.warnings)

    def _title(self, draft: _Draft) -> EmulationTitle | None:
        text = draft.cells.get(TITLE, "")
        if not text:
            draft.error(TITLE, "Thiếu danh hiệu, hình thức.")
            return None
        found = self._index.match(text)
        if found is None:
            draft.error(TITLE, self._not_known(text))
        return found

    def _not_known(self, text: str) -> str:
        form = title_form(text)[:SHOWN]
        if form not in self._unknown:
            near = self._index.suggest(form, SUGGESTIONS) if len(self._unknown) < MOST_UNKNOWN else []
            names = " hoặc ".join(f"“{title.name}”" for title in near)
            self._unknown[form] = f"; có phải {names}?" if names else ". Xin chọn trong danh sách của tệp mẫu."
        return f"Danh hiệu “{_shown(text)}” không có trong danh mục{self._unknown[form]}"

    def _subject(self, draft: _Draft, title: EmulationTitle | None) -> SubjectKind | None:
        text = draft.cells.get(SUBJECT, "")
        folded = fold(text)
        for kind, writings in _SUBJECTS.items():
            if folded in writings:
                return kind
        if folded:
            draft.error(SUBJECT, f"Loại “{_shown(text)}” không hợp lệ; xin ghi “Cá nhân” hoặc “Tập thể”.")
            return None
        if title is None or title.subject is SubjectKind.BOTH:
            if title is not None:
                draft.error(SUBJECT, "Thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”.")
            return None
        return title.subject

    def _born(self, draft: _Draft, value: Any) -> int | None:
        text = draft.cells.get(BORN, "")
        if not text:
            return None
        year = _year(value, text)
        if year is None:
            draft.error(BORN, f"Năm sinh “{_shown(text)}” không đọc được; xin ghi bốn chữ số, ví dụ 1985.")
        elif not YOUNGEST_LIKELY <= self._today.year - year <= OLDEST_LIKELY:
            draft.warn(BORN, f"Năm sinh {year} khác thường; xin kiểm tra lại.")
        return year

    def _gender(self, draft: _Draft) -> str:
        text = draft.cells.get(GENDER, "")
        folded = fold(text)
        for gender, writings in _GENDERS.items():
            if folded in writings:
                return gender.value
        if folded:
            draft.error(GENDER, f"Giới tính “{_shown(text)}” không hợp lệ; xin ghi “Nam” hoặc “Nữ”, hoặc để trống.")
        return ""


def _missing(draft: _Draft, subject: SubjectKind | None) -> None:
    """Say at once what else a faulty row lacks; of a sound row the domain says it."""
    if not draft.cells.get(NAME):
        draft.error(NAME, "Thiếu họ tên hoặc tên tập thể.")
    if subject is SubjectKind.PERSON and not draft.cells.get(POST):
        draft.error(POST, "Thiếu chức vụ của cá nhân.")


class _Draft:
    """What has been found out about a row so far."""

    def __init__(self, number: int, table: SheetTable, cells: Mapping[str, str]) -> None:
        self._number, self._table, self.cells = number, table, cells
        self.errors: list[tuple[str, CellError]] = []
        self.warnings: list[tuple[str, CellError]] = []

    def error(self, key: str, message: str) -> None:
        self.errors.append((key, self._at(key, message)))

    def warn(self, key: str, message: str) -> None:
        self.warnings.append((key, self._at(key, message)))

    def _at(self, key: str, message: str) -> CellError:
        table = self._table
        letters = table.columns.get(key) or table.columns[NAME]
        return CellError(self._number, letters, table.headers.get(key, LABELS[key]), message, self.cells.get(key, ""))


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _key(text: str) -> str | None:
    """The line's key when the cell holds one; anything else is no key."""
    key = text.strip().lower()
    return key if _KEY.match(key) else None


def _year(value: Any, text: str) -> int | None:
    """The year of a birth from a year, a day, or their text; None when it is neither."""
    if isinstance(value, datetime | date):
        return value.year
    for pattern in (_YEAR, _DAY, _ISO):
        found = pattern.match(text)
        if found:
            return int(found.group(1))
    return None

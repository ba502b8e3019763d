"""The emulation lists as official XLSX: all lines, lines by title, units by title. Columns for file and print alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from portal.core.pagination import AnyRow
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.exports._cells import Kind
from portal.exports._list_paper import NUMBER_COLUMN, ListHead, counted, document, grouped
from portal.exports._workbook import (
    Column,
    Group,
    Target,
    Written,
    write_list,
)

TITLE = "Danh sách tổng hợp đăng ký thi đua"
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class ListKind(StrEnum):
    """Which list is made of the same lines."""

    LINES = "danh-sach"
    BY_TITLE = "theo-danh-hieu"
    BY_UNIT = "theo-don-vi"

    @property
    def label(self) -> str:
        return {
            "danh-sach": "Danh sách tổng hợp, đủ các cột",
            "theo-danh-hieu": "Danh sách xếp theo danh hiệu",
            "theo-don-vi": "Bảng tổng hợp theo đơn vị",
        }[self.value]

    @property
    def heading(self) -> str:
        """The title of the paper."""
        return {
            "danh-sach": TITLE,
            "theo-danh-hieu": "Danh sách đăng ký thi đua theo danh hiệu, hình thức khen thưởng",
            "theo-don-vi": "Tổng hợp số lượng đăng ký thi đua theo đơn vị",
        }[self.value]


def _where(row: AnyRow) -> str:
    """Where the person works; when another unit put the line forward, that one too."""
    return f"{row.work_unit_name} ({row.unit_name} trình)" if row.origin_unit_id else str(row.work_unit_name)


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the lists and how a row of the list query gives its value."""

    column: Column
    value: Callable[[AnyRow], Any]


def _gender(row: AnyRow) -> str:
    return Gender(row.gender).label if row.gender else ""


def _period(row: AnyRow) -> int | str:
    code: str = row.period_code
    return int(code) if code.isdecimal() else code


def _work(row: AnyRow) -> str:
    return ", ".join(part for part in (row.post, row.division) if part)


FIELDS_BY_KEY: dict[str, Field] = {
    "ten": Field(Column("Họ và tên cá nhân, tên tập thể", 24), lambda r: r.name),
    "doi-tuong": Field(Column("Đối tượng", 9, centred=True), lambda r: r.subject.label),
    "nam-sinh": Field(Column("Năm sinh", 7, Kind.YEAR), lambda r: r.birth_year),
    "gioi-tinh": Field(Column("Giới tính", 6, centred=True), _gender),
    "chuc-vu": Field(Column("Chức vụ", 17), lambda r: r.post),
    "phong-ban": Field(Column("Phòng, ban", 17), lambda r: r.division),
    "don-vi": Field(Column("Đơn vị", 20), lambda r: r.work_unit_name),
    "don-vi-trinh": Field(Column("Đơn vị trình", 20), lambda r: r.unit_name),
    "cap": Field(Column("Cấp", 11), lambda r: r.level_label),
    "khoi": Field(Column("Cụm, khối thi đua", 18), lambda r: r.block_name or ""),
    "danh-hieu": Field(Column("Danh hiệu thi đua, hình thức khen thưởng", 20), lambda r: r.title_name),
    "loai": Field(Column("Loại", 11), lambda r: r.title_family.label),
    "ky": Field(Column("Năm, kỳ", 9, Kind.YEAR), _period),
    "trang-thai": Field(Column("Trạng thái", 11, Kind.STATUS), lambda r: r.state.label),
    "so-van-ban": Field(Column("Số văn bản", 13), lambda r: r.paper_no),
    "ngay-van-ban": Field(Column("Ngày văn bản", 11, Kind.DATE), lambda r: r.paper_date),
    "ngay-gui": Field(Column("Ngày gửi", 11, Kind.DATE), lambda r: r.sent_at),
    "noi-goc": Field(Column("Nơi gốc", 18), lambda r: r.origin_name or ""),
    "ghi-chu": Field(Column("Ghi chú", 14), lambda r: r.note),
}
"""The columns of the complete list, by the keys that the list of lines has them under."""

FIELDS: tuple[Field, ...] = tuple(FIELDS_BY_KEY.values())
SHOWN_FIELDS: dict[str, Field] = {**FIELDS_BY_KEY, "chuc-vu-phong-ban": Field(Column("Chức vụ, phòng ban", 26), _work)}
"""Every column that the list of lines may show; post and division also in one."""

PRINTED: tuple[Field, ...] = (
    Field(Column("Họ và tên cá nhân, tên tập thể", 24), lambda r: r.name),
    Field(Column("Năm sinh", 7, Kind.YEAR), lambda r: r.birth_year),
    Field(Column("Chức vụ", 17), lambda r: r.post),
    Field(Column("Phòng, ban", 17), lambda r: r.division),
    Field(Column("Đơn vị", 24), _where),
    Field(Column("Danh hiệu thi đua, hình thức khen thưởng", 20), lambda r: r.title_name),
    Field(Column("Trạng thái", 11, Kind.STATUS), lambda r: r.state.label),
    Field(Column("Ghi chú", 14), lambda r: r.note),
)
PRINTED_COLUMNS = (NUMBER_COLUMN, *(field.column for field in PRINTED))


class Tally:
    """Counts collectives and persons while rows run through."""

    def __init__(self) -> None:
        self.collectives = 0
        self.persons = 0

    def take(self, row: AnyRow) -> None:
        if row.subject is SubjectKind.PERSON:
            self.persons += 1
        else:
            self.collectives += 1

    @property
    def sentence(self) -> str:
        """Tổng số: 08 trường hợp: 04 tập thể, 04 cá nhân./."""
        numbers = ((self.collectives, "tập thể"), (self.persons, "cá nhân"))
        parts = ", ".join(f"{counted(number)} {what}" for number, what in numbers if number)
        return f"Tổng số: {counted(self.collectives + self.persons)} trường hợp{': ' if parts else ''}{parts}./."


@dataclass(frozen=True, slots=True)
class TitleCount:
    """A title with the number of its lines."""

    id: int
    name: str
    short_name: str
    number: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What one registration counts: lines by title, collectives, persons."""

    name: str
    by_title: dict[int, int]
    collectives: int
    persons: int


def write_lines(
    target: Target, head: ListHead, rows: Iterable[AnyRow], progress: Callable[[int], None] | None = None
) -> Written:
    """All lines with all columns, in the order of `rows`."""
    tally = Tally()
    columns = (NUMBER_COLUMN, *(field.column for field in FIELDS))
    return write_list(
        target, document(head, columns), numbered(rows, tally), closing=lambda _: tally.sentence, progress=progress
    )


def write_by_title(
    target: Target,
    head: ListHead,
    titles: Sequence[TitleCount],
    rows_of: Callable[[TitleCount], Iterable[AnyRow]],
    progress: Callable[[int], None] | None = None,
) -> Written:
    """The lines under a heading for each title; numbers start again under each."""
    tally = Tally()
    columns = (NUMBER_COLUMN, *(field.column for field in FIELDS))

    def rows() -> Iterator[Sequence[Any] | Group]:
        for mark, title in enumerate(titles, 1):
            yield Group(title_heading(mark, title))
            yield from numbered(rows_of(title), tally)

    made = document(head, columns, filterable=False)
    return write_list(target, made, rows(), closing=lambda _: tally.sentence, progress=progress)


def write_by_unit(target: Target, head: ListHead, titles: Sequence[TitleCount], units: Iterable[UnitCount]) -> Written:
    """One row for each unit, one column for each title, added up at the end."""
    return write_list(target, document(head, columns_by_unit(titles)), unit_rows(titles, units))


UNIT_COLUMNS = (
    NUMBER_COLUMN,
    Column("Đơn vị", 34),
    Column("Loại hình", 22),
    Column("Cấp trên trực tiếp", 20),
    Column("Trạng thái", 15, Kind.STATUS),
    Column("Hạn gửi", 12, Kind.DATE),
    Column("Ngày gửi", 12, Kind.DATE),
    Column("Số ngày quá hạn", 10, Kind.INTEGER, centred=True),
    Column("Số văn bản", 16),
    Column("Số dòng đăng ký", 10, Kind.INTEGER, total=True),
)
UNITS_TITLE = "Tình hình đăng ký thi đua của các cơ quan, đơn vị"


def write_units(target: Target, head: ListHead, rows: Iterable[Sequence[Any]], closing: str) -> Written:
    """Units that owe a registration and where they stand; `rows` follow UNIT_COLUMNS after the number."""
    made = ((number, *row) for number, row in enumerate(rows, 1))
    return write_list(target, document(head, UNIT_COLUMNS), made, closing=lambda _: closing)


def unit_rows(titles: Sequence[TitleCount], units: Iterable[UnitCount]) -> Iterator[tuple[Any, ...]]:
    """The rows of the table unit by title; a title that a unit has none of stays blank."""
    for number, unit in enumerate(units, 1):
        cells = (unit.by_title.get(title.id) for title in titles)
        total = unit.collectives + unit.persons
        yield (number, unit.name, *cells, unit.collectives or None, unit.persons or None, total)


def columns_by_unit(titles: Sequence[TitleCount]) -> tuple[Column, ...]:
    """The columns of the table unit by title."""
    return (
        NUMBER_COLUMN,
        Column("Đơn vị", 34),
        *(Column(title.short_name, 10, Kind.INTEGER, total=True) for title in titles),
        Column("Tập thể", 9, Kind.INTEGER, total=True),
        Column("Cá nhân", 9, Kind.INTEGER, total=True),
        Column("Tổng số", 9, Kind.INTEGER, total=True),
    )


def numbered(rows: Iterable[AnyRow], tally: Tally) -> Iterator[tuple[Any, ...]]:
    """The rows as cells, numbered from 1."""
    getters = [field.value for field in FIELDS]
    for number, row in zip(count(1), rows, strict=False):
        tally.take(row)
        yield (number, *[value(row) for value in getters])


def title_heading(mark: int, title: TitleCount) -> str:
    """II. Cờ thi đua của UBND tỉnh (58)"""
    return f"{roman(mark)}. {title.name} ({grouped(title.number)})"


def roman(number: int) -> str:
    """A number below 40 as it marks the parts of a paper."""
    text = ""
    for value, sign in ROMAN:
        while number >= value:
            text += sign
            number -= value
    return text


def file_name(kind: ListKind, year: int) -> str:
    """dang-ky-thi-dua-2023-theo-don-vi.xlsx"""
    tail = "" if kind is ListKind.LINES else f"-{kind.value}"
    return f"dang-ky-thi-dua-{year}{tail}.xlsx"

"""Is this file a harmless .xlsx? Looked at as bytes, before any spreadsheet reader is let near it.

A workbook is a zip archive of XML parts. What is checked: the kind of file, the number of parts, what they unpack to
(as they declare it, and as it is in truth), how far they are compressed, that no part declares XML entities, and that
the cells lie in a reasonable area (a reader sets aside room for the whole rectangle between the first and last cell).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import BinaryIO

from portal.core.package import LOCAL_HEADER, MEGABYTE, BadPackage, Package, PackageFault
from portal.core.package import PackageLimits as ArchiveLimits
from portal.imports._cells import column_letters

LONG_SHEET = 512 * 1024
WORKBOOK, BINARY_WORKBOOK, MACROS = "xl/workbook.xml", "xl/workbook.bin", "xl/vbaproject.bin"
ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
PROLOGUE = 64 * 1024  # a document type stands before the first element
QUOTED_PLACE = re.compile(rb"[\"']([A-Za-z]{1,4})(\d{1,9})[\"']")
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*"
BLANK_CELL = re.compile(rb"<(?:\w+:)?c" + _ATTRIBUTES + rb"\s*/>")  # formatted, holds nothing: readers pass over it
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])")
CELL_WITHOUT_PLACE = re.compile(
    rb"<(?:\w+:)?c(?:\s+(?!r\s*=)[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*>",
)
UNUSUAL_CELL = re.compile(rb"<c(?! r=\"[A-Z][12]?\d{1,4}\")[\s>/]")  # beyond column Z or row 29.999, or written oddly
ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3}\d{1,7})[\"'][^>]*?\bt=[\"']e[\"']")
UNCOUNTED_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3}\d{1,7})[\"'][^>]*>"
    rb"\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
ROW_PLACE = re.compile(rb"\br\s*=\s*[\"'](\d{1,9})[\"']")
SHARED_TEXT = re.compile(rb"<(?:\w+:)?si\b")

NOT_XLSX = "Tệp này không phải là Excel. Xin lưu lại theo dạng “Excel Workbook (.xlsx)” rồi tải lên."
EMPTY = "Tệp trống. Xin chọn tệp Excel đã điền."
PASSWORD = "Tệp có mật khẩu nên không đọc được. Xin bỏ mật khẩu rồi tải lên."  # noqa: S105 - a sentence for the user
BINARY = "Tệp này là Excel nhị phân (.xlsb). Xin mở bằng Excel và lưu lại theo dạng .xlsx."
WITH_MACROS = "Tệp có chứa macro nên không được nhận. Xin lưu lại theo dạng .xlsx."
BROKEN = "Tệp Excel bị hỏng hoặc chưa tải lên hết. Xin mở bằng Excel, lưu lại rồi tải lên."
FAR = "Ô {}: có dữ liệu nằm xa ngoài bảng. Xin xóa các dòng, cột thừa quanh ô này rồi tải lên."
TOO_DENSE = "Tệp nén quá mức bình thường của một bảng tính nên không được nhận. Xin tạo lại tệp từ mẫu của cổng."
FAULTS = {PackageFault.BROKEN: BROKEN, PackageFault.ENCRYPTED: PASSWORD, PackageFault.BOMB: TOO_DENSE}
ENTITIES = "Tệp chứa khai báo thực thể XML nên không được nhận. Xin tạo lại tệp từ mẫu của cổng."


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """Bytes of the file and of all its parts unpacked, number of parts, how many times smaller a part of `ratio_from`
    bytes or more may be packed, cells in the rectangle that a sheet spans, bytes of text when each cell has its copy.
    """

    file_bytes: int = 10 * MEGABYTE
    unpacked_bytes: int = 64 * MEGABYTE
    parts: int = 500
    ratio: int = 150
    ratio_from: int = MEGABYTE
    cells: int = 1_500_000
    text_bytes: int = 256 * MEGABYTE

    @property
    def of_package(self) -> ArchiveLimits:
        """The part of these limits that any archive is held to."""
        return ArchiveLimits(self.parts, self.unpacked_bytes, self.ratio, self.ratio_from)


@dataclass(slots=True)
class Findings:
    """What a sound package shows that its reader should tell: cells with an error, formulas never worked out."""

    error_cells: list[str] = field(default_factory=list)
    uncounted_cells: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Peek:
    """The package with its long sheets cut short after `rows`: enough to see how they are laid out, and read in a
    fraction of the time. The last row stays, so that the reader knows how long a sheet is.
    """

    rows: int
    parts: dict[str, bytes] = field(default_factory=dict)
    is_cut: bool = False

    def keep(self, name: str, content: bytes) -> None:
        """Take in a part."""
        short = _cut_short(content, self.rows) if len(content) > LONG_SHEET else content
        self.is_cut = self.is_cut or short is not content
        self.parts[name] = short

    def stream(self) -> BinaryIO:
        """The package put together again."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        made.seek(0)
        return made


def _cut_short(content: bytes, rows: int) -> bytes:
    """A sheet's XML without most of its rows; what is no plain sheet stays as it is."""
    at = 0
    for _ in range(rows):
        found = content.find(b"</row>", at)
        if found < 0:
            return content
        at = found + len(b"</row>")
    last, end = content.rfind(b"<row "), content.rfind(b"</sheetData>")
    return content[:at] + content[last:] if at <= last < end else content


class _Refused(Exception):
    """Why the file is not taken, in Vietnamese."""


def check_package(
    stream: BinaryIO, limits: PackageLimits, findings: Findings | None = None, peek: Peek | None = None
) -> str:
    """Why this file cannot be taken as an .xlsx, in Vietnamese; empty when it can. The stream may be left anywhere.

    `findings` and `peek` take in what the parts show and hold, since they are unpacked here anyway.
    """
    try:
        _check_kind(stream, limits)
        package = Package(stream, limits.of_package)
        _check_parts([name.lower() for name in package.names])
        totals = _Totals(findings or Findings())
        for name in package.names:
            content = package.read(name, limits.unpacked_bytes)
            _check_part(content, limits, totals)
            if peek is not None:
                peek.keep(name, content)
    except _Refused as refused:
        return str(refused)
    except BadPackage as bad:
        return FAULTS[bad.fault]
    return ""


def too_large(limits: PackageLimits) -> str:
    """The sentence about a file over the limit."""
    return f"Tệp lớn quá {limits.file_bytes // MEGABYTE} MB. Xin chia tệp hoặc bỏ hình ảnh trong tệp."


def far_cell(row: int, column: int) -> str:
    """The sentence about a cell far outside the table; row and column from 0."""
    return FAR.format(f"{column_letters(column)}{row + 1}")


def _check_kind(stream: BinaryIO, limits: PackageLimits) -> None:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    head = stream.read(8)
    if not head:
        raise _Refused(EMPTY)
    if size > limits.file_bytes:
        raise _Refused(too_large(limits))
    if not head.startswith(LOCAL_HEADER):
        raise _Refused(NOT_XLSX)


def _check_parts(names: list[str]) -> None:
    """What kind of office file it is, by the parts that it has."""
    if BINARY_WORKBOOK in names:
        raise _Refused(BINARY)
    if MACROS in names:
        raise _Refused(WITH_MACROS)
    if WORKBOOK not in names:
        raise _Refused(NOT_XLSX)


@dataclass(slots=True)
class _Totals:
    """What the parts hold together: cells, the longest text that cells share, what is worth telling."""

    findings: Findings
    cells: int = 0
    longest: int = 0


def _check_part(content: bytes, limits: PackageLimits, totals: _Totals) -> None:
    """Look at one unpacked part: entities, far cells, texts that many cells share."""
    text = content.replace(b"\x00", b"") if b"\x00" in content[:200] else content  # two-byte text, read as plain
    if not text[:PROLOGUE].lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").startswith(b"<"):
        return
    if ENTITY.search(text, 0, PROLOGUE):
        raise _Refused(ENTITIES)
    unusual = b":c" in text or UNUSUAL_CELL.search(text) is not None
    cells = len(CELL.findall(text)) if unusual else text.count(b'<c r="')
    if cells:
        if unusual:
            _check_places(text, limits)
        _note_formulas(text, totals.findings)
    totals.cells += cells
    if b"<si" in text or b":si" in text:
        totals.longest = max(totals.longest, max(map(len, SHARED_TEXT.split(text)[1:]), default=0))
    if totals.cells * totals.longest > limits.text_bytes:
        raise _Refused(TOO_DENSE)


def _note_formulas(text: bytes, findings: Findings) -> None:
    if b't="e"' in text or b"t='e'" in text:
        findings.error_cells += [place.decode() for place in ERROR_CELL.findall(text)]
    if b"</f>" in text or b":f>" in text:
        findings.uncounted_cells += [place.decode() for place in UNCOUNTED_CELL.findall(text)]


def _check_places(text: bytes, limits: PackageLimits) -> None:
    """Refuse cells far outside the table, naming one."""
    far = _far_place(text, limits)
    if not far:
        return
    far = _far_place(BLANK_CELL.sub(b"", text), limits)
    if far:
        raise _Refused(FAR.format(far))


def _far_place(text: bytes, limits: PackageLimits) -> str:
    """The place at which the rectangle of cells grows too large; empty when it does not."""
    rows = columns = 0
    if CELL_WITHOUT_PLACE.search(text):  # such a cell stands where its row says
        rows = max((int(found) for found in ROW_PLACE.findall(text)), default=0)
        if rows > limits.cells // 64:
            return f"A{rows}"
    for letters, digits in set(QUOTED_PLACE.findall(text)):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        if rows * columns > limits.cells:
            return f"{letters.decode().upper()}{int(digits)}"
    return ""


def _column(letters: bytes) -> int:
    """The number of a column from its letters: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number

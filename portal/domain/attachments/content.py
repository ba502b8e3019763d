"""What an uploaded file really is, by its content: PDF, Word, Excel, JPG or PNG; all else is refused with the reason.

The name does not count. Refused are also what these types may hide: macros, passwords, embedded objects, templates and
links that a program would fetch by itself, archives that unpack to far more than they are, pictures of absurd size.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

import filetype
from lxml import etree

from portal.core.package import BadPackage, Package, PackageFault
from portal.domain.attachments.enums import FileType

HEAD_BYTES = 8192
TAIL_BYTES = 2048
MOST_PIXELS = 100_000_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
PDF_HEAD, PDF_TAIL = b"%PDF-", b"%%EOF"
PNG_HEAD, PNG_TAIL = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
CONTENT_TYPES = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    f"{_OFFICE}wordprocessingml.document.main+xml": FileType.DOCX,
    f"{_OFFICE}spreadsheetml.sheet.main+xml": FileType.XLSX,
}
_MACRO = re.compile(r"vba|macro|/activex", re.IGNORECASE)
_OBJECT = re.compile(r"/(embeddings/.*\.bin|oleobject[^/]*)$", re.IGNORECASE)
_FETCHED = ("/attachedTemplate", "/oleObject", "/frame", "/subDocument", "/aFChunk", "/control")
_LIVE_LINK = re.compile(rb"<(?:\w+:)?(?:ddeLink|oleLink)\b")
_FIELD = re.compile(rb"(?:DDE|DDEAUTO|INCLUDETEXT)\s", re.IGNORECASE)
_INSTRUCTION = re.compile(rb"(?:<w:instrText[^>]*>|w:instr=\")([^<\"]*)")
_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # the JPEG segments that name the picture's size
PART_LIMIT = 4 * 1024 * 1024

EMPTY = "Tệp trống."
OLD_OFFICE = "Tệp Word, Excel đời cũ (.doc, .xls). Xin lưu lại theo dạng .docx, .xlsx hoặc PDF."
PASSWORD = "Tệp có mật khẩu nên người nhận không mở được. Xin bỏ mật khẩu."  # noqa: S105 - a sentence for the user
WITH_MACROS = "Tệp có chứa macro nên không được nhận. Xin lưu lại theo dạng .docx, .xlsx không có macro."
WITH_OBJECT = "Tệp có nhúng đối tượng của chương trình khác (OLE) nên không được nhận. Xin bỏ đó hoặc lưu thành PDF."
WITH_LINK = "Tệp tự lấy nội dung từ nơi khác (mẫu hoặc dữ liệu liên kết) nên không được nhận. Xin bỏ liên kết."
BOMB = "Tệp nén quá mức bình thường nên không được nhận. Xin lưu lại tệp."
BROKEN = "Tệp bị hỏng hoặc chưa tải lên hết. Xin mở tệp, lưu lại rồi thử lại."
BROKEN_PDF = "Tệp PDF không hoàn chỉnh. Xin xuất hoặc quét lại."
TOO_LARGE_PICTURE = "Ảnh lớn quá 100 triệu điểm. Xin giảm kích thước ảnh."
_FAULTS = {PackageFault.BROKEN: BROKEN, PackageFault.ENCRYPTED: PASSWORD, PackageFault.BOMB: BOMB}


class Refused(ValueError):
    """The content is not taken; the sentence is for the user."""


def recognise(stream: BinaryIO, allowed: Collection[FileType] = tuple(FileType)) -> FileType:
    """What the content is, when it is whole, harmless and of an allowed type. Raises Refused."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if not head:
        raise Refused(EMPTY)
    found = _kind(head, stream)
    if found is None or found not in allowed:
        raise Refused(wanted(allowed))
    stream.seek(0)
    return found


def wanted(allowed: Collection[FileType]) -> str:
    """The sentence for another type."""
    return f"Loại tệp này không được nhận. Xin dùng {', '.join(t.label for t in FileType if t in allowed)}."


def is_pdf(stream: BinaryIO) -> bool:
    """Whether the content is a whole PDF: its head, its end mark, its first bytes; the name does not count."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    whole = head.startswith(PDF_HEAD) and PDF_TAIL in _tail(stream) and _guess(head) == FileType.PDF.content_type
    stream.seek(0)
    return whole


def _kind(head: bytes, stream: BinaryIO) -> FileType | None:
    if head.startswith(OLE):
        stream.seek(0)
        raise Refused(PASSWORD if ENCRYPTED_NAME in stream.read() else OLD_OFFICE)
    if head.startswith(b"PK"):
        return _office(stream)
    guessed = FileType.of(_guess(head))
    if guessed is FileType.PDF:
        if not is_pdf(stream):
            raise Refused(BROKEN_PDF)
    elif guessed in (FileType.JPG, FileType.PNG):
        _check_picture(guessed, head, stream)
    return guessed


def _guess(head: bytes) -> str:
    found = filetype.guess(head)
    return "" if found is None else str(found.mime)


def _tail(stream: BinaryIO) -> bytes:
    size = stream.seek(0, 2)
    stream.seek(max(size - TAIL_BYTES, 0))
    return stream.read()


# --- pictures ---


def _check_picture(kind: FileType | None, head: bytes, stream: BinaryIO) -> None:
    end = _tail(stream)
    if kind is FileType.PNG:
        whole, size = PNG_TAIL in end, _png_size(head)
    else:
        whole, size = b"\xff\xd9" in end, _jpeg_size(stream)
    if not whole or size is None or 0 in size:
        raise Refused(BROKEN)
    if size[0] * size[1] > MOST_PIXELS:
        raise Refused(TOO_LARGE_PICTURE)


def _png_size(head: bytes) -> tuple[int, int] | None:
    if len(head) < 24 or not head.startswith(PNG_HEAD) or head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _jpeg_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Width and height from the first segment that names them."""
    stream.seek(2)
    while True:
        mark = stream.read(4)
        if len(mark) < 4 or mark[0] != 0xFF:
            return None
        if mark[1] == 0xFF:  # a filling byte
            stream.seek(-3, 1)
            continue
        length = int.from_bytes(mark[2:], "big")
        if mark[1] in _SIZED:
            body = stream.read(5)  # bits of a colour, height, width
            return int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        if length < 2:
            return None
        stream.seek(length - 2, 1)


# --- office files ---


def _office(stream: BinaryIO) -> FileType | None:
    try:
        package = Package(stream)
        package.check()
        if CONTENT_TYPES not in package.entries:
            return None
        return _check_office(package)
    except BadPackage as error:
        raise Refused(_FAULTS[error.fault]) from error


def _check_office(package: Package) -> FileType | None:
    declared = list(_content_types(package))
    names = [f"/{name}" for name in package.names]
    if any(_MACRO.search(text) for text in (*names, *declared)):
        raise Refused(WITH_MACROS)
    if any(_OBJECT.search(text) for text in names) or any("oleObject" in text for text in declared):
        raise Refused(WITH_OBJECT)
    if any(_fetches(package, name) for name in package.names if name.endswith(".rels")):
        raise Refused(WITH_LINK)
    if any(_is_live(package, name) for name in package.names):
        raise Refused(WITH_LINK)
    found = {MAIN_PARTS[text] for text in declared if text in MAIN_PARTS}
    return found.pop() if len(found) == 1 else None


def _content_types(package: Package) -> Iterator[str]:
    """Every content type that the package declares."""
    for element in _parse(package, CONTENT_TYPES).iter():
        declared = element.get("ContentType")
        if declared:
            yield declared


def _fetches(package: Package, name: str) -> bool:
    """Whether a program would by itself fetch something that this part of relationships names."""
    return any(
        element.get("TargetMode") == "External" and str(element.get("Type", "")).endswith(_FETCHED)
        for element in _parse(package, name).iter()
    )


def _is_live(package: Package, name: str) -> bool:
    """Whether a part holds a live link (DDE), or a field that reads another file."""
    lower = name.lower()
    if lower.startswith("xl/externallinks/") and lower.endswith(".xml"):
        return _LIVE_LINK.search(package.read(name, PART_LIMIT * 8)) is not None
    if lower.startswith("word/") and lower.endswith(".xml"):
        instructions = _INSTRUCTION.findall(package.read(name, PART_LIMIT * 16))
        return _FIELD.search(b"".join(instructions)) is not None  # one instruction may be cut into many pieces
    return False


def _parse(package: Package, name: str) -> etree._Element:
    """A small part as XML, without entities and without a network. Raises BadPackage."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(package.read(name, PART_LIMIT), parser)
    except etree.XMLSyntaxError as error:
        raise BadPackage(PackageFault.BROKEN) from error

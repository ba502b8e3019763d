"""What a file is, by its content; and what is refused although it looks like one of the types that are taken."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.package import MEGABYTE
from portal.domain.attachments import content
from portal.domain.attachments.content import Refused, recognise
from portal.domain.attachments.enums import FileType
from tests.attachments.samples import OLE, Change, changed, docx, field, pdf, picture, relationship, xlsx

DOCUMENT_RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"


def reason(given: bytes, *allowed: FileType) -> str:
    with pytest.raises(Refused) as caught:
        recognise(io.BytesIO(given), allowed or tuple(FileType))
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pdf(), FileType.PDF),
        (docx(), FileType.DOCX),
        (xlsx(), FileType.XLSX),
        (picture("PNG"), FileType.PNG),
        (picture("JPEG"), FileType.JPG),
        (picture("JPEG", progressive=True, comment=b"a note"), FileType.JPG),
    ],
    ids=["pdf", "docx", "xlsx", "png", "jpg", "progressive"],
)
def test_the_types_that_are_taken(given: bytes, expected: FileType) -> None:
    stream = io.BytesIO(given)
    assert recognise(stream) is expected
    assert stream.tell() == 0
    assert reason(given, *(t for t in FileType if t is not expected)).startswith("Loại tệp này không được nhận.")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", content.EMPTY),
        (
            b"MZ\x90\x00" + bytes(200),
            "Loại tệp này không được nhận. Xin dùng PDF, Word (.docx), Excel (.xlsx), ảnh JPG",
        ),
        (b"<html><script>alert(1)</script></html>", "Loại tệp này"),
        (b"GIF89a" + bytes(100), "Loại tệp này"),
        (OLE, content.OLD_OFFICE),
        (OLE + "EncryptedPackage".encode("utf-16-le"), content.PASSWORD),
        (pdf()[:-200], content.BROKEN_PDF),
        (picture("PNG")[:-12], content.BROKEN),
        (picture("JPEG")[:-3], content.BROKEN),
        (docx()[:-100], content.BROKEN),
        (changed(docx(), {TYPES: None}), "Loại tệp này"),
        (changed(docx(), {TYPES: b"<Types>"}), content.BROKEN),
    ],
    ids=[
        "empty",
        "program",
        "page",
        "gif",
        "old office",
        "password",
        "cut pdf",
        "cut png",
        "cut jpg",
        "cut docx",
        "plain zip",
        "no xml",
    ],
)
def test_what_is_none_of_them_is_refused(given: bytes, words: str) -> None:
    assert reason(given).startswith(words)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (changed(docx(), {"word/vbaProject.bin": b"x"}), content.WITH_MACROS),
        (
            changed(
                docx(),
                {TYPES: lambda old: old.replace(b"officedocument.wordprocessingml.document.main", b"macroEnabled")},
            ),
            content.WITH_MACROS,
        ),
        (changed(xlsx(), {"xl/macrosheets/sheet1.xml": b"<a/>"}), content.WITH_MACROS),
        (changed(docx(), {"word/activeX/activeX1.bin": b"x"}), content.WITH_MACROS),
        (changed(docx(), {"word/embeddings/oleObject1.bin": OLE}), content.WITH_OBJECT),
        (
            changed(docx(), {DOCUMENT_RELS: relationship("attachedTemplate", "http://x.example/a.dotm")}),
            content.WITH_LINK,
        ),
        (changed(docx(), {DOCUMENT_RELS: relationship("oleObject", "\\\\x\\a")}), content.WITH_LINK),
        (changed(docx(), {"word/document.xml": field(" DDE", 'AUTO c:\\\\cmd.exe "/k" ')}), content.WITH_LINK),
        (
            changed(
                xlsx(),
                {"xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd"/></externalLink>'},
            ),
            content.WITH_LINK,
        ),
    ],
    ids=["vba", "docm", "xlm", "activex", "ole", "template", "linked object", "dde field", "dde link"],
)
def test_what_an_office_file_may_not_hide(given: bytes, words: str) -> None:
    assert reason(given) == words


def test_what_office_files_usually_hold_is_no_reason_to_refuse() -> None:
    usual: dict[str, Change] = {
        DOCUMENT_RELS: relationship("hyperlink", "https://hungyen.example/"),
        "word/document.xml": field(" PAGE "),
        "word/embeddings/Microsoft_Excel_Sheet.xlsx": xlsx(),
        "word/printerSettings1.bin": b"x",
    }
    assert recognise(io.BytesIO(changed(docx(), usual))) is FileType.DOCX


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert reason(changed(docx(), {"word/media/image1.bmp": bytes(30 * MEGABYTE)})) == content.BOMB


def test_a_picture_of_absurd_size_is_refused() -> None:
    sound = picture("PNG")
    header = b"IHDR" + (20_000).to_bytes(4, "big") * 2 + sound[24:29]
    huge = sound[:12] + header + zlib.crc32(header).to_bytes(4, "big") + sound[33:]
    assert reason(huge) == content.TOO_LARGE_PICTURE


@pytest.mark.property
@settings(max_examples=60)
@given(
    st.sampled_from([pdf(), docx(), xlsx(), picture("PNG"), picture("JPEG")]),
    st.integers(0, 5000),
    st.binary(min_size=1, max_size=40),
)
def test_a_damaged_file_is_taken_or_refused_never_an_error(whole: bytes, place: int, noise: bytes) -> None:
    at = place % len(whole)
    try:
        said = recognise(io.BytesIO(whole[:at] + noise + whole[at + len(noise) :])).label
    except Refused as refused:
        said = str(refused)
    assert said

"""portal.imports._package: what is refused before a spreadsheet reader sees it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imports import _package as package
from portal.imports._package import PackageLimits, check_package
from tests.imports.workbooks import plain_workbook

LIMITS = PackageLimits()
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def rebuilt(change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> io.BytesIO:
    """A sound workbook with its parts changed (None drops one) and others added."""
    source = zipfile.ZipFile(plain_workbook([["1", "Cá nhân"]]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                archive.writestr(name, content)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out


def with_sheet(body: str) -> io.BytesIO:
    """A workbook whose sheet holds this XML."""
    return rebuilt(lambda name, content: f"{HEAD}{body}{TAIL}".encode() if name == SHEET else content)


def keep(_name: str, content: bytes) -> bytes:
    return content


def test_a_sound_workbook_is_taken() -> None:
    assert check_package(plain_workbook([["1", "Cá nhân"]]), LIMITS) == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", package.EMPTY),
        (b"a,b,c\n1,2,3\n", package.NOT_XLSX),
        (b"<html><table></table></html>", package.NOT_XLSX),
        (b"PK\x03\x04 and then nothing", package.BROKEN),
    ],
)
def test_other_files_are_named_for_what_they_are(content: bytes, expected: str) -> None:
    assert check_package(io.BytesIO(content), LIMITS) == expected


def test_a_large_file_is_refused_by_its_size() -> None:
    fault = check_package(plain_workbook([["1"]]), replace(LIMITS, file_bytes=100))
    assert "Tệp lớn quá" in fault


@pytest.mark.parametrize(
    ("dropped", "extra", "expected"),
    [
        ("xl/workbook.xml", {}, package.NOT_XLSX),
        ("xl/workbook.xml", {"xl/workbook.bin": b"x"}, package.BINARY),
        ("", {"xl/vbaProject.bin": b"x"}, package.WITH_MACROS),
        ("xl/workbook.xml", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, package.NOT_XLSX),
    ],
)
def test_kinds_of_archives_are_told_apart(dropped: str, extra: dict[str, bytes], expected: str) -> None:
    made = rebuilt(lambda name, content: None if name == dropped else content, extra)
    assert check_package(made, LIMITS) == expected


def test_too_many_parts_are_refused() -> None:
    made = rebuilt(keep, {f"xl/media/{n}.xml": b"<a/>" for n in range(600)})
    assert check_package(made, LIMITS) == package.TOO_DENSE


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    made = rebuilt(keep, {"xl/media/bomb.xml": b"0" * (70 * 1024 * 1024)})
    assert len(made.getvalue()) < 200_000
    assert check_package(made, LIMITS) == package.TOO_DENSE


def test_a_small_bomb_is_refused_by_how_far_it_is_packed() -> None:
    made = rebuilt(keep, {"xl/media/bomb.xml": b"0" * (8 * 1024 * 1024)})
    assert check_package(made, LIMITS) == package.TOO_DENSE


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    size = 3 * 1024 * 1024
    made = rebuilt(keep, {"xl/media/lie.xml": b"0" * size})
    lying = made.getvalue().replace(struct.pack("<I", size), struct.pack("<I", 1000))
    assert check_package(io.BytesIO(lying), LIMITS) == package.TOO_DENSE


def test_content_that_does_not_fit_its_sum_is_refused() -> None:
    raw = bytearray(rebuilt(keep).getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        crc = struct.pack("<I", archive.getinfo(SHEET).CRC)
    place = bytes(raw).rfind(crc)
    raw[place] ^= 0xFF
    assert check_package(io.BytesIO(bytes(raw)), LIMITS) == package.BROKEN


def test_an_archive_with_a_password_is_named() -> None:
    raw = bytearray(rebuilt(keep).getvalue())
    place = bytes(raw).find(b"PK\x01\x02")
    raw[place + 8] |= 1
    assert check_package(io.BytesIO(bytes(raw)), LIMITS) == package.PASSWORD


def test_a_part_that_comes_twice_is_refused() -> None:
    out = rebuilt(keep)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    assert check_package(out, LIMITS) == package.BROKEN


def test_other_packings_are_refused() -> None:
    out = rebuilt(keep)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/media/a.xml", b"<a/>")
    assert check_package(out, LIMITS) == package.BROKEN


def test_a_directory_that_points_elsewhere_is_refused() -> None:
    raw = bytearray(rebuilt(keep).getvalue())
    place = bytes(raw).find(b"PK\x01\x02")
    raw[place + 42] = 7
    assert check_package(io.BytesIO(bytes(raw)), LIMITS) == package.BROKEN


def test_stored_parts_are_read_as_they_are() -> None:
    out = rebuilt(keep)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/picture.png", b"\x89PNG\r\n")
    assert check_package(out, LIMITS) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><worksheet><sheetData/></worksheet>'
    made = rebuilt(lambda name, content: text.encode(encoding) if name == SHEET else content)
    assert check_package(made, LIMITS) == package.ENTITIES


@pytest.mark.parametrize(
    ("body", "cell"),
    [
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "XFD1048576"),
        ('<row r="2"><c r="A2"><v>1</v></c><c t=">" r="ZZ99999"><v>1</v></c></row>', "ZZ99999"),
        ("<row r='2'><c r='A2'><v>1</v></c><c t='r=\"A1\"' r='ZZ99999'><v>1</v></c></row>", "ZZ99999"),
        ('<row r="1048576"><c><v>1</v></c></row>', "A1048576"),
    ],
)
def test_a_cell_far_outside_the_table_is_named(body: str, cell: str) -> None:
    fault = check_package(with_sheet(body), LIMITS)
    assert fault.startswith(f"Ô {cell}: có dữ liệu nằm xa ngoài bảng")


def test_formatted_cells_far_below_that_hold_nothing_are_passed_over() -> None:
    body = '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert check_package(with_sheet(body), LIMITS) == ""


def test_cells_without_a_place_are_read_where_they_come() -> None:
    assert check_package(with_sheet('<row r="5"><c><v>1</v></c><c><v>2</v></c></row>'), LIMITS) == ""


def test_a_long_text_that_a_hundred_thousand_cells_share_is_refused() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 10_001))
    shared = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%b</t></si></sst>'

    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            return f"{HEAD}{cells}{TAIL}".encode()
        return shared % (bytes(range(65, 91)) * 1200) if name == "xl/sharedStrings.xml" else content

    assert check_package(rebuilt(change), LIMITS) == package.TOO_DENSE


@given(st.binary(max_size=400), st.integers(0, 4000))
def test_whatever_is_scribbled_into_a_workbook_gives_an_answer(noise: bytes, place: int) -> None:
    raw = bytearray(plain_workbook([["1", "Cá nhân"]]).getvalue())
    raw[place : place + len(noise)] = noise
    assert isinstance(check_package(io.BytesIO(bytes(raw)), LIMITS), str)

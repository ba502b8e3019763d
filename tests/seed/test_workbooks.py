"""seed.workbooks: the workbooks that demonstrations import are whole, clean, and made again from the code alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from portal.core.text import fold
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import SubjectKind, TitleFamily, TitleScope
from portal.domain.emulation.workbook import Marker
from seed.tables import parts, read_table
from seed.workbooks import DISTRICT, FOLDER, HEALTH, Book, write
from tests.imports.workbooks import ReadList, read_lines

BOOKS = [(DISTRICT, 40), (HEALTH, 400)]
TODAY = date(2023, 3, 15)


def titles() -> list[EmulationTitle]:
    return [
        EmulationTitle(
            id=number,
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            family=TitleFamily(row["family"]),
            subject=SubjectKind(row["subject"]),
            scope=TitleScope(row["scope"]),
            rank=int(row["rank"]),
            aliases="|".join(fold(text) for text in parts(row["aliases"])),
        )
        for number, row in enumerate(read_table("emulation_titles"))
        if row["code"] != "XPTB"
    ]


def read(path: Path, book: Book) -> ReadList:
    with path.open("rb") as stream:
        return read_lines(stream, titles(), Marker(book.unit_code, "2023"), TODAY)


@pytest.mark.parametrize(("book", "count"), BOOKS)
def test_the_workbooks_read_without_a_fault(book: Book, count: int) -> None:
    found = read(FOLDER / book.file_name, book)
    assert found.notes == []
    assert len(found.rows) == count
    assert [text for row in found.rows for text in (*found.texts(row), *found.warnings(row))] == []


@pytest.mark.parametrize(("book", "count"), BOOKS)
def test_every_title_of_the_year_comes_and_some_in_other_writings(book: Book, count: int) -> None:
    rows = read(FOLDER / book.file_name, book).rows
    by_id = {title.id: title for title in titles()}
    used = {by_id[row.command.values.title_id].code for row in rows if row.command}
    assert used == {title.code for title in titles()}
    names = {title.name for title in titles()}
    assert sum(row.cells["title_id"] not in names for row in rows) >= 3


@pytest.mark.parametrize(("book", "count"), BOOKS)
def test_people_carry_post_birth_and_gender_and_some_are_namesakes(book: Book, count: int) -> None:
    lines = [row.command.values for row in read(FOLDER / book.file_name, book).rows if row.command]
    people = [line for line in lines if line.subject is SubjectKind.PERSON]
    assert all(line.post and line.birth_year and line.gender for line in people)
    posts: dict[str, set[str]] = {}
    for line in people:
        posts.setdefault(line.name, set()).add(f"{line.post}/{line.division}/{line.birth_year}")
    assert any(len(different) > 1 for different in posts.values())


@pytest.mark.parametrize("book", [DISTRICT, HEALTH])
def test_the_code_makes_the_workbooks_again(book: Book, tmp_path: Path) -> None:
    made, again = write(book, tmp_path / "a"), write(book, tmp_path / "b")
    assert made.read_bytes() == again.read_bytes()
    committed, fresh = read(FOLDER / book.file_name, book), read(made, book)
    assert [row.cells for row in committed.rows] == [row.cells for row in fresh.rows]

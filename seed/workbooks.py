"""Makes the two workbooks that demonstrations import: a district's 40 lines and a sở's 400, in the portal's own layout.

`python -m seed.workbooks` writes them into seed/workbooks; the same code always writes the same bytes. The people are
fictional.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from portal.domain.emulation.enums import Gender, SubjectKind, TitleScope
from portal.domain.emulation.workbook import BORN, DIVISION, GENDER, NAME, NOTE, POST, SUBJECT, TITLE, Marker
from portal.exports.emulation_template import Template, TemplateRow, TitleRow, write_template
from seed.names import NameGenerator, Workplace, collective_name
from seed.tables import ROOT, read_table

FOLDER = ROOT / "workbooks"
MADE_AT = datetime(2023, 3, 6, 1, 30, tzinfo=UTC)
PERIOD, PERIOD_NAME, YEAR = "2023", "Đăng ký thi đua năm 2023", 2023
OLDEST, YOUNGEST = 1965, 1997
WARDS = 14  # khoa, phòng that the vocabulary names in a hospital
GREAT = 100  # titles from this rank on go to those who have served longest
_UNIT_IN_POST = re.compile(r"^(?P<post>.+?) (?P<division>(?:Trường|Phòng|Trung tâm|Ban|Trạm) .+)$")
_OFFICE_IN_POST = re.compile(r"^(?:Phó )?Trưởng phòng (?P<name>.+)$")
# What a unit may write instead of the catalogue's name: the importer knows these.
WRITINGS = {
    "LDTT": ("LĐTT", "LĐ tiên tiến"),
    "CSTDCS": ("CSTĐ cơ sở", "CSTĐCS", "Chiến sỹ thi đua cơ sở"),
    "CSTDT": ("CSTĐ cấp tỉnh",),
    "BKT": ("BK UBND tỉnh", "Bằng khen UBND tỉnh"),
    "TTLDXS": ("Tập thể LĐXS",),
    "GK": ("GK",),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a line is about."""

    name: str
    post: str = ""
    division: str = ""
    born: int | None = None
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: whose, how many lines of which title; `shared` titles go to people who have another too."""

    file_name: str
    unit_code: str
    unit_name: str
    persons: tuple[tuple[str, int], ...]
    collectives: tuple[tuple[str, int], ...]
    shared: tuple[tuple[str, str, int], ...] = ()
    alias_every: int = 9


DISTRICT = Book(
    "dang-ky-huyen-van-giang-40-dong.xlsx",
    "326",
    "UBND huyện Văn Giang",
    persons=(
        ("LDTT", 16),
        ("CSTDCS", 3),
        ("CSTDT", 1),
        ("CSTDTQ", 1),
        ("GK", 2),
        ("HH", 1),
        ("KNC", 1),
        ("BKTTG", 1),
        ("HCLD2", 1),
        ("HCLD1", 1),
    ),
    collectives=(("CTDCP", 1), ("HCLD3", 1), ("CTDT", 1), ("BKT", 1), ("TTLDXS", 2), ("TTLDTT", 3), ("GK", 1)),
    shared=(("BKT", "CSTDCS", 2),),
)
HEALTH = Book(
    "dang-ky-so-y-te-400-dong.xlsx",
    "SYT",
    "Sở Y tế",
    persons=(
        ("LDTT", 250),
        ("CSTDCS", 36),
        ("CSTDT", 8),
        ("CSTDTQ", 1),
        ("GK", 11),
        ("HH", 4),
        ("KNC", 6),
        ("BKTTG", 3),
        ("HCLD3", 3),
        ("HCLD2", 2),
        ("HCLD1", 1),
    ),
    collectives=(
        ("CTDCP", 1),
        ("HCLD2", 1),
        ("HCLD3", 1),
        ("BKTTG", 1),
        ("CTDT", 3),
        ("BKT", 8),
        ("TTLDXS", 12),
        ("TTLDTT", 30),
        ("GK", 4),
    ),
    shared=(("BKT", "CSTDCS", 14),),
)


def rows_of(book: Book) -> list[TemplateRow]:
    """The rows of a workbook, collectives first, then people by title; the same on every call."""
    rng = Random(f"workbook:{book.unit_code}")
    persons = iter(_people(book, rng))
    collectives = iter(_collectives(book))
    lines: list[tuple[str, Subject]] = []
    for code, count in book.collectives:
        lines += [(code, next(collectives)) for _ in range(count)]
    by_title: dict[str, list[Subject]] = {}
    for code, count in sorted(book.persons, key=lambda pair: -_rank(pair[0])):
        by_title[code] = [next(persons) for _ in range(count)]
        lines += [(code, person) for person in by_title[code]]
    for code, of, count in book.shared:
        lines += [(code, person) for person in by_title[of][:count]]
    return [_row(code, subject, index, book.alias_every) for index, (code, subject) in enumerate(lines)]


def write(book: Book, folder: Path = FOLDER) -> Path:
    """Write one workbook into `folder`."""
    titles = [
        TitleRow(t["name"], t["short_name"], SubjectKind(t["subject"]).label, TitleScope(t["scope"]).label)
        for t in _titles().values()
    ]
    template = Template(book.unit_name, PERIOD_NAME, Marker(book.unit_code, PERIOD), titles, MADE_AT)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / book.file_name
    with path.open("wb") as stream:
        write_template(stream, template, rows_of(book))
    return path


def main() -> None:
    """Write both workbooks."""
    for book in (DISTRICT, HEALTH):
        write(book)


def _titles() -> dict[str, dict[str, str]]:
    """The titles that exist in the year, by code, from the lowest."""
    rows = [
        t
        for t in read_table("emulation_titles")
        if (t["valid_from"] or "0") <= f"{YEAR}-12-31" and (t["valid_to"] or "9") >= f"{YEAR}-01-01"
    ]
    return {t["code"]: t for t in sorted(rows, key=lambda t: int(t["rank"]))}


def _rank(code: str) -> int:
    return int(_titles()[code]["rank"])


def _row(code: str, subject: Subject, index: int, alias_every: int) -> TemplateRow:
    writings = WRITINGS.get(code, ())
    title = _titles()[code]["name"]
    if writings and index % alias_every == 0:
        title = writings[index // alias_every % len(writings)]
    kind = SubjectKind.PERSON if subject.born else SubjectKind.COLLECTIVE
    values: dict[str, Any] = {
        SUBJECT: kind.label,
        TITLE: title,
        NAME: subject.name,
        POST: subject.post,
        DIVISION: subject.division,
        BORN: subject.born,
        GENDER: subject.gender,
        NOTE: "Đăng ký đợt 1" if index % 17 == 5 else "",
    }
    return TemplateRow(values)


def _people(book: Book, rng: Random) -> Iterator[Subject]:
    """People of the unit without end of work: no two with the same name and post; two of them are namesakes."""
    wanted = sum(count for _, count in book.persons)
    found: list[Subject] = []
    seen: set[tuple[str, str]] = set()
    for subject in _drawn(book, wanted, rng):
        if (subject.name, subject.post) not in seen:
            seen.add((subject.name, subject.post))
            found.append(subject)
    rng.shuffle(found)
    great = sum(count for code, count in book.persons if _rank(code) >= GREAT)
    oldest = sorted(found[:wanted], key=lambda subject: subject.born or 0)[:great]
    found = [*oldest, *(subject for subject in found[:wanted] if subject not in oldest)]
    for first, second in ((great + 1, wanted // 2), (great + 2, wanted // 2 + 1)):
        twin = found[second]
        if (found[first].name, twin.post) not in seen:
            found[second] = replace(twin, name=found[first].name, gender=found[first].gender)
    return iter(found)


def _drawn(book: Book, wanted: int, rng: Random) -> Iterator[Subject]:
    """More people than are wanted, workplace by workplace."""
    places = list(_workplaces(book))
    each = wanted // len(places) + 10
    for division, place in places:
        generator = NameGenerator(f"workbook:{book.unit_code}:{division}")
        for person, post in generator.roster(place, each):
            born = rng.randint(OLDEST, YOUNGEST)
            title, where = (post.title, division) if division else _split(post.title, book.unit_name)
            yield Subject(person.full_name, title, where, born, Gender(person.gender.value).label)


def _split(post: str, unit_name: str) -> tuple[str, str]:
    """A post with its workplace in it, as two columns: Giáo viên Trường THCS Xuân Quan."""
    if found := _UNIT_IN_POST.match(post):
        return found["post"], found["division"]
    if found := _OFFICE_IN_POST.match(post):
        return post, f"Phòng {found['name']}"
    return post, unit_name


def _workplaces(book: Book) -> Iterator[tuple[str, Workplace]]:
    """Where the unit's people work: (name of the division, empty when the posts name it; words for the posts)."""
    units = read_table("units")
    own = next(u for u in units if u["code"] == book.unit_code)
    below = [u for u in units if u["parent_code"] == book.unit_code]
    if own["kind"] == "district":
        yield "", _district(own, below)
        return
    for unit in below:
        head = unit["head_title"] or ("Giám đốc" if unit["kind"] == "hospital" else "Trưởng phòng")
        yield unit["body_name"] or unit["name"], Workplace(unit["kind"], unit["name"], head)


def _collectives(book: Book) -> Iterator[Subject]:
    """Collectives of the unit, no name twice under one division."""
    units = read_table("units")
    own = next(u for u in units if u["code"] == book.unit_code)
    below = [u for u in units if u["parent_code"] == book.unit_code]
    if own["kind"] == "district":
        place = _district(own, below)
        yield Subject(f"Nhân dân và cán bộ {place.unit}")
        for index in range(40):
            yield Subject(collective_name(place, index), division=book.unit_name)
        return
    hospitals = [u for u in below if u["kind"] == "hospital"]
    for unit in (*hospitals, *(u for u in below if u["kind"] != "hospital")):
        yield Subject(unit["body_name"] or unit["name"], division=book.unit_name)
    for index in range(WARDS):
        for shift, unit in enumerate(hospitals):
            name = collective_name(Workplace("hospital"), (index + shift) % WARDS)
            yield Subject(name, division=unit["body_name"] or unit["name"])


def _district(own: dict[str, str], below: Iterable[dict[str, str]]) -> Workplace:
    children: Sequence[str] = [u["short_name"].removeprefix("TT. ").removeprefix("Xã ") for u in below]
    return Workplace("district", f"huyện {own['short_name']}", own["head_title"] or "Chủ tịch", tuple(children))


if __name__ == "__main__":
    main()

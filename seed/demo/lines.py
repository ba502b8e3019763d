"""What a unit puts forward: its people and collectives with their titles, its pledges and its content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from portal.domain.emulation.enums import SubjectKind
from seed.demo.world import COMMUNES, DemoUnit
from seed.names import Gender, NameGenerator, Person, Pledge, Post, PostRank, collective_name

PEOPLE = {
    "district": (44, 62),
    "department": (26, 42),
    "public_service": (16, 28),
    "party_body": (10, 17),
    "union_association": (7, 13),
    "central_agency": (20, 34),
    "enterprise": (18, 30),
    "department_division": (6, 11),
    "school": (22, 36),
    "hospital": (26, 42),
    "commune": (8, 13),
    "ward": (8, 13),
    "town": (8, 13),
}
WITH_DIVISIONS = frozenset(PEOPLE) - COMMUNES - {"department_division"}
BORN = {
    PostRank.HEAD: (1964, 1976),
    PostRank.DEPUTY: (1966, 1981),
    PostRank.MANAGER: (1970, 1989),
    PostRank.STAFF: (1972, 1999),
}
SHARE = 0.15
DIVISIONS = 10
FEW = 6
# What a post says of the place where it is held: "Chuyên viên Phòng Nội vụ" works in Phòng Nội vụ.
_PLACE = re.compile(
    r"(văn phòng.*|thanh tra(?! viên).*|phòng .+|trung tâm .+|trường (?:thcs|tiểu học|mầm non) .+)$", re.IGNORECASE
)
_LEADS = {"trưởng phòng": "Phòng", "trưởng khoa": "Khoa", "trưởng ban": "Ban", "đội trưởng": "Đội", "chuyên môn": "Tổ"}
_TEACHES = {"Tiếng Anh": "Ngoại ngữ", "Tin học": "Tin", "thể chất": "thể chất", "Thanh tra viên": "Thanh tra"}
_BODIES = ("Công đoàn", "Chi đoàn", "Hội ", "Trường ")


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A line before it has a place: the title by its code."""

    subject: SubjectKind
    name: str
    title: str
    post: str = ""
    division: str = ""
    birth_year: int | None = None
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Substance:
    """A registration's content and lines."""

    content: str
    staff_count: int
    pledges: tuple[Pledge, ...]
    lines: tuple[DemoLine, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    person: Person
    post: Post
    division: str
    birth_year: int

    def line(self, title: str) -> DemoLine:
        gender = "male" if self.person.gender is Gender.MALE else "female"
        return DemoLine(
            SubjectKind.PERSON, self.person.full_name, title, self.post.title, self.division, self.birth_year, gender
        )


def substance_of(unit: DemoUnit, year: int, few: bool = False) -> Substance:
    """What the unit registers; `few`: a draft that has only been begun."""
    rng = Random(f"lines:{year}:{unit.code}")
    generator = NameGenerator(f"{year}:{unit.code}")
    low, high = PEOPLE[unit.kind]
    members = _members(unit, rng, generator, rng.randint(low, high))
    lines = [*_collectives(unit, rng, len(members)), *_people(unit, rng, members)]
    content = "\n".join(f"{n}. {text}" for n, text in enumerate(generator.pledge_texts(unit.kind, 5, year), 1))
    pledges = tuple(generator.pledges(unit.kind, rng.randint(4, 7)))
    staff = len(members) + rng.randint(0, max(len(members) // 8, 1))
    if few:
        lines = [*lines[:2], *(line for line in lines if line.subject is SubjectKind.PERSON)][:FEW]
    return Substance(content, staff, pledges, tuple(lines))


def _members(unit: DemoUnit, rng: Random, generator: NameGenerator, count: int) -> list[_Member]:
    return [
        _Member(person, post, _division(unit, post, rng), rng.randint(*BORN[post.rank]))
        for person, post in generator.roster(unit.workplace, count)
    ]


def _division(unit: DemoUnit, post: Post, rng: Random) -> str:
    """Where a person works within the unit; nothing for its leaders and for small units."""
    if unit.kind not in WITH_DIVISIONS or post.rank in (PostRank.HEAD, PostRank.DEPUTY):
        return ""
    if said := _PLACE.search(post.title):
        return said[0][0].upper() + said[0][1:]
    names = [collective_name(unit.workplace, n) for n in range(DIVISIONS)]
    names = [name for name in names if not name.startswith(_BODIES)]
    title = post.title.casefold()
    led = next((start for words, start in _LEADS.items() if title.endswith(words)), None)
    if led is not None:
        return rng.choice([name for name in names if name.startswith(led)] or names)
    subject = next((taught for words, taught in _TEACHES.items() if words in post.title), post.title.split(" ", 2)[-1])
    return rng.choice([name for name in names if subject in name] or names)


def _people(unit: DemoUnit, rng: Random, members: list[_Member]) -> list[DemoLine]:
    advanced = [member for member in members if rng.random() < 0.9]
    lines = [member.line("LDTT") for member in advanced]
    fighters = int(len(advanced) * SHARE) + (2 if rng.random() < 0.08 else 0)  # a few units go over their share
    chosen = rng.sample(advanced, min(fighters, len(advanced)))
    lines += [member.line("CSTDCS") for member in chosen]
    top = unit.depth == 1
    if top and chosen and rng.random() < 0.6:
        lines.append(chosen[0].line("CSTDT"))
    praised = rng.sample(advanced, min(max(len(advanced) // (9 if top else 12), 1), len(advanced)))
    lines += [member.line("BKT" if top or rng.random() < 0.6 else "GK") for member in praised]
    lines += [member.line("GK") for member in rng.sample(advanced, len(advanced) // 14)]
    if top and rng.random() < 0.06:
        lines.append(members[0].line("BKTTG"))
    if rng.random() < 0.03:
        lines.append(members[-1].line("HH"))
    return list({(line.name, line.title): line for line in reversed(lines)}.values())[::-1]


def _collectives(unit: DemoUnit, rng: Random, people: int) -> list[DemoLine]:
    names = [collective_name(unit.workplace, n) for n in range(max(people // 8, 1))]
    lines = [_collective(name, "TTLDTT") for name in names]
    top = unit.depth == 1
    excellent = 0.33 if top else 0.16
    lines += [_collective(name, "TTLDXS") for name in names if rng.random() < excellent]
    whole = f"Nhân dân và cán bộ {unit.workplace.unit}" if unit.kind in COMMUNES | {"district"} else unit.title
    flag = rng.random()
    if flag < (0.5 if top else 0.07):
        lines.append(_collective(whole, "CTDCP" if top and flag < 0.09 else "CTDT"))
    if rng.random() < 0.25:
        lines.append(_collective(whole, "BKT"))
    if top and rng.random() < 0.03:
        lines.append(_collective(whole, "HCLD3"))
    return lines


def _collective(name: str, title: str) -> DemoLine:
    return DemoLine(SubjectKind.COLLECTIVE, name, title)

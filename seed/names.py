"""People, posts, collectives and pledges that read as real ones: the same seed always gives the same.

The vocabulary stands in seed/data (name_parts, posts, collectives, pledge_texts, pledge_indicators). Everything made
here is fictional: a name that is somebody's is so by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from seed.tables import read_table

T = TypeVar("T")

ANY_KIND = "*"
DEPUTIES = 3
MANAGER_SHARE = 0.25
REDRAWS = 50


class Gender(StrEnum):
    """Which form of name and of address a person has."""

    MALE = "male"
    FEMALE = "female"


class PostRank(StrEnum):
    """Where a post stands in its unit."""

    HEAD = "head"
    DEPUTY = "deputy"
    MANAGER = "manager"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Person:
    """A full name in the Vietnamese order (họ, tên đệm, tên)."""

    full_name: str
    gender: Gender

    @property
    def honorific(self) -> str:
        return "Ông" if self.gender is Gender.MALE else "Bà"


@dataclass(frozen=True, slots=True)
class Post:
    """A chức vụ as a list writes it. `single`: one person of a unit holds it; `gender`: mostly women's, or men's."""

    title: str
    rank: PostRank
    single: bool
    gender: Gender | None


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the wording needs of a unit: kind, name in a sentence (huyện Văn Giang), head's title, communes under it."""

    kind: str
    unit: str = ""
    head_title: str = ""
    children: tuple[str, ...] = ()

    def fill(self, pattern: str, child: str = "") -> str:
        """The pattern with the unit's words put in. Raises ValueError where it needs a word that is not known."""
        for mark, word in (("{unit}", self.unit), ("{head}", self.head_title), ("{place}", child)):
            if mark in pattern and not word:
                raise ValueError(f"{pattern!r} ({self.kind}) needs a word for {mark}")
            pattern = pattern.replace(mark, word)
        return pattern


@dataclass(frozen=True, slots=True)
class Pledge:
    """A chỉ tiêu thi đua: what, in which unit of measure, at least (gte) or at most (lte) how much."""

    content: str
    measure: str
    operator: str
    target: Decimal


@dataclass(frozen=True, slots=True)
class _Weighted(Generic[T]):
    """Values with their running weights, ready for Random.choices."""

    values: tuple[T, ...]
    cumulative: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[T, int]]) -> _Weighted[T]:
        pairs = tuple(pairs)
        return cls(tuple(value for value, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))

    def pick(self, rng: Random) -> T:
        return rng.choices(self.values, cum_weights=self.cumulative)[0]


@dataclass(frozen=True, slots=True)
class _Indicator:
    """A pledge before its number is drawn: from `low` to `high` in steps of `step`."""

    content: str
    measure: str
    operator: str
    low: Decimal
    high: Decimal
    step: Decimal

    def draw(self, rng: Random) -> Pledge:
        steps = int((self.high - self.low) / self.step)
        return Pledge(self.content, self.measure, self.operator, self.low + self.step * rng.randint(0, steps))


class NameGenerator:
    """Draws from one stream of chance. With a seed for each unit ("2023:326") the order of units does not matter."""

    def __init__(self, seed: int | str) -> None:
        self._rng = Random(seed)

    def person(self, gender: Gender | None = None) -> Person:
        """A person; women and men in equal number where `gender` is not given."""
        rng = self._rng
        gender = gender or rng.choice((Gender.MALE, Gender.FEMALE))
        parts = _name_parts()
        surname = parts["surname"].pick(rng)
        middle = parts[f"{gender}_middle"].pick(rng)
        given = parts[f"{gender}_given"].pick(rng)
        while given in middle.split() or given == surname:
            given = parts[f"{gender}_given"].pick(rng)
        return Person(f"{surname} {middle} {given}", gender)

    def post(self, place: Workplace, rank: PostRank) -> Post:
        """A post of that rank. Raises KeyError for a kind of unit that has none."""
        post = _posts()[place.kind, rank].pick(self._rng)
        child = self._rng.choice(place.children) if place.children else ""
        return replace(post, title=place.fill(post.title, child))

    def roster(self, place: Workplace, count: int) -> list[tuple[Person, Post]]:
        """`count` people of a unit: the head, up to three deputies, then managers and staff about one to three.

        Within a roster no full name comes twice while the vocabulary lasts, and a post held by one person comes once.
        """
        names: set[str] = set()
        taken: set[str] = set()
        people: list[tuple[Person, Post]] = []
        for position in range(count):
            post = self.post(place, self._rank_at(position))
            for _ in range(REDRAWS):
                if not (post.single and post.title in taken):
                    break
                post = self.post(place, PostRank.STAFF)
            person = self._new_person(post.gender, names)
            names.add(person.full_name)
            taken.add(post.title)
            people.append((person, post))
        return people

    def _rank_at(self, position: int) -> PostRank:
        if position == 0:
            return PostRank.HEAD
        if position <= DEPUTIES:
            return PostRank.DEPUTY
        return PostRank.MANAGER if self._rng.random() < MANAGER_SHARE else PostRank.STAFF

    def _new_person(self, gender: Gender | None, names: set[str]) -> Person:
        person = self.person(gender)
        for _ in range(REDRAWS):
            if person.full_name not in names:
                break
            person = self.person(gender)
        return person

    def pledge_texts(self, kind: str, count: int, year: int) -> list[str]:
        """`count` different sentences, fewer if the vocabulary is short, the first the kind's own."""
        common, own = _by_kind("pledge_texts")[ANY_KIND], _by_kind("pledge_texts")[kind]
        chosen = self._mix(common, own, count)
        return [row["text"].replace("{year}", str(year)) for row in chosen]

    def pledges(self, kind: str, count: int) -> list[Pledge]:
        """`count` different numeric pledges, fewer if the vocabulary is short, the first the kind's own."""
        common, own = _by_kind("pledge_indicators")[ANY_KIND], _by_kind("pledge_indicators")[kind]
        return [_indicator(row).draw(self._rng) for row in self._mix(common, own, count)]

    def _mix(self, common: Sequence[dict[str, str]], own: Sequence[dict[str, str]], count: int) -> list[dict[str, str]]:
        if count <= 0:
            return []
        first = self._rng.choice(own)
        rest = [row for row in (*own, *common) if row is not first]
        return [first, *self._rng.sample(rest, min(count - 1, len(rest)))]


def collective_name(place: Workplace, index: int) -> str:
    """The collective number `index` (from 0) of a unit; different numbers give different names.

    Past the end of the vocabulary come numbered groups (Tổ 1, ...) of the same collectives.
    """
    names = _collectives(place)
    group, position = divmod(index, len(names))
    return names[position] if group == 0 else f"Tổ {group} thuộc {names[position]}"


@cache
def _collectives(place: Workplace) -> tuple[str, ...]:
    names: list[str] = []
    for row in _by_kind("collectives")[place.kind]:
        pattern = row["pattern"]
        children = place.children if "{place}" in pattern else ("",)
        names.extend(place.fill(pattern, child) for child in children)
    return tuple(names)


@cache
def _name_parts() -> dict[str, _Weighted[str]]:
    grouped: dict[str, list[tuple[str, int]]] = {}
    for row in read_table("name_parts"):
        grouped.setdefault(row["part"], []).append((row["text"], int(row["weight"])))
    return {part: _Weighted.of(pairs) for part, pairs in grouped.items()}


@cache
def _posts() -> dict[tuple[str, PostRank], _Weighted[Post]]:
    """Posts by kind of unit and rank, their titles still patterns."""
    grouped: dict[tuple[str, PostRank], list[tuple[Post, int]]] = {}
    for row in read_table("posts"):
        rank = PostRank(row["rank"])
        gender = Gender(row["gender"]) if row["gender"] else None
        post = Post(row["pattern"], rank, row["single"] == "yes", gender)
        grouped.setdefault((row["kind"], rank), []).append((post, int(row["weight"])))
    return {key: _Weighted.of(pairs) for key, pairs in grouped.items()}


@cache
def _by_kind(table: str) -> dict[str, tuple[dict[str, str], ...]]:
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in read_table(table):
        grouped.setdefault(row["kind"], []).append(row)
    return {kind: tuple(rows) for kind, rows in grouped.items()}


def _indicator(row: dict[str, str]) -> _Indicator:
    low, high, step = Decimal(row["low"]), Decimal(row["high"]), Decimal(row["step"])
    return _Indicator(row["content"], row["measure"], row["operator"], low, high, step)

"""A large demonstration: lines by the million in the registrations of 2023, for measuring lists and exports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import Clock
from portal.core.db import write_mode
from portal.core.text import fold, person_sort_key, sort_key
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import SUBMITTED, SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.services.shared import index_added, recount
from seed.demo.world import DemoUnit, units_that_register
from seed.loader import seed_work
from seed.names import Gender, NameGenerator, PostRank, collective_name

PEOPLE = 18_000
POSTS = 60
DIVISIONS = 10
MOST_IN_ONE = 19_000
COMMIT_LINES = 30_000
PROVINCE_SHARE = 0.8  # of the lines lie in registrations that the province receives
PERSON_TITLES = {"LDTT": 72, "CSTDCS": 11, "GK": 7, "BKT": 8, "CSTDT": 2}
COLLECTIVE_TITLES = {"TTLDTT": 70, "TTLDXS": 18, "BKT": 12}
COLLECTIVES = 0.08
COLUMNS = (
    "registration_id",
    "period_id",
    "unit_id",
    "position",
    "row_key",
    "subject",
    "name",
    "folded",
    "sort_key",
    "post",
    "division",
    "birth_year",
    "gender",
    "title_id",
    "note",
    "created_at",
    "version",
)
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LargeSummary:
    """What was written, and how fast."""

    lines: int
    seconds: float

    @property
    def lines_per_second(self) -> float:
        return self.lines / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    folded: str
    key: str
    gender: str
    birth_year: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A registration that takes lines, its unit and how many it takes."""

    registration_id: int
    period_id: int
    unit: DemoUnit
    count: int


def load_large(
    session_factory: sessionmaker[Session],
    clock: Clock,
    lines: int,
    told: Callable[[int], None] | None = None,
) -> LargeSummary:
    """Fill the year up to `lines` lines in all; it needs the demonstration year. `told` hears how many are committed.

    Raises ValueError when so many do not fit, at most 19,000 a registration.
    """
    started = time.monotonic()
    with session_factory() as session:
        work = seed_work(session, clock)
        there = session.scalar(select(func.count()).select_from(RegistrationLine)) or 0
        places = _places(work, max(lines - there, 0))
        titles = dict(session.execute(select(EmulationTitle.code, EmulationTitle.id)).all())
    people = _people()
    done = 0
    for batch in _batches(places):
        with write_mode(), session_factory() as session:
            work = seed_work(session, clock)
            for place in batch:
                _fill(work, place, people, titles)
            session.commit()
        done += sum(place.count for place in batch)
        if told is not None:
            told(done)
    if done:
        with write_mode(), session_factory() as session:
            session.execute(text("ANALYZE"))
            session.commit()
    return LargeSummary(done, time.monotonic() - started)


def _places(work: Work, lines: int) -> list[_Place]:
    """Registrations that were sent, each with its share of the lines; most go where the province receives."""
    units = {unit.id: unit for unit in units_that_register(work, work.today())}
    rows = work.session.execute(
        select(EmulationRegistration.id, EmulationRegistration.period_id, EmulationRegistration.unit_id)
        .where(EmulationRegistration.state.in_(sorted(SUBMITTED)))
        .order_by(EmulationRegistration.id)
    ).all()
    top = [row for row in rows if units[row.unit_id].depth == 1]
    below = [row for row in rows if units[row.unit_id].depth > 1]
    at_top = min(round(lines * PROVINCE_SHARE), len(top) * MOST_IN_ONE)
    counts = [*_spread(at_top, len(top)), *_spread(lines - at_top, len(below))]
    if max(counts, default=0) > MOST_IN_ONE or sum(counts) != lines:
        raise ValueError(f"{lines} lines do not fit into {len(rows)} registrations of at most {MOST_IN_ONE}")
    return [
        _Place(row.id, row.period_id, units[row.unit_id], count)
        for row, count in zip([*top, *below], counts, strict=True)
        if count
    ]


def _batches(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Registrations that are written in one transaction: few commits, and none so long that others wait for it."""
    batch: list[_Place] = []
    for place in places:
        batch.append(place)
        if sum(one.count for one in batch) >= COMMIT_LINES:
            yield batch
            batch = []
    if batch:
        yield batch


def _spread(total: int, places: int) -> list[int]:
    """`total` over `places`, as evenly as whole numbers allow."""
    if not places:
        return []
    each, rest = divmod(total, places)
    return [each + (number < rest) for number in range(places)]


def _people() -> list[_Person]:
    generator, rng = NameGenerator("large"), Random("large")
    people = []
    for _ in range(PEOPLE):
        person = generator.person()
        gender = "male" if person.gender is Gender.MALE else "female"
        name = person.full_name
        people.append(_Person(name, fold(name), person_sort_key(name), gender, rng.randint(1964, 1999)))
    return people


def _fill(work: Work, place: _Place, people: Sequence[_Person], titles: dict[str, int]) -> None:
    session = work.session
    registration = session.get_one(EmulationRegistration, place.registration_id)
    of_place = RegistrationLine.registration_id == place.registration_id
    last = session.scalar(select(func.coalesce(func.max(RegistrationLine.position), 0)).where(of_place)) or 0
    now = work.clock.now()
    rows = _rows(place, people, titles, last)
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, (*COLUMNS[:-2], "created_at", "version"), ((*row, now, 1) for row in rows))
    else:
        stored = now.replace(tzinfo=None).isoformat(" ", "microseconds")
        marks = ", ".join("?" * len(COLUMNS))
        statement = f"INSERT INTO registration_line ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608 - constants
        session.connection().exec_driver_sql(statement, [(*row, stored, 1) for row in rows])
    index_added(work, registration, last)
    recount(work, registration)
    detail = {"lines": place.count}
    record(work, "demo.large_loaded", OBJECT_TYPE, registration.id, unit_id=place.unit.id, detail=detail)


def _copy(session: Session, columns: Sequence[str], rows: Iterator[Values]) -> None:
    driver = session.connection().connection.driver_connection
    assert driver is not None  # noqa: S101 - for the type checker
    with driver.cursor() as cursor, cursor.copy(f"COPY registration_line ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows(place: _Place, people: Sequence[_Person], titles: dict[str, int], last: int) -> Iterator[Values]:
    """The lines of one registration up to the instant and the version: different people, different collectives."""
    rng, generator = Random(f"large:{place.unit.code}"), NameGenerator(f"large:{place.unit.code}")
    ranks = (PostRank.STAFF, PostRank.STAFF, PostRank.MANAGER)
    posts = [generator.post(place.unit.workplace, rng.choice(ranks)).title for _ in range(POSTS)]
    divisions = [collective_name(place.unit.workplace, n) for n in range(DIVISIONS)]
    collectives = int(place.count * COLLECTIVES)
    for_people = _drawer(rng, PERSON_TITLES, titles)
    for_collectives = _drawer(rng, COLLECTIVE_TITLES, titles)
    fixed = (place.registration_id, place.period_id, place.unit.id)
    known = int(rng.random() * 1000)
    for number in range(collectives):
        name = collective_name(place.unit.workplace, known + number)[:200]
        key = f"{place.registration_id:08x}{last + number:024x}"
        head = (*fixed, last + number + 1, key, SubjectKind.COLLECTIVE.value)
        yield (*head, name, fold(name), sort_key(name), "", "", None, "", for_collectives(), "")
    for number, person in enumerate(rng.sample(people, place.count - collectives), collectives):
        key = f"{place.registration_id:08x}{last + number:024x}"
        head = (*fixed, last + number + 1, key, SubjectKind.PERSON.value)
        named = (person.name, person.folded, person.key, rng.choice(posts), rng.choice(divisions))
        yield (*head, *named, person.birth_year, person.gender, for_people(), "")


def _drawer(rng: Random, weights: dict[str, int], titles: dict[str, int]) -> Callable[[], int]:
    ids, running = [titles[code] for code in weights], list(accumulate(weights.values()))
    return lambda: rng.choices(ids, cum_weights=running)[0]

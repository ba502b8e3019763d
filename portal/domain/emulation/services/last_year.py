"""Filling a registration from the year before: what can be carried over, what not and why. Safe to repeat."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.core.errors import RuleBroken
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import CarryStatus, SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.last_year import (
    last_registrations,
    lines_of_last_year,
    predecessors,
    rules_by_title,
)
from portal.domain.emulation.services.bulk import KeyedLine, insert_lines
from portal.domain.emulation.services.import_rows import check_rows
from portal.domain.emulation.services.line_values import MAX_LINES, TOO_MANY, LineValues
from portal.domain.emulation.services.shared import begin_edit, finish_edit, period_of
from portal.domain.staging.enums import ImportRowState
from portal.domain.staging.rows import Verdicts
from portal.domain.units.models import Unit

FROM_BELOW = "Dòng lấy từ đơn vị trực thuộc; năm nay lấy lại từ bản đăng ký của đơn vị đó."
TWICE = "Trùng với dòng đã nêu ở trên của đơn vị khác."
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class CarriedLine:
    """A line of the year before: whether it can be carried over, why not, and what to look at when it can."""

    id: int
    unit_name: str
    subject: SubjectKind
    name: str
    title_name: str
    post: str
    division: str
    status: CarryStatus
    reason: str = ""
    notes: tuple[str, ...] = ()
    keyed: KeyedLine | None = None


@dataclass(frozen=True, slots=True)
class LastYear:
    """What the year before gives: the units whose registrations were found, and their lines."""

    year: int
    units: Sequence[Unit] = ()
    lines: Sequence[CarriedLine] = ()
    formed_of: frozenset[int] = field(default_factory=frozenset)

    def count(self, status: CarryStatus) -> int:
        """How many lines stand like this."""
        return sum(line.status is status for line in self.lines)


def last_year(work: Work, registration: EmulationRegistration) -> LastYear:
    """What can be taken from the year before into this registration; changes nothing (some ten queries)."""
    period = period_of(work, registration)
    formed_of = predecessors(work.session, registration.unit_id, date(period.year - 1, 1, 1), work.today())
    found = work.session.execute(last_registrations(registration.unit_id, formed_of, period.year)).all()
    if not found:
        return LastYear(period.year - 1, formed_of=formed_of)
    names = {reg.id: unit.short_name for reg, unit in found}
    columns = [getattr(RegistrationLine, name) for name in LineValues._fields]
    rows = work.session.execute(lines_of_last_year(list(names), columns)).all()
    order = {reg_id: place for place, reg_id in enumerate(names)}
    rows = sorted(rows, key=lambda row: order[row.registration_id])
    regimes = {work.session.get_one(RegistrationPeriod, reg.period_id).regime_code for reg, _ in found}
    changed = _changed_rules(work, regimes, period.regime_code)
    lines = _judged(work, registration, rows, names, changed)
    return LastYear(period.year - 1, [unit for _, unit in found], lines, formed_of)


def copy_lines(work: Work, registration: EmulationRegistration, line_ids: Collection[int] | None = None) -> int:
    """Take lines of the year before over (all that can be, or those of `line_ids`); returns how many were added.

    A line that is there already, or cannot stand in this period, is passed over: a second call adds nothing. Raises
    NotAllowed, NotEditable, RuleBroken (too many lines).
    """
    begin_edit(work, registration)
    found = last_year(work, registration)
    wanted = None if line_ids is None else set(line_ids)
    taken = [
        line.keyed
        for line in found.lines
        if line.keyed is not None and line.status is CarryStatus.FREE and (wanted is None or line.id in wanted)
    ]
    if registration.line_count + len(taken) > MAX_LINES:
        raise RuleBroken(TOO_MANY)
    if taken:
        insert_lines(work, registration, [(row.row_key, row.values._asdict()) for row in taken])
        finish_edit(work, registration, "registration.lines_copied", {"year": found.year, "new": len(taken)})
    return len(taken)


def _judged(
    work: Work,
    registration: EmulationRegistration,
    rows: Sequence[AnyRow],
    names: Mapping[int, str],
    changed: Mapping[str, Sequence[str]],
) -> list[CarriedLine]:
    keyed: list[KeyedLine] = []
    places: dict[int, int] = {}
    barred: dict[int, str] = {}
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        values = LineValues(*(getattr(row, name) for name in LineValues._fields))
        who = (values.subject, values.sort_key, values.title_id, values.post.casefold(), values.division.casefold())
        if row.origin_unit_id is not None:
            barred[row.id] = FROM_BELOW
        elif who in seen:
            barred[row.id] = TWICE
        else:
            seen.add(who)
            places[row.id] = len(keyed)
            keyed.append(KeyedLine(_key(registration, row.row_key), values))
    verdicts = check_rows(work, registration, keyed)
    made = []
    for row in rows:
        place = places.get(row.id)
        found = _Judged(CarryStatus.LEFT_OUT, barred.get(row.id, ""))
        if place is not None:
            found = _judge(verdicts, place, tuple(changed.get(row.title_code, ())))
        line = CarriedLine(
            row.id,
            names[row.registration_id],
            row.subject,
            row.name,
            row.title_name,
            row.post,
            row.division,
            found.status,
            found.reason,
            found.notes,
            keyed[place] if place is not None else None,
        )
        made.append(line)
    return made


@dataclass(frozen=True, slots=True)
class _Judged:
    status: CarryStatus
    reason: str = ""
    notes: tuple[str, ...] = ()


def _judge(verdicts: Verdicts, place: int, changed: tuple[str, ...]) -> _Judged:
    """What is said of one line; `changed` are the rules of its title that are new."""
    state = verdicts.states[place]
    if state in (ImportRowState.SAME, ImportRowState.CHANGED):
        return _Judged(CarryStatus.THERE)
    if state is ImportRowState.NEW:
        odd = tuple(text for _, text in verdicts.warnings.get(place, ()))
        return _Judged(CarryStatus.FREE, notes=(*changed, *odd))
    return _Judged(CarryStatus.LEFT_OUT, " ".join(text for _, text in verdicts.errors.get(place, ())))


def _key(registration: EmulationRegistration, row_key: str) -> str:
    """The copy's own key, the same at each call: a line that was changed after it was copied is known again."""
    return hashlib.sha256(f"{registration.id}:{row_key}".encode()).hexdigest()[:KEY_LENGTH]


def _changed_rules(work: Work, before: Collection[str], now: str) -> dict[str, list[str]]:
    """By the code of a title: what is asked of it now that was not asked in the year before."""
    if set(before) == {now}:
        return {}
    asked: dict[str, dict[str, set[tuple[object, ...]]]] = {}
    said: dict[str, list[str]] = defaultdict(list)
    for code in {*before, now}:
        by_title: dict[str, set[tuple[object, ...]]] = defaultdict(set)
        for title, *rule, text, citation in work.session.execute(rules_by_title(code)):
            by_title[title].add((*rule, text))
            if code == now:
                said[title].append(f"{text} ({citation})" if citation else text)
        asked[code] = by_title
    return {
        title: [f"Quy định đã thay đổi: {text}" for text in texts]
        for title, texts in said.items()
        if any(asked[code].get(title) != asked[now][title] for code in before)
    }

"""Writes registrations with all that belongs to them, many at a time, keeping what the services keep.

Counts follow the lines, folded forms and sort keys come from the services' own function, a line that is taken in keeps
its key and names its origin, and the trail holds every step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from portal.core.clock import local
from portal.core.workflow import WorkflowStep
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.models import (
    EmulationRegistration,
    ExpectedNumber,
    RegistrationEditor,
    RegistrationLine,
    RegistrationMovement,
    RegistrationPledge,
)
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.services.line_values import LineData, values_of
from seed.demo.bulk import insert_many, insert_plain
from seed.demo.lines import Substance
from seed.demo.story import Fate, Life, Part, Step
from seed.demo.world import Acting, DemoUnit

Row = dict[str, Any]
CARRIED = (
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
)


@dataclass(slots=True)
class Entry:
    """One registration that is to be written, and, after its lines are, their rows with ids."""

    unit: DemoUnit
    fate: Fate
    life: Life
    period: RegistrationPeriod
    substance: Substance | None
    acting: Acting
    receiver_id: int
    taken: list[Row] = field(default_factory=list)
    id: int = 0
    rows: list[Row] = field(default_factory=list)
    staff: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Ids that rows name."""

    titles: dict[str, int]
    movements: dict[int, list[int]]


def write_entries(work: Work, entries: Sequence[Entry], catalogue: Catalogue) -> int:
    """Write the registrations and everything of theirs; returns the number of lines."""
    for entry in entries:
        entry.rows = _line_rows(entry, catalogue)
        entry.staff = (entry.substance.staff_count if entry.substance else 0) + len({_person(r) for r in entry.taken})
    ids = insert_many(work.session, EmulationRegistration, [_registration(entry) for entry in entries])
    for entry, key in zip(entries, ids, strict=True):
        entry.id = key
        for row in entry.rows:
            row["registration_id"] = key
    rows = [row for entry in entries for row in entry.rows]
    for row, key in zip(rows, insert_many(work.session, RegistrationLine, rows), strict=True):
        row["id"] = key
    filled = [entry for entry in entries if entry.substance]
    insert_many(work.session, RegistrationPledge, [row for entry in filled for row in _pledges(entry)])
    insert_plain(work.session, RegistrationMovement, [row for entry in filled for row in _movements(entry, catalogue)])
    insert_plain(work.session, ExpectedNumber, [row for entry in filled for row in _expected(entry)])
    insert_many(work.session, WorkflowStep, [row for entry in entries for row in _trail(entry)])
    insert_many(work.session, RegistrationEditor, [_editor(entry) for entry in entries if _edited(entry)])
    return len(rows)


def copies_of(entry: Entry) -> list[Row]:
    """The lines of a registration as the unit above takes them in."""
    return [
        {name: row[name] for name in CARRIED}
        | {"origin_line_id": row["id"], "origin_unit_id": row["origin_unit_id"] or entry.unit.id}
        for row in entry.rows
    ]


def _registration(entry: Entry) -> Row:
    life, acting = entry.life, entry.acting
    people = {_person(row) for row in entry.rows if row["subject"] is SubjectKind.PERSON}
    decider = life.decided and _actor(entry, life.decided)
    return {
        "period_id": entry.period.id,
        "unit_id": entry.unit.id,
        "receiver_unit_id": entry.unit.parent_id,
        "state": life.state,
        "content": entry.substance.content if entry.substance else "",
        "staff_count": entry.staff or None,
        "line_count": len(entry.rows),
        "person_count": len(people),
        **_paper(entry),
        "created_by_id": acting.officer_id,
        "created_at": life.begun_at,
        "updated_at": life.touched_at,
        "sent_at": life.sent.at if life.sent else None,
        "sent_by_id": _actor(entry, life.sent) if life.sent else None,
        "decided_at": life.decided.at if life.decided else None,
        "decided_by_id": decider,
        "version": 1 + len(life.steps),
    }


def _paper(entry: Entry) -> Row:
    sent, unit = entry.life.sent, entry.unit
    if sent is None:
        return {"paper_no": "", "paper_date": None, "signer_name": "", "signer_title": ""}
    number = Random(f"paper:{unit.code}").randint(3, 180)
    return {
        "paper_no": f"{number}/ĐK-{unit.symbol}"[:60],
        "paper_date": local(sent.at).date() - timedelta(days=number % 3),
        "signer_name": entry.acting.signer_name,
        "signer_title": entry.acting.signer_title[:160],
    }


def _line_rows(entry: Entry, catalogue: Catalogue) -> list[Row]:
    fixed: Row = {
        "period_id": entry.period.id,
        "unit_id": entry.unit.id,
        "created_at": entry.life.begun_at,
        "version": 1,
    }
    rows: list[Row] = []
    for line in entry.substance.lines if entry.substance else ():
        data = LineData(
            line.subject,
            line.name,
            catalogue.titles[line.title],
            line.post,
            line.division,
            line.birth_year,
            line.gender,
        )
        key = hashlib.sha256(f"{entry.period.code}:{entry.unit.code}:{len(rows)}".encode()).hexdigest()[:32]
        origin: Row = {"row_key": key, "origin_line_id": None, "origin_unit_id": None}
        rows.append(fixed | {"position": len(rows) + 1} | origin | values_of(data))
    for copy in entry.taken:
        rows.append(fixed | {"position": len(rows) + 1} | copy)
    return rows


def _person(row: Row) -> tuple[object, ...]:
    return row["sort_key"], row["post"], row["division"], row["origin_unit_id"]


def _pledges(entry: Entry) -> list[Row]:
    pledges = entry.substance.pledges if entry.substance else ()
    return [
        {
            "registration_id": entry.id,
            "position": position,
            "name": pledge.content,
            "number": pledge.target,
            "unit_of_measure": pledge.measure,
            "note": "trở lên" if pledge.operator == "gte" else "không quá",
            "version": 1,
        }
        for position, pledge in enumerate(pledges, 1)
    ]


def _movements(entry: Entry, catalogue: Catalogue) -> list[Row]:
    offered = catalogue.movements[entry.period.year]
    rng = Random(f"movements:{entry.unit.code}")
    chosen = rng.sample(offered, min(rng.randint(3, 8), len(offered)))
    return [{"registration_id": entry.id, "movement_id": movement} for movement in sorted(chosen)]


def _expected(entry: Entry) -> list[Row]:
    numbers: dict[int, int] = {}
    for row in entry.rows:
        numbers[row["title_id"]] = numbers.get(row["title_id"], 0) + 1
    return [{"registration_id": entry.id, "title_id": title, "number": n} for title, n in sorted(numbers.items())]


def _trail(entry: Entry) -> list[Row]:
    return [
        {
            "object_type": OBJECT_TYPE,
            "object_id": entry.id,
            "action": step.action,
            "from_state": before.value,
            "to_state": after.value,
            "actor_id": _actor(entry, step),
            "on_behalf_of_id": None,
            "unit_id": entry.unit.parent_id if step.part is Part.RECEIVER else entry.unit.id,
            "opinion": step.opinion,
            "at": step.at,
        }
        for step, before, after in entry.life.steps
    ]


def _editor(entry: Entry) -> Row:
    return {"registration_id": entry.id, "user_id": entry.acting.officer_id, "at": entry.life.begun_at}


def _edited(entry: Entry) -> bool:
    """Editors are forgotten when a registration is returned, until somebody edits again."""
    return entry.life.state is not RegistrationState.RETURNED


def _actor(entry: Entry, step: Step) -> int:
    if step.part is Part.RECEIVER:
        return entry.receiver_id
    if step.part is Part.HEAD:
        return entry.acting.head_id or entry.acting.officer_id
    return entry.acting.officer_id

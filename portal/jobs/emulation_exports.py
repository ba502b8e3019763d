"""The emulation lists as files: made at once for a short list, by the worker for a long one; the same code for both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal.core.job_queue import enqueue
from portal.core.pagination import AnyRow, AnySelect, Order
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.queries.overview import lines_in_full, may_export
from portal.domain.emulation.queries.submitted import BY_NAME, BY_TITLE, BY_UNIT, Line, LineFilter, cut
from portal.domain.emulation.queries.totals import summary_by_unit, totals_by_title, unit_title_counts
from portal.exports._list_paper import ListForm, ListHead, head_of_list
from portal.exports._workbook import Target, Written
from portal.exports.emulation_lists import (
    ListKind,
    TitleCount,
    UnitCount,
    file_name,
    write_by_title,
    write_by_unit,
    write_lines,
)
from portal.jobs.api import JobContext, JobHandler, JobResult
from portal.jobs.list_exports import written_once

KIND = "emulation.export_lines"
ORDERS = (BY_NAME, BY_TITLE, BY_UNIT)
BATCH = 1000
EXPORTED = "registration.list_exported"
PRINTED_LIST = "registration.list_printed"
OBJECT_TYPE = "emulation_line_list"


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is asked for: which lines, in which order, as which list; `note` says in words what the list is cut to."""

    chosen: LineFilter
    year: int
    period: str
    sort: str = BY_NAME.name
    kind: ListKind = ListKind.LINES
    form: ListForm = ListForm.ALONE
    note: str = ""
    paper_no: str = ""
    paper_date: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a job's payload and for the audit log."""
        chosen = self.chosen
        return {
            "period_ids": list(chosen.period_ids),
            "unit_id": chosen.unit_id,
            "block_id": chosen.block_id,
            "level": chosen.level,
            "title_ids": list(chosen.title_ids),
            "state": chosen.state.value if chosen.state else None,
            "subject": chosen.subject.value if chosen.subject else None,
            "words": chosen.words,
            "direct_only": chosen.direct_only,
            "year": self.year,
            "period": self.period,
            "sort": self.sort,
            "kind": self.kind.value,
            "form": self.form.value,
            "note": self.note,
            "paper_no": self.paper_no,
            "paper_date": self.paper_date.isoformat() if self.paper_date else None,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ExportOrder:
        """The reverse of `as_json`."""
        state, subject, day = values["state"], values["subject"], values["paper_date"]
        return cls(
            chosen=LineFilter(
                period_ids=tuple(values["period_ids"]),
                unit_id=values["unit_id"],
                block_id=values["block_id"],
                level=values["level"],
                title_ids=tuple(values["title_ids"]),
                state=RegistrationState(state) if state else None,
                subject=SubjectKind(subject) if subject else None,
                words=values["words"],
                direct_only=values["direct_only"],
            ),
            year=values["year"],
            period=values["period"],
            sort=values["sort"],
            kind=ListKind(values["kind"]),
            form=ListForm(values["form"]),
            note=values["note"],
            paper_no=values["paper_no"],
            paper_date=date.fromisoformat(day) if day else None,
        )


def order_named(name: str) -> Order:
    """One of the list's orders by its name in the address, "-" turns it round; the first when there is none such."""
    found = next((order for order in ORDERS if order.name == name.removeprefix("-")), None)
    return ORDERS[0] if found is None else Order(found.name, found.columns, descending=name.startswith("-"))


def in_order(stmt: AnySelect, order: Order) -> AnySelect:
    """The whole list in the order of its pages."""
    columns = [column.desc() if order.descending else column.asc() for column in order.columns]
    return stmt.order_by(None).order_by(*columns)


def row_count(work: Work, order: ExportOrder, limit: int | None = None) -> int:
    """How many lines the order holds; counted up to `limit` when one is given."""
    stmt = cut(select(Line.id), work.actor, work.today(), order.chosen)
    stmt = stmt.where(may_export(work.actor, work.today()))
    inner = (stmt if limit is None else stmt.limit(limit)).subquery()
    return work.session.scalars(select(func.count()).select_from(inner)).one()


def head_of(work: Work, order: ExportOrder) -> ListHead:
    """What stands around the list that is ordered."""
    return head_of_list(
        work,
        order.kind.heading,
        order.form,
        order.period,
        order.year,
        note=order.note,
        paper_no=order.paper_no,
        paper_date=order.paper_date,
    )


def build(work: Work, order: ExportOrder, target: Target, progress: Callable[[int], None] | None = None) -> Written:
    """Write the list to `target`: exactly the lines that the filter shows to the actor, where they may export."""
    paper = head_of(work, order)
    if order.kind is ListKind.LINES:
        return write_lines(target, paper, rows_of(work, order), progress)
    titles = titles_of(work, order)
    if order.kind is ListKind.BY_UNIT:
        return write_by_unit(target, paper, titles, units_of(work, order))

    def of_title(title: TitleCount) -> Iterator[AnyRow]:
        return rows_of(work, order, title.id)

    return write_by_title(target, paper, titles, of_title, progress)


def rows_of(work: Work, order: ExportOrder, title_id: int | None = None) -> Iterator[AnyRow]:
    """The lines, streamed in the list's order; of one title only when it is given."""
    chosen = order.chosen
    if title_id is not None:
        chosen = LineFilter(**{**_fields(chosen), "title_ids": (title_id,)})
    stmt = lines_in_full(work.actor, work.today(), chosen, order.year)
    stmt = in_order(stmt, order_named(order.sort))
    yield from work.session.execute(stmt.execution_options(yield_per=BATCH))


def titles_of(work: Work, order: ExportOrder) -> list[TitleCount]:
    """The titles of the lines, the highest first."""
    stmt = totals_by_title(work.actor, work.today(), order.chosen).where(may_export(work.actor, work.today()))
    rows = work.session.execute(stmt).all()
    return [TitleCount(row.title_id, row.name, row.short_name, row.lines) for row in reversed(rows)]


def units_of(work: Work, order: ExportOrder) -> Iterable[UnitCount]:
    """The registrations of the lines with their numbers by title, in the order of units."""
    allowed = may_export(work.actor, work.today())
    cells: dict[int, dict[int, int]] = {}
    counted = unit_title_counts(work.actor, work.today(), order.chosen).where(allowed)
    for registration_id, title_id, number in work.session.execute(counted):
        cells.setdefault(registration_id, {})[title_id] = number
    units = summary_by_unit(work.actor, work.today(), order.chosen).where(allowed)
    return [
        UnitCount(row.name, cells[row.registration_id], row.collectives, row.persons)
        for row in work.session.execute(units)
    ]


def log_export(work: Work, order: ExportOrder, written: Written) -> None:
    """Record the export in this transaction: what was asked for and how many rows went out."""
    record(work, EXPORTED, OBJECT_TYPE, order.kind.value, detail=audit_detail(order, written))


def audit_detail(order: ExportOrder, written: Written) -> dict[str, Any]:
    """What the audit log keeps of an export: the query as it was asked, and the number of rows."""
    return {**order.as_json(), "rows": written.rows}


def request_export(work: Work, order: ExportOrder, token: str) -> int:
    """Ask the worker for the file in this transaction; returns the job's id.

    The same `token` again gives the job that is there.
    """
    key = f"{KIND}:{work.actor.user_id}:{token}"
    job = enqueue(
        work.session,
        work.clock,
        kind=KIND,
        payload=order.as_json(),
        unique_key=key,
        owner_id=work.actor.user_id,
    )
    return job.id


@dataclass(frozen=True, slots=True)
class ExportLines:
    """The job: the file is written whole, then kept and recorded in one step; a run that was killed writes it anew."""

    kind: str = KIND
    permission: Permission | None = field(default=Permission.REGISTRATION_EXPORT)

    def title(self, payload: Mapping[str, Any]) -> str:
        """What the job is called on its page."""
        return f"Xuất Excel: {ListKind(payload['kind']).label.lower()}, {payload['period'].lower()}"

    def run(self, ctx: JobContext) -> JobResult:
        """Write the list; its owner finds the file on the job's page."""
        order = ExportOrder.from_json(ctx.payload)

        def write(target: Target) -> Written:
            with ctx.reading() as work:
                total = row_count(work, order)
                ctx.progress(0, total)
                return build(work, order, target, lambda done: ctx.progress(done, total))

        name = file_name(order.kind, order.year)
        return written_once(ctx, name, write, lambda work, written: log_export(work, order, written))


def _fields(chosen: LineFilter) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in LineFilter.__dataclass_fields__}


HANDLERS: tuple[JobHandler, ...] = (ExportLines(),)

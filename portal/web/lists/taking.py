"""A list taken away: the rows, the order and the columns that its page shows, as XLSX or on paper, in official layout.

A list gets this by naming its `export_permission`. What is taken is cut to the reader's scope by the same query as the
page, and recorded. Short lists are made at once, long ones by the worker, both by this code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g

from portal.core.errors import NotAllowed, NotFound
from portal.core.pagination import AnyRow, Count, bounded_count
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.lists.queries import kept_of
from portal.exports import _workbook as book
from portal.exports._list_paper import NUMBER_COLUMN, ListForm, ListHead, counted, document, head_of_list
from portal.exports._workbook import Target, Written, write_list
from portal.jobs.api import JobContext
from portal.jobs.list_exports import ExportList
from portal.jobs.registry import add
from portal.web.context import Viewer, come_in_for, work
from portal.web.formats import moment
from portal.web.lists.listing import COLUMNS, Listing
from portal.web.lists.spec import Column, ListSpec, Source, declared, open_to, plain
from portal.web.lists.view import JOIN, columns_of

BATCH = 1000
PRINTED_ROWS = 2000
MOST_ROWS = 1_048_576  # of a worksheet
YEAR = "nam"


class Taken:
    """What is taken away of a list at an address."""

    def __init__(self, spec: ListSpec, args: Mapping[str, str]) -> None:
        """Read the query; no row is read yet."""
        current = work()
        self.spec = spec
        self.listing: Listing = spec.listing(current, args)
        kept = kept_of(current.session, current.actor, spec.name)
        self.columns: Sequence[Column] = columns_of(spec, self.listing, kept)
        self.source: Source = spec.source(current, self.listing)
        stmt = self.source.stmt if spec.taken is None else spec.taken(current, self.source.stmt)
        self._stmt = self.listing.whole(stmt)

    def count(self, limit: int) -> Count:
        """How many rows there are, counted up to `limit`."""
        return bounded_count(work().session, self._stmt, limit)

    def items(self) -> Iterator[Any]:
        """What columns read of each row: streamed, the further queries once for each batch of rows."""
        rows: Any = work().session.execute(self._stmt.execution_options(yield_per=BATCH))
        for batch in rows.partitions():
            found: Sequence[AnyRow] = batch
            yield from self.source.items(found)

    def rows(self) -> Iterator[Sequence[Any]]:
        """The cells of each row after its number."""
        values = [column.value for column in self.columns]
        for number, item in enumerate(self.items(), 1):
            yield (number, *[value(item) for value in values])

    def head(self) -> ListHead:
        """What stands around the list."""
        current = work()
        year = self.listing.values.get(YEAR, "")
        at = f"số liệu lúc {moment(current.clock.now())}"
        period = f"Năm {year}, {at}" if year else f"{at[:1].upper()}{at[1:]}"
        return head_of_list(
            current,
            self.spec.paper_title,
            ListForm.ALONE,
            period,
            int(year) if year else current.today().year,
            note=self.listing.note,
        )

    def write(self, target: Target, progress: Any = None) -> Written:
        """The workbook. `progress` is told how many rows are written."""
        made = document(self.head(), [NUMBER_COLUMN, *(paper_column(column) for column in self.columns)])
        return write_list(
            target, made, self.rows(), closing=lambda written: self.sentence(written.rows), progress=progress
        )

    def sheet(self) -> dict[str, Any]:
        """What the template of a printed list reads: every cell as text."""
        kinds = [column.kind for column in self.columns]
        found = list(self.rows())
        return {
            "head": self.head(),
            "columns": [NUMBER_COLUMN, *(paper_column(column) for column in self.columns)],
            "groups": [
                ("", [[str(row[0]), *[plain(v, k) for v, k in zip(row[1:], kinds, strict=True)]] for row in found])
            ],
            "sums": [
                plain(sum(row[place] or 0 for row in found), column.kind) if column.total else None
                for place, column in enumerate(self.columns, 1)
            ],
            "sentence": self.sentence(len(found)),
            "number": len(found),
        }

    def sentence(self, rows: int) -> str:
        """Tổng số: 12 người./."""
        return f"Tổng số: {counted(rows)} {self.spec.row}./."

    @property
    def file_name(self) -> str:
        """danh-sach-nguoi-dung-15-03-2023.xlsx"""
        return f"danh-sach-{self.spec.name}-{work().today():%d-%m-%Y}.xlsx"

    @property
    def query(self) -> dict[str, str]:
        """The list's query with the columns that are taken, so that it says the same at any time."""
        return {**self.listing.query, COLUMNS: JOIN.join(column.key for column in self.columns)}

    @property
    def detail(self) -> dict[str, Any]:
        """What the audit log keeps; of a confidential list the names of its filters, never what was asked for."""
        asked = self.listing.cut
        said = self.listing.note or urlencode(asked) if self.spec.shareable else ", ".join(sorted(asked))
        return {"list": self.spec.title, "query": said, "columns": ", ".join(column.label for column in self.columns)}

    def payload(self) -> dict[str, Any]:
        """What the worker needs to write the same list."""
        title = f"{self.spec.paper_title[:1].lower()}{self.spec.paper_title[1:]}"
        return {"title": title, "file": self.file_name, "query": self.query, "detail": self.detail}


def taken(name: str, args: Mapping[str, str]) -> Taken:
    """What the actor may take away of a list. Raises NotFound (none, or it has layouts of its own), NotAllowed."""
    current = work()
    spec = open_to(current, name)
    if spec.export_permission is None:
        raise NotFound
    if not current.actor.can(spec.export_permission):
        raise NotAllowed
    return Taken(spec, args)


def paper_column(column: Column) -> book.Column:
    """A column of the page as papers have it."""
    return book.Column(column.label, column.width, column.kind, column.total)


def init_exports(app: Flask) -> None:
    """Let the worker write every list that may be taken away."""
    app.extensions["portal"].reading_as = lambda actor, permission: _reading_as(app, actor, permission)
    for spec in declared().values():
        if spec.export_permission is not None:
            add(ExportList(spec.name, spec.export_permission, _write(spec)))


def _write(spec: ListSpec) -> Any:
    def write(ctx: JobContext, target: Target) -> Written:
        if ctx.runtime.reading_as is None:
            raise RuntimeError("Lists are written by a worker of the app, which knows their pages.")
        with ctx.runtime.reading_as(ctx.actor, spec.export_permission):
            found = taken(spec.name, ctx.payload["query"])
            total = found.count(MOST_ROWS).value
            ctx.progress(0, total)
            return found.write(target, lambda done: ctx.progress(done, total))

    return write


@contextmanager
def _reading_as(app: Flask, actor: Actor, permission: Permission) -> Iterator[None]:
    """The place of a request, for queries and columns that ask who looks: nothing is answered, nothing written."""
    with app.test_request_context():
        g.viewer = Viewer(actor, 0, "", "", "light", False, False, False)
        come_in_for(actor.giver_behind(permission))
        yield


def may_see_jobs(current: Work) -> bool:
    """Whether the actor has a page for what the worker makes for them."""
    return current.actor.can(Permission.JOB_VIEW)

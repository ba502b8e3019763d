"""The lines of a registration as the page shows them: rows, what the checks say of each, the rows under edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from portal.blueprints.emulation._changes import line_removed
from portal.blueprints.emulation._drafts import LINE, PageDrafts
from portal.blueprints.emulation._line_edit import EditRow, edit_row, gone_row, new_row
from portal.blueprints.emulation._line_row import PAGE, Checks, LineRow, line_row, page_count, page_of, page_query
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import LineForm
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.queries.lines import lines_by_id
from portal.domain.emulation.queries.pages import count_by_kind, line_with_title, lines_page, numbers_of, words_used


@dataclass(frozen=True, slots=True)
class LineList:
    """One page of the table."""

    rows: Sequence[LineRow]
    page: int
    pages: int
    total: int
    adding: EditRow | None = None
    editing: Mapping[int, EditRow] = field(default_factory=dict)
    gone: Sequence[EditRow] = ()
    posts: Sequence[str] = ()
    divisions: Sequence[str] = ()
    pager: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The part of an address that keeps this page."""
        return page_query(self.page)

    @property
    def is_last(self) -> bool:
        return self.page == self.pages


def load_rows(work: Work, frame: Frame, checks: Checks, page: int) -> list[LineRow]:
    """The rows of one page."""
    base = f"{frame.url}/dong"
    found = work.session.execute(lines_page(frame.id, page, PAGE))
    return [
        line_row(line, title, origin, (page - 1) * PAGE + number, f"{base}/{line.id}", page_query(page), checks)
        for number, (line, title, origin) in enumerate(found, start=1)
    ]


def load_row(work: Work, frame: Frame, checks: Checks, line_id: int) -> LineRow | None:
    """One line as its row, with its number in the whole list; None when it is gone."""
    found = work.session.execute(line_with_title(frame.id, line_id)).one_or_none()
    if found is None:
        return None
    number = numbers(work, frame)[line_id]
    return line_row(*found, number, f"{frame.url}/dong/{line_id}", page_query(page_of(number)), checks)


def load_list(
    work: Work, frame: Frame, checks: Checks, page: int, editing: Mapping[int, EditRow] = MappingProxyType({})
) -> LineList:
    """One page of lines."""
    total = frame.registration.line_count
    pages = page_count(total)
    page = min(max(page, 1), pages)
    return LineList(
        rows=load_rows(work, frame, checks, page),
        page=page,
        pages=pages,
        total=total,
        editing=editing,
        pager=_pager(frame, page, pages, total),
    )


def to_write_in(
    work: Work,
    frame: Frame,
    found: LineList,
    titles: Sequence[EmulationTitle],
    opened: tuple[EditRow | None, EditRow | None] = (None, None),
    drafts: PageDrafts | None = None,
) -> LineList:
    """For those who may edit: the row for a new line at the end of the last page, what was written before, drafts.

    `opened`: the row for a new line, and that of a line which has gone, as they were sent.
    """
    adding, gone = opened
    if not frame.can_edit:
        return found
    if drafts is not None:
        found = _with_drafts(work, frame, found, titles, drafts)
    posts, divisions = words_used(work.session, frame.id)
    row = (adding or new_row(frame, titles, found.page, drafts=drafts)) if found.is_last else None
    return replace(found, adding=row, gone=[gone] if gone else found.gone, posts=posts, divisions=divisions)


def _with_drafts(
    work: Work, frame: Frame, found: LineList, titles: Sequence[EmulationTitle], drafts: PageDrafts
) -> LineList:
    """Open the rows whose draft was not left in good order, and offer the others' beside their line."""
    wanted = [row.id for row in found.rows if drafts.row(LINE, row.id) and row.id not in found.editing]
    lines = {line.id: line for line in work.session.scalars(lines_by_id(frame.id, wanted))} if wanted else {}
    editing, rows = dict(found.editing), []
    for row in found.rows:
        offered = None
        if row.id in lines:
            form = LineForm(formdata=None)
            form.fill(lines[row.id])
            edit = edit_row(frame, titles, row.id, row.number, form, drafts)
            if edit.draft.restored:
                editing[row.id] = edit
            elif edit.draft.offered:
                offered = edit.draft
        rows.append(replace(row, draft=offered) if offered else row)
    gone = _gone(work, frame, titles, drafts) if found.is_last else []
    return replace(found, rows=rows, editing=editing, gone=gone)


def _gone(work: Work, frame: Frame, titles: Sequence[EmulationTitle], drafts: PageDrafts) -> list[EditRow]:
    """The rows of lines that were removed while the reader's drafts of them wait."""
    drafted = drafts.rows(LINE)
    if not drafted:
        return []
    there = {line.id for line in work.session.scalars(lines_by_id(frame.id, drafted))}
    rows = []
    for line_id in drafted:
        removed = None if line_id in there else line_removed(work, frame.id, line_id)
        if removed is not None:
            taken = drafts.taken_up(LINE, line_id)
            rows.append(gone_row(frame, titles, line_id, LineForm(formdata=None), removed, taken))
    return [row for row in rows if row.draft.restored]


def numbers(work: Work, frame: Frame) -> dict[int, int]:
    """The number of each line in the whole list."""
    return numbers_of(work.session, frame.id)


def count_text(work: Work, frame: Frame) -> str:
    """8 dòng: 3 tập thể, 5 cá nhân."""
    collectives, persons = count_by_kind(work.session, frame.id)
    if not collectives and not persons:
        return "chưa có dòng nào"
    return f"{collectives + persons} dòng: {collectives} tập thể, {persons} cá nhân"


def _pager(frame: Frame, page: int, pages: int, total: int) -> dict[str, str | None]:
    if pages == 1:
        return {}
    last = min(page * PAGE, total)

    def address(number: int) -> str:
        return f"{frame.url}{page_query(number)}#danh-sach"

    return {
        "text": f"{(page - 1) * PAGE + 1}–{last} trong {total} dòng",
        "first_url": address(1) if page > 2 else None,
        "prev_url": address(page - 1) if page > 1 else None,
        "next_url": address(page + 1) if page < pages else None,
    }

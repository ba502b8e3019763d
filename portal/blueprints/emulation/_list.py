"""The lines of a registration as the page shows them: rows, what the checks say of each, the rows under edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from flask import url_for

from portal.blueprints.emulation._drafts import LINE, NEW_ROW, PageDrafts, one_row
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import LineForm
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.queries.lines import lines_by_id
from portal.domain.emulation.queries.pages import count_by_kind, line_with_title, lines_page, numbers_of, words_used
from portal.domain.emulation.rules import Finding
from portal.web.drafts import FormDraft, of_form, with_use

PAGE = 100
ROW = "dong-"
_GENDERS = frozenset(Gender)
BAD, WARN = "bad", "warn"
LISTS = {"post": "goi-y-chuc-vu", "division": "goi-y-phong"}
SUGGESTING = {
    "list": "goi-y-ten",
    "hx-trigger": "input changed delay:250ms",
    "hx-target": "#goi-y-ten",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What a check says below a line; `source` is the citation with how sure it is."""

    tone: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """The findings of a registration, sorted for the page."""

    by_line: Mapping[int, tuple[Note, ...]]
    marks: Mapping[int, frozenset[str]]
    faulty: tuple[int, ...]
    warned: tuple[int, ...]
    general: tuple[Note, ...]

    def about(self, line_id: int) -> tuple[tuple[Note, ...], frozenset[str]]:
        """What is said of one line: the notes, and the fields to be marked."""
        return self.by_line.get(line_id, ()), self.marks.get(line_id, frozenset())


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the table.

    `is_new`: it was saved a moment ago; `focus`: the keyboard goes on from here; `draft`: one waits to be taken up.
    """

    id: int
    number: int
    title: str
    kind: str
    name: str
    detail: str
    post: str
    division: str
    origin: str
    version: int
    url: str
    edit_url: str
    remove_url: str
    notes: tuple[Note, ...]
    marks: frozenset[str]
    is_new: bool = False
    focus: bool = False
    draft: FormDraft | None = None

    @property
    def take_url(self) -> str:
        """The row to write in, as its draft has it."""
        return with_use(self.edit_url, f"{ROW}{self.id}")

    @property
    def css(self) -> str:
        """The classes of its row."""
        tones = {note.tone for note in self.notes}
        words = ["is-error"] if BAD in tones else ["is-warn"] if WARN in tones else []
        return " ".join([*words, "is-new"] if self.is_new else words)


@dataclass(frozen=True, slots=True)
class EditRow:
    """A row under edit. `theirs` is what someone else saved meanwhile, `changed` the fields that differ from it."""

    form: LineForm
    row: str
    number: int
    save_url: str
    cancel_url: str
    suggest_url: str
    draft: FormDraft
    theirs: LineRow | None = None
    changed: frozenset[str] = frozenset()
    focus: str = ""

    @property
    def label(self) -> str:
        return "dòng mới" if self.row == NEW_ROW else f"dòng {self.number}"

    @property
    def take_url(self) -> str:
        """This row as its draft has it."""
        return with_use(self.cancel_url if self.row == NEW_ROW else self.save_url, self.anchor)

    @property
    def form_id(self) -> str:
        return f"bieu-dong-{self.row}"

    @property
    def anchor(self) -> str:
        return f"{ROW}{self.row}"

    @property
    def opens_more(self) -> bool:
        """Whether the rarer fields hold something, so that they are not folded away."""
        return any(f.data or f.errors for f in (self.form.birth_year, self.form.gender, self.form.note))

    def attrs(self, name: str) -> dict[str, object]:
        """The attributes of a control: its form, its suggestions, whether the keyboard goes on from here."""
        found: dict[str, object] = {"form": self.form_id, "autocomplete": "off"}
        if self.focus == name:
            found["data-focus"] = True
        if name == "name":
            found.update(SUGGESTING, **{"hx-get": self.suggest_url})
        elif name in LISTS:
            found["list"] = LISTS[name]
        return found


@dataclass(frozen=True, slots=True)
class LineList:
    """One page of the table."""

    rows: Sequence[LineRow]
    page: int
    pages: int
    total: int
    adding: EditRow | None = None
    editing: Mapping[int, EditRow] = field(default_factory=dict)
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


def sort_findings(findings: Iterable[Finding]) -> Checks:
    """Errors and namesakes at all their lines; a share, which is about the whole list, at the first line only."""
    by_line: dict[int, list[Note]] = {}
    marks: dict[int, set[str]] = {}
    faulty: dict[int, None] = {}
    warned: dict[int, None] = {}
    general: list[Note] = []
    for finding in findings:
        source = f"{finding.citation} ({finding.confidence_label})" if finding.citation else finding.confidence_label
        note = Note(BAD if finding.blocks else WARN, finding.text, source)
        if not finding.line_ids:
            general.append(note)
        for line_id in finding.line_ids[:1] if source else finding.line_ids:
            by_line.setdefault(line_id, []).append(note)
            (faulty if finding.blocks else warned)[line_id] = None
            if finding.blocks and finding.field:
                marks.setdefault(line_id, set()).add(finding.field)
    return Checks(
        {key: tuple(notes) for key, notes in by_line.items()},
        {key: frozenset(fields) for key, fields in marks.items()},
        tuple(faulty),
        tuple(warned),
        tuple(general),
    )


def page_count(total: int) -> int:
    """How many pages the lines take; an empty list has one."""
    return max(1, -(-total // PAGE))


def page_query(page: int) -> str:
    """The part of an address that keeps the page of lines."""
    return f"?trang={page}" if page > 1 else ""


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


def line_row(
    line: RegistrationLine,
    title: EmulationTitle,
    origin: str | None,
    number: int,
    url: str,
    query: str,
    checks: Checks,
) -> LineRow:
    """One row."""
    notes, marks = checks.about(line.id)
    return LineRow(
        id=line.id,
        number=number,
        title=title.name,
        kind=line.subject.label,
        name=line.name,
        detail=detail_text(line.birth_year, line.gender, line.note),
        post=line.post,
        division=line.division,
        origin=origin or "",
        version=line.version,
        url=url,
        edit_url=f"{url}/sua{query}",
        remove_url=f"{url}/xoa{query}{'&' if query else '?'}version={line.version}",
        notes=notes,
        marks=marks,
    )


def detail_text(birth_year: int | None, gender: str, note: str) -> str:
    """The rarer facts of a line in one text: sinh 1980, nữ; ghi chú."""
    about = [f"sinh {birth_year}" if birth_year else "", Gender(gender).label.lower() if gender in _GENDERS else ""]
    return "; ".join(part for part in (", ".join(a for a in about if a), note) if part)


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
    adding: EditRow | None = None,
    drafts: PageDrafts | None = None,
) -> LineList:
    """For those who may edit: the row for a new line at the end of the last page, what was written before, drafts."""
    if not frame.can_edit:
        return found
    if drafts is not None:
        found = _with_drafts(work, frame, found, titles, drafts)
    posts, divisions = words_used(work.session, frame.id)
    row = (adding or new_row(frame, titles, found.page, drafts=drafts)) if found.is_last else None
    return replace(found, adding=row, posts=posts, divisions=divisions)


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
            edit = edit_row(frame, titles, row.id, row.number, found.page, form, drafts=drafts)
            if edit.draft.restored:
                editing[row.id] = edit
            elif edit.draft.offered:
                offered = edit.draft
        rows.append(replace(row, draft=offered) if offered else row)
    return replace(found, rows=rows, editing=editing)


def new_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    page: int,
    form: LineForm | None = None,
    focus: str = "",
    drafts: PageDrafts | None = None,
) -> EditRow:
    """The row for a new line; `form` keeps what was typed (or the title of the line before)."""
    form = form or LineForm(formdata=None)
    form.offer(titles)
    form.for_row(NEW_ROW)
    base = url_for("emulation.add_line", registration_id=frame.id)
    query = page_query(page)
    number = frame.registration.line_count + 1
    draft = _draft(frame, NEW_ROW, query, form, drafts)
    return EditRow(form, NEW_ROW, number, base + query, f"{base}/moi{query}", suggest_url(frame), draft, focus=focus)


def _draft(frame: Frame, row: str, query: str, form: LineForm, drafts: PageDrafts | None) -> FormDraft:
    place = f"{frame.url}{query}#{ROW}{row}"
    kept = one_row(drafts, LINE, row)
    return of_form(LINE, f"{frame.id}/{row}", form, back=place, use=f"{ROW}{row}", kept=kept)


def suggest_url(frame: Frame) -> str:
    """Where the names come from that the unit has written before."""
    return url_for("emulation.suggest_names", registration_id=frame.id)


def edit_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    line_id: int,
    number: int,
    page: int,
    form: LineForm,
    theirs: LineRow | None = None,
    drafts: PageDrafts | None = None,
) -> EditRow:
    """A row under edit, with what was typed or what its draft holds."""
    form.offer(titles)
    form.for_row(str(line_id))
    base, query = f"{frame.url}/dong/{line_id}", page_query(page)
    draft = _draft(frame, str(line_id), query, form, drafts)
    changed = frozenset(_differing(form, theirs)) if theirs else frozenset()
    focus = next((f.short_name for f in form if f.errors), "name")
    return EditRow(
        form,
        str(line_id),
        number,
        f"{base}/sua{query}",
        base + query,
        suggest_url(frame),
        draft,
        theirs,
        changed,
        focus,
    )


def _differing(form: LineForm, theirs: LineRow) -> Iterable[str]:
    for name, mine, their in (
        ("title", form.title_name(), theirs.title),
        ("name", form.name.data, theirs.name),
        ("post", form.post.data, theirs.post),
        ("division", form.division.data, theirs.division),
        ("detail", detail_text(form.birth_year.data, form.gender.data or "", form.note.data or ""), theirs.detail),
    ):
        if (mine or "") != their:
            yield name


def numbers(work: Work, frame: Frame) -> dict[int, int]:
    """The number of each line in the whole list."""
    return numbers_of(work.session, frame.id)


def page_of(number: int) -> int:
    """The page on which the line of this number stands."""
    return page_count(number)


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

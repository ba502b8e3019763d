"""A line of a registration as its table shows it, with what the checks say of it; the pages of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender
from portal.domain.emulation.models import RegistrationLine
from portal.domain.emulation.rules import Finding
from portal.web.drafts import FormDraft, with_use

PAGE = 100
ROW = "dong-"
_GENDERS = frozenset(Gender)
BAD, WARN = "bad", "warn"


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


def page_of(number: int) -> int:
    """The page on which the line of this number stands."""
    return page_count(number)


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

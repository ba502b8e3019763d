"""The content of a registration as its form and as its text: words, staff, movements joined, numbers expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for

from portal.blueprints.emulation._drafts import CONTENT, PageDrafts
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import ContentForm, typed_numbers
from portal.domain.access.actor import Work
from portal.domain.emulation import queries
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.queries.pages import counts_by_title
from portal.web.drafts import FormDraft, of_form
from portal.web.formats import moment, number


@dataclass(frozen=True, slots=True)
class MovementItem:
    id: int
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExpectedItem:
    id: int
    name: str
    value: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where what the reader typed and what is stored differ, as components/workflow.html shows it."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Content:
    """What the content panels show; `errors` links to places that are not fields of the form."""

    form: ContentForm
    url: str
    movements: Sequence[MovementItem]
    expected: Sequence[ExpectedItem]
    joined: Sequence[str]
    numbers: Sequence[tuple[str, str]]
    text: str
    staff_text: str
    draft: FormDraft = field(default_factory=FormDraft)
    errors: Sequence[tuple[str, str]] = ()
    differences: Sequence[Difference] = ()
    saved_at: str = ""

    @property
    def movements_text(self) -> str:
        count = sum(item.chosen for item in self.movements) if self.movements else len(self.joined)
        return f"đã chọn {count}" if count else "chưa chọn"


@dataclass(frozen=True, slots=True)
class TypedContent:
    """The content form as it was sent: it is shown again when it cannot be taken."""

    form: ContentForm
    movement_ids: frozenset[int]
    expected: Mapping[int, str]
    faulty: frozenset[int] = frozenset()
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class _Stored:
    joined: Mapping[int, str]
    expected: Mapping[int, int]

    @property
    def values(self) -> dict[str, list[str]]:
        """What the controls hold that are no fields of the form's class."""
        return {f"expected-{key}": [str(count)] for key, count in self.expected.items()}


def load_content(
    work: Work,
    frame: Frame,
    titles: Sequence[EmulationTitle],
    typed: TypedContent | None = None,
    drafts: PageDrafts | None = None,
) -> Content:
    """The stored content, or what was typed over it, or what a draft holds."""
    reg = frame.registration
    joined = {m.id: m.name for m in work.session.scalars(queries.movements_of(reg.id))}
    rows = work.session.execute(queries.expected_of(reg.id)).all()
    stored = _Stored(joined, {title.id: count for title, count in rows})
    form = _form(frame, typed, stored)
    draft = _draft(frame, form, stored, drafts) if frame.can_edit else FormDraft()
    if draft.fields:
        typed = _from_draft(form, draft)
    chosen = typed.movement_ids if typed else frozenset(stored.joined)
    values = typed.expected if typed else {key: str(count) for key, count in stored.expected.items()}
    faulty = typed.faulty if typed else frozenset()
    offered = dict(stored.joined)
    if frame.can_edit:
        offered = {m.id: m.name for m in work.session.scalars(queries.movements_valid(frame.period.year))} | offered
    return Content(
        form=form,
        draft=draft,
        url=url_for("emulation.save_content", registration_id=frame.id),
        movements=[MovementItem(key, name, key in chosen) for key, name in offered.items()] if frame.can_edit else [],
        expected=[
            ExpectedItem(t.id, t.name, values.get(t.id, ""), "Xin nhập số nguyên." if t.id in faulty else "")
            for t in titles
        ],
        joined=list(stored.joined.values()),
        numbers=[] if frame.can_edit else _numbers(work, frame, rows),
        text=reg.content,
        staff_text=number(reg.staff_count),
        errors=_errors(typed, titles) if typed else (),
        differences=_differences(frame, typed, stored, titles) if typed and typed.conflict else (),
        saved_at=moment(reg.updated_at),
    )


def _form(frame: Frame, typed: TypedContent | None, stored: _Stored) -> ContentForm:
    reg = frame.registration
    if typed is not None:
        if typed.conflict:
            typed.form.version.data = str(reg.version)  # sending it once more is the choice to keep one's own
        return typed.form
    form = ContentForm(formdata=None)
    form.version.data = str(reg.version)
    form.content.data, form.staff_count.data = reg.content, reg.staff_count
    form.movement_ids.data = [str(key) for key in stored.joined]
    return form


def _draft(frame: Frame, form: ContentForm, stored: _Stored, drafts: PageDrafts | None) -> FormDraft:
    place = f"{frame.url}#noi-dung-thi-dua"
    kept = drafts.content() if drafts is not None else None
    return of_form(CONTENT, frame.id, form, back=place, use="noi-dung", kept=kept, extra=stored.values)


def _from_draft(form: ContentForm, draft: FormDraft) -> TypedContent:
    """The draft as if it had been sent."""
    numbers = typed_numbers({name: values[0] for name, values in draft.fields.items() if values})
    return TypedContent(form, form.chosen_movements(), numbers)


def _numbers(work: Work, frame: Frame, rows: Sequence[tuple[EmulationTitle, int]]) -> list[tuple[str, str]]:
    """For readers: each title that is expected or named, with both numbers."""
    named = {key: count for key, _, count in work.session.execute(counts_by_title(frame.id))}
    return [(title.name, f"{number(count)} (danh sách nêu {number(named.get(title.id, 0))})") for title, count in rows]


def _errors(typed: TypedContent, titles: Sequence[EmulationTitle]) -> list[tuple[str, str]]:
    names = {t.id: t.name for t in titles}
    found = [(f"#du-kien-{key}", f"{names[key]}: Xin nhập số nguyên.") for key in sorted(typed.faulty) if key in names]
    places = {"movement_ids": "#phong-trao", "expected": "#du-kien"}
    return found + [(places[k], " ".join(texts)) for k, texts in typed.errors.items() if k in places]


def _differences(
    frame: Frame, typed: TypedContent, stored: _Stored, titles: Sequence[EmulationTitle]
) -> list[Difference]:
    """Only the places that differ."""
    reg, form = frame.registration, typed.form
    pairs = [
        ("Nội dung", form.content.data or "", reg.content),
        ("Tổng số người", number(form.staff_count.data), number(reg.staff_count)),
    ]
    mine, theirs = typed.movement_ids, frozenset(stored.joined)
    if mine != theirs:
        pairs.append(("Số phong trào", str(len(mine)), str(len(theirs))))
    for title in titles:
        pairs.append((title.name, typed.expected.get(title.id, ""), number(stored.expected.get(title.id))))
    return [Difference(label, a or "để trống", b or "để trống") for label, a, b in pairs if _plain(a) != _plain(b)]


def _plain(text: str) -> str:
    return " ".join(text.split())

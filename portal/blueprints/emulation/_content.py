"""The content of a registration as its form and as its text: words, staff, movements joined, numbers expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.blueprints.emulation._drafts import CONTENT, PageDrafts
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import ContentForm, typed_numbers
from portal.domain.access.actor import Work
from portal.domain.emulation import queries
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.queries.pages import counts_by_title
from portal.web.conflicts import Conflict, Place, conflict_of, taken
from portal.web.drafts import FormDraft, of_form
from portal.web.formats import number
from portal.web.last_saved import Saved


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
    conflict: Conflict | None = None

    @property
    def movements_text(self) -> str:
        count = sum(item.chosen for item in self.movements) if self.movements else len(self.joined)
        return f"đã chọn {count}" if count else "chưa chọn"


@dataclass(frozen=True, slots=True)
class TypedContent:
    """The content form as it was sent: it is shown again when it cannot be taken.

    `saved` says who saved meanwhile: then both versions are shown.
    """

    form: ContentForm
    movement_ids: frozenset[int]
    expected: Mapping[int, str]
    faulty: frozenset[int] = frozenset()
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    saved: Saved | None = None


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
    offered = dict(stored.joined)
    if frame.can_edit:
        offered = {m.id: m.name for m in work.session.scalars(queries.movements_valid(frame.period.year))} | offered
    form = _form(frame, typed, stored)
    conflict = None
    if typed is not None and typed.saved is not None:
        conflict = _conflict(frame, typed, typed.saved, stored, titles, offered)
        typed = _merged(typed, conflict)
    draft = _draft(frame, form, stored, drafts, conflict) if frame.can_edit else FormDraft()
    if draft.fields:
        typed = _from_draft(form, draft)
    chosen = typed.movement_ids if typed else frozenset(stored.joined)
    values = typed.expected if typed else {key: str(count) for key, count in stored.expected.items()}
    faulty = typed.faulty if typed else frozenset()
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
        conflict=conflict,
    )


def _form(frame: Frame, typed: TypedContent | None, stored: _Stored) -> ContentForm:
    reg = frame.registration
    if typed is not None:
        return typed.form
    form = ContentForm(formdata=None)
    form.version.data = str(reg.version)
    form.content.data, form.staff_count.data = reg.content, reg.staff_count
    form.movement_ids.data = [str(key) for key in stored.joined]
    return form


def _conflict(
    frame: Frame,
    typed: TypedContent,
    saved: Saved,
    stored: _Stored,
    titles: Sequence[EmulationTitle],
    movements: Mapping[int, str],
) -> Conflict:
    """Both versions; the typed form is left filled with what is taken by default."""
    theirs = _form(frame, None, stored)
    for form in (typed.form, theirs):
        form.movement_ids.choices = [SelectChoice(str(key), name) for key, name in movements.items()]
    mine = [_expected(t, typed.expected.get(t.id, "")) for t in titles]
    known = [_expected(t, str(stored.expected.get(t.id, ""))) for t in titles]
    return conflict_of(typed.form, theirs, saved, extra=(mine, known))


def _expected(title: EmulationTitle, text: str) -> Place:
    return Place(f"expected-{title.id}", f"Số lượng dự kiến: {title.name}", (text,), text)


def _merged(typed: TypedContent, conflict: Conflict) -> TypedContent:
    chosen = {name: values[0] if values else "" for name, values in taken(conflict).items()}
    return replace(
        typed, movement_ids=typed.form.chosen_movements(), expected={**typed.expected, **typed_numbers(chosen)}
    )


def _draft(
    frame: Frame, form: ContentForm, stored: _Stored, drafts: PageDrafts | None, conflict: Conflict | None
) -> FormDraft:
    place = f"{frame.url}#noi-dung-thi-dua"
    kept = drafts.content() if drafts is not None else None
    extra = stored.values
    return of_form(CONTENT, frame.id, form, back=place, use="noi-dung", kept=kept, extra=extra, conflict=conflict)


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

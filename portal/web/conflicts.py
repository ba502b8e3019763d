"""Two people in one form: what I typed beside what is saved now, field by field, and which of both is kept.

A view that meets a newer version calls `conflict_of(form, stored)` with its form and one filled from the record, and
shows the form again with status 409 and the macros of components/conflict.html. The form then goes on over the newest
version, each field filled with the version that is taken when nobody chooses: mine where only I changed it or both
did, theirs where only they did (the marks of what stood there at first came with the form). The choices are applied
before any view reads the form: `apply_choices`. What is typed into a field afterwards wins over the choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

from flask import request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import BooleanField, Field, Form, SelectMultipleField

from portal.core.merge import mark, read_marks, same, write_marks
from portal.web.form_values import NOT_TYPED, VERSIONS, many_names, marked_values, plain_fields, sent_values, values_of
from portal.web.last_saved import Saved
from portal.web.tickets import BASE

MINE, THEIRS = "toi", "ho"
CHOICE, DEFAULT = "_chon.", "_san."
NOTHING = "để trống"
LONG = 120


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a form that two people may both have changed: a field, or one choice out of many (`name:choice`)."""

    place: str
    label: str
    values: tuple[str, ...]
    shown: str
    data: object = None

    def reads_like(self, other: Place) -> bool:
        """Whether both hold the same, however it is written (1.250 and 1250)."""
        return same(self.values, other.values) or (self.data is not None and self.data == other.data)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where both versions differ. `take`: which is kept when nobody chooses; `both`: both changed it."""

    place: str
    label: str
    mine: str
    theirs: str
    my_values: tuple[str, ...]
    their_values: tuple[str, ...]
    take: str
    both: bool

    @property
    def my_parts(self) -> list[tuple[str, bool]]:
        """My text in pieces, with whether each is only there."""
        return parts(self.mine, self.theirs)

    @property
    def their_parts(self) -> list[tuple[str, bool]]:
        return parts(self.theirs, self.mine)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both versions of a record, where they differ, and who saved the other. `base`: the marks of what is saved now."""

    saved: Saved
    differences: Sequence[Difference]
    base: str

    @property
    def who(self) -> str:
        return self.saved.who

    @property
    def at(self) -> str:
        return self.saved.at


Pair = tuple[Form, Form, str]
"""A form as it was typed, the same filled from the record, and the words before its labels."""


def conflict_of(
    mine: Form,
    theirs: Form,
    saved: Saved,
    *,
    more: Sequence[Pair] = (),
    extra: tuple[Sequence[Place], Sequence[Place]] = ((), ()),
) -> Conflict:
    """Compare what was typed with what is saved; the typed forms are left filled with what is taken by default.

    `more` are forms sent with it (rows of a table); `extra` places that are no fields of a form class, mine and theirs:
    the caller fills their controls from `taken`.
    """
    pairs: list[Pair] = [(mine, theirs, ""), *more]
    my_places = [p for form, _, label in pairs for p in places_of(form, label) if _is_sent(p)] + list(extra[0])
    their_places = [p for _, form, label in pairs for p in places_of(form, label)] + list(extra[1])
    base = read_marks(request.form[BASE]) if request.form.get(BASE) is not None else None
    differences = list(_differences(my_places, their_places, base))
    for form, stored, _ in pairs:
        _fill(form, stored, differences)
    stored_values = marked_values(sent_values(*(p[1] for p in pairs)), many_names(*(p[1] for p in pairs)))
    extras = {place.place: place.values for place in extra[1]}
    return Conflict(saved, differences, write_marks({**stored_values, **extras}))


def taken(conflict: Conflict) -> dict[str, tuple[str, ...]]:
    """The values by place that are taken when nobody chooses."""
    return {d.place: d.my_values if d.take == MINE else d.their_values for d in conflict.differences}


def places_of(form: Form, before: str = "") -> Iterator[Place]:
    """The places of a form with their values, as they are sent and as people read them."""
    for field in plain_fields(form):
        if isinstance(field, NOT_TYPED) or field.short_name in VERSIONS:
            continue
        label = f"{before}: {field.label.text}" if before else field.label.text
        if isinstance(field, SelectMultipleField):
            chosen = values_of(field)
            for value, text in _labels(field).items():
                told = (value,) if value in chosen else ()
                yield Place(f"{field.name}:{value}", f"{label}: {text}", told, "Chọn" if told else "Không chọn")
        else:
            data = field.data if isinstance(field.data, int | Decimal | date) else None
            yield Place(field.name, label, tuple(values_of(field)), _shown(field), data)


def apply_choices() -> None:
    """Before each request: put the chosen versions into the form that a page with two versions sent."""
    if request.method != "POST" or not any(name.startswith(DEFAULT) for name in request.form):
        return
    form = request.form
    merged = MultiDict((name, value) for name, value in form.items(multi=True) if not _is_ours(name))
    for name in form:
        if name.startswith(DEFAULT):
            place = name.removeprefix(DEFAULT)
            chosen = form.get(CHOICE + place)
            untouched = same(_sent(merged, place), _version(form, form[name], place))
            if chosen in (MINE, THEIRS) and untouched:
                _put(merged, place, _version(form, chosen, place))
    request.form = ImmutableMultiDict(merged)


def parts(text: str, other: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether the other lacks it: line by line, in a short text word by word."""
    lines = "\n" in text or "\n" in other or max(len(text), len(other)) > LONG
    mine, theirs = (t.splitlines(keepends=True) if lines else _words(t) for t in (text, other))
    found: list[tuple[str, bool]] = []
    for tag, start, end, _, _ in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        piece = "".join(mine[start:end])
        if piece:
            found.append((piece, tag != "equal"))
    return found


def _words(text: str) -> list[str]:
    return [piece for word in text.split(" ") for piece in (word, " ")][:-1]


def _differences(
    mine: Sequence[Place], theirs: Sequence[Place], base: Mapping[str, str] | None
) -> Iterator[Difference]:
    stored = {place.place: place for place in theirs}
    for place in mine:
        other = stored.get(place.place) or Place(place.place, place.label, (), "")
        if place.reads_like(other):
            continue
        began = None if base is None else base.get(place.place, "")
        i_changed = began is None or mark(place.values) != began
        they_changed = began is None or mark(other.values) != began
        yield Difference(
            place=place.place,
            label=place.label,
            mine=place.shown or NOTHING,
            theirs=other.shown or NOTHING,
            my_values=place.values,
            their_values=other.values,
            take=MINE if i_changed else THEIRS,
            both=i_changed and they_changed,
        )


def _is_sent(place: Place) -> bool:
    """Whether the form that was sent has this place at all; boxes that are not ticked send nothing."""
    return place.place in request.form or ":" in place.place or isinstance(place.data, bool)


def _fill(form: Form, stored: Form, differences: Sequence[Difference]) -> None:
    """Put into the typed form what is taken by default, over the newest version."""
    values: MultiDict[str, str] = MultiDict()
    for name, given in sent_values(form).items():
        values.setlist(name, list(given))
    for difference in differences:
        if difference.take == THEIRS:
            _put(values, difference.place, difference.their_values)
    for field in plain_fields(stored):
        if field.short_name in VERSIONS:
            values.setlist(field.name, values_of(field))
    form.process(formdata=values)


def _is_ours(name: str) -> bool:
    return name.startswith((CHOICE, DEFAULT, f"_{MINE}.", f"_{THEIRS}."))


def _version(form: Mapping[str, str], which: str, place: str) -> list[str]:
    values: list[str] = form.getlist(f"_{which}.{place}")  # type: ignore[attr-defined] # a MultiDict
    return [value for value in values if value]


def _sent(form: MultiDict[str, str], place: str) -> list[str]:
    """What the control of a place holds."""
    name, is_choice, choice = place.partition(":")
    values = form.getlist(name)
    return values if not is_choice else [choice] if choice in values else []


def _put(form: MultiDict[str, str], place: str, values: Sequence[str]) -> None:
    name, is_choice, choice = place.partition(":")
    if not is_choice:
        form.setlist(name, list(values))
        return
    rest = [value for value in form.getlist(name) if value != choice]
    form.setlist(name, [*rest, *values])


def _shown(field: Field) -> str:
    if isinstance(field, BooleanField):
        return "Có" if field.data else "Không"
    values = values_of(field)
    if getattr(field, "choices", None):
        labels = _labels(field)
        return ", ".join(labels.get(value, value) for value in values if value)
    return "\n".join(values).strip()


def _labels(field: Field) -> dict[str, str]:
    """The words of a field's choices, with the group of each."""
    found = {}
    for value, label, *more in getattr(field, "choices", None) or ():
        group = more[1] if len(more) > 1 else None
        found[str(value)] = f"{label} ({group})" if group else str(label)
    return found

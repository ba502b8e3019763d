"""What may be done to many rows of a list: declared beside its columns, asked for, done row by row, told row by row."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from wtforms import HiddenField

from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.lists.bulk import MOST_ROWS, BulkCall, BulkRow, run_each
from portal.domain.lists.models import BulkRun
from portal.web.forms import PortalForm

ACTION, ROWS, WHOLE, ONCE = "viec", "id", "tat-ca", "lan"
KEY_JOIN, KEY_DIGITS, KEY_PARTS = "-", 10, 6
TOKEN_LENGTH = 40
GONE = "Dòng không còn trong danh sách"
RowKey = tuple[int, ...]


class BulkForm(PortalForm):
    """What is asked before many rows are changed: nothing but to go on."""

    lan = HiddenField()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """Something that may be done to many rows. `{n}` in `title` and `done` is the number of rows.

    `act` does it to one row by its key, through the row's own service, which checks policy, state and version and
    writes its audit entry; where there is `undo`, it returns plain values that `undo` takes one row back with.
    `form` makes the form that is asked before.
    """

    name: str
    label: str
    icon: str
    permission: Permission
    title: str
    text: str
    done: str
    act: Callable[[Work, RowKey, Any], Any]
    form: Callable[[], PortalForm] = BulkForm
    undo: Callable[[Work, Any], Any] | None = None
    danger: bool = False

    def fields(self, form: PortalForm) -> list[Any]:
        """The fields to show."""
        return [field for field in form if field.type not in ("HiddenField", "CSRFTokenField")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """The actions of a list. `key` names a row in whole numbers joined by "-" (its id first, its version, …), `label`
    as people call it; `labels` gives what people call these ids, in the reader's scope, whatever the filter.
    """

    actions: tuple[BulkAction, ...]
    key: Callable[[Any], str]
    label: Callable[[Any], str]
    labels: Callable[[Work, Sequence[int]], Mapping[int, str]]

    def open_to(self, work: Work) -> tuple[BulkAction, ...]:
        """The actions that this person may try."""
        return tuple(action for action in self.actions if work.actor.can(action.permission))


def action_of(work: Work, bulk: Bulk | None) -> BulkAction:
    """The action that the request names. Raises NotFound (the list has none), NotAllowed, InvalidInput."""
    if bulk is None:
        raise NotFound
    actions = bulk.open_to(work)
    if not actions:
        raise NotAllowed
    found = next((a for a in actions if a.name == request.form.get(ACTION)), None)
    if found is None:
        raise InvalidInput({ACTION: ["Xin chọn việc cần làm với các dòng đã chọn."]})
    return found


def parsed(key: str) -> RowKey:
    """A row's key as numbers. Raises NotFound for anything else."""
    parts = key.split(KEY_JOIN)
    if len(parts) > KEY_PARTS or not all(p.isascii() and p.isdecimal() and len(p) < KEY_DIGITS for p in parts):
        raise NotFound
    return tuple(int(part) for part in parts)


def chosen_keys() -> list[str]:
    """The keys that were ticked, each once, one more than may be at most."""
    return list(dict.fromkeys(request.form.getlist(ROWS)))[: MOST_ROWS + 1]


def rows_named(work: Work, bulk: Bulk, keys: Sequence[str]) -> list[BulkRow]:
    """The rows of these keys with what people call them; the keys stay as they were given, versions included."""
    known = {key: parsed(key) for key in keys if _is_key(key)}
    labels = bulk.labels(work, [key[0] for key in known.values()]) if known else {}
    return [BulkRow(text, labels.get(key[0], GONE)) for text, key in known.items()]


def _is_key(key: str) -> bool:
    try:
        parsed(key)
    except NotFound:
        return False
    return True


def perform(work: Work, list_name: str, action: BulkAction, rows: Sequence[BulkRow], form: PortalForm) -> BulkRun:
    """Do it to each row, in the order of their keys, so that two runs over the same rows do not wait for each other."""
    token = request.form.get(ONCE, "")[:TOKEN_LENGTH] or secrets.token_hex(8)
    in_order = sorted(rows, key=lambda row: parsed(row.key))
    call = BulkCall(token, list_name, action.name, in_order, {})
    return run_each(work, call, lambda row: action.act(work, parsed(row.key), form), undoable=action.undo is not None)


def done_text(action: BulkAction, run: BulkRun) -> str:
    """What was done, and how many rows were passed over."""
    skipped = len(run.result.get("skipped", []))
    said = action.done.format(n=run.done) if run.done else "Không dòng nào được thực hiện."
    return f"{said} Bỏ qua {skipped} dòng." if skipped else said

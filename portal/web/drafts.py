"""Drafts of forms: saved while a person types, offered when they come back, restored after a breakdown.

A later form needs two lines. Its POST view is marked with `@keeps(kind, check)`: the form's own address then also takes
drafts (the field `_nhap` says what is wanted), and its page is rendered with `draft=of_form(kind, key, form)`, which
the macros of components/drafts.html read. `check(**address values)` loads and authorises as saving does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import Response, current_app, flash, make_response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import Form

from portal.core.clock import local
from portal.core.drafts import DraftBox, Kept, Slot
from portal.core.errors import NotAllowed, NotFound
from portal.core.manifest import manifests
from portal.core.merge import differing, write_marks
from portal.core.text import whole_number
from portal.web.addresses import local_path
from portal.web.conflicts import Conflict
from portal.web.context import actor, runtime, viewer
from portal.web.db import db
from portal.web.form_values import (
    VERSIONS,
    many_names,
    marked_values,
    plain_fields,
    secret_names,
    sent_values,
    values_of,
)
from portal.web.formats import moment
from portal.web.htmx import is_htmx, see_other
from portal.web.tickets import (
    ASK,
    BASE,
    FORGET,
    GIVE_UP,
    KEEP,
    LEAVING,
    NEVER,
    Ticket,
    sent_ticket,
    typed_fields,
    typed_version,
)
from portal.web.transaction import after_refusal, own_transaction

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class Look:
    """Stands for a draft that of_form is to look for itself."""


USE, YES = "nhap", "dung"
NEW = "moi"
LOOK = Look()
REFUSED = (409, 422)


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What a page shows of a form's draft, read by components/drafts.html.

    `restored`: since when what the form shows was kept; `offered`: since when a draft waits to be taken up. `fields`:
    what a restored form holds, for controls that are no fields of a form class. `moved`: the record has been saved
    since the draft began. `kept`: the server has a draft.
    """

    ticket: str = ""
    base: str = ""
    restored: str = ""
    offered: str = ""
    parked: bool = False
    moved: bool = False
    kept: bool = False
    use_url: str = ""
    give_up_url: str = ""
    fields: Mapping[str, list[str]] = field(default_factory=dict)


def box() -> DraftBox:
    """The drafts as this request's transaction sees them."""
    return DraftBox(db.session(), runtime().keyring, runtime().clock)


def of_form(
    kind: str,
    key: object,
    *forms: Form,
    back: str = "",
    use: str = YES,
    kept: Kept | Look | None = LOOK,
    extra: Mapping[str, Sequence[str]] = MappingProxyType({}),
    conflict: Conflict | None = None,
) -> FormDraft:
    """The draft of a form that is about to be shown, filled with what the record holds.

    When the person comes back to a draft, the forms are filled with it: call it last, when choices have been offered.
    `back` is the page that shows the form, when it is not this one; `use` what ?nhap= says to take the draft up, when
    the page has several; `kept` the draft that was loaded with others'; `extra` what controls hold that are no fields
    of a form class (the caller fills them from the answer's `fields`). After a `conflict` the form goes on over the
    newest version.
    """
    ticket = _own_ticket(kind, str(key)) if _are_typed(forms) else None
    stored = {**sent_values(*forms), **extra}
    if isinstance(kept, Look):
        kept = box().load(Slot(actor().user_id, kind, str(key))) if request.method == "GET" else None
    if kept is not None and not says_more(kept, stored):
        kept = None
    used = kept is not None and (not kept.left or kept.parked or request.args.get(USE) == use)
    if conflict is not None:
        base = conflict.base
    else:
        base = request.form.get(BASE, "") if ticket else write_marks(marked_values(stored, many_names(*forms)))
    moved = kept is not None and _version_of(forms) not in (0, kept.base_version)
    if kept is not None and used:
        base = next(iter(kept.fields.get(BASE, ())), "")
        for form in forms:
            form.process(formdata=MultiDict(kept.fields))
    place = back or (local_path(ticket.back, request.path) if ticket else _here())
    text = moment(kept.saved_at) if kept is not None else ""
    return FormDraft(
        ticket=_ticket(kind, str(key), place, secret_names(*forms)).sealed(),
        base=base,
        restored=text if used else "",
        offered="" if used else text,
        parked=used and kept is not None and kept.parked,
        moved=moved,
        kept=used or ticket is not None,
        use_url=with_use(place, use),
        give_up_url=url_for("drafts.give_up"),
        fields=kept.fields if kept is not None and used else {},
    )


def says_more(kept: Kept, stored: Mapping[str, Sequence[str]]) -> bool:
    """Whether a draft says anything else than what is stored: one that does not is not spoken of."""
    if differing(kept.fields, stored, stored):
        return True
    more = [name for name in kept.fields if name not in stored and name not in NEVER and not name.startswith("_")]
    return any(any(kept.fields[name]) for name in more if name.rpartition("-")[2] not in VERSIONS)


def keeps(
    kind: str,
    check: Callable[..., object],
    key: str | Callable[..., str] = "",
    given_up: Callable[..., Response] | None = None,
) -> Callable[[ViewT], ViewT]:
    """Mark the POST view of a form: its address also takes drafts, and what it refuses is kept as one.

    `key` names the record by the address's values (`{registration_id}/moi`), else they do in their order. `check`
    takes the address's values and raises unless the person may save the form now. `given_up` answers htmx when the
    draft is given up (the row as it is stored); else the page is loaded again. The draft goes when the view has saved.
    """

    def mark(view: ViewT) -> ViewT:
        @wraps(view)
        def kept_view(**values: Any) -> Response:
            if request.method != "POST":
                return make_response(view(**values))
            slot = Slot(actor().user_id, kind, _key(key, values))
            if request.form.get(ASK):
                check(**values)
                return _answer(slot, lambda: given_up(**values) if given_up else None)
            return _watched(view, values, slot)

        return cast(ViewT, kept_view)

    return mark


def _key(key: str | Callable[..., str], values: Mapping[str, Any]) -> str:
    if callable(key):
        return key(**values)
    return key.format(**values) if key else "/".join(str(value) for value in values.values()) or NEW


def _watched(view: Callable[..., Any], values: Mapping[str, Any], slot: Slot) -> Response:
    """Run the view: drop the draft when it saved, keep what was typed when it did not."""
    try:
        response = make_response(view(**values))
    except (NotAllowed, NotFound, HTTPException):
        raise
    except Exception:
        _keep_anyway(slot)
        raise
    if response.status_code < 400:
        box().drop(slot)
    elif response.status_code in REFUSED:
        _keep_anyway(slot)
    return response


def _keep_anyway(slot: Slot) -> None:
    fields, version = typed_fields(), typed_version()

    def keep() -> None:
        with own_transaction() as apart:
            DraftBox(apart.session, runtime().keyring, runtime().clock).save(slot, fields, version, left=True)

    after_refusal(keep)


def _answer(slot: Slot, given_up: Callable[[], Response | None]) -> Response:
    asked = request.form[ASK]
    if asked in (GIVE_UP, FORGET):
        box().drop(slot)
        if asked == FORGET:
            return make_response("", 204)
        row = given_up() if is_htmx() else None
        if row is not None:
            return row
        flash("Đã bỏ bản nháp.", "ok")
        return see_other(_way_back(slot))
    saved = box().save(slot, typed_fields(), typed_version(), left=asked in (LEAVING, KEEP))
    text = f"Đã lưu nháp lúc {local(saved.saved_at):%H:%M}"
    if asked == KEEP:
        flash(f"{text}.", "ok")
        return see_other(with_use(_way_back(slot)))
    response = make_response(text)
    response.mimetype = "text/plain"
    return response


def _way_back(slot: Slot) -> str:
    """Where the form is shown, as its ticket says."""
    ticket = sent_ticket()
    home = url_for("home.show_home")
    return local_path(ticket.back, home) if ticket is not None and ticket.slot == slot else home


def _ticket(kind: str, key: str, back: str, secret: Sequence[str]) -> Ticket:
    person = viewer()
    session_id = person.session_id if person else 0
    now = runtime().clock.now().timestamp()
    return Ticket(actor().user_id, session_id, kind, key, back, now, not is_confidential(kind), tuple(secret))


def is_confidential(kind: str) -> bool:
    """Whether a form's feature (the first word of its kind) is confidential: drafts are kept, nothing is parked."""
    feature = kind.partition(".")[0]
    return next((m.confidential for m in manifests() if m.name == feature), False)


def _own_ticket(kind: str, key: str) -> Ticket | None:
    """The ticket of the form that was sent, when it is this one."""
    ticket = sent_ticket()
    return ticket if ticket is not None and (ticket.kind, ticket.key) == (kind, key) else None


def _are_typed(forms: Sequence[Form]) -> bool:
    """Whether the forms hold what was sent, not what is stored."""
    return any(entry.raw_data for form in forms for entry in plain_fields(form))


def _version_of(forms: Sequence[Form]) -> int:
    """The version that the record has now, as its form says; 0 when it says none."""
    texts = (values_of(entry) for form in forms for entry in plain_fields(form) if entry.short_name == "version")
    return next((number for text in texts if text and (number := whole_number(text[0])) is not None), 0)


def _here() -> str:
    """This page's address, without the wish to use a draft."""
    args = {name: value for name, value in request.args.items() if name != USE}
    return current_app.url_for(request.endpoint or "", **{**(request.view_args or {}), **args})


def with_use(address: str, use: str = YES) -> str:
    """The address that takes a draft up."""
    path, mark, place = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{USE}={use}{mark}{place}"

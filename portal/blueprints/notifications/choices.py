"""/thong-bao/cai-dat: how each kind of notices is received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import Response, flash, request, url_for

from portal.blueprints.notifications import bp
from portal.core.errors import VersionConflict
from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.enums import Permission
from portal.domain.accounts.queries import own_account
from portal.domain.notifications.choices import Choice, Wanted, choices_of, offered, save_choices
from portal.web.access import requires
from portal.web.context import actor, runtime, work
from portal.web.htmx import page, see_other

PORTAL, MAIL, BEFORE = "cong-", "thu-", "goc-"
SHOWN, HIDDEN = "Hiện trên cổng", "Không hiện trên cổng"


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind as the page shows it: what is chosen, what stood there at first, what another window chose meanwhile."""

    kind: NoticeKind
    now: Choice
    before: str
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The kinds of one feature."""

    label: str
    rows: list[KindRow]


@bp.get("/cai-dat")
@requires(Permission.PORTAL_USE)
def edit_choices() -> Response:
    """How I receive each kind."""
    return _page(choices_of(work().session, actor()), {})


@bp.post("/cai-dat")
@requires(Permission.PORTAL_USE)
def save() -> Response:
    """Keep what I chose; what another window of mine changed meanwhile is shown beside it."""
    present = choices_of(work().session, actor())
    wanted = {one.kind.code: _wanted(one.kind, present[one.kind.code]) for one in offered(actor())}
    try:
        count = save_choices(work(), wanted)
    except VersionConflict:
        return _page(present, wanted, 409)
    flash("Đã lưu cách nhận thông báo." if count else "Không có gì thay đổi.", "ok")
    return see_other(url_for("notifications.edit_choices"))


def _wanted(kind: NoticeKind, present: Choice) -> Wanted:
    """What the form says of a kind; a kind that the form does not speak of stays as it is."""
    given = request.form.get(MAIL + kind.code)
    if given is None:
        return Wanted(present, present)
    mail = MailChoice(given) if given in set(MailChoice) else present.mail
    on_portal = kind.on_portal and (kind.fixed or request.form.get(PORTAL + kind.code) == "1")
    return Wanted(_read(request.form.get(BEFORE + kind.code, ""), present), Choice(on_portal, mail))


def _write(choice: Choice) -> str:
    return f"{int(choice.on_portal)}.{choice.mail}"


def _read(text: str, present: Choice) -> Choice:
    on_portal, _, mail = text.partition(".")
    return Choice(on_portal == "1", MailChoice(mail)) if mail in set(MailChoice) else present


def _page(present: Mapping[str, Choice], wanted: Mapping[str, Wanted], status: int = 200) -> Response:
    account = work().session.execute(own_account(actor())).one()[0]
    groups = [
        KindGroup(label, [_row(one.kind, present[one.kind.code], wanted.get(one.kind.code)) for one in found])
        for label, found in groupby(offered(actor()), key=lambda one: one.feature.label)
    ]
    return page(
        "notifications/edit_choices.html",
        status=status,
        groups=groups,
        conflict=status == 409,
        address=account.email,
        mails=runtime().settings.mail is not None,
    )


def _row(kind: NoticeKind, present: Choice, wanted: Wanted | None) -> KindRow:
    if wanted is None:
        return KindRow(kind, present, _write(present))
    if wanted.now == wanted.before:  # left alone: what another window chose holds
        return KindRow(kind, present, _write(present))
    both = present not in (wanted.before, wanted.now)
    where = f"{SHOWN if present.on_portal else HIDDEN}; thư: {present.mail.label}" if both else ""
    return KindRow(kind, wanted.now, _write(present), where)

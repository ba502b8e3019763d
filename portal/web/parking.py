"""Parking: a form that is sent when its session has ended is kept for the one whose page it stood on, for nobody else.

Who may cause it: whoever holds a form's ticket, which a page of a living session sealed for its reader. The request's
own cookie is not asked: it has no session any more, or another person's. So a form is parked for its ticket's owner
only, never sent by itself, and shown again only after they signed in; a ticket is good for one session's life. A
forged request from another site has no ticket but the forger's own, and what it parks comes to the forger. Bounds:
256 kB a form, ten forms and twenty parkings a minute a person, half an hour. Forms of confidential features carry
tickets that do not park.
"""

from __future__ import annotations

import time
from collections import deque
from urllib.parse import urlsplit

from flask import Response, flash, make_response, request, url_for

from portal.core.drafts import DraftBox, DraftTooLarge
from portal.domain.accounts.queries import session_was_of
from portal.web.addresses import local_path
from portal.web.context import runtime, viewer
from portal.web.tickets import ASK, FORGET, GIVE_UP, LEAVING, TYPING, Ticket, sent_ticket, typed_fields, typed_version
from portal.web.transaction import own_transaction

MOST_A_MINUTE = 20
MINUTE = 60.0
REMEMBERED = 5_000
PARKED = (
    "Phiên làm việc đã hết nên biểu mẫu chưa được ghi. Nội dung được giữ riêng cho ông/bà trong 30 phút: "
    "đăng nhập lại để xem và lưu."
)
ANOTHERS = (
    "Biểu mẫu này được mở trong phiên làm việc của tài khoản khác trên trình duyệt này nên chưa được ghi. "
    "Nội dung đã được giữ riêng cho tài khoản đó trong 30 phút."
)
CHANGED = "Phiên làm việc đã thay đổi nên biểu mẫu chưa được ghi. Nội dung còn nguyên, xin xem lại rồi lưu."
LOST = "Phiên làm việc đã hết và nội dung chưa giữ được. Xin sao chép phần đã nhập trước khi đăng nhập lại."


class Budget:
    """How often each person may park within a minute; kept by the process, which forgets the longest silent."""

    def __init__(self, most: int = MOST_A_MINUTE) -> None:
        self._most = most
        self._times: dict[int, deque[float]] = {}

    def allows(self, user_id: int, now: float) -> bool:
        """Count one parking; False when there were too many."""
        times = self._times.pop(user_id, deque())
        while times and times[0] <= now - MINUTE:
            times.popleft()
        self._times[user_id] = times
        if len(self._times) > REMEMBERED:
            del self._times[next(iter(self._times))]
        if len(times) >= self._most:
            return False
        times.append(now)
        return True


budget = Budget()


def park() -> Ticket | None:
    """Keep what this request sends for the owner of its ticket; None when nothing is to be kept, or may be."""
    ticket = sent_ticket()
    if ticket is None or not _may_park(ticket):
        return None
    with own_transaction() as apart:
        if apart.session.scalar(session_was_of(ticket.session_id, ticket.user_id)) is None:
            return None
        drafts = DraftBox(apart.session, runtime().keyring, runtime().clock)
        try:
            return ticket if drafts.park(ticket.slot, typed_fields(), typed_version()) else None
        except DraftTooLarge:
            return None


def answer_script() -> Response | None:
    """The answer to drafts.js, which speaks for itself and stays on the page; None when it did not ask."""
    if request.method != "POST" or request.form.get(ASK) not in (TYPING, LEAVING):
        return None
    response = make_response("Phiên làm việc đã hết; nội dung được giữ 30 phút." if park() else LOST, 401)
    response.mimetype = "text/plain"
    return response


def way_back() -> str | None:
    """Park the form and say where it is shown again, with a word for the next page; None when nothing was kept."""
    ticket = park()
    if ticket is None:
        return None
    person = viewer()
    flash(CHANGED if person is not None and person.actor.user_id == ticket.user_id else PARKED, "warn")
    return local_path(ticket.back, url_for("home.show_home"))


def _may_park(ticket: Ticket) -> bool:
    age = runtime().clock.now().timestamp() - ticket.made_at
    good_for = runtime().settings.session_absolute.total_seconds()
    asked = request.form.get(ASK)
    fits = ticket.parks and 0 <= age <= good_for and asked not in (GIVE_UP, FORGET)
    return fits and _from_this_site() and budget.allows(ticket.user_id, time.monotonic())


def _from_this_site() -> bool:
    """Whether the browser says that a page of this portal sent the form; an old browser says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host

"""Tickets: what a page knows of a form on it, sealed into the form, so that what is typed finds its owner again."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, fields

from flask import request

from portal.core.drafts import Slot
from portal.web.context import runtime

ASK, BASE, TICKET = "_nhap", "_goc", "_ve"
TYPING, LEAVING, KEEP, GIVE_UP, FORGET = "dang-go", "roi-trang", "luu", "bo", "thoi"
"""What `_nhap` may say. KEEP and GIVE_UP are buttons, the others are sent by drafts.js."""
PURPOSE = "draft-ticket"
NEVER = frozenset({"csrf_token", "password", ASK, TICKET})


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose form of which record it is, and where it is shown.

    `parks`: it may be kept although its session has ended. `secret` are the fields that no draft holds.
    """

    user_id: int
    session_id: int
    kind: str
    key: str
    back: str
    made_at: float
    parks: bool
    secret: tuple[str, ...] = ()

    @property
    def slot(self) -> Slot:
        return Slot(self.user_id, self.kind, self.key)

    def sealed(self) -> str:
        """The ticket as it stands in the form."""
        raw = json.dumps(astuple(self), separators=(",", ":"), ensure_ascii=False).encode()
        return runtime().keyring.encrypt(PURPOSE, raw)

    @classmethod
    def opened(cls, text: str | None) -> Ticket | None:
        """The ticket out of its seal, or None for anything else."""
        try:
            values = json.loads(runtime().keyring.decrypt(PURPOSE, text or ""))
            return cls(**dict(zip((f.name for f in fields(cls)), values, strict=True)))
        except (ValueError, RuntimeError):
            return None


def sent_ticket() -> Ticket | None:
    """The ticket of the form that this request sends."""
    return Ticket.opened(request.form.get(TICKET)) if request.method == "POST" else None


def typed_fields() -> dict[str, list[str]]:
    """What the request's form holds and a draft may hold: no token, no password, never a file."""
    ticket = sent_ticket()
    left_out = NEVER | set(ticket.secret if ticket else ())
    return {name: values for name, values in request.form.lists() if name not in left_out}


def typed_version() -> int:
    """The version that the form was filled over; 0 when it says none."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0

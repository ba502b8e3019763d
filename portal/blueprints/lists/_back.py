"""The way back to a list: pages about it carry its query along, and only a list's own address is made of it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from portal.web.lists import ListSpec
from portal.web.lists.view import BACK

LONGEST = 2000


def back_query() -> dict[str, str]:
    """The list's query that the address carries."""
    return dict(parse_qsl(request.args.get(BACK, "")[:LONGEST]))


def list_url(spec: ListSpec) -> str:
    """The list as it was left."""
    query = urlencode(back_query())
    return f"{url_for(spec.endpoint)}{'?' if query else ''}{query}"

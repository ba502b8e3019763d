"""Addresses that come from outside: only paths of this portal are gone to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app, request, url_for

QUERY_SAFE = "!$'()*,/:;?@"  # what werkzeug leaves as it is in a query


def local_path(address: str | None, otherwise: str) -> str:
    """The address when it is a path of this portal (/thi-dua?nam=2023), else `otherwise`: never another host."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    if "\\" in address or any(ord(c) < 33 or ord(c) == 127 for c in address):
        return otherwise
    return address


@lru_cache(maxsize=2048)
def _plain(_app: object, _root: str, endpoint: str) -> str:
    return url_for(endpoint)


def address_of(endpoint: str) -> str:
    """As `url_for` of an endpoint whose address takes no values: a page names some forty of them, they never change."""
    return _plain(current_app._get_current_object(), request.script_root, endpoint)  # type: ignore[attr-defined]


def with_query(endpoint: str, values: Mapping[str, object]) -> str:
    """As `url_for` of such an endpoint with values that all go into the query."""
    path = address_of(endpoint)
    return f"{path}?{urlencode(values, safe=QUERY_SAFE)}" if values else path

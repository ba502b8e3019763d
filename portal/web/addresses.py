"""Addresses that come from outside: only paths of this portal are gone to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for

QUERY_SAFE = "!$'()*,/:;?@"  # what werkzeug leaves as it is in a query


def local_path(address: str | None, otherwise: str) -> str:
    """The address when it is a path of this portal (/thi-dua?nam=2023), else `otherwise`: never another host."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    if "\\" in address or any(ord(c) < 33 or ord(c) == 127 for c in address):
        return otherwise
    return address


@lru_cache(maxsize=1024)
def _places(app: Flask, endpoint: str) -> frozenset[str]:
    """The values that stand in an endpoint's path."""
    return frozenset().union(*(rule.arguments for rule in app.url_map.iter_rules(endpoint)))


@lru_cache(maxsize=4096)
def _path(_app: Flask, _root: str, endpoint: str, places: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(places))


def address_of(endpoint: str) -> str:
    """As `url_for` of an endpoint whose address takes no values: a page names some forty of them, they never change."""
    return with_query(endpoint, {})


def with_query(endpoint: str, values: Mapping[str, Any]) -> str:
    """As `url_for(endpoint, **values)`, several times as fast: paths are remembered, only the query is put together."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    names = _places(app, endpoint)
    path = _path(app, request.script_root, endpoint, tuple((n, v) for n, v in values.items() if n in names))
    asked = {name: value for name, value in values.items() if name not in names and value is not None}
    return f"{path}?{urlencode(asked, safe=QUERY_SAFE)}" if asked else path

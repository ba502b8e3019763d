"""Numbers in addresses: one that no record can have is an address that leads nowhere."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1
"""The greatest number that an id column holds."""


class RecordNumber(IntegerConverter):
    """`<int:…>` up to MOST; beyond it the address matches no page, so that it is a 404 and not a database's error."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": MOST, **options})


def init_record_numbers(app: Flask) -> None:
    """Read every number in an address so; call before blueprints are registered."""
    app.url_map.converters["int"] = RecordNumber

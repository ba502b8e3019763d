"""The yardstick of a page: a bare WSGI function that reads the page's rows with the raw driver and joins strings.

No session, no scope, no filter bar, no count, no menu: the least that shows the same 50 rows.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

URL = make_url(os.environ["PORTAL_DATABASE_URL"])
IS_SQLITE = URL.get_backend_name() == "sqlite"
ROWS = """
SELECT l.name, l.subject, l.post, l.division, u.short_name, o.short_name, t.short_name, r.state, r.sent_at, r.id
FROM registration_line l {hint} JOIN emulation_registration r ON r.id = l.registration_id
JOIN unit u ON u.id = l.unit_id JOIN emulation_title t ON t.id = l.title_id LEFT JOIN unit o ON o.id = l.origin_unit_id
WHERE l.period_id IN (SELECT id FROM registration_period WHERE year = 2023) AND l.subject = 'person'
  AND r.receiver_unit_id = (SELECT id FROM unit WHERE code = '33') AND r.state IN ('sent', 'accepted', 'returned')
ORDER BY l.period_id, l.sort_key, l.id LIMIT 50
""".format(hint="CROSS" if IS_SQLITE else "")  # SQLite's word for: walk the lines by their index
HERE = threading.local()


def rows() -> Sequence[Sequence[Any]]:
    """The page's rows over this thread's own connection."""
    connection = getattr(HERE, "connection", None)
    if connection is None:
        connection = HERE.connection = connect()
    return connection.execute(ROWS).fetchall()


def connect() -> sqlite3.Connection | psycopg.Connection[Any]:
    """The raw driver, set up as plainly as can be."""
    if IS_SQLITE:
        return sqlite3.connect(URL.database or "")
    return psycopg.connect(URL.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
    """One table."""
    parts = ["<!doctype html><title>rows</title><table>"]
    for name, subject, post, division, unit, origin, title, state, sent, key in rows():
        parts.append(
            f'<tr><th><a href="/thi-dua/dang-ky/{key}">{escape(name)}</a> {subject}'
            f"<td>{escape(post)} {escape(division)}"
            f"<td>{escape(unit)} {escape(origin or '')}<td>{escape(title)}<td>{state}<td>{sent}"
        )
    body = "".join([*parts, "</table>"]).encode()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]

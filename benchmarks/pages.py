"""An ordinary page of 50 rows against a bare WSGI function on the same server that shows the same rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from benchmarks._bench import Bench, fetch, names_on, sign_in
from benchmarks._figures import Figure
from benchmarks._load import Load, load
from benchmarks._servers import serving

PAGE = "/thi-dua/dang-ky?doi_tuong=person"
CONNECTIONS = 16
ROUNDS = 2
BAR = 1 / 8
WORK = "page of 50 rows, requests/s at 16 connections, to a bare function"


def measure(bench: Bench) -> Iterator[Figure]:
    """Both servers run the whole time and are asked in turn."""
    env = bench.middle.env
    with serving("wsgi:app", env) as portal, serving("benchmarks.bare:app", env, ready="/") as bare:
        signed_in = sign_in(portal)
        shown = names_on(fetch(portal + PAGE, signed_in))
        plain = re.findall(r"<tr><th><a href=[^>]*>([^<]*)</a>", fetch(bare, {}))
        if len(shown) != 50 or [html.unescape(n) for n in shown] != [html.unescape(n) for n in plain]:
            raise RuntimeError("The page and the bare function do not show the same 50 rows.")
        pages, bares = [], []
        for _ in range(ROUNDS):
            pages.append(load(portal + PAGE, signed_in, connections=CONNECTIONS, seconds=bench.size.seconds))
            bares.append(load(f"{bare}/", {}, connections=CONNECTIONS, seconds=bench.size.seconds))
    if any(run.odd for run in (*pages, *bares)):
        raise RuntimeError("Some answers under load were no pages.")
    page, plainest = _best(pages), _best(bares)
    detail = (
        f"{page.rate:,.0f} and {plainest.rate:,.0f} requests/s, page {page.size / 1024:.0f} kB; "
        f"the client took {page.client_share:.0%} and {plainest.client_share:.0%} of a core"
    )
    yield Figure(WORK, page.rate / plainest.rate, BAR, detail, at_least=True)


def _best(runs: list[Load]) -> Load:
    return max(runs, key=lambda run: run.rate)

"""The same list in a small and in a large database, and its deep pages, filters and words in the large one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from benchmarks._bench import Bench, fetch, names_on, sign_in
from benchmarks._figures import Figure, percentile
from benchmarks._load import alternating, one_by_one
from benchmarks._servers import serving

LIST = "/thi-dua/dang-ky"
TIMES, TURNS = 120, 6
SIZE_BAR, DEEP_BAR = 1.5, 2.0
NEXT = re.compile(r'href="([^"]+)"[^>]*>Trang sau')
SELECT = r'name="{name}">.*?</select>'
VALUES = re.compile(r'<option value="(\w+)"')
FILTERS = ("don_vi", "cap", "khoi", "danh_hieu", "doi_tuong")
OTHERS = (
    ("state returned", "?trang_thai=returned"),
    ("all levels below", "?ca_cap_duoi=1"),
    ("words, many", "?tu=nguyen+van"),
    ("words, few", "?tu=nguyen+thi+thu+hang"),
    ("words, none", "?tu=khong+co+ai"),
    ("sort by unit", "?xep=don-vi"),
    ("sort by title, downwards", "?xep=-danh-hieu"),
)
DEPTH = 12  # pages that are really turned before a deep one is measured


def measure(bench: Bench) -> Iterator[Figure]:
    """Requests one after the other, small and large in turn: the server's own time."""
    with serving("wsgi:app", bench.small.env) as small, serving("wsgi:app", bench.large.env) as large:
        heads = sign_in(small), sign_in(large)
        few, many = alternating([small + LIST, large + LIST], heads, TIMES, TURNS)
        work = f"list at {bench.size.large:,} rows to {bench.size.small:,} rows, p95"
        yield Figure(work, percentile(many, 0.95) / percentile(few, 0.95), SIZE_BAR, _ms(few, many))
        for name, path in _addresses(large, heads[1]):
            first, other = alternating([large + LIST, large + path], [heads[1]] * 2, TIMES // 2, TURNS)
            work = f"{name}, at {bench.size.large:,} rows to the first page, p95"
            detail = f"{_ms(first, other)}, {len(names_on(fetch(large + path, heads[1])))} rows"
            yield Figure(work, percentile(other, 0.95) / percentile(first, 0.95), DEEP_BAR, detail)


def _addresses(url: str, headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Of each filter that the bar offers its slowest choice; words, sorts and deep pages."""
    first = fetch(url + LIST, headers)
    for name in FILTERS:
        bar = re.search(SELECT.format(name=name), first, re.DOTALL)
        options = VALUES.findall(bar.group(0)) if bar else []
        if not options:
            raise RuntimeError(f"The list offers no filter {name}.")
        spent = {value: min(one_by_one(f"{url}{LIST}?{name}={value}", headers, 2)) for value in options}
        slowest = max(spent, key=lambda value: spent[value])
        yield f"filter {name}, the slowest of {len(options)}", f"{LIST}?{name}={slowest}"
    yield from ((name, LIST + query) for name, query in OTHERS)
    yield f"page {DEPTH}", _deep(url, headers, f"{LIST}?doi_tuong=person")
    yield f"page {DEPTH} from the end", _deep(url, headers, f"{LIST}?xep=-ten")


def _deep(url: str, headers: dict[str, str], path: str) -> str:
    for _ in range(DEPTH):
        found = NEXT.search(fetch(url + path, headers))
        if not found:
            return path
        path = html.unescape(found.group(1))
    return path


def _ms(*runs: list[float]) -> str:
    return f"p95 {' and '.join(f'{percentile(run, 0.95) * 1000:.1f}' for run in runs)} ms"

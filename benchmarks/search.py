"""Search over every line by /tim-kiem's own function: words of each kind, p95 of server time."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks._bench import PROVINCE, Bench, sign_in
from benchmarks._figures import Figure, percentile
from benchmarks._load import one_by_one
from benchmarks._servers import serving

BAR_MS = 50.0
TIMES = 40
WORDS = (
    ("a common name without marks", "nguyen+van"),
    ("the same with its marks", "nguy%E1%BB%85n+v%C4%83n"),
    ("four words", "nguyen+thi+thu+hang"),
    ("the beginning of a word", "phuo"),
    ("a rare word", "quynh+nhu"),
    ("what nobody is called", "khong+co+ai"),
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Suggestions while one types: what answers to each key that is struck."""
    with serving("wsgi:app", bench.large.env) as url:
        headers = {**sign_in(url, PROVINCE), "HX-Request": "true"}
        for name, words in WORDS:
            spent = one_by_one(f"{url}/tim-kiem/goi-y?tu_khoa={words}", headers, TIMES)
            work = f"search among {bench.size.large:,} lines: {name}, p95"
            yield Figure(work, percentile(spent, 0.95) * 1000, BAR_MS, unit="ms")

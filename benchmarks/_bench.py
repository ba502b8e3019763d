"""What every bench is handed: the engine, how large and how long to measure, who signs in."""

from __future__ import annotations

import http.cookiejar
import os
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property

from benchmarks._databases import Engine, Store
from portal.config import DEMO_PASSWORD

LARGE, SMALL_PART, MIDDLE_PART = 1_000_000, 100, 10
LEAST_LINES = 9_000  # the demonstration's year itself has nearly 8,000
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PROVINCE, DISTRICT = "thidua", "vangiang"  # an officer who sees all lines, one who sees a district's
ROW_CELL = re.compile(r'<a class="t" href="[^"]*">([^<]*)</a>')


@dataclass(frozen=True)
class Size:
    """BENCH_ROWS lines in the large database (a million), a hundredth in the small one, a tenth in the middle one.

    BENCH_SECONDS is how long each load runs (5 s).
    """

    large: int = LARGE
    seconds: float = 5.0

    @classmethod
    def from_env(cls) -> Size:
        """As the environment says."""
        return cls(
            int(os.environ.get("BENCH_ROWS", "").replace("_", "") or LARGE),
            float(os.environ.get("BENCH_SECONDS", "") or 5.0),
        )

    @property
    def small(self) -> int:
        return max(self.large // SMALL_PART, LEAST_LINES)

    @property
    def middle(self) -> int:
        return max(self.large // MIDDLE_PART, LEAST_LINES)


@dataclass(frozen=True)
class Bench:
    """One engine under measurement; the databases are made when they are first asked for."""

    engine: Engine
    size: Size = field(default_factory=Size.from_env)

    @cached_property
    def small(self) -> Store:
        """10,000 lines."""
        return self.engine.store(self.size.small)

    @cached_property
    def middle(self) -> Store:
        """100,000 lines."""
        return self.engine.store(self.size.middle)

    @cached_property
    def large(self) -> Store:
        """1,000,000 lines."""
        return self.engine.store(self.size.large)


def sign_in(url: str, username: str = PROVINCE) -> dict[str, str]:
    """Sign in as a demo account without a second factor; the headers of its requests from then on."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{url}/dang-nhap", timeout=30) as answer:
        found = TOKEN.search(answer.read().decode())
    token = found.group(1) if found else ""
    form = {"csrf_token": token, "username": username, "password": DEMO_PASSWORD}
    with opener.open(f"{url}/dang-nhap", urllib.parse.urlencode(form).encode(), timeout=30) as answer:
        if urllib.parse.urlsplit(answer.url).path != "/":
            raise RuntimeError(f"{username} could not sign in: {answer.url}")
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)}


def fetch(url: str, headers: dict[str, str]) -> str:
    """One page as text."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=120) as answer:
        return str(answer.read().decode())


def names_on(html: str) -> list[str]:
    """What the rows of a list are called."""
    return ROW_CELL.findall(html)

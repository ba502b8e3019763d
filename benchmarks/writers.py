"""Eight officers who save lines at once: nobody is refused, no line is lost."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lxml import html

from benchmarks._bench import Bench, fetch, sign_in
from benchmarks._figures import Figure
from benchmarks._servers import serving

WRITERS = 8
OPEN = "/thi-dua/dang-ky/moi"
ROW = re.compile(r"(\d+) dòng:")
ACCOUNTS = ("xuanquan", "vangiang")  # one opens its registration, the other's is a draft


def measure(bench: Bench) -> Iterator[Figure]:
    """Two accounts, four windows each: they meet in one registration as well as in one database."""
    with bench.engine.scratch(bench.size.small) as store, serving("wsgi:app", store.env) as url:
        places = [(name, _registration(url, sign_in(url, name))) for name in ACCOUNTS]
        turns = [places[number % len(places)] for number in range(WRITERS)]
        before = {place: _count(url, name, place) for name, place in places}
        with ThreadPoolExecutor(WRITERS) as pool:
            asked = [pool.submit(write, url, *turn, number, bench.size.seconds) for number, turn in enumerate(turns)]
            told = [one.result() for one in asked]
        saved, faults = sum(n for n, _ in told), [fault for _, found in told for fault in found]
        after = sum(_count(url, name, place) - before[place] for name, place in places)
    detail = f"{saved} lines in {bench.size.seconds:.0f} s" + (f"; {faults[0]}" if faults else "")
    yield Figure(f"{WRITERS} officers who save at once: errors", len(faults), 0, detail, unit="")
    yield Figure("lines that were said to be saved and are not there", saved - after, 0, unit="")


def write(url: str, username: str, place: str, number: int, seconds: float) -> tuple[int, list[str]]:
    """One officer; gives how many lines were acknowledged and what else was heard."""
    headers = sign_in(url, username)
    page = html.fromstring(fetch(f"{url}{place}/dong/moi", headers))
    token = next(str(one.get("value")) for one in page.iter("input") if one.get("name") == "csrf_token")
    fields = {"csrf_token": token, "title": _title(page), "post": "Chuyên viên", "birth_year": ""}
    saved, faults, until = 0, [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        fields["name"] = f"Nguyễn Văn Đo {number} {saved}"
        status = _post(f"{url}{place}/dong", fields, headers)
        if status in (200, 303):
            saved += 1
        else:
            faults.append(f"answered {status}")
    return saved, faults


def _registration(url: str, headers: dict[str, str]) -> str:
    """The address of the account's registration, opened when there is none."""
    page = html.fromstring(fetch(url + OPEN, headers))
    known = page.xpath("//main//a[contains(@href, '/thi-dua/dang-ky/')]/@href")
    found = [str(a) for a in known if re.fullmatch(r"/thi-dua/dang-ky/\d+", str(a))]
    if found:
        return found[0]
    form = next(f for f in page.forms if (f.action or "").startswith(OPEN))
    data = urllib.parse.urlencode(form.form_values()).encode()
    with urllib.request.urlopen(urllib.request.Request(url + OPEN, data, headers), timeout=60) as answer:
        return urllib.parse.urlsplit(str(answer.url)).path


def _title(page: Any) -> str:
    options = [o for o in page.iter("option") if (o.get("value") or "").endswith("-person")]
    lowest = next((o for o in options if "tiên tiến" in (o.text or "")), options[-1])
    return str(lowest.get("value"))


def _post(url: str, fields: dict[str, str], headers: dict[str, str]) -> int:
    data = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        with answer:
            return int(answer.code)


def _count(url: str, username: str, place: str) -> int:
    found = ROW.search(fetch(url + place, sign_in(url, username)))
    return int(found.group(1)) if found else 0

"""What pages weigh in a real browser, compressed as nginx sends them, and in how many requests."""

from __future__ import annotations

import gzip
import os
import urllib.request
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks._bench import Bench, sign_in
from benchmarks._figures import Figure
from benchmarks._servers import serving
from scripts.install import find_chromium

LIST = "/thi-dua/dang-ky"
FIRST, LATER, PART, REQUESTS = 200, 25, 10, 12


class Line:
    """What came over the line, not out of the browser's own store, since it was emptied last: addresses, headers."""

    def __init__(self, page: Page) -> None:
        self.asked: dict[str, tuple[str, dict[str, str]]] = {}
        self.came: list[str] = []
        self.kept: set[str] = set()
        self._wire = page.context.new_cdp_session(page)
        self._wire.send("Network.enable")
        self._wire.on("Network.requestWillBeSent", self._sent)
        self._wire.on("Network.responseReceived", self._received)
        self._wire.on("Network.requestServedFromCache", lambda event: self.kept.add(event["requestId"]))

    def empty(self) -> None:
        """Begin anew."""
        self.came = []

    def weight(self, cookies: str) -> float:
        """kB of all that came, asked for again and compressed where nginx compresses."""
        return sum(_size(*self.asked[key], cookies) for key in self.came)

    def _sent(self, event: dict[str, Any]) -> None:
        self.asked[event["requestId"]] = (event["request"]["url"], event["request"]["headers"])

    def _received(self, event: dict[str, Any]) -> None:
        kept = event["requestId"] in self.kept or event["response"].get("fromDiskCache")
        if not kept and event["response"]["url"].startswith("http"):
            self.came.append(event["requestId"])


def _size(url: str, headers: dict[str, str], cookies: str) -> float:
    kept = {name: value for name, value in headers.items() if name.lower().startswith("hx-")}
    with urllib.request.urlopen(urllib.request.Request(url, headers={**kept, "Cookie": cookies}), timeout=60) as answer:
        body, kind = answer.read(), answer.headers.get("Content-Type", "")
    packed = kind.startswith(("text/", "application/javascript", "application/json", "image/svg"))
    return len(gzip.compress(body, 6) if packed else body) / 1024


def measure(bench: Bench) -> Iterator[Figure]:
    """Once: a page weighs the same on both engines."""
    if bench.engine.name != "SQLite":
        return
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("No Chromium was found.")
    with serving("wsgi:app", bench.small.env) as url, sync_playwright() as play:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = play.chromium.launch(executable_path=chromium, args=options)
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        yield from _weigh(page, url)
        browser.close()


def _weigh(page: Page, url: str) -> Iterator[Figure]:
    cookies = sign_in(url)["Cookie"]
    name, _, value = cookies.partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": url}])
    came = Line(page)
    page.goto(url + LIST, wait_until="networkidle")
    yield Figure("first load, compressed", came.weight(cookies), FIRST, unit="kB")
    yield Figure("its requests", len(came.came), REQUESTS, unit="")
    came.empty()
    page.goto(f"{url}{LIST}?xep=-ten", wait_until="networkidle")
    yield Figure("a later page", came.weight(cookies), LATER, f"{len(came.came)} requests", unit="kB")
    following = page.get_attribute("text=Trang sau", "href") or ""
    asked = {"HX-Request": "true", "HX-Target": "danh-sach"}
    yield Figure("an htmx answer: the list's next page", _size(url + following, asked, cookies), PART, unit="kB")

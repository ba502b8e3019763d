"""An officer who types lines without rest through the real forms, and remembers what the portal said to each."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from seed.names import NameGenerator
from tests.databases import DEMO_PASSWORD
from tests.pages import Page

BROKEN = (OSError, http.client.HTTPException)
SEE_OTHER, BUSY = 303, 503


class _Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow: a 303 is the portal's word that the write is done."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(slots=True)
class Answer:
    """What the portal said."""

    status: int
    location: str
    body: bytes

    @property
    def page(self) -> Page:
        return Page(self.body.decode())


class Browser:
    """Cookies and forms, nothing else."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies, _Stay())

    def get(self, path: str) -> Answer:
        return self._ask(path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask(path, urllib.parse.urlencode(fields).encode())

    def insist(self, path: str, fields: dict[str, str] | None = None) -> Answer:
        """The same until the portal answers: for requests that may be repeated without harm."""
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = self.get(path) if fields is None else self.post(path, fields)
                if answer.status != BUSY:
                    return answer
            except BROKEN:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def _ask(self, path: str, data: bytes | None) -> Answer:
        request = urllib.request.Request(self.url + path, data)  # noqa: S310 - this machine
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Answer(answer.status, "", answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, answer.headers.get("Location", ""), answer.read())


@dataclass(slots=True)
class Officer:
    """One account at work. Every name is typed once: acknowledged, refused, or unknown when the line broke."""

    url: str
    username: str
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    registration: str = ""
    browser: Browser = field(init=False)
    _token: str = ""
    _title: str = ""

    def __post_init__(self) -> None:
        self.browser = Browser(self.url)

    def begin(self) -> None:
        """Sign in and open the unit's registration of the year."""
        page = self.browser.get("/dang-nhap").page
        form = page.values(page.forms()[0])
        sign_in = {**form, "username": self.username, "password": DEMO_PASSWORD}
        assert self.browser.post("/dang-nhap", sign_in).status == SEE_OTHER
        page = self.browser.get("/thi-dua/dang-ky/moi").page
        opened = self.browser.post("/thi-dua/dang-ky/moi", page.values(page.form_to("/thi-dua/dang-ky/moi")))
        assert opened.status == SEE_OTHER, opened.page.text
        self.registration = urllib.parse.urlsplit(opened.location).path
        page = self.browser.get(f"{self.registration}/dong/moi").page
        form = page.values(page.form_to(f"{self.registration}/dong"))
        self._token = form["csrf_token"]
        options = [o for o in page.root.iter("option") if (o.get("value") or "").endswith("-person")]
        self._title = next(o.get("value", "") for o in options if (o.text or "").strip() == "Lao động tiên tiến")

    def type_lines(self, stop: threading.Event) -> None:
        """Type line after line until told to stop, through every failure."""
        generator = NameGenerator(f"kill:{self.username}")
        number = 0
        while not stop.is_set():
            number += 1
            self.type_line(f"{generator.person().full_name} {number}")

    def type_line(self, name: str) -> None:
        """One line, once."""
        fields = {
            "csrf_token": self._token,
            "title": self._title,
            "name": name,
            "post": "Chuyên viên",
            "birth_year": "",
        }
        try:
            answer = self.browser.post(f"{self.registration}/dong", fields)
        except BROKEN:
            self.unknown.append(name)
            time.sleep(0.1)
            return
        if answer.status == SEE_OTHER and "/dang-nhap" not in answer.location:
            self.acknowledged.append(name)
        else:
            self.refused.append(name)
            if answer.status != BUSY:
                self.faults.append(f"{answer.status} {answer.location} {answer.page.text[:300]}")

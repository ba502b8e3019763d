"""axe finds nothing on any page: people of every kind follow all links, one page of each kind, wide and narrow.

Pages are found by their links, never listed by hand; what a role cannot reach from its start page is no page for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser

from portal.core.clock import SystemClock
from portal.domain.accounts import totp
from seed.accounts import demo_secret
from tests.e2e.people import LAYOUT_RULES, NARROW, WIDE, Person, barriers, sign_in
from tests.e2e.years import Year, running_year
from tests.pages import Page

pytestmark = pytest.mark.e2e
FILES = re.compile(r"\.(xlsx|docx|svg|png|pdf)$|/tai-ve$|/tep/\d+$")
MOST_PAGES = 90
LEAST_PAGES = {"vangiang": 25, "thidua": 30, "quantri": 25, "nhatky": 6, "xuanquan": 12, "tongiao": 6}
CHECKED: set[str] = set()
"""Kinds that were looked at as somebody else: they are opened again for their links, not measured again."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with running_year(tmp_path_factory) as found:
        yield found


@pytest.mark.parametrize("username", LEAST_PAGES)
def test_no_page_has_a_barrier(browser: Browser, year: Year, username: str) -> None:
    needs_code = username in ("quantri", "nhatky", "tongiao")
    code = totp.code_at(demo_secret(username), SystemClock().real()) if needs_code else ""
    person = sign_in(browser, year.url, username, code=code)
    seen = follow(person)
    person.context.close()
    assert len(seen) >= LEAST_PAGES[username], sorted(seen)
    assert [fault for fault in person.faults if "404" not in fault] == []


def follow(person: Person) -> set[str]:
    """Visit one page of each kind of address, breadth first; returns the kinds."""
    waiting: list[str] = ["/"]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        answer = person.page.goto(person.url + path, wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{person.name}: a link leads to {path}, which answers {answer.status}"
        if kind_of(path) not in CHECKED:
            CHECKED.add(kind_of(path))
            well_formed(path, answer.text())
            wide_and_narrow(person)
        waiting += [link for link in links_of(person) if kind_of(link) not in seen]
    return seen


def well_formed(path: str, html: str) -> None:
    """The page parses strictly, no id stands twice, and every label and description names an element that is there."""
    page = Page(html)
    assert page.errors == [], f"{path}: {page.errors[:3]}"
    ids = [key for element in page.root.iter() if (key := element.get("id"))]
    assert sorted({key for key in ids if ids.count(key) > 1}) == [], path
    named = {
        key
        for element in page.root.iter()
        for attribute in ("for", "aria-labelledby", "aria-describedby", "form")
        for key in (element.get(attribute) or "").split()
    }
    assert sorted(named - set(ids)) == [], path


def wide_and_narrow(person: Person) -> None:
    """axe at both widths."""
    barriers(person.page)
    person.page.set_viewport_size(NARROW)
    barriers(person.page, LAYOUT_RULES)
    person.page.set_viewport_size(WIDE)


def kind_of(path: str) -> str:
    """An address without its numbers and its query, but with the names of what is asked."""
    parts = urlsplit(path)
    asked = "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair}))
    return re.sub(r"\d+", "#", parts.path) + ("?" + asked if asked in ("sua", "them") else "")


def links_of(person: Person) -> list[str]:
    """The addresses of this portal that the page links to, files left out."""
    found = person.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    paths = [urldefrag(link).url for link in found if link.startswith("/") and not link.startswith("//")]
    return [path for path in paths if path and not FILES.search(urlsplit(path).path)]

"""What people do in the browser, and what every page must be: accessible, without script errors, of this host alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.e2e.hands import Hands, Mouse

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
expect.set_options(timeout=15_000)
PASSWORD = "HungYen@2023"
WIDE, NARROW = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pictures() -> Path:
    """The folder that the test run keeps its pictures in."""
    folder = Path(os.environ.get("TEST_ARTIFACTS", ROOT / "test-artifacts")) / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Person:
    """One signed-in person in a browser of their own."""

    name: str
    url: str
    context: BrowserContext
    page: Page
    hands: Hands = field(default_factory=Mouse)
    faults: list[str] = field(default_factory=list)

    def presses(self, control: Locator) -> None:
        self.hands.press(self.page, control)

    def fills(self, control: Locator, text: str) -> None:
        self.hands.fill(self.page, control, text)

    def chooses(self, control: Locator, label: str) -> None:
        self.hands.choose(self.page, control, label)

    def goes_to(self, path: str) -> Page:
        self.page.goto(self.url + path, wait_until="load")
        return self.page

    def picture(self, name: str, full: bool = True) -> None:
        """Keep a picture of the page as it is."""
        self.page.screenshot(path=pictures() / f"{name}.png", full_page=full)

    def finds_no_barrier(self) -> None:
        """axe finds nothing on this page, and it does not scroll sideways."""
        barriers(self.page)


LAYOUT_RULES = ["target-size", "scrollable-region-focusable", "aria-hidden-focus", "link-in-text-block"]
"""What the width of the window can change; the other rules read the same document at every width."""


def barriers(page: Page, rules: list[str] | None = None) -> None:
    """Run axe, all of it or some rules; fail with the rule, the place and the help.

    The window is made as tall as the page: what a sticky bar covers at one moment is no barrier.
    """
    size = page.viewport_size or WIDE
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(ViewportSize(width=size["width"], height=height + 400))
    page.evaluate(AXE)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    found = page.evaluate("(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
    told = [f"{v['id']}: {n['target']} {v['help']}" for v in found["violations"] for n in v["nodes"]]
    assert told == [], f"{page.url}\n" + "\n".join(told)
    page.set_viewport_size(size)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"


def is_fault(message: ConsoleMessage) -> bool:
    """An error of the console, save that htmx gave up a request because a newer one took its place."""
    return message.type == "error" and not message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


def sign_in(
    browser: Browser,
    url: str,
    username: str,
    *,
    javascript: bool = True,
    narrow: bool = False,
    hands: Hands | None = None,
    code: str = "",
) -> Person:
    """Open a browser of one's own and sign in by the form; `code` answers the second factor."""
    context = browser.new_context(
        viewport=NARROW if narrow else WIDE,
        java_script_enabled=javascript,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    person = Person(username, url, context, page, hands or Mouse())
    page.on("pageerror", lambda e: person.faults.append(f"script: {e}"))
    page.on("console", lambda m: person.faults.append(f"console: {m.text}") if is_fault(m) else None)
    page.on(
        "request", lambda r: person.faults.append(f"asked elsewhere: {r.url}") if not r.url.startswith(url) else None
    )
    page.goto(url + "/dang-nhap")
    person.fills(page.locator("input[name=username]"), username)
    person.fills(page.locator("input[name=password]"), PASSWORD)
    person.presses(page.get_by_role("button", name="Đăng nhập", exact=True))
    page.wait_for_url(lambda address: not address.endswith("/dang-nhap"))
    if code:
        person.fills(page.locator("input[name=code]"), code)
        person.presses(page.locator("main form button[type=submit]").first)
        page.wait_for_url(lambda address: "/dang-nhap" not in address)
    page.wait_for_load_state("load")
    return person

"""A browser for the tests: parses every answer strictly, sends forms as they stand, and swaps rows as htmx does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, tostring

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pages import Page, text_of

HTMX = {"HX-Request": "true"}
_TEMPLATE = re.compile(r"<template>(.*?)</template>", re.DOTALL)
_TBODY = re.compile(r"<tbody.*?</tbody>", re.DOTALL)
_TARGET = re.compile(r"outerHTML:#([\w-]+):not\(\.is-open\)")


@dataclass
class Answer:
    """An answer with its page. `status` and `headers` as they came."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def page(self) -> Page:
        """The page, parsed strictly and checked for what a page may not have."""
        page = Page(self.html)
        assert page.errors == [], page.errors
        sound(page)
        return page

    @property
    def location(self) -> str:
        return self.response.headers["Location"]


class Browser:
    """One signed-in person."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, htmx: bool = False) -> Answer:
        return self._whole(self.client.get(address, headers=HTMX if htmx else {}))

    def post(self, address: str, data: Mapping[str, Any] | None = None, htmx: bool = False) -> Answer:
        return self._whole(self.client.post(address, data=dict(data or {}), headers=HTMX if htmx else {}))

    @staticmethod
    def _whole(response: TestResponse) -> Answer:
        """The answer, read to its end and closed: a download holds a file open until then."""
        response.get_data()
        response.close()
        return Answer(response)

    def follow(self, answer: Answer) -> Page:
        """Go where a redirect leads."""
        assert answer.status == 303, answer.html[:2000]
        return self.get(answer.location.partition("#")[0]).page

    def page(self, address: str) -> Page:
        answer = self.get(address)
        assert answer.status == 200, answer.status
        return answer.page


def sound(page: Page) -> None:
    """No id twice, no reference that leads nowhere, nothing inline, every control has a name."""
    nodes = list(page.root.iter())
    ids = Counter(node.get("id") for node in nodes if node.get("id"))
    assert [key for key, count in ids.items() if count > 1] == []
    for node in nodes:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"):
            for target in (node.get(attribute) or "").split():
                assert target in ids, f"{attribute}={target} leads nowhere"
        assert node.get("style") is None
        assert not [name for name in node.attrib if name.startswith(("on", "hx-on"))]
    labelled = {node.get("for") for node in nodes if node.tag == "label"}
    inside = {id(control) for node in nodes if node.tag == "label" for control in node.iter()}
    for node in nodes:
        if node.tag in ("input", "select", "textarea") and node.get("type") != "hidden":
            named = node.get("id") in labelled or id(node) in inside or node.get("aria-labelledby")
            assert named, node.attrib


def row_values(page: Page, row: str) -> dict[str, str]:
    """What a row under edit would send: its controls belong to the form of its last cell."""
    form_id = f"bieu-{row}"
    sent: dict[str, str] = page.values(page.by_id(form_id))
    for node in page.root.iter():
        if node.get("form") == form_id and node.get("name"):
            wrapper = Element("form")
            wrapper.append(node)
            sent.update(page.values(wrapper))
    return sent


def swap(page: Page, row: str, html: str) -> None:
    """Do to the page what htmx does with the answer to a request whose target is the tbody `row`."""
    apart = _TEMPLATE.findall(html)
    rest = _TEMPLATE.sub("", html)
    _put(page, page.by_id(row), [_table_part(text) for text in _TBODY.findall(rest)])
    for text in apart:
        part = _table_part(text)
        aimed = _TARGET.match(part.get("hx-swap-oob", ""))
        key = aimed.group(1) if aimed else part.get("id", "")
        found = page.by_id(key)
        if not (aimed and "is-open" in found.get("class", "").split()):
            _put(page, found, [part])
    for part in _elements(_TBODY.sub("", rest)):
        if part.get("hx-swap-oob") == "true":
            _put(page, page.by_id(part.get("id", "")), [part])


def region(page: Page, key: str) -> str:
    """A part of the page in one form: without what says where the focus goes, what is new, and the token."""
    copied = html5lib.parseFragment(
        tostring(page.by_id(key), encoding="unicode", method="html"),
        container=_container(page, key),
        namespaceHTMLElements=False,
    )
    for node in copied.iter():
        for name in ("data-focus", "hx-swap-oob", "hx-headers"):
            node.attrib.pop(name, None)
        if node.get("name") in ("csrf_token", "_ve"):
            node.set("value", "")
        words = [w for w in node.get("class", "").split() if w != "is-new"]
        node.attrib.pop("class", None)
        if words:
            node.set("class", " ".join(words))
        node.text, node.tail = _squeezed(node.text), _squeezed(node.tail)
    return tostring(copied, encoding="unicode")


def _container(page: Page, key: str) -> str:
    tag = page.by_id(key).tag
    return {"tbody": "table", "td": "tr"}.get(str(tag), "div")


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _table_part(text: str) -> Element:
    """A tbody or a cell, parsed where it may stand, strictly."""
    inside = (
        f"<table><tbody><tr>{text}</tr></tbody></table>"
        if text.lstrip().startswith("<td")
        else f"<table>{text}</table>"
    )
    root = _strict(f"<!doctype html><title>x</title>{inside}")
    found = next(root.iter("td" if text.lstrip().startswith("<td") else "tbody"))
    return found


def _elements(text: str) -> Iterator[Element]:
    root = _strict(f"<!doctype html><title>x</title><body>{text}")
    yield from list(next(root.iter("body")))


def _strict(html: str) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    return root


def _put(page: Page, old: Element, new: list[Element]) -> None:
    parent = next(node for node in page.root.iter() if old in list(node))
    place = list(parent).index(old)
    parent.remove(old)
    for offset, node in enumerate(new):
        parent.insert(place + offset, node)


def lines_table(page: Page) -> list[list[str]]:
    """The table of lines as it is read, rows under edit left out: number, title, kind, name, post, division."""
    rows = []
    for tbody in page.by_id("danh-sach").iter("tbody"):
        if "is-open" in tbody.get("class", "").split():
            continue
        first = next(tbody.iter("tr"))
        rows.append([text_of(cell) for cell in first][:6])
    return rows


def notes(page: Page, line_id: int) -> list[str]:
    """What is said below a line."""
    tbody = page.by_id(f"dong-{line_id}")
    return [text_of(row) for row in list(tbody)[1:]]

"""Pages as a user reads them: headings, tables, links, forms and the errors beside their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

import html5lib
from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
SILENT = ("script", "style", "template")
NO_DOCTYPE = "expected-doctype-but-got-start-tag"
_TEXT = re.compile(r"(?<=>)[^<>&]*[^<>&\s][^<>&]*(?=[<&])")
_VALUE = re.compile(r"=\"[^\"&<>]*\"")
_known: dict[str, list[Any]] = {}


class Page:
    """A parsed answer, a whole page or a fragment.

    `errors` are those of a strict parser. It is slow, so that it looks once at pages that are built alike; the
    tree of a page without errors comes from a fast one.
    """

    def __init__(self, html: str) -> None:
        skeleton = skeleton_of(html)
        found = _known.get(skeleton)
        if found is None:
            found = _known[skeleton] = _strict(html)[1]
        plain = all(code == NO_DOCTYPE for _, code, _ in found)
        root = _quick(html) if plain else _strict(html)[0]
        self.root: Element = root
        self.errors: list[tuple[Any, str, Mapping[str, Any]]] = found

    @property
    def title(self) -> str:
        """What stands in the browser's tab."""
        return text_of(next(self.root.iter("title")))

    @property
    def text(self) -> str:
        """All that can be read, spaces made single."""
        return text_of(next(self.root.iter("body")))

    def headings(self, level: int = 1) -> list[str]:
        """The headings of one level."""
        return [text_of(found) for found in self.root.iter(f"h{level}")]

    def by_id(self, key: str) -> Element:
        """The element with this id; KeyError when there is none."""
        for found in self.root.iter():
            if found.get("id") == key:
                return found
        raise KeyError(key)

    def has_id(self, key: str) -> bool:
        """Whether an element has this id."""
        return any(found.get("id") == key for found in self.root.iter())

    def tables(self) -> list[list[list[str]]]:
        """Every table as rows of cells' texts, the head's row first."""
        return [
            [[text_of(cell) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
            for table in self.root.iter("table")
        ]

    def table(self, number: int = 0) -> list[dict[str, str]]:
        """One table's rows by its columns' headings."""
        head, *rows = self.tables()[number]
        return [dict(zip(head, row, strict=False)) for row in rows]

    def links(self) -> dict[str, str]:
        """Addresses by the words of their link."""
        return {text_of(link): link.get("href", "") for link in self.root.iter("a")}

    def buttons(self) -> list[str]:
        """The words of every button."""
        return [text_of(button) for button in self.root.iter("button")]

    def forms(self) -> list[Element]:
        """Every form that is sent by POST."""
        return [form for form in self.root.iter("form") if form.get("method", "").lower() == "post"]

    def form_to(self, address: str) -> Element:
        """The POST form with this address; KeyError when there is none."""
        for form in self.forms():
            if form.get("action") == address:
                return form
        raise KeyError(address)

    def field_errors(self) -> dict[str, str]:
        """The sentences beside faulty fields, by the field's name."""
        found = {}
        for control in self._controls():
            if control.get("aria-invalid") == "true":
                ids = control.get("aria-describedby", "").split()
                texts = [text_of(self.by_id(key)) for key in ids if self.has_id(key)]
                found[control.get("name", "")] = " ".join(texts)
        return found

    def values(self, form: Element) -> dict[str, str]:
        """What a form would send as it stands (the last of several values of one name)."""
        sent = {}
        for control in form.iter():
            name = control.get("name")
            if not name:
                continue
            if control.tag == "textarea":
                sent[name] = (control.text or "").removeprefix("\n")
            elif control.tag == "select":
                options = list(control.iter("option"))
                chosen = [o for o in options if o.get("selected") is not None] or options[:1]
                sent[name] = chosen[-1].get("value", "") if chosen else ""
            elif control.tag == "input":
                kind = control.get("type", "text")
                if kind not in ("checkbox", "radio") or control.get("checked") is not None:
                    sent[name] = control.get("value", "")
        return sent

    def _controls(self) -> Iterator[Element]:
        return (found for found in self.root.iter() if found.tag in ("input", "select", "textarea"))


def skeleton_of(html: str) -> str:
    """What a parser's errors depend on: tags, names of attributes, references of characters; rows built alike once."""
    bare = _VALUE.sub('=""', _TEXT.sub("x", html))
    rows = bare.split("<tr")
    return "<tr".join([rows[0], *(row for before, row in pairwise(rows) if row != before)])


class _Tree:
    """Takes down what the fast parser reads as the strict one would: the standard library's elements, pictures in their
    namespace; comments are left out.
    """

    def __init__(self) -> None:
        self._made = TreeBuilder()
        self._depth = 0  # within a picture
        self.data, self.close = self._made.data, self._made.close

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "svg" or self._depth:
            self._depth += 1
            tag = SVG + tag
        self._made.start(tag, dict(attributes))

    def end(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
            tag = SVG + tag
        self._made.end(tag)


def _quick(html: str) -> Element:
    parser: Any = etree.HTMLParser(target=_Tree())  # type: ignore[call-overload]  # a target of this shape will do
    root: Element = etree.fromstring(html, parser)
    return root


def _strict(html: str) -> tuple[Any, list[Any]]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    return root, list(parser.errors)


def text_of(element: Element) -> str:
    """What is read of an element, spaces made single; scripts and styles are not read."""
    return " ".join(_words(element).split())


def _words(element: Element) -> str:
    if element.tag in SILENT or callable(element.tag):  # a comment's tag is a function
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [_words(child), child.tail or ""]
    return " ".join(parts)

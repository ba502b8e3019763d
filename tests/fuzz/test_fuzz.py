"""Every form and every address of the portal, found in its map and its pages, with nasty values: never a 500."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import url_for
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from portal.web.access import PUBLIC, needs_of
from tests.access.test_matrix import ROWS, Asked, Row, _addresses
from tests.fuzz.broken import books, broken
from tests.fuzz.nasty import VALUES, Form, draw, forms_of, query
from tests.pages import _quick, text_of

CASES = int(os.environ.get("FUZZ_CASES", "4"))
SEED = int(os.environ.get("FUZZ_SEED", "2023"))
COMMON = ("trang", "sap-xep", "loai", "tim", "q", "kind", "dong", "next")

pytestmark = [pytest.mark.property, pytest.mark.timeout(300 + 60 * CASES)]


@dataclass
class Found:
    """What the pages offer: per endpoint the role, and the forms that it is sent from; names of queries by endpoint."""

    forms: dict[str, list[tuple[str, Form]]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)


def rng_of(*words: str) -> Random:
    """The same draws for the same words, whatever else is tested."""
    return Random(zlib.crc32(" ".join((str(SEED), *words)).encode()))


def allowed(asked: Asked, row: Row) -> Iterator[tuple[str, dict[str, int | str]]]:
    """Who may ask the row, and with which object."""
    for role, cell in row.cells.items():
        for letter, values in _addresses(asked, row, role):
            if letter in cell if letter else cell == "y":
                yield role, values


def address_of(asked: Asked, row: Row, values: dict[str, int | str]) -> str:
    with asked.app.test_request_context():
        rule = next(r for r in asked.app.url_map.iter_rules(row.endpoint) if row.method in (r.methods or ()))
        known: dict[str, Any] = {name: value for name, value in values.items() if name in rule.arguments}
        known |= {"step": "tiep-nhan"} if "step" in rule.arguments else {}
        return url_for(row.endpoint, **known)


def endpoint_of(asked: Asked, address: str, method: str) -> str:
    """Which view answers at an address; empty for none."""
    with asked.app.test_request_context():
        try:
            found = asked.app.url_map.bind("localhost").match(urlsplit(address).path, method=method)
        except HTTPException:
            return ""
    return str(found[0])


def tree(html: str) -> Element:
    """An answer, however short."""
    return _quick(html if html.strip() else "<p></p>")


@pytest.fixture(scope="module")
def found(asked: Asked) -> Found:
    """Look at every page as each of the first people who may see it, and note its forms and its links."""
    made = Found()
    for row in ROWS:
        if row.method != "GET":
            continue
        for role, values in list(allowed(asked, row))[:2]:
            with closing(asked.client(role).get(address_of(asked, row, values))) as answer:
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    look_at(asked, made, role, tree(answer.text))
    for row in ROWS:
        if row.method != "GET" and row.endpoint not in made.forms:
            look_closer(asked, made, row)
    return made


def look_closer(asked: Asked, made: Found, row: Row) -> None:
    """The form at the address that takes it, as whoever sees one; where no page shows any, a form without fields."""
    people = list(allowed(asked, row))
    for role, values in people:
        answer = asked.client(role).get(address_of(asked, row, values))
        if answer.status_code == 200 and answer.mimetype == "text/html":
            look_at(asked, made, role, tree(answer.text))
        if row.endpoint in made.forms:
            return
    if people:
        made.forms[row.endpoint] = [(people[0][0], Form(address_of(asked, row, people[0][1])))]


def look_at(asked: Asked, made: Found, role: str, root: Element) -> None:
    for form in forms_of(root):
        endpoint = endpoint_of(asked, form.address, "POST")
        known = made.forms.setdefault(endpoint, [])
        if endpoint and len(known) < 3 and all(set(form.values) - set(other.values) for _, other in known):
            known.append((role, form))
    for link in root.iter("a"):
        note_names(asked, made, link.get("href", ""), [])
    for asking in root.iter("form"):
        if asking.get("method", "get").lower() == "get":
            names = [name for control in asking.iter() if (name := control.get("name"))]
            note_names(asked, made, asking.get("action", ""), names)


def note_names(asked: Asked, made: Found, address: str, names: list[str]) -> None:
    names = names + [name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)]
    if names and address.startswith("/"):
        made.names.setdefault(endpoint_of(asked, address, "GET"), set()).update(names)


def test_forms_answer_nasty_values_with_a_word_never_a_500(asked: Asked, found: Found) -> None:
    posts = {r.endpoint for r in asked.app.url_map.iter_rules() if "POST" in (r.methods or ())}
    closed = {r.endpoint for r in ROWS if r.method == "POST" and not any(r.cells.values())}
    public = {endpoint for endpoint in posts if needs_of(asked.app, endpoint) == PUBLIC}
    assert posts - set(found.forms) - closed - public == set(), "forms that no page and no row leads to"
    faults = []
    for endpoint in sorted(posts & set(found.forms)):
        for number in range(CASES):
            role, form = found.forms[endpoint][number % len(found.forms[endpoint])]
            sent = draw(form, rng_of(endpoint, str(number)), number)
            headers = {"HX-Request": "true"} if number % 3 == 2 else {}
            answer = asked.client(role).post(
                form.address, data=sent.data, content_type=sent.content_type, headers=headers
            )
            fault = fault_of(answer)
            if fault:
                faults.append(f"{endpoint} {form.address} as {role}, case {number}: {fault}; sent {sent.told}")
        asked.restore()
    assert faults == [], "\n".join(faults)


def fault_of(answer: TestResponse) -> str:
    """What is wrong with an answer; empty for nothing."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if answer.status_code == 422 and answer.mimetype == "text/html" and not told(answer.text):
        return "a 422 says nothing"
    return ""


def told(html: str) -> bool:
    """Whether a page says in words what is wrong: beside a field, in the summary, or as the page's message."""
    beside = [element for element in tree(html).iter() if element.get("role") == "alert" or is_error(element)]
    return any(not text_of(element).isascii() for element in beside)


def is_error(element: Any) -> bool:
    words = " ".join((element.get("class") or "", element.get("id") or ""))
    return any(word in words for word in ("loi", "error", "alert", "empty"))


def test_addresses_answer_nasty_queries_and_keys(asked: Asked, found: Found) -> None:
    faults = []
    for row in ROWS:
        if row.method != "GET":
            continue
        for role, values in list(allowed(asked, row))[:1]:
            names = sorted({*COMMON, *found.names.get(row.endpoint, ())})
            address = address_of(asked, row, values)
            client = asked.client(role)
            for number in range(max(2, CASES // 2)):
                asked_for = f"{address}?{query(names, rng_of(str(row), row.kind, str(number)))}"
                headers = {"HX-Request": "true"} if number % 2 else {}
                with closing(client.get(asked_for, headers=headers)) as answer:
                    fault = fault_of(answer)
                if fault:
                    faults.append(f"{row} as {role}: {fault} at {asked_for[:300]}")
            for odd in odd_keys(asked, row, values, rng_of(str(row))):
                with closing(client.open(odd, method=row.method)) as answer:
                    if answer.status_code >= 500:
                        faults.append(f"{row} as {role}: answered {answer.status_code} at {odd[:300]}")
    asked.restore()
    assert faults == [], "\n".join(faults)


def odd_keys(asked: Asked, row: Row, values: dict[str, int | str], rng: Random) -> Iterator[str]:
    """The address with a key that cannot be."""
    rule = next(r for r in asked.app.url_map.iter_rules(row.endpoint) if row.method in (r.methods or ()))
    for name in sorted(rule.arguments & set(values)):
        whole = isinstance(values[name], int)
        for odd in (0, 2**31, 2**63, 10**30) if whole else rng.sample([v for v in VALUES if 0 < len(v) < 200], 3):
            try:
                yield address_of(asked, row, {**values, name: odd})
            except (UnicodeError, ValueError):
                continue


def test_importers_answer_broken_workbooks_with_a_word_or_with_rows(asked: Asked, found: Found) -> None:
    """Every form that takes a file is sent the real workbooks, each broken in another way, and followed to its end."""
    taking = [(role, form) for forms in found.forms.values() for role, form in forms if form.files]
    assert len(taking) >= 2
    faults = []
    for name, content in books().items():
        for number in range(CASES + 1):
            rng = rng_of(name, str(number))
            sent = broken(content, rng) if number else content
            for role, form in taking if number % 3 == 0 else [rng.choice(taking)]:
                fault = send_book(asked, role, form, sent, name)
                if fault:
                    faults.append(f"{name} to {form.address} as {role}, case {number}: {fault}")
    asked.restore()
    assert faults == [], "\n".join(faults)


def send_book(asked: Asked, role: str, form: Form, content: bytes, name: str) -> str:
    """Send a workbook in; where its columns or its rows are asked about, take what is suggested. What went wrong."""
    client = asked.client(role)
    data = {**form.values, **{field_name: (BytesIO(content), name) for field_name in form.files}}
    answer = client.post(form.address, data=data, content_type="multipart/form-data")
    fault = fault_of(answer)
    for _ in range(3):
        if fault or answer.status_code != 303 or "/nhap-tep/" not in answer.location:
            break
        shown = client.get(answer.location)
        if shown.status_code == 303:
            shown = client.get(shown.location)
        fault = fault_of(shown)
        steps = [form for form in forms_of(tree(shown.text)) if form.address.endswith(("/cot", "/ap-dung"))]
        if fault or not steps:
            break
        answer = client.post(steps[0].address, data=dict(steps[0].values))
        fault = fault_of(answer)
    return fault

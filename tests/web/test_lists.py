"""portal/web/lists.py: a list as its address says."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import g
from sqlalchemy import select

from portal.core.pagination import Count, Order, Page, decode_cursor, encode_cursor
from portal.domain.units.models import Unit
from portal.web.context import Viewer
from portal.web.lists import FilterSpec, Heading, Listing, parse_day
from portal.web.transaction import PortalFlask

NAME = Order("ten", (Unit.sort_key, Unit.id))
CODE = Order("ma", (Unit.code,))
SPECS = (
    FilterSpec("nam", "Năm", (("2022", "2022"), ("2023", "2023")), default="2023", frame=True),
    FilterSpec("tu", "Từ khóa", kind="search"),
    FilterSpec("qua_han", "Quá hạn", kind="check"),
    FilterSpec("tu_ngay", "Từ ngày", kind="date"),
    FilterSpec("trang_thai", "Trạng thái", (("", "Tất cả"), ("sent", "Chờ tiếp nhận")), kind="hidden"),
)


@pytest.fixture(autouse=True)
def _request(app: PortalFlask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def listing(**args: str) -> Listing:
    return Listing("home.show_home", SPECS, (NAME, CODE), args)


def query(url: str | None) -> dict[str, list[str]]:
    assert url is not None
    return parse_qs(urlsplit(url).query)


def test_a_silent_address_has_the_defaults() -> None:
    found = listing()
    assert found.values == {"nam": "2023", "tu": "", "qua_han": "", "tu_ngay": "", "trang_thai": ""}
    assert found.query == {}
    assert not found.is_filtered
    assert found.clear_url is None
    assert found.number("nam") == 2023
    assert found.number("tu") is None
    assert (found.cursor, found.place) == (None, 1)


def test_what_the_list_does_not_know_is_left_out() -> None:
    found = listing(nam="1999", qua_han="yes", tu_ngay="31/02/2023", trang_thai="deleted", xep="hash", sau="", la="1")
    assert found.query == {}
    assert found.order is NAME


def test_words_are_cleaned_and_short() -> None:
    assert listing(tu="  Lan \x00  Anh ")["tu"] == "Lan Anh"
    assert len(listing(tu="a" * 5000)["tu"]) == 100


def test_the_query_holds_what_is_set() -> None:
    found = listing(nam="2022", tu="lan", qua_han="1", tu_ngay="05/02/2023", trang_thai="sent", xep="-ten")
    assert found.query == {
        "nam": "2022",
        "tu": "lan",
        "qua_han": "1",
        "tu_ngay": "05/02/2023",
        "trang_thai": "sent",
        "xep": "-ten",
    }
    assert found.is_filtered
    assert query(found.clear_url) == {"nam": ["2022"], "xep": ["-ten"]}
    assert not listing(nam="2022").is_filtered
    assert [(f.name, f.value, f.is_set) for f in found.filters] == [
        ("nam", "2022", True),
        ("tu", "lan", True),
        ("qua_han", "1", True),
        ("tu_ngay", "05/02/2023", True),
    ]
    assert found.hidden == [("trang_thai", "sent"), ("xep", "-ten")]
    assert found.action == "/"


def test_links_keep_the_query_and_drop_the_place() -> None:
    found = listing(tu="lan", sau="abc~51")
    assert (found.cursor, found.place) == ("abc", 51)
    assert query(found.url(nam="2022")) == {"tu": ["lan"], "nam": ["2022"]}
    assert query(found.url(tu=None)) == {}
    assert found.url("help.show_page").startswith("/huong-dan?tu=lan")


@pytest.mark.parametrize("place", ["abc~", "abc~x", "abc~99999999999", "abc"])
def test_a_broken_place_counts_from_one(place: str) -> None:
    assert (listing(sau=place).cursor, listing(sau=place).place) == ("abc", 1)


def test_tabs_set_one_filter() -> None:
    tabs = listing(trang_thai="sent", tu="lan").tabs("trang_thai", [("", "Tất cả", None), ("sent", "Chờ", "3")])
    assert [(t.label, t.current, t.count) for t in tabs] == [("Tất cả", False, None), ("Chờ", True, "3")]
    assert query(tabs[0].url) == {"tu": ["lan"]}
    assert query(tabs[1].url) == {"tu": ["lan"], "trang_thai": ["sent"]}


def test_columns_turn_the_sort_around() -> None:
    columns = (
        Heading("Tên", order="ten"),
        Heading("Mã", order="ma"),
        Heading("Ghi chú"),
        Heading("Khác", order="khac"),
    )
    first = listing().headings(columns)
    assert [(c.label, c.sort, query(c.sort_url) if c.sort_url else None) for c in first] == [
        ("Tên", "asc", {"xep": ["-ten"]}),
        ("Mã", None, {"xep": ["ma"]}),
        ("Ghi chú", None, None),
        ("Khác", None, None),
    ]
    turned = listing(xep="-ten").headings(columns)
    assert (turned[0].sort, query(turned[0].sort_url)) == ("desc", {})
    assert listing(xep="ma").headings(columns)[1].sort == "asc"


def page(rows: int, following: str | None, previous: str | None) -> Page:
    return Page([()] * rows, 50, following, previous)  # type: ignore[list-item]


def test_pager_says_where_the_page_stands() -> None:
    first = listing(tu="lan").pager(page(50, "n", None), Count(1000, True))
    assert first.text == "1–50 trong 1.000+"
    assert (first.first_url, first.prev_url) == (None, None)
    assert query(first.next_url) == {"tu": ["lan"], "sau": ["n~51"]}
    deep = listing(sau="n~1051").pager(page(20, None, "p"), Count(1000, True))
    assert deep.text == "1.051–1.070 trong 1.000+"
    assert query(deep.first_url) == {}
    assert query(deep.prev_url) == {"sau": ["p~1001"]}
    assert deep.next_url is None


def test_pager_back_at_the_head_counts_from_one() -> None:
    back = listing(sau="p~7").pager(page(50, "n", None), Count(70, False))
    assert back.text == "1–50 trong 70"


def test_pager_of_nothing() -> None:
    assert listing().pager(page(0, None, None), Count(0, False)).text == "Không có dòng nào"


@pytest.mark.parametrize(("text", "ok"), [("05/02/2023", True), ("5/2/2023", True), ("2023-02-05", False), ("", False)])
def test_parse_day(text: str, ok: bool) -> None:
    assert (parse_day(text) is not None) is ok


def test_pages_by_key_meet_every_row_once(app: PortalFlask, actor_of: Any) -> None:
    g.viewer = Viewer(actor_of("thidua"), 0, "", "", "light", False, False, False)
    stmt = select(Unit.id, Unit.sort_key, Unit.name)

    def read(**args: str) -> tuple[list[int], Page, Listing]:
        found = listing(**args)
        got = found.fetch(stmt, lambda row: (row.sort_key, row.id))
        return [row.id for row in got.rows], got, found

    seen: list[int] = []
    args: dict[str, str] = {}
    texts: list[str] = []
    while True:
        ids, got, found = read(**args)
        seen += ids
        pager = found.pager(got, found.count(stmt))
        texts.append(pager.text)
        if pager.next_url is None:
            break
        args = {"sau": query(pager.next_url)["sau"][0]}
    everything = read(xep="-ten")[0]
    total = found.count(stmt).value
    assert len(seen) == len(set(seen)) == total
    assert everything[0] == seen[-1]
    assert texts[0] == f"1–50 trong {total}"
    assert texts[-1].endswith(f"–{total} trong {total}")
    back = query(pager.prev_url)["sau"][0]
    assert decode_cursor(back.partition("~")[0], 2) is not None
    assert read(sau=back)[0] == seen[-len(ids) - 50 : -len(ids)]


BAD_CURSORS = [
    encode_cursor(["a", "b"]),
    encode_cursor([1, 2]),
    encode_cursor(["a", True]),
    encode_cursor(["a", 2**40]),
    encode_cursor(["a\x00", 1]),
    encode_cursor(["a", None]),
    encode_cursor([["a"], 1]),
    base64.urlsafe_b64encode(b'[0,"\\ud800",1]').decode(),
    base64.urlsafe_b64encode(b'[0,{"d":"x"},1]').decode(),
    base64.urlsafe_b64encode(b"[" * 100000).decode(),
    "ư",
    "%%%",
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_of_another_hand_starts_at_the_head(app: PortalFlask, actor_of: Any, cursor: str) -> None:
    g.viewer = Viewer(actor_of("thidua"), 0, "", "", "light", False, False, False)
    stmt = select(Unit.id, Unit.sort_key)

    def read(**args: str) -> list[int]:
        return [r.id for r in listing(**args).fetch(stmt, lambda row: (row.sort_key, row.id)).rows]

    assert read(sau=cursor) == read()

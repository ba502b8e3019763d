"""Pages by key: every row once in the order, forwards and backwards, whatever is written into a cursor."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.pagination import Count, Order, Page, bounded_count, decode_cursor, encode_cursor, fetch_page
from portal.domain.audit.models import AuditEntry
from portal.domain.units.models import Unit

UNITS = select(Unit.id, Unit.sort_key, Unit.code)
BY_NAME = Order("ten", (Unit.sort_key, Unit.id))
BY_LEVEL = Order("cap", (Unit.level_code, Unit.id), descending=True)


def key(row: Any) -> tuple[Any, ...]:
    return row.sort_key, row.id


def turn(session: Session, cursor: str | None, order: Order = BY_NAME, size: int = 50) -> Page:
    return fetch_page(session, UNITS, order, cursor, size, key)


def ids(page: Page) -> list[int]:
    return [row.id for row in page.rows]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 7, 50, 345, 1000])
def test_the_pages_together_are_the_list(session: Session, size: int, descending: bool) -> None:
    stmt = UNITS.where(Unit.level_code == "district") if size == 1 else UNITS
    order = Order("ten", BY_NAME.columns, descending)
    columns = [column.desc() if descending else column.asc() for column in order.columns]
    whole = [row.id for row in session.execute(stmt.order_by(*columns))]
    seen: list[int] = []
    cursor, pages = None, 0
    while True:
        page = fetch_page(session, stmt, order, cursor, size, key)
        seen += ids(page)
        pages += 1
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert seen == whole
    assert pages == -(-len(whole) // size)


def test_backwards_leads_over_the_same_pages(session: Session) -> None:
    first = turn(session, None)
    second = turn(session, first.next_cursor)
    third = turn(session, second.next_cursor)
    assert first.previous_cursor is None
    assert ids(turn(session, third.previous_cursor)) == ids(second)
    back = turn(session, turn(session, third.previous_cursor).previous_cursor)
    assert ids(back) == ids(first)
    assert back.previous_cursor is None
    assert ids(turn(session, back.next_cursor)) == ids(second)


def test_an_empty_list_has_one_empty_page(session: Session) -> None:
    page = fetch_page(session, UNITS.where(Unit.code == "none"), BY_NAME, None, 50, key)
    assert (list(page.rows), page.next_cursor, page.previous_cursor) == ([], None, None)


def test_a_page_that_has_emptied_leads_nowhere(session: Session) -> None:
    beyond = encode_cursor(("zzzz", 1))
    page = turn(session, beyond)
    assert (list(page.rows), page.next_cursor, page.previous_cursor) == ([], None, None)


def written(*values: Any) -> str:
    """A cursor as anyone may write it."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!!!",
        "a",
        "e30",
        written(),
        written(0, "A"),
        written(2, "A", 1),
        written(0, "A", 1, 2),
        written(0, 5, "A"),
        written(0, "A", "1"),
        written(0, "A", True),
        written(0, "A", 2**40),
        written(0, "A\x00", 1),
        written(0, {"d": "2023-01-01"}, 1),
        written(0, {"t": "never"}, 1),
        written(0, {"x": 1}, 1),
        written(0, None, None),
        base64.urlsafe_b64encode(b'[0,"\\ud800",1]').decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_is_not_a_place_in_the_list_gives_its_head(session: Session, cursor: str) -> None:
    assert ids(turn(session, cursor)) == ids(turn(session, None))


@pytest.mark.property
@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    decode_cursor(text, 2)


@pytest.mark.property
@given(
    st.lists(
        st.one_of(
            st.text(),
            st.integers(-(2**31), 2**31),
            st.dates(),
            st.datetimes(timezones=st.just(UTC)),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_a_cursor_reads_back_what_it_was_made_of(values: list[Any], backwards: bool) -> None:
    assert decode_cursor(encode_cursor(values, backwards), len(values)) == (values, backwards)


def test_instants_and_days_are_places_too(session: Session) -> None:
    order = Order("luc", (AuditEntry.at, AuditEntry.id), descending=True)
    stmt = select(AuditEntry.at, AuditEntry.id)
    first = fetch_page(session, stmt, order, None, 5, lambda row: (row.at, row.id))
    second = fetch_page(session, stmt, order, first.next_cursor, 5, lambda row: (row.at, row.id))
    assert [row.id for row in first.rows] > [row.id for row in second.rows]
    naive = encode_cursor((datetime(2023, 1, 1), 1))  # noqa: DTZ001 - what a stranger may write
    again = fetch_page(session, stmt, order, naive, 5, lambda row: (row.at, row.id))
    assert [row.id for row in again.rows] == [row.id for row in first.rows]
    by_day = Order("ngay", (Unit.valid_from, Unit.id))
    page = fetch_page(
        session,
        select(Unit.valid_from, Unit.id),
        by_day,
        encode_cursor((date(2019, 1, 1), 5)),
        3,
        lambda row: (row.valid_from, row.id),
    )
    assert len(page.rows) == 3


def test_counts_are_exact_up_to_their_bound(session: Session) -> None:
    total = len(session.execute(UNITS).all())
    assert bounded_count(session, UNITS) == Count(total, False)
    assert bounded_count(session, UNITS, total) == Count(total, False)
    assert bounded_count(session, UNITS, total - 1) == Count(total - 1, True)


@pytest.mark.parametrize(
    ("count", "text"), [(Count(0, False), "0"), (Count(999, False), "999"), (Count(1000, True), "1.000+")]
)
def test_a_count_reads_in_vietnamese(count: Count, text: str) -> None:
    assert str(count) == text

"""Pages by key and counts with a bound: costs grow with what is asked for, not with what is stored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from portal.core.db import plain_rows
from portal.core.prepared import Same, prepared

COUNT_LIMIT = 1000
INTEGER_LIMIT = 2**31
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Order:
    """A sort that has an index: columns that are never null, the last of them unique; one direction for all."""

    name: str
    columns: tuple[Any, ...]
    descending: bool = False

    @property
    def statement_key(self) -> tuple[object, ...]:
        """What statements depend on, as a key: the very columns, and the direction (see portal.core.prepared)."""
        return self.descending, *map(Same, self.columns)


@dataclass(frozen=True, slots=True)
class Count:
    """A count that is exact up to its bound."""

    value: int
    capped: bool

    def __str__(self) -> str:
        text = f"{self.value:,}".replace(",", ".")
        return f"{text}+" if self.capped else text


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. `next_cursor` and `previous_cursor` are None where the list ends."""

    rows: Sequence[AnyRow]
    size: int
    next_cursor: str | None
    previous_cursor: str | None


def encode_cursor(values: Sequence[Any], backwards: bool = False) -> str:
    """An address-safe key of a row: a position only, it opens nothing (the scope is in the query)."""
    plain = [_plain(v) for v in values]
    raw = json.dumps([1 if backwards else 0, *plain], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(text: str | None, width: int) -> tuple[list[Any], bool] | None:
    """The values and direction of a cursor, or None when it is absent or not one of ours (the list then starts at
    its head).
    """
    if not text:
        return None
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(raw, list) or len(raw) != width + 1 or raw[0] not in (0, 1):
            return None
        return [_rich(v) for v in raw[1:]], raw[0] == 1
    except (binascii.Error, ValueError, RecursionError):
        return None


def fetch_page(
    session: Session,
    stmt: AnySelect,
    order: Order,
    cursor: str | None,
    size: int,
    key_of: Callable[[AnyRow], Sequence[Any]],
) -> Page:
    """Run `stmt` for one page; `key_of` gives the values of the order's columns from a row."""
    width = len(order.columns)
    position = decode_cursor(cursor, width)
    if position is not None and not all(_fits(c, v) for c, v in zip(order.columns, position[0], strict=True)):
        position = None  # not a place in this list: it starts at its head
    backwards = position is not None and position[1]
    descending = order.descending != backwards
    if position is not None:
        stmt = stmt.where(_beyond(order.columns, position[0], descending))
    wanted = _one_page(stmt, replace(order, descending=descending), size)
    rows = list(plain_rows(session, wanted) if _only_columns(stmt) else session.execute(wanted))
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    return Page(
        rows=rows,
        size=size,
        next_cursor=encode_cursor(key_of(rows[-1])) if rows and has_next else None,
        previous_cursor=encode_cursor(key_of(rows[0]), backwards=True) if rows and has_previous else None,
    )


def bounded_count(session: Session, stmt: AnySelect, limit: int = COUNT_LIMIT) -> Count:
    """How many rows `stmt` gives, exact to `limit`."""
    found = plain_rows(session, _counting(stmt, limit))[0][0]
    return Count(min(found, limit), found > limit)


@prepared
def _one_page(stmt: AnySelect, order: Order, size: int) -> AnySelect:
    """The rows of one page and one more, which says whether there is a next."""
    ordering = [c.desc() if order.descending else c.asc() for c in order.columns]
    return stmt.order_by(None).order_by(*ordering).limit(size + 1)


@prepared
def _only_columns(stmt: AnySelect) -> bool:
    """Whether the statement gives values alone, no entities."""
    return not any(isinstance(one["expr"], type) for one in stmt.column_descriptions)


@prepared
def _counting(stmt: AnySelect, limit: int) -> Select[int]:
    inner = stmt.order_by(None).with_only_columns(literal(1), maintain_column_froms=True).limit(limit + 1).subquery()
    return select(func.count()).select_from(inner)


def _beyond(columns: Sequence[Any], values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    left, right = tuple_(*columns), tuple_(*(literal(v, c.type) for c, v in zip(columns, values, strict=True)))
    return left < right if descending else left > right


def _fits(column: Any, value: Any) -> bool:
    """Whether a cursor's value can stand in this column: anyone may write a cursor, no engine may stumble over it."""
    kind = getattr(column.type, "impl_instance", column.type).python_type
    if isinstance(value, bool) or not isinstance(value, kind):
        return False
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, int):
        return abs(value) < INTEGER_LIMIT
    return not isinstance(value, datetime) or value.tzinfo is not None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("t"), str):
            return datetime.fromisoformat(value["t"])
        if isinstance(value.get("d"), str):
            return date.fromisoformat(value["d"])
        return ""
    return value

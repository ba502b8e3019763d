"""A list as its address says: filters, sort and place are read from it, and every link of the list is made from it.

The objects here are what components/lists.html reads. A list has one address: a swap by htmx equals a fresh load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import request

from portal.core.pagination import AnyRow, AnySelect, Count, Order, Page, bounded_count, fetch_page
from portal.core.text import clean, whole_number
from portal.web.addresses import address_of, with_query
from portal.web.context import runtime, work

CURSOR, SORT, COLUMNS, FILTER = "sau", "xep", "cot", "bo-loc"
WHOLE = "0"  # of FILTER: not with the filter that the list opens with
PLACE_MARK = "~"  # parts a cursor from the number of its page's first row; base64 has no such sign
WORDS_LIMIT = 100
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """A filter that a list has. `default` is what holds when the address is silent; only values of `options` are taken.

    `kind`: select, search, date (dd/mm/yyyy), check, or hidden (not in the bar: a tab, the year). `frame`: it says what
    the list is about (the year), so that it is no cut and stays when the filters are cleared. `silent`: papers say it
    in their own words.
    """

    name: str
    label: str
    options: Options = ()
    kind: str = "select"
    default: str = ""
    frame: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The filters of a list for this reader. `says`: the words that columns wait for; `about`: what the list's source
    goes on from, so that nothing is asked twice.
    """

    filters: Sequence[FilterSpec]
    says: frozenset[str] = frozenset()
    about: Any = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as the bar shows it."""

    name: str
    label: str
    options: Options
    kind: str
    value: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the table; `order` names the sort that it offers, `sort` is asc, desc or None."""

    label: str
    css: str = ""
    order: str = ""
    sort: str | None = None
    sort_url: str | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to the list under one filter."""

    label: str
    url: str
    current: bool
    count: str | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Where this page stands, and the pages around it."""

    text: str
    first_url: str | None
    prev_url: str | None
    next_url: str | None


class Listing:
    """One list at one address."""

    def __init__(
        self,
        endpoint: str,
        specs: Sequence[FilterSpec] | Offer,
        orders: Sequence[Order],
        args: Mapping[str, str] | None = None,
    ) -> None:
        """Read the request's address (or `args`). The first of `orders` is the one when the address names none."""
        given: Mapping[str, str] = request.args if args is None else args
        offer = specs if isinstance(specs, Offer) else Offer(specs)
        self.endpoint, self.specs, self._orders = endpoint, tuple(offer.filters), tuple(orders)
        self.says, self.about = offer.says, offer.about
        self.values = {spec.name: _value(spec, given.get(spec.name)) for spec in self.specs}
        self.order = _order(self._orders, given.get(SORT, ""))
        self.cursor, self.place = _place(given.get(CURSOR, ""))
        self.columns_given = given.get(COLUMNS, "")
        self.shown: tuple[str, ...] = ()  # keys of the columns that are asked for
        self.opens_filtered = False  # then the whole list needs a mark in its address

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def number(self, name: str) -> int | None:
        """A filter's value as a whole number; None when it is not set."""
        value = self.values[name]
        return whole_number(value)

    @property
    def sort(self) -> str:
        """The order as the address names it: ten, or -ten the other way round."""
        return self._sort_value(self.order)

    @property
    def query(self) -> dict[str, str]:
        """What stands in the list's address, its place left out: defaults are silent."""
        kept = {spec.name: self.values[spec.name] for spec in self.specs if self.values[spec.name] != spec.default}
        if self.sort != self._sort_value(self._orders[0]):
            kept[SORT] = self.sort
        if self.columns_given:
            kept[COLUMNS] = self.columns_given
        return kept

    @property
    def cut(self) -> dict[str, str]:
        """What of the query a saved filter keeps: filters and sort; what the list is about is chosen anew."""
        framed = {spec.name for spec in self.specs if spec.frame} | {COLUMNS}
        return {name: value for name, value in self.query.items() if name not in framed}

    @property
    def frame(self) -> dict[str, str]:
        """What of the query says what the list is about."""
        framed = {spec.name for spec in self.specs if spec.frame}
        return {name: value for name, value in self.query.items() if name in framed}

    def url(self, endpoint: str | None = None, **changes: str | None) -> str:
        """This list with other values (None drops one), from its first page; or another view with the list's query."""
        values: dict[str, Any] = {k: v for k, v in {**self.query, **changes}.items() if v is not None}
        if self.opens_filtered and not values:
            values[FILTER] = WHOLE
        return with_query(endpoint or self.endpoint, values)

    @property
    def action(self) -> str:
        """Where the filter bar sends its form."""
        return address_of(self.endpoint)

    @property
    def filters(self) -> list[Filter]:
        """The filter bar's fields."""
        return [
            Filter(s.name, s.label, s.options, s.kind, self.values[s.name], self.values[s.name] != s.default)
            for s in self.specs
            if s.kind != "hidden"
        ]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the filter bar's form keeps beside its fields."""
        shown = {s.name for s in self.specs if s.kind != "hidden"}
        return [(name, value) for name, value in self.query.items() if name not in shown]

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.values[s.name] != s.default for s in self.specs if not s.frame)

    @property
    def clear_url(self) -> str | None:
        """The list without filters; None when none is set."""
        cuts = [spec.name for spec in self.specs if not spec.frame]
        return self.url(**dict.fromkeys(cuts, None)) if self.is_filtered else None

    @property
    def note(self) -> str:
        """What the list is cut to, in words, as its papers say below the title: "Tên: “lan”; Cấp: Cấp huyện"."""
        parts: list[str] = []
        for spec in self.specs:
            value = self.values[spec.name]
            if spec.frame or spec.silent or value == spec.default:
                continue
            shown = {"search": f"“{value}”", "date": value}.get(spec.kind) or dict(spec.options).get(value, "")
            parts.append(f"{spec.label}: {shown}" if shown else spec.label)
        return "; ".join(parts)

    def tabs(self, name: str, items: Iterable[tuple[str, str, str | None]]) -> list[Tab]:
        """Links that set one filter: (value, label, count or None)."""
        default = next(s.default for s in self.specs if s.name == name)
        return [
            Tab(label, self._with(name, value, default), self.values[name] == value, count)
            for value, label, count in items
        ]

    def headings(self, columns: Iterable[Heading]) -> list[Heading]:
        """The headings, those that name an order with their link: up first, and the other way round once it holds."""
        names = {order.name for order in self._orders}
        return [self._sortable(column) if column.order in names else column for column in columns]

    def fetch(self, stmt: AnySelect, key_of: Callable[[AnyRow], Sequence[Any]]) -> Page:
        """The page of `stmt` at this address."""
        return fetch_page(work().session, stmt, self.order, self.cursor, runtime().settings.page_size, key_of)

    def whole(self, stmt: AnySelect) -> AnySelect:
        """The rows of all pages, in the order of the pages."""
        columns = [column.desc() if self.order.descending else column.asc() for column in self.order.columns]
        return stmt.order_by(None).order_by(*columns)

    def count(self, stmt: AnySelect) -> Count:
        """How many rows there are in all, exact to 1,000."""
        return bounded_count(work().session, stmt)

    def pager(self, page: Page, count: Count) -> Pager:
        """Where the page stands ("51–100 trong 1.000+") and the links around it."""
        first = self.place if page.previous_cursor else 1
        last = first + len(page.rows) - 1
        text = f"{_thousands(first)}–{_thousands(last)} trong {count}" if page.rows else "Không có dòng nào"
        before = max(first - page.size, 1)
        return Pager(
            text=text,
            first_url=self.url() if page.previous_cursor else None,
            prev_url=self._at(page.previous_cursor, before),
            next_url=self._at(page.next_cursor, last + 1),
        )

    def _at(self, cursor: str | None, place: int) -> str | None:
        return self.url(**{CURSOR: f"{cursor}{PLACE_MARK}{place}"}) if cursor else None

    def _with(self, name: str, value: str, default: str) -> str:
        return self.url(**{name: None if value == default else value})

    def _sortable(self, column: Heading) -> Heading:
        order = next(o for o in self._orders if o.name == column.order)
        current = self.order.name == order.name
        turned = replace(order, descending=not self.order.descending) if current else order
        default = self._sort_value(turned) == self._sort_value(self._orders[0])
        sort = ("desc" if self.order.descending else "asc") if current else None
        return replace(column, sort=sort, sort_url=self.url(**{SORT: None if default else self._sort_value(turned)}))

    @staticmethod
    def _sort_value(order: Order) -> str:
        return f"-{order.name}" if order.descending else order.name


def _value(spec: FilterSpec, given: str | None) -> str:
    """A filter's value: what the address says when it is one that the filter has, else the default."""
    if given is None:
        return spec.default
    if spec.kind == "search":
        return clean(given)[:WORDS_LIMIT]
    if spec.kind == "check":
        return "1" if given == "1" else ""
    if spec.kind == "date":
        return given if parse_day(given) else spec.default
    return given if any(given == value for value, _ in spec.options) else spec.default


def parse_day(text: str) -> date | None:
    """A day written dd/mm/yyyy; None when it is none."""
    try:
        return datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        return None


def _order(orders: Sequence[Order], given: str) -> Order:
    name = given.removeprefix("-")
    found = next((order for order in orders if order.name == name), None)
    return orders[0] if found is None else replace(found, descending=given.startswith("-"))


def _place(given: str) -> tuple[str | None, int]:
    cursor, _, place = given.partition(PLACE_MARK)
    return cursor or None, int(place) if place.isdecimal() and len(place) < 10 else 1


def _thousands(value: int) -> str:
    return f"{value:,}".replace(",", ".")

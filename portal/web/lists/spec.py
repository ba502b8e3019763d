"""What a list is, said once: its columns, filters, orders, what its rows are. Every list of the portal is one of these.

A blueprint declares its lists with `declare(ListSpec(...))`; pages, saved filters, choice of columns, actions on many
rows, exports and prints read the declaration, and the tests walk over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.errors import NotAllowed, NotFound
from portal.core.pagination import AnyRow, AnySelect, Order
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.exports._cells import Kind
from portal.web.formats import day, number
from portal.web.lists.bulk import Bulk
from portal.web.lists.listing import FilterSpec, Listing, Offer

Items = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `value` gives what exports hold of a row, `cell` what the page shows (none: the value as text).

    `key` stands in addresses and in what people keep: it stays as it is. `required` columns cannot be hidden; those
    not `shown` wait until someone chooses them. `when`: only where the list's offer says this word. `css` goes to the
    heading and the cells, `cell_css` to the cells alone, `phone` is the cell's place in a card (m-RC). The `head` of a
    row names it. `width` is in characters, for exports; `total` adds the column up at their end.
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    cell: Callable[[Any], str] | None = None
    order: str = ""
    css: str = ""
    cell_css: str = ""
    phone: str = ""
    head: bool = False
    required: bool = False
    shown: bool = True
    when: str = ""
    kind: Kind = Kind.TEXT
    width: float = 16
    total: bool = False

    def text(self, item: Any) -> str:
        """The cell on the page: markup that is safe, or plain text."""
        return self.cell(item) if self.cell is not None else plain(self.value(item), self.kind)


def plain(value: Any, kind: Kind) -> str:
    """A value as it reads: 1.213, 15/03/2023, the label of a state; nothing for None."""
    if value is None:
        return ""
    if kind is Kind.DATE and isinstance(value, date):
        return day(value)
    if kind in (Kind.INTEGER, Kind.DECIMAL) and not isinstance(value, str):
        return number(value)
    return str(getattr(value, "label", value))


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands where there are no rows: why, and the first step (its words, its address)."""

    title: str
    text: str
    icon: str = "inbox"
    step: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a list gives at an address: `stmt` in the reader's scope, cut to the filters.

    `items` makes rows into what columns read, with a fixed number of queries however many rows; `key_of` gives a row's
    place in the order (none: the order's columns by their names); `counted` is a cheaper statement of as many rows;
    `acts` gives the buttons at a row's end; `tabs` is a hidden
    filter with its (value, label, count or None); `sum_text` goes on after the count of rows; `notice` stands above the
    table; `empty` takes the place of the list's own; `more` is what only this list's page reads.
    """

    stmt: AnySelect
    items: Callable[[Sequence[AnyRow]], Items] = tuple
    key_of: Callable[[AnyRow], Sequence[Any]] | None = None
    counted: AnySelect | None = None
    acts: Callable[[Any], str] | None = None
    tabs: tuple[str, Sequence[tuple[str, str, str | None]]] | None = None
    sum_text: str = ""
    notice: str = ""
    empty: Empty | None = None
    more: Any = None


Args = Mapping[str, str]


def _nothing(_work: Work, _args: Args) -> Sequence[FilterSpec]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """One list. `name` is what people's choices and filters are kept under: it stays as it is.

    `filters` may look at the arguments for what they name (a unit deeper down). `row` is what one row is called
    ("dòng"); `caption` says what the table holds. `small`: why its orders need no index (there are never more rows
    than …). Lists of a confidential feature are not `shareable`. Those who hold
    `export_permission` take away exactly what the list shows them, as XLSX and on paper (taking.py); a list that nobody
    may take away says why in `not_exported`. `paper` heads its papers (none: "Danh sách …"), `taken` cuts the rows
    where less may be taken away than looked at. A feature with layouts of its own names their endpoints;
    `export_menu` takes the place of the one export where there are several: it is given the columns that are shown, as
    they stand in an address.
    """

    name: str
    endpoint: str
    title: str
    row: str
    permission: Permission
    columns: tuple[Column, ...]
    orders: Callable[[Work], Sequence[Order]]
    source: Callable[[Work, Listing], Source]
    empty: Empty
    filters: Callable[[Work, Args], Sequence[FilterSpec] | Offer] = _nothing
    bulk: Bulk | None = None
    caption: str = ""
    tabs_label: str = "Bộ lọc đã lưu"
    region: str = "ket-qua"
    small: str = ""
    shareable: bool = True
    paper: str = ""
    not_exported: str = ""
    taken: Callable[[Work, AnySelect], AnySelect] | None = None
    export_endpoint: str = ""
    print_endpoint: str = ""
    export_permission: Permission | None = None
    export_menu: Callable[[Listing, Mapping[str, str]], Sequence[tuple[str, str, str]]] | None = None

    @property
    def paper_title(self) -> str:
        """What its papers are called."""
        return self.paper or f"Danh sách {self.title[:1].lower()}{self.title[1:]}"

    def listing(self, work: Work, args: Args) -> Listing:
        """The list at an address with these arguments."""
        return Listing(self.endpoint, self.filters(work, args), self.orders(work), args)

    def column(self, key: str) -> Column | None:
        """The column of this key."""
        return next((column for column in self.columns if column.key == key), None)


_DECLARED: dict[str, ListSpec] = {}


def declare(spec: ListSpec) -> ListSpec:
    """Make a list known to the whole portal. Raises ValueError when it cannot be one."""
    keys = [column.key for column in spec.columns]
    if spec.name in _DECLARED or len(set(keys)) != len(keys) or not any(c.required for c in spec.columns):
        raise ValueError(f"{spec.name}: declared twice, or a column twice, or no column that stays")
    _DECLARED[spec.name] = spec
    return spec


def declared() -> Mapping[str, ListSpec]:
    """Every list of the portal by its name."""
    return _DECLARED


def open_to(work: Work, name: str) -> ListSpec:
    """The list of this name, when the actor may look at it. Raises NotFound, NotAllowed."""
    spec = _DECLARED.get(name)
    if spec is None:
        raise NotFound
    if not work.actor.can(spec.permission):
        raise NotAllowed
    return spec

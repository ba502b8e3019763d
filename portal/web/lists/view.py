"""A list as its page shows it: the reader's columns, tabs and filters, one page of rows, and the links around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, redirect, request
from markupsafe import Markup, escape

from portal.core.pagination import AnyRow, Count, Order, Page
from portal.domain.lists.bulk import MOST_ROWS
from portal.domain.lists.queries import Kept, KeptFilter, kept_of, values_of
from portal.web.addresses import address_of, with_query
from portal.web.context import viewer, work
from portal.web.htmx import page
from portal.web.lists.bulk import ROWS, Bulk, BulkAction
from portal.web.lists.cells import parts
from portal.web.lists.listing import COLUMNS, FILTER, WHOLE, Heading, Listing, Pager, Tab
from portal.web.lists.spec import Column, Empty, Items, ListSpec, Source

JOIN = "."
BACK = "ve"
EXPORT, PRINT = "lists.export_list", "lists.print_list"
SAVED, SHARED = "bookmark", "users-group"
LOST = "Bộ lọc đã lưu có điều kiện không còn dùng được nên được bỏ qua: {}."


@dataclass(frozen=True, slots=True)
class Choice:
    """A column as the menu of columns offers it."""

    key: str
    label: str
    shown: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """What is asked to save a filter: where it goes, and the unit that it may be shared with."""

    action: str
    share_id: int
    share_name: str


@dataclass(frozen=True, slots=True)
class BulkBar:
    """The bar of a list's actions: its form, what may be done, and the number of all rows where all may be chosen."""

    form_id: str
    url: str
    actions: Sequence[BulkAction]
    whole: int
    rows: Bulk


class ListView:
    """One list at the request's address."""

    def __init__(self, spec: ListSpec, kept: Kept) -> None:
        """Read one page of rows and their number; `kept` is what the reader keeps of the list."""
        current = work()
        self.spec = spec
        self.kept = kept
        self.listing: Listing = spec.listing(current, request.args)
        self.listing.opens_filtered = self.kept.opens_with is not None
        self.columns = columns_of(spec, self.listing, kept)
        self.source: Source = spec.source(current, self.listing)
        found = self.listing.fetch(self.source.stmt, self.source.key_of or key_of(self.listing.order))
        self.found: Page = found
        self.items: Items = self.source.items(found.rows)
        counted = self.source.stmt if self.source.counted is None else self.source.counted
        self.count: Count = self.listing.count(counted)
        self.pager: Pager = self.listing.pager(found, self.count)

    @property
    def more(self) -> Any:
        """What only this list's page reads."""
        return self.source.more

    @property
    def region(self) -> str:
        return self.spec.region

    @cached_property
    def tabs(self) -> list[Tab]:
        """The list under each value of its tabs' filter, then under the filters that the reader sees by name."""
        saved = [self._saved_tab(kept) for kept in self.kept.filters]
        taken = any(tab.current for tab in saved)
        found: list[Tab] = []
        if self.source.tabs:
            found = self.listing.tabs(*self.source.tabs)
        elif saved:
            found = [Tab("Tất cả", self._whole_url, not self.listing.cut)]
        if taken:
            found = [Tab(tab.label, tab.url, False, tab.count) for tab in found]
        return found + saved

    @property
    def tabs_label(self) -> str:
        return self.spec.tabs_label

    @property
    def _whole_url(self) -> str:
        return self.listing.url(**dict.fromkeys(self.listing.cut))

    def _saved_tab(self, kept: KeptFilter) -> Tab:
        url = saved_url(self.spec, kept.id, kept.query, self.listing.frame)
        return Tab(kept.name, url, kept.query == query_text(self.listing), icon=SHARED if kept.unit_id else SAVED)

    @property
    def count_text(self) -> Markup:
        """How many rows there are: "12 dòng khớp bộ lọc"."""
        matching = " khớp bộ lọc" if self.listing.is_filtered else ""
        return Markup("<b>{}</b> {}{}{}").format(self.count, self.spec.row, matching, self.source.sum_text)

    @property
    def notice(self) -> str:
        """What of the address could not be taken."""
        return " ".join(text for text in (self.source.notice, self._lost()) if text)

    def _lost(self) -> str:
        """Which conditions of a saved filter no longer mean anything to this reader."""
        opened = request.args.get(FILTER, "")
        kept = next((k for k in self.kept.filters if str(k.id) == opened), None)
        wanted = values_of(kept.query) if kept else {}
        labels = {spec.name: spec.label for spec in self.listing.specs}
        asked = {n: v for n, v in wanted.items() if n in labels and request.args.get(n) == v}
        lost = [labels[name] for name, value in asked.items() if self.listing[name] != value]
        return LOST.format(", ".join(lost)) if lost else ""

    @property
    def caption(self) -> str:
        return self.spec.caption or self.spec.title

    @property
    def headings(self) -> list[Heading]:
        """The headings of the columns that are shown."""
        return self.listing.headings(Heading(c.label, c.css, c.order) for c in self.columns)

    @property
    def body(self) -> Markup:
        """The table's rows."""
        return rows_of(self.columns, self.items, self.source, self.bulk)

    @cached_property
    def bulk(self) -> BulkBar | None:
        """What may be done to many rows; None where the reader may do nothing."""
        actions = self.spec.bulk.open_to(work()) if self.spec.bulk else ()
        if not self.spec.bulk or not actions:
            return None
        back: dict[str, Any] = {BACK: self.back} if self.back else {}
        several = bool(self.pager.next_url or self.pager.prev_url)
        whole = self.count.value if several and not self.count.capped and self.count.value <= MOST_ROWS else 0
        url = with_query("lists.confirm_bulk", {"list_name": self.spec.name, **back})
        return BulkBar(f"chon-{self.region}", url, actions, whole, self.spec.bulk)

    @cached_property
    def back(self) -> str:
        """The list's query as other pages carry it along, to lead back here."""
        query = {k: v for k, v in self.listing.query.items() if k != COLUMNS}
        return urlencode(query or ({FILTER: WHOLE} if self.listing.opens_filtered else {}))

    @property
    def columns_url(self) -> str:
        """Where the columns are chosen."""
        values: dict[str, Any] = {BACK: self.back} if self.back else {}
        return with_query("lists.choose_columns", {"list_name": self.spec.name, **values})

    @cached_property
    def saving(self) -> Saving | None:
        """What the menu to save this filter asks; None where nothing is set, or it is kept already."""
        said = query_text(self.listing)
        if not said or any(kept.query == said for kept in self.kept.filters):
            return None
        back: dict[str, Any] = {BACK: urlencode(self.listing.query)}
        person = viewer()
        return Saving(
            action=with_query("lists.save_filter", {"list_name": self.spec.name, **back}),
            share_id=work().actor.home_unit_id if self.spec.shareable else 0,
            share_name=person.unit_name if person else "",
        )

    @property
    def filters_url(self) -> str:
        """The page of the saved filters, once there are any."""
        if not self.kept.filters:
            return ""
        back: dict[str, Any] = {BACK: self.back} if self.back else {}
        return with_query("lists.list_filters", {"list_name": self.spec.name, **back})

    @property
    def empty(self) -> Empty:
        """Why there is nothing, and what to do first."""
        clear = self.listing.clear_url
        if clear is None:
            return self.source.empty or self.spec.empty
        text = "Thử bỏ bớt điều kiện lọc. Tên gõ không dấu cũng tìm được."
        return Empty(f"Không có {self.spec.row} nào khớp bộ lọc", text, "search", ("Xóa lọc", clear))

    @cached_property
    def file_menu(self) -> Sequence[tuple[str, str, str]]:
        """The exports, where there are several layouts to choose from: (label, address, icon)."""
        menu = self.spec.export_menu
        return menu(self.listing, self._shown) if menu is not None and self._may_export else ()

    @cached_property
    def files(self) -> list[tuple[str, str, str]]:
        """What may be taken away of exactly this: (label, address, icon)."""
        if not self._may_export:
            return []
        made = [("In danh sách", self._away(self.spec.print_endpoint or PRINT), "printer")]
        if not self.spec.export_menu:
            made.append(("Xuất Excel", self._away(self.spec.export_endpoint or EXPORT), "file-spreadsheet"))
        return made

    def _away(self, endpoint: str) -> str:
        """The list's query at another endpoint, with the columns that are shown."""
        values: dict[str, Any] = {**self.listing.query, **self._shown}
        if endpoint in (EXPORT, PRINT):
            values["list_name"] = self.spec.name
        return with_query(endpoint, values)

    @cached_property
    def _may_export(self) -> bool:
        needed = self.spec.export_permission
        return needed is not None and work().actor.can(needed)

    @property
    def _shown(self) -> dict[str, str]:
        return {COLUMNS: JOIN.join(self.listing.shown)}


def open_list(spec: ListSpec) -> ListView | Response:
    """The list at the request's address; a silent address leads to the filter that the reader's list opens with."""
    current = work()
    kept = kept_of(current.session, current.actor, spec.name)
    first = kept.opens_with
    if first is None or request.args:
        return ListView(spec, kept)
    return make_response(redirect(saved_url(spec, first.id, first.query, {})))


def saved_url(spec: ListSpec, filter_id: int, query: str, frame: Mapping[str, str]) -> str:
    """The list under a saved filter; `frame` is what the list is about (the year in view)."""
    values = {**values_of(query), **frame, FILTER: str(filter_id)}
    return f"{address_of(spec.endpoint)}?{urlencode(values)}"


def see_list(spec: ListSpec) -> ListView:
    """The list at the request's address, whatever it opens with otherwise."""
    current = work()
    return ListView(spec, kept_of(current.session, current.actor, spec.name))


def list_page(spec: ListSpec, template: str, **context: Any) -> Response:
    """The page of a list: `template` reads `view`."""
    view = open_list(spec)
    if not isinstance(view, ListView):
        return view
    return page(template, block="region", view=view, **context)


def query_text(listing: Listing) -> str:
    """What a saved filter keeps of the list's address."""
    return urlencode(sorted(listing.cut.items()))


def key_of(order: Order) -> Any:
    """What gives a row's place in an order: the values of its columns by their names."""
    names = [column.key for column in order.columns]

    def read(row: AnyRow) -> Sequence[Any]:
        return [getattr(row, name) for name in names]

    return read


def offered(spec: ListSpec, listing: Listing) -> list[Column]:
    """The columns that the list has for this reader."""
    return [column for column in spec.columns if not column.when or column.when in listing.says]


def choices_of(shown: Sequence[Column], known: Sequence[Column]) -> list[Choice]:
    """Every column that the reader may look at: those shown in their order, then the others."""
    first = [Choice(c.key, c.label, True, c.required) for c in shown]
    return first + [Choice(c.key, c.label, False, False) for c in known if c not in shown]


def columns_of(spec: ListSpec, listing: Listing, kept: Kept) -> list[Column]:
    """The columns to show: those of the address, else those that the reader keeps, else as the list comes."""
    known = {column.key: column for column in offered(spec, listing)}
    found = chosen_columns(known, listing.columns_given.split(JOIN)) or chosen_columns(known, kept.columns)
    found = found or [column for column in known.values() if column.shown or column.required]
    listing.shown = tuple(column.key for column in found)
    return found


def chosen_columns(known: Mapping[str, Column], keys: Sequence[str]) -> list[Column]:
    """The columns of these keys, in their order; those that must stay come first when they are not named. None of the
    keys known: none.
    """
    named = [known[key] for key in dict.fromkeys(keys) if key in known]
    if not named:
        return []
    missing = [column for column in known.values() if column.required and column not in named]
    return missing + named


def rows_of(columns: Sequence[Column], items: Items, source: Source, bulk: BulkBar | None = None) -> Markup:
    """The rows of a table: strings put together, since a page holds some four hundred cells."""
    opened = [_opening(column) for column in columns]
    made: list[str] = []
    for item in items:
        made.append("<tr>")
        if bulk is not None:
            key, label = bulk.rows.key(item), bulk.rows.label(item)
            made.append(parts().pick(bulk.form_id, key, f"Chọn {label}", ROWS))
        for column, (full, blank, closing) in zip(columns, opened, strict=True):
            text = column.text(item)
            if text:
                made += (full, text if type(text) is Markup else escape(text), closing)
            else:
                made += (blank, closing)
        if source.acts is not None:
            made.append(f'<td class="acts">{escape(source.acts(item))}</td>')
        made.append("</tr>\n")
    return Markup("".join(made))  # noqa: S704 - every value above is escaped


def _opening(column: Column) -> tuple[str, str, str]:
    """How a cell of the column begins with text and without, and how it ends."""
    words = [word for word in (column.css, column.cell_css) if word]
    if column.head:
        phone = column.phone or "m-10"
        full = escape(" ".join([*(["cell-title"] if phone.startswith("m-1") else []), *words, phone]))
        start = f'<th scope="row" class="{full}">'
        return start, start, "</th>"
    label = escape(column.label)
    full, blank = escape(" ".join([*words, column.phone]).strip()), escape(" ".join([*words, "cell-skip"]))
    given = f' class="{full}"' if full else ""
    return f'<td{given} data-label="{label}">', f'<td class="{blank}" data-label="{label}">', "</td>"

"""Every list that the portal declares: its pages meet, its order is stable, it asks as much at 2 rows as at 20.

Nothing lists them by hand but who looks at each (list_worlds.py): a list without that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import g, url_for
from flask.testing import FlaskClient
from sqlalchemy import Column as TableColumn
from sqlalchemy import event

from portal.core.db import Base
from portal.core.pagination import Order
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.web.context import Viewer
from portal.web.lists import ListSpec, ListView, declared, see_list
from portal.web.lists.view import key_of
from portal.web.transaction import PortalFlask
from tests.emulation.lists.conftest import arrange  # noqa: F401 - a fixture
from tests.pages import Page
from tests.web.list_worlds import WORLDS

MOST = 24  # queries
ActorOf = Callable[[str], Actor]


@pytest.fixture
def paged(runtime: Runtime) -> Iterator[Callable[[int], None]]:
    """paged(7): pages of seven rows."""
    usual = runtime.settings.page_size
    yield lambda size: object.__setattr__(runtime.settings, "page_size", size)
    object.__setattr__(runtime.settings, "page_size", usual)


@pytest.fixture
def filled(app: PortalFlask, arrange: Callable[..., Any]) -> Callable[[ListSpec], str]:  # noqa: F811
    """filled(spec): the list's address, once it holds some thirty rows."""

    def fill(spec: ListSpec) -> str:
        world = WORLDS[spec.name]
        if world.fill:
            arrange(world.fill)
        with app.test_request_context():
            return f"{url_for(spec.endpoint)}?{world.query}"

    return fill


@contextmanager
def looking(app: PortalFlask, actor: Actor, address: str, spec: ListSpec) -> Iterator[ListView]:
    """The list as this person sees it at an address."""
    with app.test_request_context(address):
        g.viewer = Viewer(actor, 0, "", "", "light", False, False, False)
        yield see_list(spec)


def test_every_list_has_someone_who_looks_at_it(app: PortalFlask) -> None:
    assert sorted(declared()) == sorted(WORLDS)


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_its_pages_meet_in_every_order(
    app: PortalFlask, name: str, filled: Any, paged: Callable[[int], None], actor_of: ActorOf
) -> None:
    spec = declared()[name]
    address, actor = filled(spec), actor_of(WORLDS[name].username)
    paged(WORLDS[name].page)
    with app.test_request_context():
        orders = [order.name for order in spec.orders(Work(None, actor, app.extensions["portal"].clock))]  # type: ignore[arg-type]
    for order in [*orders, *(f"-{order}" for order in orders)]:
        there, last = walk(app, actor, f"{address}&xep={order}", spec, "next_url")
        back, _ = walk(app, actor, last, spec, "prev_url")
        assert len(there) >= 3, f"{name} is too short for this test"
        assert all(len(page) <= WORLDS[name].page for page in there)
        keys = [key for page in there for key in page]
        assert len(set(keys)) == len(keys), f"{name} by {order}: a row stands on two pages"
        assert [key for page in reversed(back) for key in page] == keys, f"{name} by {order}: the way back is another"


def walk(app: PortalFlask, actor: Actor, start: str, spec: ListSpec, way: str) -> tuple[list[list[Any]], str]:
    """The keys of the rows page by page from here on, and the last address."""
    pages: list[list[Any]] = []
    address: str | None = start
    last = start
    while address:
        last = address
        with looking(app, actor, address, spec) as view:
            read = view.source.key_of or key_of(view.listing.order)
            pages.append([tuple(read(row)) for row in view.found.rows])
            address = getattr(view.pager, way)
    return pages, last


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_it_asks_as_much_at_two_rows_as_at_twenty(
    name: str, filled: Any, paged: Callable[[int], None], client_of: Callable[[str], FlaskClient], runtime: Runtime
) -> None:
    spec = declared()[name]
    address, browser = filled(spec), client_of(WORLDS[name].username)
    every = ".".join(column.key for column in spec.columns)
    counts, rows = [], []
    for size in (2, 20):
        paged(size)
        browser.get(address)
        seen: list[str] = []
        listener = lambda *args, seen=seen: seen.append(args[2])  # noqa: E731 - removed again below
        event.listen(runtime.engine, "before_cursor_execute", listener)
        answer = browser.get(f"{address}&cot={every}")
        event.remove(runtime.engine, "before_cursor_execute", listener)
        assert answer.status_code == 200
        page = Page(answer.text)
        assert page.errors == []
        counts.append(len(seen))
        rows.append(len(list(next(page.by_id(spec.region).iter("tbody")).iter("tr"))))
    assert rows == [2, 20]
    assert counts[0] == counts[1] <= MOST


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_its_orders_have_an_index(app: PortalFlask, name: str, actor_of: ActorOf) -> None:
    spec = declared()[name]
    work = Work(None, actor_of(WORLDS[name].username), app.extensions["portal"].clock)  # type: ignore[arg-type]
    if spec.small:
        assert len(spec.small) > 10
        return
    for order in spec.orders(work):
        assert indexed(order), f"{name}: no index for {order.name}"


def indexed(order: Order) -> bool:
    """Whether an index, or a unique column, begins with what the order sorts by."""
    columns: list[TableColumn[Any]] = [column.property.columns[0] for column in order.columns]
    table = Base.metadata.tables[columns[0].table.name]
    led = [[c.name for c in index.columns] for index in table.indexes] + [[c.name for c in table.primary_key]]
    led += [[c.name for c in unique.columns] for unique in table.constraints if hasattr(unique, "columns")]
    wanted = [column.name for column in columns]
    return any(wanted == found[: len(wanted)] for found in led)

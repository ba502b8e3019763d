"""What the tests of search share: asking as somebody, and the world of the registrations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.core.db import read_mode
from portal.core.runtime import Runtime
from portal.core.search import finding, on_postgresql
from portal.core.search.finding import search
from portal.core.search.index import searchable, searchables
from portal.core.search.query import parse
from portal.domain.access.actor import Actor
from tests.emulation.domain.builders import WorkAs, World, make_world

Ask = Callable[..., dict[str, list[int]]]
WAYS = ("few", "together", "many")
"""How the engines rank: a few documents here, some hundreds in one statement, many step by step."""


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    """The start data's ids and the verbs that tests repeat."""
    return make_world(runtime, work_as)


@pytest.fixture
def ask(runtime: Runtime, actor_of: Callable[[str], Actor]) -> Ask:
    """ask("vangiang", "hoa", "unit"): the ids that this person finds, the best first, by kind."""

    def run(who: str, typed: str, *kinds: str, **more: Any) -> dict[str, list[int]]:
        with read_mode(), runtime.session_factory() as session:
            asked = [searchable(kind) for kind in kinds] or searchables()
            found = search(session, actor_of(who), runtime.clock.today(), parse(typed), asked, **more)
            return {one.kind.kind: list(one.ids) for one in found}

    return run


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the engine rank in one way, however many documents there are."""
    if request.param != "few":
        monkeypatch.setattr(finding, "FEW", -1)
    if request.param == "many":
        monkeypatch.setattr(on_postgresql, "AT_ONCE", -1)
    return str(request.param)

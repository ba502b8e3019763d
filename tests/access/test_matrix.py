"""Every endpoint asked by every role for its own, a lower and a foreign unit, against the table tests/access.csv.

The table is written by hand. A row names a method, an endpoint and the kind of object in its address (- for none); a
column names the roles that it speaks of, joined by +. A cell holds y (let in) where there is no object, else the
letters of the units whose object opens: o own, c a unit below, f foreign. Everything not written is refused: with 404
for an object out of reach, so that nothing tells that it exists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import create_app
from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.accounts.passwords import passwords
from portal.web.access import PUBLIC, needs_of
from portal.web.login import new_token, token_hash
from portal.web.transaction import PortalFlask
from tests.access.world import LIST, NOBODY, PAPER, RELATIONS, World, build_world, place_of
from tests.conftest import START, test_settings
from tests.databases import Database, make_database

pytestmark = pytest.mark.access
TABLE = Path(__file__).resolve().parents[1] / "access.csv"
OUT_OF_REACH = "f"
REFUSED = (403, 404)


@dataclass(frozen=True)
class Row:
    """One line of the table: what each role may open."""

    method: str
    endpoint: str
    kind: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def read_rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = []
        for line in csv.DictReader(line for line in stream if not line.startswith("#")):
            cells = {role: line[column] for column in list(line)[3:] for role in column.split("+")}
            rows.append(Row(line["method"], line["endpoint"], line["object"], cells))
        return rows


ROWS = read_rows()


@dataclass
class Asked:
    """The portal that the table is asked of.

    SQLite is asked by everyone. What a role may do is decided above the database; on PostgreSQL one role that is let
    in and one that is not show that its queries run and that its rows are cut alike.
    """

    app: PortalFlask
    database: Database
    world: World
    tokens: dict[str, str]

    def client(self, role: str) -> FlaskClient:
        browser = self.app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = self.tokens[role]
        return browser

    def roles(self, row: Row) -> Iterator[tuple[str, str]]:
        """Who asks this row on this engine, and what the table says of them."""
        if self.database.engine_name == "sqlite":
            yield from row.cells.items()
            return
        for allowed in (True, False):
            fitting = [(role, cell) for role, cell in row.cells.items() if bool(cell) is allowed]
            if fitting:
                yield fitting[crc32(str(row).encode()) % len(fitting)]

    def restore(self) -> None:
        if self.database.dirty:
            runtime: Runtime = self.app.extensions["portal"]
            runtime.engine.dispose()
            self.database.reset()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    database = make_database(tmp_path_factory.mktemp("access"), "access")
    database.build_template()
    settings = test_settings(database.template_url, tmp_path_factory.mktemp("access-data"))
    template = create_app(settings, clock=FixedClock(START))
    runtime: Runtime = template.extensions["portal"]
    with write_mode(), runtime.session_factory() as session:
        world = build_world(session, runtime.clock, passwords(cheap=True).hash("x"))
        tokens = _sign_in_everyone(session)
        session.commit()
    for content in (PAPER, LIST):
        runtime.files.put(io.BytesIO(content))
    runtime.engine.dispose()
    database.reset()
    app = create_app(test_settings(database.url, settings.data_dir), clock=FixedClock(START))
    event.listen(app.extensions["portal"].engine, "commit", lambda _: setattr(database, "dirty", True))
    yield Asked(app, database, world, tokens)
    app.extensions["portal"].engine.dispose()
    database.drop()


def _sign_in_everyone(session: Session) -> dict[str, str]:
    tokens = {}
    for role in (NOBODY, *Role):
        user_id = session.scalars(select(UserAccount.id).where(UserAccount.username == f"role.{role}")).one()
        tokens[str(role)] = new_token()
        session.add(
            UserSession(
                token_hash=token_hash(tokens[str(role)]),
                user_id=user_id,
                created_at=START,
                seen_at=START,
                second_factor_at=START,
            )
        )
    return tokens


def test_the_table_names_every_endpoint_and_every_role(app: PortalFlask) -> None:
    told = {(row.method, row.endpoint) for row in ROWS}
    real = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if needs_of(app, rule.endpoint) != PUBLIC
    }
    assert sorted(real - told) == [], "endpoints without a row in tests/access.csv"
    assert sorted(told - real) == [], "rows without an endpoint"
    for row in ROWS:
        assert set(row.cells) == {NOBODY, *(str(role) for role in Role)}, str(row)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_role_gets_what_the_table_says(asked: Asked, row: Row) -> None:
    faults = []
    for role, cell in asked.roles(row):
        client = asked.client(role)
        for letter, values in _addresses(asked, row, role):
            answer = _ask(asked, client, row, values)
            fault = _judge(row, cell, letter, answer)
            if fault:
                faults.append(f"{role} {letter or '-'}: {fault}")
            if row.method != "GET" and answer.status_code < 400:  # a refusal leaves its audit entry only
                asked.restore()
    assert faults == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_stranger_is_sent_to_sign_in(asked: Asked, row: Row) -> None:
    values = next(iter(_addresses(asked, row, Role.UNIT_OFFICER)))[1]
    answer = _ask(asked, asked.app.test_client(), row, values)
    assert answer.status_code == 303
    assert answer.location.startswith("/dang-nhap")


def _addresses(asked: Asked, row: Row, role: str) -> Iterator[tuple[str, dict[str, int | str]]]:
    """The letter and the values of each address that the row asks for this role."""
    objects = asked.world.objects.get(row.kind, {})
    if row.kind == "-":
        yield "", {}
    elif "" in objects:  # a catalogue's object: it has no place
        yield "", objects[""]
    elif row.kind in ("job", "made", "saved", "run", "session", "given", "notice"):  # a person's, not a unit's
        yield "o", objects[role]
        yield "f", objects[NOBODY if role != NOBODY else str(Role.UNIT_OFFICER)]
    else:
        for letter, place in RELATIONS[place_of(role)].items():
            yield letter, objects[place]


def _ask(asked: Asked, client: FlaskClient, row: Row, values: dict[str, int | str]) -> TestResponse:
    with asked.app.test_request_context():
        rule = next(r for r in asked.app.url_map.iter_rules(row.endpoint) if row.method in (r.methods or ()))
        known = {name: value for name, value in values.items() if name in rule.arguments}
        extra = {"step": "tiep-nhan"} if "step" in rule.arguments else {}
        missing = rule.arguments - set(known) - set(extra)
        assert not missing, f"{row}: the world has no {missing}"
        values_of: dict[str, Any] = {**known, **extra}
        address = url_for(row.endpoint, **values_of)
    return client.open(address, method=row.method)


def _judge(row: Row, cell: str, letter: str, answer: TestResponse) -> str:
    allowed = cell == "y" if not letter else letter in cell
    status = answer.status_code
    if status >= 500:
        return f"answered {status}"
    if allowed and status in REFUSED:
        return f"refused with {status}"
    if not allowed and status not in REFUSED:
        return f"let in with {status}"
    if not allowed and letter == OUT_OF_REACH and cell and status != 404:
        return f"a foreign object answered {status}, not 404"
    return ""

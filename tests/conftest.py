"""Fixtures: one app and one database a worker, put back to its template after each test that wrote."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.core.clock import FixedClock
from portal.core.db import read_mode, write_mode
from portal.core.runtime import Runtime
from portal.core.stamp import forget_everything
from portal.domain.access.actor import Actor, Work
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.accounts.queries import by_username, load_actor
from portal.domain.units.models import Unit
from portal.web.login import new_token, token_hash
from portal.web.transaction import PortalFlask
from tests.databases import Database, make_database

START = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)  # 09:00 on Wednesday 15/03/2023 in Hưng Yên
# Where tests that ask for no database say nothing of an engine. `make test` runs these once, beside SQLite.
ENGINE_FREE = (
    "accounts/test_passwords.py",
    "accounts/test_rules.py",
    "accounts/test_totp.py",
    "core/test_clock.py",
    "core/test_config.py",
    "core/test_errors.py",
    "core/test_filestore.py",
    "core/test_keyring.py",
    "core/test_manifest.py",
    "core/test_people_order.py",
    "core/test_text.py",
    "emulation/domain/test_enums.py",
    "emulation/domain/test_policies.py",
    "emulation/domain/test_rules.py",
    "emulation/domain/test_titles.py",
    "emulation/pages/test_forms.py",
    "exports/",
    "help/",
    "imports/",
    "meta/",
    "seed/test_data_files.py",
    "seed/test_names.py",
    "seed/test_workbooks.py",
    "web/test_components.py",
    "web/test_forms.py",
)


def is_engine_free(item: pytest.Item) -> bool:
    """Whether a test asks for no database and stands where none is opened behind its back."""
    place = item.path.relative_to(Path(__file__).parent).as_posix()
    return place.startswith(ENGINE_FREE) and "database" not in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not hang on the engine, where another run has it; how many is told in the named file."""
    told = os.environ.get("TEST_ENGINE_FREE_COUNT")
    if not told:
        return
    free = [item for item in items if is_engine_free(item)]
    items[:] = [item for item in items if not is_engine_free(item)]
    config.hook.pytest_deselected(items=free)
    Path(told).write_text(str(len(free)), encoding="utf-8")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The worker's database and its template, with the start data and the demo accounts."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    made = make_database(tmp_path_factory.mktemp("database"), worker)
    made.build_template()
    made.reset()
    yield made
    made.drop()


@pytest.fixture(scope="session")
def _clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture(scope="session")
def _app(database: Database, _clock: FixedClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalFlask]:
    settings = test_settings(database.url, tmp_path_factory.mktemp("data"))
    app = create_app(settings, clock=_clock)
    event.listen(runtime_of(app).engine, "commit", lambda _: setattr(database, "dirty", True))
    yield app
    runtime_of(app).engine.dispose()


@pytest.fixture
def app(_app: PortalFlask, database: Database, _clock: FixedClock) -> Iterator[PortalFlask]:
    """The portal. Its clock stands at 09:00 on 15/03/2023 until a test moves it."""
    _clock.instant = START
    yield _app
    if database.dirty:
        runtime_of(_app).engine.dispose()
        database.reset()
        shutil.rmtree(runtime_of(_app).settings.files_dir, ignore_errors=True)


@pytest.fixture
def runtime(app: PortalFlask) -> Runtime:
    return runtime_of(app)


@pytest.fixture
def clock(app: PortalFlask, _clock: FixedClock) -> FixedClock:
    return _clock


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    """A session in write mode for arranging and looking.

    Commit what the app must see, in short steps (SQLite has one writer).
    """
    with write_mode(), runtime.session_factory() as made:
        yield made


@pytest.fixture
def read(runtime: Runtime) -> Callable[..., Any]:
    """read(stmt): the scalars of a statement, in a session of its own."""

    def run(stmt: Any) -> list[Any]:
        with read_mode(), runtime.session_factory() as made:
            return list(made.scalars(stmt))

    return run


@pytest.fixture
def unit_id(runtime: Runtime) -> Callable[[str], int]:
    """unit_id("326"): a unit's id by its code."""

    def find(code: str) -> int:
        with read_mode(), runtime.session_factory() as made:
            return made.scalars(select(Unit.id).where(Unit.code == code)).one()

    return find


@pytest.fixture
def actor_of(runtime: Runtime) -> Callable[[str], Actor]:
    """actor_of("vangiang"): the actor of a demo account."""

    def load(username: str) -> Actor:
        with read_mode(), runtime.session_factory() as made:
            return load_actor(made, made.scalars(by_username(username)).one(), runtime.clock.today())

    return load


@pytest.fixture
def work_as(
    runtime: Runtime, actor_of: Callable[[str], Actor]
) -> Callable[[str], contextlib.AbstractContextManager[Work]]:
    """with work_as("vangiang") as work: a unit of work in write mode, committed at the end unless it raised."""

    @contextlib.contextmanager
    def begin(username: str) -> Iterator[Work]:
        who = actor_of(username)
        with write_mode(), runtime.session_factory() as made:
            yield Work(made, who, runtime.clock, "test", "127.0.0.1")
            made.commit()

    return begin


@pytest.fixture
def client(app: PortalFlask) -> FlaskClient:
    """A browser in which nobody has signed in."""
    return app.test_client()


@pytest.fixture
def client_of(app: PortalFlask, runtime: Runtime) -> Callable[[str], FlaskClient]:
    """client_of("vangiang").

    A browser in which that demo account is signed in (second factor done). CSRF is switched off for it.
    """

    def sign_in(username: str) -> FlaskClient:
        token = new_token()
        with write_mode(), runtime.session_factory() as made:
            user: UserAccount = made.scalars(by_username(username)).one()
            now = runtime.clock.now()
            made.add(
                UserSession(
                    token_hash=token_hash(token), user_id=user.id, created_at=now, seen_at=now, second_factor_at=now
                )
            )
            made.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return browser

    return sign_in


def runtime_of(app: PortalFlask) -> Runtime:
    found: Runtime = app.extensions["portal"]
    return found


def test_settings(url: str, data_dir: Path) -> Settings:
    return Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": url, "PORTAL_DATA_DIR": str(data_dir)})


test_settings.__test__ = False  # type: ignore[attr-defined]  # no test, though modules import it by this name


@pytest.fixture
def count_queries(runtime: Runtime) -> Callable[[], contextlib.AbstractContextManager[list[str]]]:
    """with count_queries() as seen: the statements that the app ran meanwhile."""

    @contextlib.contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []
        forget_everything()  # each count begins as a process that has just started

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(runtime.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(runtime.engine, "before_cursor_execute", note)

    return counting

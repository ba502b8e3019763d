"""What tests of commands share: databases without demo accounts, and the settings of a production on them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from portal import create_app
from portal.config import Settings
from portal.core import migrations
from portal.core.db import configure_engine
from portal.web.transaction import PortalFlask
from tests.conftest import runtime_of
from tests.databases import make_database

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """An empty database on the engine of this run, before its first migration."""
    made = make_database(tmp_path, "empty")
    yield made.template_url
    made.drop()


@pytest.fixture
def bare_url(empty_url: str) -> str:
    """A migrated database without any row of the start data."""
    engine = create_engine(empty_url)
    configure_engine(engine)
    migrations.upgrade(engine)
    engine.dispose()
    return empty_url


@pytest.fixture
def production_env(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """production_env(url): the surroundings of a production on that database, all said."""

    def build(url: str) -> dict[str, str]:
        return {
            "PORTAL_ENV": "production",
            "PORTAL_DATABASE_URL": url,
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_SECRET_KEY": "x7" * 16,
            "PORTAL_KEYRING": f"k1:{KEY}",
            "PORTAL_TRUSTED_PROXIES": "0",
        }

    return build


@pytest.fixture
def production(production_env: Callable[[str], dict[str, str]]) -> Iterator[Callable[[str], PortalFlask]]:
    """production(url): the portal as it runs in production on that database."""
    made: list[PortalFlask] = []

    def start(url: str) -> PortalFlask:
        made.append(create_app(Settings.from_env(production_env(url))))
        return made[-1]

    yield start
    for app in made:
        runtime_of(app).engine.dispose()

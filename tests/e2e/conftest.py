"""Fixtures of the browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.databases import make_database
from tests.e2e.portal_server import Portal, running_portal


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    path = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "no chromium: make setup installs it"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield made
        made.close()


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the start data and the demo accounts, on a database of its own."""
    database = make_database(tmp_path_factory.mktemp("e2e"), f"e2e{os.getpid()}")
    database.build_template()
    database.reset()
    try:
        with running_portal(database.url, tmp_path_factory.mktemp("e2e-data")) as running:
            yield running
    finally:
        database.drop()

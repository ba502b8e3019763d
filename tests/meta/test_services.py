"""The servers that the tests run on: the private PostgreSQL and Redis start, answer, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from scripts import install, postgres, redis_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for servers that the user postgres may enter too. Nothing of the surroundings decides which is taken."""
    for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL", "PORTAL_PRIVATE_POSTGRES"):
        monkeypatch.delenv(name, raising=False)
    tmp_path_factory.getbasetemp()  # made before the folder of temporary files becomes this one
    folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    folder.rmdir()  # refuses when a server has left something behind


def test_a_private_postgres_is_started_on_demand_and_removed(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    monkeypatch.setenv("PORTAL_PRIVATE_POSTGRES", "1")
    with postgres.server() as server:
        assert server.private
        assert len(list(scratch.glob("portal-postgres-*"))) == 1
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE portal_probe TEMPLATE template0 ENCODING 'UTF8'")
            version = connection.execute("SHOW server_version").fetchone()
            encoding = connection.execute("SHOW server_encoding").fetchone()
        assert version is not None
        assert version[0].startswith(server.version)
        assert encoding == ("UTF8",)
    assert postgres.ask_version(server.url) is None
    assert list(scratch.iterdir()) == []


def test_a_private_postgres_is_removed_when_the_run_breaks(scratch: Path) -> None:
    urls: list[str] = []

    def break_down(server: postgres.PostgresServer) -> None:
        urls.append(server.url)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), postgres.private_server() as server:
        break_down(server)
    assert postgres.ask_version(urls[0]) is None
    assert list(scratch.iterdir()) == []


def test_a_private_postgres_ends_with_its_command() -> None:
    """python -m scripts.postgres prints the address, and SIGTERM ends the server too."""
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.postgres"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split(": ", 1)[1].strip()
        assert postgres.ask_version(url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert postgres.ask_version(url) is None


def test_a_server_that_answers_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.private_server() as running:
        monkeypatch.setattr(postgres, "SHARED_URL", running.url)
        with postgres.server() as found:
            assert (found.url, found.private) == (running.url, False)
        monkeypatch.setenv("TEST_DATABASE_URL", running.url)
        with postgres.server() as named:
            assert (named.url, named.version, named.private) == (running.url, running.version, False)


def test_no_server_and_no_programs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SHARED_URL", f"postgresql://postgres@127.0.0.1:{postgres.free_port()}/postgres")
    monkeypatch.setattr(postgres, "find_postgres_bin", lambda: None)
    with pytest.raises(postgres.PostgresError, match="initdb and pg_ctl were not found"), postgres.server():
        pass
    monkeypatch.setenv("TEST_DATABASE_URL", postgres.SHARED_URL)
    with pytest.raises(postgres.PostgresError, match="TEST_DATABASE_URL does not answer"), postgres.server():
        pass


def test_root_without_the_user_postgres_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(postgres.PostgresError, match="runuser is missing"):
        postgres.as_postgres()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.as_postgres() == []


def test_a_cluster_that_cannot_be_made_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scratch: Path) -> None:
    for name in ("initdb", "pg_ctl"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho the disk is full\nexit 1\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setattr(postgres, "find_postgres_bin", lambda: tmp_path)
    monkeypatch.setattr(postgres, "as_postgres", list)
    with pytest.raises(postgres.PostgresError, match="the disk is full"), postgres.private_server():
        pass
    assert list(scratch.iterdir()) == []


def test_a_private_redis_is_started_and_removed(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    monkeypatch.setattr(redis_server, "SHARED_URL", f"redis://127.0.0.1:{postgres.free_port()}/15")
    with redis_server.server() as server:
        assert server.private
        with redis.Redis.from_url(server.url) as client:
            assert client.set("probe", "1")
        monkeypatch.setattr(redis_server, "SHARED_URL", server.url)
        with redis_server.server() as found:
            assert (found.url, found.version, found.private) == (server.url, server.version, False)
    assert redis_server.ask_version(server.url) is None
    assert list(scratch.iterdir()) == []


def test_a_named_redis_must_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_REDIS_URL", f"redis://127.0.0.1:{postgres.free_port()}/0")
    with pytest.raises(redis_server.RedisError, match="TEST_REDIS_URL"), redis_server.server():
        pass


def test_the_programs_are_found() -> None:
    assert install.find_postgres_bin() is not None
    assert install.find_chromium() is not None

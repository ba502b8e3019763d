"""A PostgreSQL for the tests: the one that answers on this machine, else a private one that is gone afterwards.

    python -m scripts.postgres     start a private server, print its address, stop it at Ctrl-C or SIGTERM

With PORTAL_PRIVATE_POSTGRES=1 a private server is started even when another one answers. TEST_DATABASE_URL names a
server of your own (any database of it that may create others).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scripts.install import find_postgres_bin

HOST = "127.0.0.1"
SHARED_URL = f"postgresql://postgres@{HOST}:5432/postgres"
START_SECONDS = 60
# A cluster that is thrown away need not survive a power cut. The tests kill the portal, never this server.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
}


class PostgresError(Exception):
    """No server can be had; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that answers. `url` names its maintenance database; `private` when this process started it."""

    url: str
    version: str
    private: bool


def ask_version(url: str) -> str | None:
    """The version of the server that answers there as this user, or None."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.Error:
        return None
    return str(row[0]).split()[0] if row else None


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def as_postgres() -> list[str]:
    """What to put before a command of the cluster: initdb refuses root, so root hands over to the user postgres."""
    if os.geteuid() != 0:
        return []
    runuser = shutil.which("runuser")
    if runuser is None:
        raise PostgresError("initdb refuses root, and runuser is missing to become the user postgres")
    return [runuser, "-u", "postgres", "--"]


def prepare_folder(folder: Path) -> None:
    """Give the folder to the user who will own the cluster."""
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError as error:
            raise PostgresError("initdb refuses root, and there is no user postgres") from error
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)


def run(command: list[str], folder: Path) -> None:
    """Run one command of the cluster; PostgresError with its last words when it fails."""
    with (folder / "command.log").open("w+", encoding="utf-8") as log:
        # pg_ctl leaves a server behind that inherits its output: a file, since a pipe would never close.
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)  # noqa: S603
        log.seek(0)
        words = log.read().strip()
    if done.returncode:
        server_log = folder / "server.log"
        if server_log.exists():
            words += "\n" + server_log.read_text(encoding="utf-8", errors="replace")
        raise PostgresError(f"{' '.join(command)} failed:\n{words}")


@contextmanager
def private_server() -> Iterator[PostgresServer]:
    """Start a cluster in a temporary folder on a free port; stop and remove it at the end."""
    binaries = find_postgres_bin()
    if binaries is None:
        raise PostgresError("no PostgreSQL answers on this machine, and initdb and pg_ctl were not found")
    become = as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    data = folder / "data"
    pg_ctl = [*become, str(binaries / "pg_ctl"), "-D", str(data)]
    try:
        prepare_folder(folder)
        options = ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        run([*become, str(binaries / "initdb"), *options], folder)
        port = free_port()
        with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in {**SETTINGS, "port": str(port)}.items())
        run([*pg_ctl, "-w", "-t", str(START_SECONDS), "-l", str(folder / "server.log"), "start"], folder)
        url = f"postgresql://postgres@{HOST}:{port}/postgres"
        version = ask_version(url)
        if version is None:
            raise PostgresError(f"the private server does not answer at {url}")
        yield PostgresServer(url, version, private=True)
    finally:
        if (data / "postmaster.pid").exists():
            with suppress(PostgresError):
                run([*pg_ctl, "-w", "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[PostgresServer]:
    """The server to test on: TEST_DATABASE_URL, else the one on this machine, else a private one."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        version = ask_version(named)
        if version is None:
            raise PostgresError("the server named by TEST_DATABASE_URL does not answer")
        yield PostgresServer(named, version, private=False)
        return
    version = None if os.environ.get("PORTAL_PRIVATE_POSTGRES") == "1" else ask_version(SHARED_URL)
    if version is not None:
        yield PostgresServer(SHARED_URL, version, private=False)
        return
    with private_server() as private:
        yield private


def main() -> int:
    """Keep a private server until asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with private_server() as private:
            sys.stdout.write(f"PostgreSQL {private.version}: {private.url}\n")
            sys.stdout.flush()
            stop.wait()
    except PostgresError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

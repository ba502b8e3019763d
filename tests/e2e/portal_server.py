"""A real portal for browser tests: gunicorn and a worker on a scratch database, as `make run` starts them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30.0
DEMO_DAY = "15/03/2023"


@dataclass(frozen=True, slots=True)
class Portal:
    """Where it answers, and where it keeps its files."""

    url: str
    data_dir: Path


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_portal(database_url: str, data_dir: Path, env: Mapping[str, str] | None = None) -> Iterator[Portal]:
    """Start server and worker in demo mode, wait until the health page says ok, stop both at the end."""
    port = free_port()
    surroundings = {
        **os.environ,
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_DIR": str(data_dir),
        "PORTAL_TODAY": DEMO_DAY,
        "PORTAL_LOG_LEVEL": "WARNING",
        "PORTAL_WEB_WORKERS": "1",
        "PORT": str(port),
        **(env or {}),
    }
    log = (data_dir / "server.log").open("ab")
    commands = (
        [_tool("gunicorn"), "-c", "deploy/gunicorn.conf.py"],
        [_tool("flask"), "--app", "wsgi", "worker", "run"],
    )
    children = [
        subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log, start_new_session=True)
        for command in commands
    ]
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, children[0], data_dir / "server.log")
        yield Portal(url, data_dir)
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        log.close()


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/suc-khoe", timeout=5) as answer:  # noqa: S310 - this machine
            return bool(answer.status == 200)
    except OSError:  # refused, timed out, or not an HTTP answer yet
        return False


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if _is_ready(url):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The portal did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")

"""Web servers to measure: gunicorn with the portal's own configuration, whatever application it serves."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 20.0


@contextlib.contextmanager
def serving(
    application: str, env: Mapping[str, str], *, python: str = sys.executable, ready: str = "/suc-khoe"
) -> Iterator[str]:
    """Serve `application` (module:name); gives its address once `ready` answers. Workers are not renewed meanwhile."""
    port = free_port()
    command = [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "--max-requests", "0", application]
    log = Path(env["PORTAL_DATA_DIR"]) / "bench-server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, "PORT": str(port), "PORTAL_BIND": f"127.0.0.1:{port}"},
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}{ready}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


@contextlib.contextmanager
def working(env: Mapping[str, str]) -> Iterator[None]:
    """The portal's worker beside a server."""
    log = Path(env["PORTAL_DATA_DIR"]) / "bench-worker.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "run"],
            cwd=ROOT,
            env=dict(env),
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield
    finally:
        _stop(process)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            with answer:  # it answers, and that is all that is asked
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

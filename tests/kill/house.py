"""The portal as processes that can be killed: gunicorn and a worker on a scratch database, each started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.e2e.portal_server import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 40.0
STOP_SECONDS = 30.0


class House:
    """Server and worker of one database. Nothing here is gentle but `stop`."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = data_dir / "processes.log"
        self._env: Mapping[str, str] = {
            **os.environ,
            "PORTAL_ENV": "demo",
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_DATA_DIR": str(data_dir),
            "PORTAL_TODAY": "15/03/2023",
            "PORTAL_LOG_LEVEL": "WARNING",
            "PORTAL_WEB_WORKERS": "2",
            "PORTAL_DIRECT_EXPORT_ROWS": "5",  # a longer list is made by the worker
            "PORTAL_JOB_LEASE_SECONDS": "2",
            "PORTAL_JOB_POLL_SECONDS": "1",
            "PORT": str(port),
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def start_server(self) -> None:
        """Start gunicorn as the production does and wait until the portal is well."""
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        self._server = self._start(gunicorn, "-c", "deploy/gunicorn.conf.py")
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_well():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The portal did not start:\n{self.log.read_text(encoding='utf-8')[-4000:]}")
            time.sleep(0.05)

    def start_worker(self) -> None:
        """Start a worker that knows the counting job beside the portal's own."""
        self._worker = self._start_module("tests.kill.counting")

    def kill_server(self) -> None:
        """kill -9 of gunicorn and all its children at once, then start it again."""
        assert self._server is not None
        _kill_group(self._server)
        self.start_server()

    def kill_web_child(self, rng: Random) -> None:
        """kill -9 of one of gunicorn's children while it may be answering; gunicorn replaces it."""
        assert self._server is not None
        children = _children_of(self._server.pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(children), signal.SIGKILL)

    def kill_worker(self) -> None:
        """kill -9 of the worker in the middle of its jobs, then start another."""
        assert self._worker is not None
        _kill_group(self._worker)
        self.start_worker()

    def stop(self) -> list[int]:
        """Ask both to end; their exit codes. What does not end is killed."""
        living = [process for process in (self._server, self._worker) if process is not None]
        for process in living:
            process.terminate()
        codes = []
        for process in living:
            try:
                codes.append(process.wait(STOP_SECONDS))
            except subprocess.TimeoutExpired:
                _kill_group(process)
                codes.append(process.returncode)
        return codes

    def kill_all(self) -> None:
        """Leave nothing behind, whatever happened."""
        for process in (self._server, self._worker):
            if process is not None and process.poll() is None:
                _kill_group(process)

    def is_well(self) -> bool:
        """Whether the health page says ok."""
        try:
            with urllib.request.urlopen(f"{self.url}/suc-khoe", timeout=5) as answer:  # noqa: S310 - this machine
                return bool(answer.status == 200)
        except OSError:
            return False

    def _start_module(self, module: str) -> subprocess.Popen[bytes]:
        return self._start(sys.executable, "-m", module)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=log, stderr=log, start_new_session=True)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children_of(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid:
            found.append(int(stat.parent.name))
    return found

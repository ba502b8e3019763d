"""The supervisor of a demonstration: a dead child is replaced, a stop is passed on, a hopeless start is given up."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import serve
from scripts.serve import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SUPERVISE = """
import signal, sys
from scripts.serve import Child, Supervisor
supervisor = Supervisor([Child(name, [sys.executable, "-c", sys.argv[1], name], {}) for name in ("one", "two")])
signal.signal(signal.SIGTERM, lambda *_: supervisor.stopping.set())
sys.exit(supervisor.watch())
"""
# Each child writes its process id under its own name, and a farewell when it is asked to end.
LIVE = """
import os, pathlib, signal, sys, time
name = pathlib.Path({folder!r}) / sys.argv[1]
def end(*_):
    name.with_suffix(".bye").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
name.write_text(str(os.getpid()))
while True:
    time.sleep(0.05)
"""


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def read_pid(path: Path) -> int:
    return int(path.read_text(encoding="utf-8") or 0) if path.exists() else 0


def supervise(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SUPERVISE, LIVE.format(folder=str(folder))], cwd=ROOT)


def test_a_killed_child_is_replaced_and_a_stop_is_passed_on(tmp_path: Path) -> None:
    with supervise(tmp_path) as supervisor:
        wait_for(lambda: all(read_pid(tmp_path / name) for name in ("one", "two")))
        first, other = read_pid(tmp_path / "one"), read_pid(tmp_path / "two")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: read_pid(tmp_path / "one") not in {0, first})
        assert read_pid(tmp_path / "two") == other
        assert alive(other)
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(30) == 0
    assert (tmp_path / "one.bye").exists()
    assert (tmp_path / "two.bye").exists()
    assert not alive(read_pid(tmp_path / "one"))
    assert not alive(other)


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with supervise(tmp_path) as supervisor:
        wait_for(lambda: all(read_pid(tmp_path / name) for name in ("one", "two")))
        supervisor.kill()
    for name in ("one", "two"):
        wait_for(lambda name=name: not alive(read_pid(tmp_path / name)))  # type: ignore[misc]
        assert (tmp_path / f"{name}.bye").exists()


def test_a_child_that_never_comes_up_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "FIRST_PAUSE", 0.01)
    assert Supervisor([Child("The broken one", [sys.executable, "-c", "raise SystemExit(3)"], {})]).watch() == 1
    said = capsys.readouterr().out
    assert "The broken one ended (exit code 3)" in said
    assert "giving up" in said


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(serve, "STOP_SECONDS", 0.5)
    mark = tmp_path / "up"
    code = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(mark)!r}).touch()\n"
        "time.sleep(60)"
    )
    child = Child("The deaf one", [sys.executable, "-c", code], {})
    supervisor = Supervisor([child])
    child.start()
    wait_for(mark.exists)
    supervisor.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_pauses_grow_until_a_start_was_steady() -> None:
    child = Child("It", ["true"], {})
    pauses = []
    for _ in range(3):
        child.started = time.monotonic()
        child.bury(1)
        pauses.append(child.start_again_at - time.monotonic())
    assert pauses[0] < pauses[1] < pauses[2] <= serve.LONGEST_PAUSE
    child.started = time.monotonic() - serve.STEADY_SECONDS - 1
    child.bury(1)
    assert child.start_again_at <= time.monotonic()
    assert not child.hopeless


def test_a_port_in_use_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert serve.main() == 1
    assert "is not a free port" in capsys.readouterr().out
    monkeypatch.setenv("PORT", "eight thousand")
    assert serve.main() == 1


def test_a_demonstration_is_the_default_surrounding(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTAL_ENV", "PORTAL_TODAY"):
        monkeypatch.delenv(name, raising=False)
    env = serve.environment(8123)
    assert (env["PORTAL_ENV"], env["PORTAL_BIND"], env["PORT"]) == ("demo", "127.0.0.1:8123", "8123")
    assert env["PORTAL_TODAY"] == serve.DEMO_DAY
    monkeypatch.setenv("PORTAL_TODAY", "")
    assert serve.environment(8123)["PORTAL_TODAY"] == ""
    monkeypatch.delenv("PORTAL_TODAY")
    monkeypatch.setenv("PORTAL_ENV", "production")
    env = serve.environment(8123)
    assert (env["PORTAL_ENV"], env.get("PORTAL_TODAY")) == ("production", None)


def test_the_accounts_are_printed_only_in_a_demonstration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(serve, "answers", lambda _: True)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    serve.announce("http://127.0.0.1:8123", {"PORTAL_ENV": "production"}, threading.Event())
    assert ran == []
    serve.announce("http://127.0.0.1:8123", {"PORTAL_ENV": "demo"}, threading.Event())
    assert [command[-2:] for command in ran] == [["demo", "accounts"]]
    assert capsys.readouterr().out.count("The portal is at http://127.0.0.1:8123") == 2


def test_the_web_server_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "PORTAL_BIND", "PORTAL_WEB_WORKERS", "PORTAL_WEB_THREADS", "PORTAL_FORWARDED_ALLOW_IPS"):
        monkeypatch.delenv(name, raising=False)
    path = str(ROOT / "deploy" / "gunicorn.conf.py")
    settings = runpy.run_path(path)
    assert settings["bind"] == "127.0.0.1:8000"
    assert settings["workers"] == os.cpu_count()
    assert (settings["worker_class"], settings["threads"], settings["worker_connections"]) == ("gthread", 4, 10)
    assert settings["accesslog"] is None
    assert settings["preload_app"] is False
    assert settings["forwarded_allow_ips"] == "127.0.0.1"
    assert 0 < settings["max_requests_jitter"] < settings["max_requests"]
    monkeypatch.setenv("PORTAL_BIND", "127.0.0.1:9000")
    monkeypatch.setenv("PORTAL_WEB_THREADS", "6")
    monkeypatch.setenv("PORTAL_FORWARDED_ALLOW_IPS", "192.0.2.1")
    settings = runpy.run_path(path)
    assert (settings["bind"], settings["worker_connections"]) == ("127.0.0.1:9000", 12)
    assert settings["forwarded_allow_ips"] == "192.0.2.1"
    monkeypatch.setenv("PORTAL_WEB_WORKERS", "many")
    with pytest.raises(ValueError, match="PORTAL_WEB_WORKERS"):
        runpy.run_path(path)


def test_figures_of_killed_servers_are_removed(tmp_path: Path) -> None:
    make = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["_figures_folder"]
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    for name in (f"cong-noi-vu-{gone.pid}-dead", f"cong-noi-vu-{os.getppid()}-alive", "cong-noi-vu-of-others"):
        (tmp_path / name).mkdir()
    made = Path(make(tmp_path))
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {made.name, f"cong-noi-vu-{os.getppid()}-alive", "cong-noi-vu-of-others"}
    assert made.name.startswith(f"cong-noi-vu-{os.getpid()}-")

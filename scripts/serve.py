"""Run the portal on this machine for a demonstration: database, demo data, web server and worker, kept alive.

    python -m scripts.serve        (make run)

It brings the database to the newest revision, fills an empty one with the demo data, starts the web server and the
worker, prints the address and the demo accounts, and starts again whichever of the two dies. SIGTERM and Ctrl-C end
both in good order. PORT moves it from 8000; PORTAL_* variables are read as always. Production is started another way:
see the operations guide.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
STOP_SECONDS = 35.0  # a little more than the web server's own grace
READY_SECONDS = 60.0
STEADY_SECONDS = 30.0  # a child that lived this long had started well
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
GIVE_UP_AFTER = 5  # deaths in a row, each before STEADY_SECONDS
DEMO_DAY = "15/03/2023"  # the demonstration's year is the plan's; PORTAL_TODAY names another day, empty: the machine's
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # opened here: between fork and exec little may be done


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def die_with_parent() -> None:
    """Ask Linux to end the child when the supervisor is killed, so that nothing keeps the port."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One program that is to live as long as the supervisor."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone, which ends its children in order."""
        self.process = subprocess.Popen(  # noqa: S603 (commands are built below)
            self.command,
            cwd=ROOT,
            env=dict(self.env),
            start_new_session=True,
            preexec_fn=die_with_parent if LIBC is not None else None,  # noqa: PLW1509 (one system call, no lock is taken)
        )
        self.started = time.monotonic()

    def bury(self, code: int) -> None:
        """Note its death and when to start it again: at once, then after longer and longer pauses."""
        lived = time.monotonic() - self.started
        self.process = None
        self.quick_deaths = 1 if lived >= STEADY_SECONDS else self.quick_deaths + 1
        pause = 0.0 if lived >= STEADY_SECONDS else min(FIRST_PAUSE * 2 ** (self.quick_deaths - 1), LONGEST_PAUSE)
        self.start_again_at = time.monotonic() + pause
        say(f"{self.name} ended (exit code {code}) after {lived:.0f} s; starting it again")

    @property
    def hopeless(self) -> bool:
        return self.quick_deaths >= GIVE_UP_AFTER


@dataclass(slots=True)
class Supervisor:
    """Keeps its children alive until it is asked to stop."""

    children: list[Child]
    stopping: threading.Event = field(default_factory=threading.Event)

    def watch(self, when_started: Callable[[], None] = lambda: None) -> int:
        """Start all and keep them alive; 0 after a stop that was asked for, 1 when a child cannot be kept alive."""
        for child in self.children:
            child.start()
        announcer = threading.Thread(target=when_started, daemon=True)
        announcer.start()
        try:
            while not self.stopping.wait(0.2):
                for child in self.children:
                    self._tend(child)
                    if child.hopeless:
                        say(f"{child.name} ended {child.quick_deaths} times in a row right after its start: giving up")
                        return 1
        finally:
            self.stop()
        return 0

    def _tend(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.start_again_at:
                child.start()
        elif (code := child.process.poll()) is not None:
            child.bury(code)

    def stop(self) -> None:
        """Pass SIGTERM on, wait, and kill what has not ended by then."""
        living = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in living:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


# --- the portal ----------------------------------------------------------------------------------------------------


def port_is_free(port: int) -> bool:
    """Can the web server listen there?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def web_command(port: int) -> list[str]:
    """gunicorn, or waitress where gunicorn does not run."""
    if sys.platform == "win32":
        return [sys.executable, "-m", "waitress", f"--listen={HOST}:{port}", "--threads=16", "wsgi:app"]
    return [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]


def flask_command(*words: str) -> list[str]:
    """A command of the portal."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


def environment(port: int) -> dict[str, str]:
    """The surroundings of all programs: as they are, a demonstration unless PORTAL_ENV says otherwise."""
    given = {"PORTAL_ENV": "demo", "PORTAL_LOG_LEVEL": "WARNING", **os.environ}
    if given["PORTAL_ENV"] == "demo":
        given.setdefault("PORTAL_TODAY", DEMO_DAY)
    return {**given, "PORT": str(port), "PORTAL_BIND": f"{HOST}:{port}", "PYTHONUNBUFFERED": "1"}


def answers(url: str) -> bool:
    """Does the portal say that it is well?"""
    try:
        with urllib.request.urlopen(f"{url}/suc-khoe", timeout=2) as response:  # noqa: S310 (an address of this machine)
            return bool(json.load(response)["status"] == "ok")
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return False


def announce(url: str, env: Mapping[str, str], stopping: threading.Event) -> None:
    """Wait until the portal answers, then print the accounts and the address."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers(url):
        if stopping.wait(0.3):
            return
        if time.monotonic() > deadline:
            say(f"The portal has not answered at {url} for {READY_SECONDS:.0f} s; see the lines above.")
            return
    if env["PORTAL_ENV"] == "demo":
        subprocess.run(flask_command("demo", "accounts"), cwd=ROOT, env=dict(env), check=False)  # noqa: S603
        if env.get("PORTAL_TODAY"):
            say(f"\nToday in the demonstration: {env['PORTAL_TODAY']}")
    say(f"\nThe portal is at {url} (Ctrl-C ends it)")


def prepare(env: Mapping[str, str]) -> bool:
    """Migrate, and fill an empty database of a demonstration; False when either fails."""
    steps = [flask_command("db", "upgrade")]
    if env["PORTAL_ENV"] == "demo":
        steps.append(flask_command("demo", "seed", "--if-empty"))
    return all(subprocess.run(step, cwd=ROOT, env=dict(env), check=False).returncode == 0 for step in steps)  # noqa: S603


def main() -> int:
    """Prepare and serve until stopped; returns the exit code."""
    raw = os.environ.get("PORT", "").strip() or "8000"
    if not raw.isdecimal() or not port_is_free(int(raw)):
        say(f"PORT {raw} is not a free port of this machine. Choose another: make run PORT=8080")
        return 1
    port = int(raw)
    env = environment(port)
    if not prepare(env):
        return 1
    supervisor = Supervisor(
        [Child("The web server", web_command(port), env), Child("The worker", flask_command("worker", "run"), env)]
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    return supervisor.watch(lambda: announce(f"http://{HOST}:{port}", env, supervisor.stopping))


if __name__ == "__main__":
    sys.exit(main())

"""Another program within bounds: its output, its end when it goes over them, its ignorance of the portal."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from portal.core.limited import MEGABYTE, Limits, ProgramFailed, run_limited

BOUNDS = Limits(seconds=20, cpu_seconds=10, memory=512 * MEGABYTE, file_size=MEGABYTE)


def run(folder: Path, code: str, limits: Limits = BOUNDS) -> str:
    return run_limited([sys.executable, "-I", "-S", "-c", code], limits, folder).decode()


def test_output_is_given_back_and_the_surroundings_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "known to nobody")
    code = "import os; print(os.getcwd(), os.environ['HOME'], sorted(k for k in os.environ if 'PORTAL' in k))"
    assert run(tmp_path, code).split() == [str(tmp_path), str(tmp_path), "[]"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('no such page')", "ended with 1: no such page"),
        ("bytearray(1 << 30)", "MemoryError"),
        ("open('big', 'wb').write(b'x' * (1 << 21))", "ended with"),
        ("import os; os.kill(os.getpid(), 11)", "ended with -11"),
    ],
    ids=["its own error", "too much memory", "too large a file", "killed"],
)
def test_a_bad_end_is_told(tmp_path: Path, code: str, words: str) -> None:
    with pytest.raises(ProgramFailed, match=words) as caught:
        run(tmp_path, code)
    assert not caught.value.timed_out


def is_alive(state: Path) -> bool:
    """Whether a process runs, by its line below /proc: one that has ended may stay as a zombie."""
    try:
        return state.read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_time_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('child', 'w').write(str(p.pid)); time.sleep(60)"
    )
    with pytest.raises(ProgramFailed, match="longer than") as caught:
        run(tmp_path, code, Limits(0.4, 10, 512 * MEGABYTE, MEGABYTE))
    assert caught.value.timed_out
    child = Path("/proc", (tmp_path / "child").read_text(), "stat")
    deadline = time.monotonic() + 5
    while is_alive(child):  # the signal is on its way
        assert time.monotonic() < deadline, "what the program started lives on"
        time.sleep(0.02)


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="ended with"):
        run_limited([str(tmp_path / "none")], BOUNDS, tmp_path)
    with pytest.raises(ProgramFailed, match="cannot be started"):
        run_limited(["true"], BOUNDS, tmp_path / "gone")


def test_bounds_never_rise_above_the_machine_s_own(tmp_path: Path) -> None:
    code = "from resource import *; print(getrlimit(RLIMIT_CPU)[0], getrlimit(RLIMIT_CORE)[0])"
    assert run(tmp_path, code).split() == ["10", "0"]
    assert int(run(tmp_path, "import os; print(os.nice(0))")) >= os.nice(0) + 5

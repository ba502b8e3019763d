"""Another program run within bounds: processor time, memory, size of the files it writes, time on the wall.

What reads files from outside (pictures, PDF, office papers) runs so: a damaged or hostile file can at most end its own
process. This file is also the small program that sets the bounds and then becomes the other one; where the system knows
no such bounds (Windows) the time on the wall alone holds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
NICENESS = 5  # pages go first
KEPT_NAMES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds on the wall and of the processor, bytes of memory and of each file written."""

    seconds: float
    cpu_seconds: int
    memory: int
    file_size: int


class ProgramFailed(RuntimeError):
    """The program ended badly, was ended for going over a bound, or could not be started; the message is for the log.

    `timed_out` says that it was the time on the wall.
    """

    def __init__(self, message: str, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


def run_limited(command: Sequence[str], limits: Limits, folder: Path, extra: Mapping[str, str] | None = None) -> bytes:
    """What the program writes to its output. It works in `folder`, knows nothing of the portal's surroundings but
    `extra`, and is ended with all it started when its time is over. Raises ProgramFailed.
    """
    bounds = [str(limits.cpu_seconds), str(limits.memory), str(limits.file_size)]
    launcher = [] if sys.platform == "win32" else [sys.executable, "-I", "-S", __file__, *bounds]
    env = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
    env |= {"HOME": str(folder), "TMPDIR": str(folder), **(extra or {})}
    try:
        process = subprocess.Popen(  # noqa: S603 - the caller names the program, never a user
            [*launcher, *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProgramFailed(f"{command[0]} cannot be started: {error.strerror}") from error
    try:
        out, complaint = process.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"{command[0]} took longer than {limits.seconds} s", timed_out=True) from None
    finally:
        _end(process)
    if process.returncode:
        text = complaint.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise ProgramFailed(f"{command[0]} ended with {process.returncode}: {text[0][:300]}")
    return out


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it started; nothing happens when all is over."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.communicate()


def _become(arguments: Sequence[str]) -> None:
    """Set the bounds on this process and become the program."""
    import resource  # noqa: PLC0415 - not on Windows, and only this small program needs it

    cpu, memory, file_size = (int(value) for value in arguments[:3])
    for kind, wanted in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        bound = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (bound, bound))
    os.nice(NICENESS)
    command = list(arguments[3:])
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _become(sys.argv[1:])

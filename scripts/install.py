"""Prepare this machine: the virtual environment with the locked packages, and the system packages needed.

    python3 -m scripts.install run     what the portal needs to run
    python3 -m scripts.install test    and what the tests need besides: Chromium, PostgreSQL, Redis, LibreOffice, fonts

It asks only for what is missing: as root, or through sudo, on Debian and Ubuntu; elsewhere it names what is missing.
A repeat compares the lock files with the mark left in .venv and does nothing. Standard library only: it runs before
anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": ("requirements.txt",), "test": ("requirements.txt", "requirements-dev.txt")}
OLDEST_PYTHON = (3, 11)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class InstallError(Exception):
    """The machine cannot be prepared; the message says what to do."""


@dataclass(frozen=True)
class Need:
    """Something of the system: how to see that it is there, and the packages that bring it on Debian and Ubuntu."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# --- what is needed ------------------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine; TEST_CHROMIUM names one of your own."""
    named = os.environ.get("TEST_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def find_postgres_bin() -> Path | None:
    """Folder with initdb and pg_ctl, the newest version first."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in folder.parent.name.split(".") if part.isdecimal())

    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    return Path(initdb).resolve().parent if initdb and pg_ctl else None


def has_vietnamese_serif() -> bool:
    """Is there a font like Times New Roman with all Vietnamese letters? Official papers are set in it."""
    lister = shutil.which("fc-list")
    if not lister:
        return False
    fonts = subprocess.run(  # noqa: S603 (a fixed command)
        [lister, "Liberation Serif:lang=vi", "family"], capture_output=True, text=True, check=False
    )
    return bool(fonts.stdout.strip())


def has_office() -> bool:
    """Can LibreOffice turn documents and workbooks into PDF here? Its Writer and Calc are packages of their own."""
    program = shutil.which("soffice")
    if program is None:
        return False
    folder = Path(program).resolve().parent
    return all(any(folder.glob(f"lib{part}lo.*")) for part in ("sw", "sc"))


def has_venv() -> bool:
    """Can this Python make virtual environments? Debian ships that part as a package of its own."""
    return importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None


NEEDS: dict[str, tuple[Need, ...]] = {
    "run": (Need("Python's venv module", has_venv, ("python3-venv",)),),
    "test": (
        Need("Python's venv module", has_venv, ("python3-venv",)),
        Need("Chromium", lambda: find_chromium() is not None, ("chromium",)),
        Need("PostgreSQL server programs", lambda: find_postgres_bin() is not None, ("postgresql",)),
        Need("Redis server", lambda: shutil.which("redis-server") is not None, ("redis-server",)),
        Need("LibreOffice Writer and Calc", has_office, ("libreoffice-writer-nogui", "libreoffice-calc-nogui")),
        Need(
            "Liberation Serif with Vietnamese letters",
            has_vietnamese_serif,
            ("fontconfig", "fonts-liberation2|fonts-liberation"),
        ),
    ),
}


# --- system packages -----------------------------------------------------------------------------------------------


def root_prefix() -> list[str]:
    """What to put before a command that needs root; InstallError when there is no way."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        raise InstallError("neither root nor sudo")
    return [sudo]


def choose_package(entry: str) -> str:
    """The first of `a|b` that this release of the system offers."""
    names = entry.split("|")
    for name in names:
        found = subprocess.run(  # noqa: S603 (names are the constants above)
            ["apt-cache", "show", "--no-all-versions", name],  # noqa: S607
            capture_output=True,
            check=False,
        )
        if found.returncode == 0 and found.stdout.strip():
            return name
    return names[-1]


def install_system(kind: str) -> None:
    """Install what is missing of the system; InstallError names it where that cannot be done."""
    missing = [need for need in NEEDS[kind] if not need.present()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    say(f"Missing on this machine: {names}")
    if shutil.which("apt-get") is None:
        raise InstallError(f"Install them with this system's own package manager, then run again: {names}")
    try:
        prefix = root_prefix()
    except InstallError as error:
        packages = " ".join(package.split("|")[0] for need in missing for package in need.packages)
        raise InstallError(f"Installing needs root ({error}). As root: apt-get install {packages}") from error
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    subprocess.run([*apt, "update"], check=True)  # noqa: S603 (a fixed command)
    packages_to_add = [choose_package(entry) for need in missing for entry in need.packages]
    subprocess.run([*apt, "install", "--no-install-recommends", *packages_to_add], check=True)  # noqa: S603
    still = [need.name for need in missing if not need.present()]
    if still:
        raise InstallError(f"Installed {' '.join(packages_to_add)}, and still missing: {', '.join(still)}")


# --- the virtual environment ---------------------------------------------------------------------------------------


def venv_python() -> Path:
    """The Python of the virtual environment."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def fingerprint(kind: str) -> str:
    """Changes with the lock files and with the Python that the environment was made by."""
    content = b"".join((ROOT / lock).read_bytes() for lock in LOCKS[kind])
    return hashlib.sha256(content + repr(sys.version_info[:2]).encode()).hexdigest()


def install_python(kind: str) -> None:
    """Make .venv and bring it to the lock, refusing any package whose digest differs from it."""
    marks = {name: VENV / f".installed-{name}" for name in LOCKS}
    expected = fingerprint(kind)
    # An environment for the tests holds everything that a run needs.
    done = marks["test"].exists() and marks["test"].read_text() == fingerprint("test")
    if venv_python().exists() and (done or (marks[kind].exists() and marks[kind].read_text() == expected)):
        return
    if not venv_python().exists():
        say("Making the virtual environment .venv")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)  # noqa: S603 (this Python)
    locks = [part for lock in LOCKS[kind] for part in ("-r", str(ROOT / lock))]
    say(f"Installing the locked packages ({', '.join(LOCKS[kind])})")
    pip = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", *locks], check=True)  # noqa: S603 (the lock files of the project)
    marks[kind].write_text(expected)


def main(arguments: list[str]) -> int:
    """Prepare for `run` or `test`; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        say(__doc__ or "")
        return 2
    kind = arguments[0]
    if sys.version_info < OLDEST_PYTHON:
        say(f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed; set PYTHON=… to name another one.")
        return 1
    try:
        install_system(kind)
        install_python(kind)
    except InstallError as error:
        say(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        say(f"This command failed: {' '.join(map(str, error.cmd))}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Setting up: only what is missing is installed, repeats do nothing, and what cannot be installed is named."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import install
from scripts.install import InstallError, Need

ALWAYS, NEVER = (lambda: True), (lambda: False)


class Commands:
    """Stands for subprocess.run: notes the commands; `react` may do what a command would have done."""

    def __init__(self, react: Callable[[list[str]], None] = lambda _: None, offered: tuple[str, ...] = ()) -> None:
        self.seen: list[list[str]] = []
        self.react = react
        self.offered = offered

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[Any]:
        self.seen.append(command)
        self.react(command)
        if command[0] == "apt-cache":
            known = command[-1] in self.offered
            return subprocess.CompletedProcess(command, 0 if known else 100, b"Package" if known else b"", b"")
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    made = Commands()
    monkeypatch.setattr(subprocess, "run", made)
    return made


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """machine(has=(…), root=True): which programs the machine has, and who is at it."""

    def be(has: tuple[str, ...], root: bool) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in has else None)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)

    return be


def needs(monkeypatch: pytest.MonkeyPatch, *wanted: Need) -> None:
    monkeypatch.setitem(install.NEEDS, "test", wanted)


def test_nothing_is_asked_for_when_nothing_is_missing(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> None:
    needs(monkeypatch, Need("A thing", ALWAYS, ("thing",)))
    install.install_system("test")
    assert commands.seen == []


def test_only_what_is_missing_is_installed(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, machine: Callable[..., None]
) -> None:
    installed: set[str] = set()
    commands.react = lambda command: installed.update(command if "install" in command else [])
    commands.offered = ("other", "old-name")
    machine(has=("apt-get",), root=True)
    needs(
        monkeypatch,
        Need("A thing", ALWAYS, ("thing",)),
        Need("Another", lambda: "other" in installed, ("other",)),
        Need("A renamed one", lambda: "old-name" in installed, ("new-name|old-name",)),
    )
    install.install_system("test")
    apt = [command for command in commands.seen if "apt-get" in command]
    assert [command[-1] for command in apt] == ["update", "old-name"]
    assert apt[1][-3:] == ["--no-install-recommends", "other", "old-name"]


def test_an_office_suite_without_writer_or_calc_is_not_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    monkeypatch.setattr(shutil, "which", lambda name: str(program) if name == "soffice" else None)
    (tmp_path / "libswlo.so").touch()
    assert not install.has_office()
    (tmp_path / "libsclo.so").touch()
    assert install.has_office()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert not install.has_office()


def test_sudo_is_used_by_others_than_root(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, machine: Callable[..., None]
) -> None:
    there: list[bool] = []
    commands.react = lambda command: there.append(True) if "install" in command else None
    machine(has=("apt-get", "sudo"), root=False)
    needs(monkeypatch, Need("A thing", lambda: bool(there), ("thing",)))
    install.install_system("test")
    assert all(command[0] == "/bin/sudo" for command in commands.seen if "apt-get" in command)


def test_what_cannot_be_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, machine: Callable[..., None]
) -> None:
    needs(monkeypatch, Need("A thing", NEVER, ("thing|thing-old",)))
    machine(has=(), root=True)
    with pytest.raises(InstallError, match=r"own package manager.*A thing"):
        install.install_system("test")
    machine(has=("apt-get",), root=False)
    with pytest.raises(InstallError, match=r"As root: apt-get install thing$"):
        install.install_system("test")
    assert commands.seen == []
    machine(has=("apt-get",), root=True)
    with pytest.raises(InstallError, match="still missing: A thing"):
        install.install_system("test")


def test_the_environment_is_made_once_and_again_when_the_lock_changes(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, tmp_path: Path
) -> None:
    def react(command: list[str]) -> None:
        if "venv" in command:
            python = Path(command[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()

    commands.react = react
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    for lock in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text("flask==3\n", encoding="utf-8")

    install.install_python("run")
    assert [command[1:3] for command in commands.seen] == [["-m", "venv"], ["-m", "pip"]]
    assert commands.seen[1][-3:] == ["--require-hashes", "-r", str(tmp_path / "requirements.txt")]
    install.install_python("run")
    assert len(commands.seen) == 2
    install.install_python("test")
    assert commands.seen[2][-1] == str(tmp_path / "requirements-dev.txt")
    (tmp_path / "requirements.txt").write_text("flask==4\n", encoding="utf-8")
    install.install_python("run")
    assert len(commands.seen) == 4
    install.install_python("test")
    install.install_python("run")
    assert len(commands.seen) == 5


def test_the_command_says_what_went_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: str) -> None:
        raise InstallError("Install these: a thing")

    monkeypatch.setattr(install, "install_system", refuse)
    assert install.main(["test"]) == 1
    assert "Install these: a thing" in capsys.readouterr().out

    def fail(_: str) -> None:
        raise subprocess.CalledProcessError(100, ["apt-get", "update"])

    monkeypatch.setattr(install, "install_system", fail)
    assert install.main(["test"]) == 1
    assert "This command failed: apt-get update" in capsys.readouterr().out
    assert install.main(["everything"]) == 2


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(install, "OLDEST_PYTHON", (99, 0))
    assert install.main(["run"]) == 1
    assert "Python 99.0 or newer" in capsys.readouterr().out

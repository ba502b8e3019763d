"""What the documents tell is there: links, commands, targets of make, variables of the surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from portal.web.transaction import PortalFlask

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
PICTURES = {".png", ".jpg", ".webp"}
# `flask --app wsgi db ready`, `flask db ready`, and `cong db ready` of the operations guide
COMMAND = re.compile(r"\b(?:flask(?: --app wsgi)?|cong) ([a-z]+) ([a-z][a-z-]+)\b")
VARIABLE = re.compile(r"\bPORTAL_[A-Z_]+[A-Z]\b")


def documents(pattern: re.Pattern[str]) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in DOCUMENTS:
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            yield path, match


def broken_links(paths: list[Path]) -> list[str]:
    """Links to files of the project that are not there; the browser tests make the pictures."""
    faults = []
    for path in paths:
        for target in re.findall(r"\]\(([^)\s#]+)", path.read_text(encoding="utf-8")):
            file = path.parent / target
            if ":" not in target and file.suffix not in PICTURES and not file.exists():
                faults.append(f"{path.name}: {target}")
    return faults


def test_links_lead_somewhere(tmp_path: Path) -> None:
    assert broken_links(DOCUMENTS) == []
    page = tmp_path / "page.md"
    page.write_text("[here](page.md) [gone](gone.md) [far](https://example.org/x)", encoding="utf-8")
    assert broken_links([page]) == ["page.md: gone.md"]


def test_commands_are_there(app: PortalFlask) -> None:
    told = {(path.name, match[1], match[2]) for path, match in documents(COMMAND)}
    assert len(told) > 10
    missing = []
    for name, group, command in sorted(told):
        found = app.cli.commands.get(group)
        if not isinstance(found, click.Group) or command not in found.commands:
            missing.append(f"{name}: flask {group} {command}")
    assert missing == []


def test_targets_of_make_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {
        (path.name, match[1]) for path, match in documents(re.compile(r"`?\bmake ([a-z-]+)\b(?=[`\s]*(?:`|#|PORT))"))
    }
    assert {name for name, target in told if target not in targets} == set()
    assert {"run", "test"} <= {target for _, target in told}


@pytest.mark.parametrize("path", [ROOT / "deploy" / "portal.env.example", ROOT / "docs" / "vi" / "van-hanh.md"])
def test_variables_are_read_by_the_portal(path: Path) -> None:
    read = "".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "portal" / "config.py", ROOT / "deploy" / "gunicorn.conf.py", ROOT / "scripts" / "serve.py")
    )
    told = set(VARIABLE.findall(path.read_text(encoding="utf-8"))) - {"PORTAL_SMTP"}
    assert told
    assert {name for name in told if name not in read} == set()

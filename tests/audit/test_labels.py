"""Every action that the code writes to the log has its words in a manifest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.domain.audit.labels import words

PORTAL = Path(__file__).resolve().parents[2] / "portal"
WRITERS = {
    "record",
    "audit",
    "_audit",
    "_note",
    "record_now",
    "record_read",
    "EntryData",
    "send_download",
    "send_stored_file",
}
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def actions_of(path: Path) -> Iterator[str]:
    """What the calls that write to the log name as their action, by itself or by a constant of the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in WRITERS:
            continue
        keyed = [k.value for k in call.keywords if k.arg == "action"]
        for given in [*call.args[:4], *keyed]:
            for part in ast.walk(given):
                found = constants.get(part.id) if isinstance(part, ast.Name) else getattr(part, "value", None)
                if isinstance(found, str) and ACTION.fullmatch(found):
                    yield found


@pytest.mark.structure
def test_every_action_has_its_words() -> None:
    found = {action for path in PORTAL.rglob("*.py") for action in actions_of(path)}
    assert len(found) > 40
    assert sorted(found - set(words().actions)) == []


def test_labels_are_plain_vietnamese() -> None:
    for label in (*words().actions.values(), *words().words.values()):
        assert label.strip()
        assert "!" not in label

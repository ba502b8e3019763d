"""Features declare themselves by their place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.manifest import Manifest, manifests


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package of three features, of which two declare themselves."""
    root = tmp_path / "made_up_house"
    for feature in ("doors", "rooms", "walls"):
        (root / feature).mkdir(parents=True)
        (root / feature / "__init__.py").write_text("")
    (root / "__init__.py").write_text("")
    for feature in ("doors", "walls"):
        code = f"from portal.core.manifest import Manifest\nMANIFEST = Manifest({feature!r}, 'Nhãn {feature}')\n"
        (root / feature / "manifest.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "made_up_house"
    for name in [name for name in sys.modules if name.startswith("made_up_house")]:
        del sys.modules[name]
    manifests.cache_clear()


def test_every_manifest_is_found(house: str) -> None:
    assert manifests(house) == (Manifest("doors", "Nhãn doors"), Manifest("walls", "Nhãn walls"))
    assert manifests(house) is manifests(house)


def test_the_portals_own_manifests_have_names_and_labels() -> None:
    found = manifests()
    assert len({m.name for m in found}) == len(found)
    assert all(m.label for m in found)
    keys = [entry.key for m in found for entry in m.menu if entry.key]
    assert len(set(keys)) == len(keys)

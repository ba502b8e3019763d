"""The files that come from elsewhere are as they were fetched, and the sprite is what its list says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from lxml import etree

from scripts import vendor
from scripts.vendor import VendorError

FOLDERS = (vendor.PAGES_VENDOR, vendor.TESTS_VENDOR)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_nobody_changed_a_vendored_file(folder: Path) -> None:
    assert vendor.check_folder(folder) == []


def test_every_package_is_listed_with_its_version_and_licence() -> None:
    for package in vendor.PACKAGES:
        text = (package.target / vendor.MANIFEST).read_text(encoding="utf-8")
        for file in package.files.values():
            line = re.escape(f"| `{file}` | {package.name} | {package.version} | {package.licence} |")
            assert re.search(rf"^{line} `[0-9a-f]{{64}}` \|$", text, re.MULTILINE), file
        assert any(file.startswith("licences/") for file in package.files.values())


def test_a_changed_a_missing_and_an_unlisted_file_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.PAGES_VENDOR, folder)
    shutil.copy(vendor.SPRITE, tmp_path / "icons.svg")
    assert vendor.check_folder(folder) == []
    with (folder / "htmx.min.js").open("a", encoding="utf-8") as script:
        script.write(" ")
    (folder / "bootstrap-reboot.min.css").unlink()
    (folder / "extra.js").touch()
    (tmp_path / "icons.svg").write_text("<svg/>", encoding="utf-8")
    problems = "\n".join(vendor.check_folder(folder))
    assert len(problems.splitlines()) == 4
    assert "htmx.min.js: differs" in problems
    assert "bootstrap-reboot.min.css: listed but missing" in problems
    assert "extra.js: not listed" in problems
    assert "icons.svg: differs" in problems


def test_the_sprite_holds_the_listed_icons_in_order() -> None:
    names = vendor.read_icon_list(vendor.ICON_LIST.read_text(encoding="utf-8"))
    symbols = etree.parse(str(vendor.SPRITE)).getroot().findall("{http://www.w3.org/2000/svg}symbol")
    assert [symbol.get("id") for symbol in symbols] == [f"i-{name}" for name in names]
    assert all(len(symbol) for symbol in symbols)
    assert len({symbol.get("id") for symbol in symbols}) == len(symbols)


def test_a_sprite_is_built_from_shapes_of_both_kinds() -> None:
    outline = (
        '<svg\n  fill="none"\n>\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M1 1" />\n</svg>'
    )
    icons = vendor.read_icon_list("# shapes\nhome\nf-dot\nstar = M2 2Z # ours\n")
    assert icons == {"home": "", "f-dot": "", "star": "M2 2Z"}
    sprite = vendor.build_sprite(icons, {"home": outline, "f-dot": outline})
    assert '<symbol id="i-home" viewBox="0 0 24 24"><path d="M1 1"/></symbol>' in sprite
    assert '<symbol id="i-star" viewBox="0 0 24 24"><path d="M2 2Z"/></symbol>' in sprite
    assert vendor.icon_source("home") == "icons/outline/home.svg"
    assert vendor.icon_source("f-dot") == "icons/filled/dot.svg"


def test_a_shape_that_would_be_lost_is_refused() -> None:
    with pytest.raises(VendorError, match="only paths"):
        vendor.icon_paths("home", '<svg><path d="M1 1"/><circle r="2"/></svg>')
    with pytest.raises(VendorError, match="no visible path"):
        vendor.icon_paths("home", '<svg><path stroke="none" d="M0 0"/></svg>')
    with pytest.raises(VendorError, match="twice"):
        vendor.read_icon_list("home\nhome\n")

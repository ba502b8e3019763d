"""Fetch the browser files that the portal serves itself, and check that nobody changed them.

    python -m scripts.vendor            fetch every package with `npm pack`, write the files, the sprite and VENDORED.md
    python -m scripts.vendor check      compare the files on disk with VENDORED.md (offline)

Files are written unchanged, byte for byte. To move to another version, change PACKAGES and run it again.
To add an icon, add its name to scripts/icons.txt and run it again.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "portal" / "static"
ICON_LIST = ROOT / "scripts" / "icons.txt"
SPRITE = STATIC / "icons.svg"
PAGES_VENDOR = STATIC / "vendor"
TESTS_VENDOR = ROOT / "tests" / "vendor"
MANIFEST = "VENDORED.md"


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: `files` maps a path inside the package to a path below `target`."""

    name: str
    version: str
    licence: str
    target: Path
    files: dict[str, str]


TABLER = Package("@tabler/icons", "3.51.0", "MIT", PAGES_VENDOR, {"LICENSE": "licences/tabler-icons.txt"})
PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        PAGES_VENDOR,
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "licences/htmx.txt"},
    ),
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        PAGES_VENDOR,
        {"dist/css/bootstrap-reboot.min.css": "bootstrap-reboot.min.css", "LICENSE": "licences/bootstrap.txt"},
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        PAGES_VENDOR,
        {
            "files/inter-latin-wght-normal.woff2": "fonts/inter-latin-wght-normal.woff2",
            "files/inter-vietnamese-wght-normal.woff2": "fonts/inter-vietnamese-wght-normal.woff2",
            "LICENSE": "licences/inter.txt",
        },
    ),
    TABLER,
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        TESTS_VENDOR,
        {
            "axe.min.js": "axe.min.js",
            "LICENSE": "licences/axe-core.txt",
            "LICENSE-3RD-PARTY.txt": "licences/axe-core-third-party.txt",
        },
    ),
)


class VendorError(Exception):
    """A file is missing, changed or not what the list says."""


# --- the sprite ----------------------------------------------------------------------------------------------------


def read_icon_list(text: str) -> dict[str, str]:
    """Names of the sprite in order; the value is path data for a shape of our own, else empty.

    A line is `NAME` (outline), `f-NAME` (filled) or `NAME = PATH DATA`; `#` starts a comment.
    """
    icons: dict[str, str] = {}
    for line in text.splitlines():
        entry = line.split("#", 1)[0].strip()
        if not entry:
            continue
        name, _, data = (part.strip() for part in entry.partition("="))
        if name in icons:
            raise VendorError(f"icons.txt names {name} twice")
        icons[name] = data
    return icons


def icon_source(name: str) -> str:
    """Where the icon lies in the package of icons."""
    if name.startswith("f-"):
        return f"icons/filled/{name.removeprefix('f-')}.svg"
    return f"icons/outline/{name}.svg"


def icon_paths(name: str, svg: str) -> list[str]:
    """Path data of one icon without its invisible frame; refuses a shape that the sprite would lose."""
    shapes = re.findall(r"<(?!/|svg\b|\?|!)(\w+)[^>]*?>", svg)
    if set(shapes) != {"path"}:
        raise VendorError(f"{name}: only paths are expected, found {sorted(set(shapes))}")
    paths = [d for tag, d in re.findall(r'(<path[^>]*?\bd="([^"]+)"[^>]*?>)', svg) if 'stroke="none"' not in tag]
    if not paths:
        raise VendorError(f"{name}: no visible path")
    return paths


def build_sprite(icons: dict[str, str], read: dict[str, str]) -> str:
    """The sprite: one symbol a line, `i-` before every name. `read` holds the SVG text of each icon of the package."""
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg">',
        f"<!-- Built by scripts/vendor.py from scripts/icons.txt; shapes: {TABLER.name} {TABLER.version}, MIT -->",
    ]
    for name, own in icons.items():
        paths = [own] if own else icon_paths(name, read[name])
        body = "".join(f'<path d="{d}"/>' for d in paths)
        lines.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{body}</symbol>')
    return "\n".join([*lines, "</svg>"]) + "\n"


# --- fetching ------------------------------------------------------------------------------------------------------


def fetch(package: Package, folder: Path) -> tarfile.TarFile:
    """Download one package by its name and version; npm checks the archive against the registry's own digest."""
    result = subprocess.run(  # noqa: S603 (names and versions are the constants above)
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],  # noqa: S607 (npm of the machine)
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return tarfile.open(folder / result.stdout.strip().splitlines()[-1])


def read_member(archive: tarfile.TarFile, path: str) -> bytes:
    """One file of the archive, in memory: nothing is unpacked to disk by the names in it."""
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise VendorError(f"{path} is not a file")
    return member.read()


def digest(content: bytes) -> str:
    """The SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest_text(title: str, rows: list[tuple[str, str, str, str, str]]) -> str:
    """The VENDORED.md of one folder, from rows of file, package, version, licence and SHA-256."""
    table = [f"| `{file}` | {name} | {version} | {licence} | `{sha}` |" for file, name, version, licence, sha in rows]
    return "\n".join(
        [
            f"# {title}",
            "",
            "Written unchanged by `scripts/vendor.py`; a test compares each file with its SHA-256. Paths are relative",
            "to this folder. Do not edit: change the version in the script and run it.",
            "",
            "| File | Package | Version | Licence | SHA-256 |",
            "|---|---|---|---|---|",
            *table,
            "",
        ]
    )


def write(target: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def vendor() -> None:
    """Fetch everything and write it, with the manifests."""
    rows: dict[Path, list[tuple[str, str, str, str, str]]] = {PAGES_VENDOR: [], TESTS_VENDOR: []}
    icons = read_icon_list(ICON_LIST.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        for package in PACKAGES:
            with fetch(package, Path(scratch)) as archive:
                for source, file in package.files.items():
                    content = read_member(archive, source)
                    write(package.target / file, content)
                    rows[package.target].append((file, package.name, package.version, package.licence, digest(content)))
                if package is TABLER:
                    shapes = {
                        name: read_member(archive, icon_source(name)).decode() for name, own in icons.items() if not own
                    }
                    sprite = build_sprite(icons, shapes).encode()
                    write(SPRITE, sprite)
                    rows[PAGES_VENDOR].append(
                        ("../icons.svg", f"built from {package.name}", package.version, package.licence, digest(sprite))
                    )
    write(PAGES_VENDOR / MANIFEST, manifest_text("Browser files", rows[PAGES_VENDOR]).encode())
    write(TESTS_VENDOR / MANIFEST, manifest_text("Files for browser tests", rows[TESTS_VENDOR]).encode())


# --- checking ------------------------------------------------------------------------------------------------------


def check_folder(folder: Path) -> list[str]:
    """What is wrong in one vendored folder: changed, missing or unlisted files. Empty when all is well."""
    listed = dict(
        re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (folder / MANIFEST).read_text("utf-8"), re.MULTILINE)
    )
    problems = []
    for file, expected in listed.items():
        path = folder / file
        if not path.is_file():
            problems.append(f"{path}: listed but missing")
        elif digest(path.read_bytes()) != expected:
            problems.append(f"{path}: differs from its SHA-256")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST and path.relative_to(folder).as_posix() not in listed:
            problems.append(f"{path}: not listed in {MANIFEST}")
    return problems


def main(arguments: list[str]) -> int:
    """Run the command named on the command line; returns the exit code."""
    if arguments == ["check"]:
        problems = check_folder(PAGES_VENDOR) + check_folder(TESTS_VENDOR)
        sys.stdout.writelines(f"{line}\n" for line in problems)
        return 1 if problems else 0
    if arguments:
        sys.stdout.write(__doc__ or "")
        return 2
    vendor()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

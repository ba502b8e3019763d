"""What a file may be called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.core.text import clean

NAME_LENGTH = 200
NAMELESS = "tep"
# Signs that file systems refuse, and marks that turn the direction of writing (a name could hide its true ending).
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


def clean_name(given: str | None, *endings: str) -> str:
    """A name fit for lists and downloads: as it was typed, but no path, no odd signs, at most 200 letters.

    It always ends with one of `endings` (".jpg", ".jpeg"): the one it has, else the first.
    """
    last = re.split(r"[/\\]", given or "")[-1]
    plain = clean(_FORBIDDEN.sub(" ", last))
    stem, ending = _split(plain, endings)
    stem = stem.strip(" .")[: NAME_LENGTH - len(ending)].strip(" .")
    return f"{stem or NAMELESS}{ending}"


def _split(name: str, endings: Sequence[str]) -> tuple[str, str]:
    lower = name.lower()
    found = next((ending for ending in endings if lower.endswith(ending)), None)
    return (name[: -len(found)], found) if found else (name, endings[0])

"""Two people in one form: what each changed since both began, told from short marks of what stood there at first."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence

MARK_LENGTH = 8


def normal(values: Sequence[str]) -> tuple[str, ...]:
    """A field's values without what no eye sees: kinds of line ends, spaces at the ends of lines, empty values."""
    lines = ["\n".join(line.rstrip() for line in value.strip().splitlines()) for value in values]
    return tuple(line for line in lines if line)


def mark(values: Sequence[str]) -> str:
    """A short fingerprint of a field's values; empty for nothing."""
    plain = normal(values)
    if not plain:
        return ""
    digest = hashlib.sha256("\x1f".join(plain).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:MARK_LENGTH]


def write_marks(values: Mapping[str, Sequence[str]]) -> str:
    """The marks of a form's fields in one line, empty fields left out: `content=Ab3_x9Zq staff_count=…`."""
    return " ".join(f"{name}={found}" for name, given in values.items() if (found := mark(given)))


def read_marks(text: str) -> dict[str, str]:
    """The marks that `write_marks` wrote; what is none is passed over."""
    pairs = (word.rpartition("=") for word in text.split())
    return {name: found for name, _, found in pairs if name and len(found) == MARK_LENGTH}


def same(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two values of a field read alike."""
    return normal(mine) == normal(theirs)


def differing(
    mine: Mapping[str, Sequence[str]], theirs: Mapping[str, Sequence[str]], names: Iterable[str]
) -> list[str]:
    """The fields in which two versions do not read alike."""
    return [name for name in names if not same(mine.get(name, ()), theirs.get(name, ()))]

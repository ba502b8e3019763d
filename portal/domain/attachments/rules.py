"""What a file may be called, and what makes a PDF."""

from __future__ import annotations

import re
from typing import BinaryIO

import filetype

from portal.core.text import clean

PDF = "application/pdf"
PDF_HEAD = b"%PDF-"
PDF_TAIL = b"%%EOF"
TAIL_BYTES = 2048
HEAD_BYTES = 8192
NAME_LENGTH = 200
NAMELESS = "tep"
# Signs that file systems refuse, and marks that turn the direction of writing (a name could hide its true ending).
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


def clean_name(given: str | None, ending: str) -> str:
    """A name fit for lists and downloads: no path, no odd signs, at most 200 letters, always with `ending` (".pdf")."""
    last = re.split(r"[/\\]", given or "")[-1]
    plain = clean(_FORBIDDEN.sub(" ", last))
    stem = plain[: -len(ending)] if plain.lower().endswith(ending) else plain
    stem = stem.strip(" .")[: NAME_LENGTH - len(ending)].strip(" .")
    return f"{stem or NAMELESS}{ending}"


def is_pdf(stream: BinaryIO) -> bool:
    """Whether the content is a whole PDF: its head, its end mark, its first bytes; the name does not count."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    size = stream.seek(0, 2)
    stream.seek(max(size - TAIL_BYTES, 0))
    tail = stream.read()
    stream.seek(0)
    kind = filetype.guess(head)
    return head.startswith(PDF_HEAD) and PDF_TAIL in tail and kind is not None and kind.mime == PDF

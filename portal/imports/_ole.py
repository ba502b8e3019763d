"""Is this file a harmless .xls? Its container and records are walked as bytes, before the reader sees it.

What is refused: encryption, macros, cells so far apart that the reader would set aside too much room, texts that too
many cells share. [MS-CFB] describes the container, [MS-XLS] the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = 512
IN_HEADER = 109  # places of the sector table that the header itself names
LAST_SECTOR = 0xFFFFFFFA
ENTRY = 128
ROOT, STREAM = 5, 2
MINI = 64
BOF, EOF, FILEPASS, SST, CONTINUE, LABELSST = 0x0809, 0x000A, 0x002F, 0x00FC, 0x003C, 0x00FD
VALUES = frozenset({0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})  # records that hold a cell's value
LONGEST = 32_767
RICH, EAST_ASIAN, WIDE = 8, 4, 1


class BrokenContainer(ValueError):
    """The file is no sound compound file."""


@dataclass(slots=True)
class Facts:
    """What an .xls holds: its streams' names; whether it is encrypted; its far cell, if any; cells with shared text."""

    names: set[str] = field(default_factory=set)
    encrypted: bool = False
    far: tuple[int, int] | None = None
    shared_cells: int = 0
    longest_text: int = 0

    @property
    def is_workbook(self) -> bool:
        return bool(self.names & {"workbook", "book"})

    @property
    def is_locked(self) -> bool:
        return self.encrypted or "encryptedpackage" in self.names

    @property
    def has_macros(self) -> bool:
        return "_vba_project_cur" in self.names


def look_into(content: bytes, most_cells: int) -> Facts:
    """What an .xls holds. Raises BrokenContainer."""
    try:
        container = _Container(content)
        facts = Facts({name.lower() for name, _, _ in container.entries})
        if facts.is_workbook and not facts.is_locked:
            _scan(container.stream("workbook", "book"), facts, most_cells)
    except (struct.error, IndexError) as error:
        raise BrokenContainer from error
    return facts


class _Container:
    """A compound file: streams by name."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, self._mini_shift = struct.unpack_from("<HH", content, 0x1E)
        if shift not in (9, 12):
            raise BrokenContainer
        self._size = 1 << shift
        table_sectors, directory = struct.unpack_from("<I", content, 0x2C)[0], struct.unpack_from("<I", content, 0x30)
        self._cutoff, mini_table, _, more, _ = struct.unpack_from("<5I", content, 0x38)
        self._next = self._sector_table(table_sectors, more)
        self.entries = list(self._entries(b"".join(self._chain(directory[0]))))
        self._mini_table = mini_table

    def stream(self, *names: str) -> bytes:
        """The content of the first stream that bears one of these names."""
        _, start, size = next(entry for entry in self.entries if entry[0].lower() in names)
        if size >= self._cutoff:
            return b"".join(self._chain(start))[:size]
        root = b"".join(self._chain(self._root))
        links = b"".join(self._chain(self._mini_table))
        table = struct.unpack(f"<{len(links) // 4}I", links[: len(links) // 4 * 4])
        return b"".join(root[at * MINI : (at + 1) * MINI] for at in _walk(start, table))[:size]

    def _sector_table(self, count: int, more: int) -> tuple[int, ...]:
        places = list(struct.unpack_from(f"<{IN_HEADER}I", self._content, 0x4C))
        seen: set[int] = set()
        while more < LAST_SECTOR and more not in seen:
            seen.add(more)
            part = struct.unpack(f"<{self._size // 4}I", self._sector(more))
            places += part[:-1]
            more = part[-1]
        parts = [self._sector(place) for place in places[:count] if place < LAST_SECTOR]
        table = b"".join(parts)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _sector(self, place: int) -> bytes:
        start = HEADER + place * self._size if self._size == HEADER else (place + 1) * self._size
        found = self._content[start : start + self._size]
        return found.ljust(self._size, b"\0")

    def _chain(self, start: int) -> Iterator[bytes]:
        return (self._sector(place) for place in _walk(start, self._next))

    def _entries(self, directory: bytes) -> Iterator[tuple[str, int, int]]:
        self._root = LAST_SECTOR
        for at in range(0, len(directory) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 0x40)
            start, size = struct.unpack_from("<II", directory, at + 0x74)
            name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind == ROOT:
                self._root = start
            elif kind in (1, STREAM):
                yield name, start, size


def _walk(start: int, table: tuple[int, ...]) -> Iterator[int]:
    """The sectors of a chain; one that bites its own tail is broken."""
    place, left = start, len(table)
    while place < len(table):
        if left == 0:
            raise BrokenContainer
        left -= 1
        yield place
        place = table[place]


def _scan(stream: bytes, facts: Facts, most_cells: int) -> None:
    """Walk the records: encryption, the rectangle that each sheet's cells span, shared texts."""
    at = rows = columns = 0
    texts: list[bytes] = []
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == FILEPASS:
            facts.encrypted = True
            return
        if kind == BOF:
            rows = columns = 0
        elif kind in VALUES:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            facts.shared_cells += kind == LABELSST
            if rows * columns > most_cells and facts.far is None:
                facts.far = (row, column)
        elif kind == SST or (kind == CONTINUE and texts):
            texts.append(stream[at + 4 : at + 4 + length])
        if kind not in (SST, CONTINUE) and texts:
            facts.longest_text, texts = _longest(texts), []
        at += 4 + length


def _longest(parts: list[bytes]) -> int:
    """The length of the longest shared text; what cannot be followed counts as the longest that may be."""
    try:
        return _TextTable(parts).longest()
    except (struct.error, IndexError):
        return LONGEST


class _TextTable:
    """The shared texts, spread over a record and those that continue it."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._part, self._at = parts, 0, 8

    def longest(self) -> int:
        (count,) = struct.unpack_from("<I", self._parts[0], 4)
        found = 0
        for _ in range(count):
            if self._part >= len(self._parts):
                break
            found = max(found, self._text())
        return found

    def _text(self) -> int:
        if self._at >= len(self._parts[self._part]):
            self._turn()
        length, flags = struct.unpack_from("<HB", self._parts[self._part], self._at)
        self._at += 3
        after = 0
        if flags & RICH:
            after += 4 * struct.unpack_from("<H", self._parts[self._part], self._at)[0]
            self._at += 2
        if flags & EAST_ASIAN:
            after += struct.unpack_from("<I", self._parts[self._part], self._at)[0]
            self._at += 4
        self._pass_letters(length, flags)
        self._pass(after)
        return int(length)

    def _pass_letters(self, left: int, flags: int) -> None:
        while left:
            width = 2 if flags & WIDE else 1
            here = min(left, (len(self._parts[self._part]) - self._at) // width)
            self._at += here * width
            left -= here
            if left:
                self._turn()
                flags = self._parts[self._part][0]  # each continuation says anew how wide its letters are
                self._at = 1

    def _pass(self, left: int) -> None:
        while left:
            here = min(left, len(self._parts[self._part]) - self._at)
            self._at += here
            left -= here
            if left:
                self._turn()

    def _turn(self) -> None:
        self._part, self._at = self._part + 1, 0

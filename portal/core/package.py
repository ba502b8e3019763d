"""A zip archive of XML parts (an office file) looked at without trust, before any office library is let near it.

What the directory says and what each part really unpacks to are both held against limits; names that would lead out of
the archive, parts that are encrypted or packed in odd ways, and archives that do not add up are refused.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

MEGABYTE = 1024 * 1024
LOCAL_HEADER = b"PK\x03\x04"
HEADER_BYTES = 30
STEP = 256 * 1024
ENCRYPTED = 0x1


class PackageFault(StrEnum):
    """Why an archive is not taken."""

    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    BOMB = "bomb"


class BadPackage(ValueError):
    """The archive is refused; `fault` says why."""

    def __init__(self, fault: PackageFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """Number of parts, bytes of all unpacked, and how many times smaller a part of `ratio_from` bytes may be packed."""

    parts: int = 3000
    unpacked: int = 256 * MEGABYTE
    ratio: int = 200
    ratio_from: int = MEGABYTE


class Package:
    """An open archive whose directory was found sound; `read` gives one part, `check` unpacks them all."""

    def __init__(self, stream: BinaryIO, limits: PackageLimits | None = None) -> None:
        """Read and check the directory. Raises BadPackage."""
        self._stream, self._limits = stream, limits or PackageLimits()
        stream.seek(0)
        if stream.read(4) != LOCAL_HEADER:
            raise BadPackage(PackageFault.BROKEN)
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise BadPackage(PackageFault.BROKEN) from error
        self._check_directory(entries)
        self.entries: Mapping[str, zipfile.ZipInfo] = {entry.filename: entry for entry in entries}

    def _check_directory(self, entries: list[zipfile.ZipInfo]) -> None:
        limits = self._limits
        if any(entry.flag_bits & ENCRYPTED for entry in entries):
            raise BadPackage(PackageFault.ENCRYPTED)
        if len(entries) > limits.parts or sum(entry.file_size for entry in entries) > limits.unpacked:
            raise BadPackage(PackageFault.BOMB)
        names = [entry.filename.lower() for entry in entries]
        if len(set(names)) != len(names) or any(map(_leads_out, names)):
            raise BadPackage(PackageFault.BROKEN)
        for entry in entries:
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadPackage(PackageFault.BROKEN)
            if entry.file_size > limits.ratio_from and entry.file_size > entry.compress_size * limits.ratio:
                raise BadPackage(PackageFault.BOMB)

    @property
    def names(self) -> list[str]:
        """The names of the parts, as the archive spells them."""
        return list(self.entries)

    def read(self, name: str, limit: int = 8 * MEGABYTE) -> bytes:
        """One part of at most `limit` bytes. KeyError when there is none; raises BadPackage."""
        if self.entries[name].file_size > limit:
            raise BadPackage(PackageFault.BOMB)
        return b"".join(self._unpack(self.entries[name]))

    def check(self) -> None:
        """Unpack everything, keeping nothing: each part must be what the directory says. Raises BadPackage."""
        for entry in self.entries.values():
            for _ in self._unpack(entry):
                pass

    def _unpack(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """The part in pieces; never more than its declared size."""
        stream = self._stream
        stream.seek(entry.header_offset)
        header = stream.read(HEADER_BYTES)
        if header[:4] != LOCAL_HEADER or len(header) < HEADER_BYTES:
            raise BadPackage(PackageFault.BROKEN)
        stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        size = crc = 0
        for piece in _pieces(stream, entry):
            size += len(piece)
            if size > entry.file_size:
                raise BadPackage(PackageFault.BOMB)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != entry.file_size or crc != entry.CRC:
            raise BadPackage(PackageFault.BROKEN)


def _pieces(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked content in steps; another reader may move the stream meanwhile."""
    place, left = stream.tell(), entry.compress_size
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        stream.seek(place)
        packed = stream.read(min(STEP, left))
        if not packed:
            return
        place, left = place + len(packed), left - len(packed)
        if inflater is None:
            yield packed
            continue
        try:
            while packed:
                yield inflater.decompress(packed, STEP)
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise BadPackage(PackageFault.BROKEN) from error
    if inflater is not None:
        yield inflater.flush(STEP)


def _leads_out(name: str) -> bool:
    """Whether a name is absolute, climbs up, or is no plain name at all."""
    return name.startswith(("/", "\\")) or "\\" in name or "\x00" in name or ".." in name.split("/") or ":" in name

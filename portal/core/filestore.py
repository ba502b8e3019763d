"""The file store.

Content under its SHA-256, outside the web root, on disk and synced before the database says that it is there.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

CHUNK = 1024 * 1024
ARRIVING, LEAVING = ".in-", ".out-"


@dataclass(frozen=True, slots=True)
class StoredContent:
    """What was written: its hash (64 hexadecimal digits) and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class LastPut:
    """When content was last put, and its size in bytes."""

    at: datetime
    size: int


class ContentTooLarge(ValueError):
    """The stream went over the limit; nothing was kept."""


class FileStore:
    """Content-addressed files under `root`.

    The same bytes are kept once, and only their owner's record says that they exist.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, sha256: str) -> Path:
        """Where content of this hash lies; ValueError when it is not a hash."""
        if len(sha256) != 64 or any(c not in "0123456789abcdef" for c in sha256):
            raise ValueError("Not a SHA-256.")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, stream: BinaryIO, limit: int | None = None) -> StoredContent:
        """Write a stream of at most `limit` bytes, synced to the disk; raises ContentTooLarge."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(prefix=ARRIVING, dir=self.root)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as out:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise ContentTooLarge(f"over {limit} bytes")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            target = self.path_of(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)
            _sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredContent(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream; FileNotFoundError when the disk has lost it."""
        return self.path_of(sha256).open("rb")

    def verify(self, sha256: str) -> bool:
        """Whether the file is there and still has its hash."""
        try:
            with self.path_of(sha256).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def delete(self, sha256: str) -> None:
        """Remove content that no record names any more."""
        self.path_of(sha256).unlink(missing_ok=True)

    def discard(self, sha256: str, before: datetime) -> bool:
        """Remove content that was last put before an instant and that no record names; True when it is gone.

        Content that is put again meanwhile stays: its new record may not be committed yet.
        """
        path = self.path_of(sha256)
        aside = path.with_name(f"{LEAVING}{sha256}")
        try:
            if path.stat().st_mtime >= before.timestamp():
                return False
            path.replace(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before.timestamp():  # put again between the look and the move
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def age_of(self, sha256: str) -> LastPut | None:
        """When content was last put, by the machine's clock, and its size; None when it is not there."""
        try:
            found = self.path_of(sha256).stat()
        except FileNotFoundError:
            return None
        return LastPut(datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)

    def put_back(self, before: datetime) -> int:
        """Put back what a process that was killed had moved aside before an instant; returns how much.

        It may be content that came again at that very moment and that a record names by now; if none does, the next
        search for orphans finds it.
        """
        found = [path for path in self.root.glob(f"??/??/{LEAVING}*") if path.stat().st_ctime < before.timestamp()]
        for path in found:
            path.replace(path.with_name(path.name.removeprefix(LEAVING)))
        return len(found)

    def clear_leftovers(self, before: datetime) -> int:
        """Remove what a killed process left half written before an instant; returns how much."""
        old = [path for path in self.root.glob(f"{ARRIVING}*") if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def all_hashes(self) -> Iterator[str]:
        """Every hash on the disk, for the search for orphans."""
        for path in sorted(self.root.glob("??/??/*")):
            if not path.name.startswith(LEAVING):
                yield path.name


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # a folder cannot be opened there; the file itself is synced
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

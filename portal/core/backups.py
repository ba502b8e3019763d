"""Backups: one encrypted file with the whole database and every stored file, of one instant, checked part by part.

The archive is a gzip-compressed tar, encrypted in the age format for a recipient whose secret key need not be on the
server: `age -d` opens it too. Its last member is the manifest, so that one that was cut off is never taken for whole.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyrage
from pyrage import x25519
from sqlalchemy import Engine

from portal.core.filestore import FileStore
from portal.core.snapshots import Snapshot, SnapshotFailed, TableFacts, take_snapshot

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
LEVEL = 3
NAME = re.compile(r"^cong-noi-vu-(\d{8}T\d{6}Z)\.tar\.gz\.age$")
_HASH = re.compile(r"^[0-9a-f]{64}$")


class BadArchive(SnapshotFailed):
    """The file is no whole backup of this portal, or cannot be opened with this key."""


@dataclass(slots=True)
class Manifest:
    """What a backup holds. `damaged` names content that no longer had its hash when it was saved."""

    at: str
    engine: str
    revision: str
    database: str
    tables: dict[str, TableFacts]
    files: int = 0
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    def dump(self) -> bytes:
        """The manifest as it stands in the archive."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def load(cls, raw: bytes) -> Manifest:
        """Raises BadArchive."""
        try:
            facts: dict[str, Any] = json.loads(raw)
            if facts["format"] != FORMAT:
                raise BadArchive(f"Bản sao lưu có định dạng {facts['format']}; bản cổng này đọc định dạng {FORMAT}.")
            facts["tables"] = {name: TableFacts(**one) for name, one in facts["tables"].items()}
            return cls(**facts)
        except (ValueError, KeyError, TypeError) as error:
            raise BadArchive("Bản kê trong bản sao lưu không đọc được.") from error


def new_identity() -> tuple[str, str]:
    """A new pair: the secret key that opens backups (kept elsewhere), and the recipient that they are made for."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_recipient(text: str) -> bool:
    """Whether backups can be made for this recipient."""
    try:
        x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError):
        return False
    return True


def archive_name(at: datetime) -> str:
    """The name of a backup made at an instant (UTC): names sort by time."""
    return f"cong-noi-vu-{at:%Y%m%dT%H%M%SZ}.tar.gz.age"


def write_backup(engine: Engine, files: FileStore, recipient: str, target: Path, at: datetime) -> Manifest:
    """Save everything into `target`, which appears only when it is whole and on the disk.

    The database comes first, the files after it: whatever its rows name was on the disk before. Raises SnapshotFailed.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
            snapshot = take_snapshot(engine, Path(scratch))
            with partial.open("wb") as out:
                os.fchmod(out.fileno(), 0o600)
                manifest = _encrypt(lambda stream: _pack(stream, snapshot, files, at), out, recipient)
                out.flush()
                os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def read_backup(archive: Path, identity: str, folder: Path) -> Manifest:
    """Open a backup into `folder`: the database under its name, the files in the store's layout below `files`.

    Every file is compared with its hash. Raises BadArchive.
    """
    try:
        key = x25519.Identity.from_str(identity.strip())
    except (pyrage.IdentityError, ValueError) as error:
        raise BadArchive("Khóa mở bản sao lưu không đúng dạng AGE-SECRET-KEY-1…") from error
    opened = folder / "opened.tar.gz"
    try:
        with archive.open("rb") as source, opened.open("wb") as plain:
            pyrage.decrypt_io(source, plain, [key])
        with tarfile.open(opened, "r:gz") as tar:
            return _unpack(tar, folder)
    except (pyrage.DecryptError, tarfile.TarError, EOFError, gzip.BadGzipFile, OSError) as error:
        raise BadArchive("Không mở được bản sao lưu: sai khóa, hoặc tệp bị cắt, bị sửa.") from error
    finally:
        opened.unlink(missing_ok=True)


def old_backups(folder: Path, before: datetime) -> list[Path]:
    """The backups in a folder that were made before an instant; the newest of all is never among them."""
    found = sorted(path for path in folder.iterdir() if NAME.match(path.name))
    return [path for path in found[:-1] if path.name < archive_name(before)]


def newest_backup(folder: Path) -> Path | None:
    """The last whole backup in a folder."""
    found = sorted(path for path in folder.iterdir() if NAME.match(path.name))
    return found[-1] if found else None


def _encrypt(pack: Callable[[BinaryIO], Manifest], out: BinaryIO, recipient: str) -> Manifest:
    """Let `pack` write into a pipe whose other end is encrypted into `out`: nothing plain is kept on the way."""
    try:
        to = x25519.Recipient.from_str(recipient)
    except (pyrage.RecipientError, ValueError) as error:
        raise SnapshotFailed("Khóa nhận bản sao lưu không đúng dạng age1…") from error
    reading, writing = os.pipe()
    made: list[Manifest] = []
    failed: list[BaseException] = []

    def fill() -> None:
        try:
            with os.fdopen(writing, "wb") as stream:
                made.append(pack(stream))
        except BaseException as error:  # handed to the caller below
            failed.append(error)

    filler = threading.Thread(target=fill, name="backup")
    filler.start()
    try:
        with os.fdopen(reading, "rb") as source:  # closed early, it ends the filler too
            pyrage.encrypt_io(source, out, [to])
    finally:
        filler.join()
    if failed:
        raise failed[0]
    return made[0]


def _pack(stream: BinaryIO, snapshot: Snapshot, files: FileStore, at: datetime) -> Manifest:
    manifest = Manifest(at.isoformat(), snapshot.engine, snapshot.revision, snapshot.file.name, snapshot.tables)
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=LEVEL, mtime=0) as zipped,
        tarfile.open(fileobj=cast("IO[bytes]", zipped), mode="w|") as tar,
    ):
        tar.add(snapshot.file, snapshot.file.name, filter=_plain)
        for sha256 in files.all_hashes():
            _add_file(tar, files, sha256, manifest)
        raw = manifest.dump()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(raw)
        tar.addfile(member, io.BytesIO(raw))
    return manifest


def _add_file(tar: tarfile.TarFile, files: FileStore, sha256: str, manifest: Manifest) -> None:
    if not _HASH.match(sha256):
        return
    try:
        content = files.open(sha256)
    except FileNotFoundError:
        return  # cleared away since it was listed: no row named it
    with content:
        watched = _Hashing(content)
        member = tarfile.TarInfo(f"{FILES}{sha256[:2]}/{sha256[2:4]}/{sha256}")
        member.size = os.fstat(content.fileno()).st_size
        tar.addfile(member, cast("IO[bytes]", watched))
    manifest.files += 1
    if watched.digest.hexdigest() != sha256:
        manifest.damaged.append(sha256)


class _Hashing:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.digest.update(chunk)
        return chunk


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(tar: tarfile.TarFile, folder: Path) -> Manifest:
    manifest: Manifest | None = None
    found: list[str] = []
    wrong: list[str] = []
    for member in tar:
        source = tar.extractfile(member) if member.isfile() else None
        if source is None or manifest is not None:
            raise BadArchive("Bản sao lưu có phần không thuộc về nó.")
        with source:
            if member.name == MANIFEST:
                manifest = Manifest.load(source.read())
                continue
            digest = _write(cast("BinaryIO", source), _place(folder, member.name))
        if member.name.startswith(FILES):
            found.append(Path(member.name).name)
            if digest != found[-1]:
                wrong.append(found[-1])
    if manifest is None:
        raise BadArchive("Bản sao lưu thiếu bản kê: tệp bị cắt.")
    if len(found) != manifest.files or sorted(wrong) != sorted(manifest.damaged):
        raise BadArchive("Các tệp trong bản sao lưu không khớp bản kê.")
    return manifest


def _place(folder: Path, name: str) -> Path:
    """Where a member goes; BadArchive for a name that is none of ours."""
    parts = name.split("/")
    is_file = len(parts) == 4 and name.startswith(FILES) and bool(_HASH.match(parts[3]))
    if is_file and parts[1:3] == [parts[3][:2], parts[3][2:4]]:
        return folder.joinpath(*parts)
    if name in ("database.sqlite", "database.dump"):
        return folder / name
    raise BadArchive("Bản sao lưu có phần không thuộc về nó.")


def _write(source: BinaryIO, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while chunk := source.read(1024 * 1024):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


@contextmanager
def opened(archive: Path, identity: str, place: Path) -> Iterator[tuple[Manifest, Path]]:
    """A backup, opened into a folder below `place` that is removed at the end. Raises BadArchive."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=place) as name:
        yield read_backup(archive, identity, Path(name)), Path(name)

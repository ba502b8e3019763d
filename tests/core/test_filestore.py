"""The file store: content under its hash, whole or not at all, removed only when nobody can have it in hand."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core import filestore
from portal.core.filestore import ContentTooLarge, FileStore

LATER = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - files carry the machine's time
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def put(store: FileStore, content: bytes) -> str:
    return store.put(io.BytesIO(content)).sha256


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=3000))
def test_what_is_put_is_given_back_under_its_hash(store: FileStore, content: bytes) -> None:
    kept = store.put(io.BytesIO(content))
    assert (kept.sha256, kept.size) == (hashlib.sha256(content).hexdigest(), len(content))
    with store.open(kept.sha256) as stream:
        assert stream.read() == content
    assert store.verify(kept.sha256)


def test_equal_content_is_kept_once(store: FileStore) -> None:
    assert put(store, b"a") == put(store, b"a")
    assert len(list(store.all_hashes())) == 1


def test_content_of_many_chunks_is_whole(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filestore, "CHUNK", 7)
    content = bytes(range(256)) * 3
    with store.open(put(store, content)) as stream:
        assert stream.read() == content


def test_over_the_limit_nothing_is_kept(store: FileStore) -> None:
    assert store.put(io.BytesIO(b"12345"), limit=5).size == 5
    with pytest.raises(ContentTooLarge):
        store.put(io.BytesIO(b"123456"), limit=5)
    assert len(list(store.all_hashes())) == 1
    assert list(store.root.glob(".in-*")) == []


def test_a_stream_that_breaks_leaves_nothing(store: FileStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("gone")
            return super().read(2)

    with pytest.raises(OSError, match="gone"):
        store.put(cast(BinaryIO, Broken(b"abcdef")))
    assert list(store.all_hashes()) == []
    assert list(store.root.glob(".in-*")) == []


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 65])
def test_only_a_hash_names_a_file(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path_of(name)


def test_damage_and_loss_are_noticed(store: FileStore) -> None:
    sha256 = put(store, b"content")
    store.path_of(sha256).write_bytes(b"c0ntent")
    assert not store.verify(sha256)
    store.delete(sha256)
    store.delete(sha256)
    assert not store.verify(sha256)
    with pytest.raises(FileNotFoundError):
        store.open(sha256)


def test_old_content_can_be_discarded_and_young_stays(store: FileStore) -> None:
    sha256 = put(store, b"content")
    assert not store.discard(sha256, LONG_AGO)
    assert store.verify(sha256)
    assert store.discard(sha256, LATER)
    assert not store.discard(sha256, LATER)
    assert list(store.all_hashes()) == []


def test_content_that_is_put_again_meanwhile_stays(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = put(store, b"content")
    path = store.path_of(sha256)
    os.utime(path, (1, 1))
    real = Path.replace

    def put_first(self: Path, target: Path) -> Path:
        if target.name.startswith(filestore.LEAVING):
            monkeypatch.setattr(Path, "replace", real)
            put(store, b"content")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", put_first)
    assert not store.discard(sha256, LATER - timedelta(days=2))
    assert store.verify(sha256)


def test_leftovers_of_killed_processes_are_found(store: FileStore) -> None:
    sha256 = put(store, b"content")
    half = store.root / ".in-123"
    half.write_bytes(b"ha")
    assert list(store.all_hashes()) == [sha256]
    assert store.clear_leftovers(LONG_AGO) == 0
    assert store.clear_leftovers(LATER) == 1
    assert store.verify(sha256)


def test_what_a_killed_process_set_aside_comes_back(store: FileStore) -> None:
    """It was put again while it was moved; then the process died: a record may name it by now."""
    sha256 = put(store, b"content")
    aside = store.path_of(sha256).with_name(f"{filestore.LEAVING}{sha256}")
    store.path_of(sha256).replace(aside)
    assert list(store.all_hashes()) == []
    assert store.put_back(LONG_AGO) == 0
    assert store.put_back(LATER) == 1
    assert store.verify(sha256)
    assert store.age_of(sha256) is not None
    assert store.age_of("0" * 64) is None


def test_many_writers_of_one_content_agree(store: FileStore) -> None:
    content = os.urandom(200_000)
    threads = [threading.Thread(target=put, args=(store, content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (sha256,) = store.all_hashes()
    assert store.verify(sha256)

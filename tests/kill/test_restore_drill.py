"""The restore drill: back up while people type, destroy everything, restore, compare every table and every file."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from portal.core.backups import archive_name, new_identity, opened
from portal.core.clock import SystemClock
from portal.core.db import configure_engine, write_mode
from portal.core.filestore import FileStore
from portal.core.snapshots import differences, table_facts
from portal.domain.attachments.models import StoredFile
from portal.domain.emulation.models import RegistrationLine
from tests.databases import Database, make_database
from tests.kill.house import ROOT, House
from tests.kill.officer import Officer

OFFICERS = ("xuanquan", "vangiang", "khoaichau")
FILES = 40

pytestmark = [pytest.mark.slow_kill, pytest.mark.timeout(240)]


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """One with the start data, and an empty one beside it."""
    made = []
    for name in ("used", "empty"):
        (tmp_path / name).mkdir()
        made.append(make_database(tmp_path / name, f"drill_{name}_{secrets.token_hex(3)}"))
    made[0].build_template()
    yield made[0], made[1]
    for database in made:
        database.drop()


def flask(url: str, data_dir: Path, *words: str) -> str:
    """Run a command of the portal as an operator does; what it says."""
    env = {**os.environ, "PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def store_files(url: str, store: FileStore) -> list[str]:
    """Some stored files, named by rows."""
    engine = create_engine(url)
    configure_engine(engine)
    kept = [store.put(io.BytesIO(f"Bản đăng ký số {n}\n".encode() * (n + 1) * 50)) for n in range(FILES)]
    with write_mode(), Session(engine) as session:
        session.add_all(
            StoredFile(
                kind="registration_signed",
                owner_type="drill",
                owner_id=1,
                name=f"tep-{n}.pdf",
                content_type="application/pdf",
                sha256=content.sha256,
                size=content.size,
                unit_id=1,
                uploaded_by_id=1,
                uploaded_at=SystemClock().now(),
            )
            for n, content in enumerate(kept)
        )
        session.commit()
    engine.dispose()
    return [content.sha256 for content in kept]


def test_what_was_saved_under_load_comes_back_whole(databases: tuple[Database, Database], tmp_path: Path) -> None:
    used, empty = (database.template_url for database in databases)
    data_dir, backups = tmp_path / "data", tmp_path / "backups"
    data_dir.mkdir()
    backups.mkdir()
    hashes = store_files(used, FileStore(data_dir / "files"))
    secret, recipient = new_identity()
    identity = tmp_path / "khoa.txt"
    identity.write_text(f"# khóa mở\n{secret}\n", encoding="utf-8")

    house = House(used, data_dir)
    try:
        before, said = back_up_under_load(house, used, data_dir, backups, recipient)
    finally:
        house.kill_all()
    (archive,) = backups.iterdir()
    assert archive.name in said
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.name <= archive_name(SystemClock().real())
    assert b"Nguy\xe1\xbb\x85n" not in archive.read_bytes()

    shutil.rmtree(data_dir)  # everything is gone
    databases[0].drop()
    data_dir.mkdir()
    checked = flask(empty, data_dir, "restore", str(archive), "--identity", str(identity), "--check")
    assert "còn nguyên" in checked
    told = flask(empty, data_dir, "restore", str(archive), "--identity", str(identity))
    assert "Mọi bảng và mọi tệp khớp bản kê; nhật ký nguyên vẹn." in told
    compare(archive, secret, empty, data_dir, tmp_path)
    store = FileStore(data_dir / "files")
    assert sorted(store.all_hashes()) == sorted(set(hashes))
    assert all(store.verify(sha256) for sha256 in hashes)
    engine = create_engine(empty)
    with Session(engine) as session:
        assert before <= set(session.scalars(select(RegistrationLine.name)))
    engine.dispose()

    house = House(empty, data_dir)  # and the portal serves on it
    try:
        house.start_server()
        assert Officer(house.url, "vangiang").browser.get("/dang-nhap").status == 200
    finally:
        house.kill_all()


def back_up_under_load(house: House, url: str, data_dir: Path, backups: Path, recipient: str) -> tuple[set[str], str]:
    """The names that were acknowledged before the backup began, and what the command said."""
    house.start_server()
    officers = [Officer(house.url, name) for name in OFFICERS]
    for officer in officers:
        officer.begin()
    stop = threading.Event()
    typing = [threading.Thread(target=officer.type_lines, args=(stop,)) for officer in officers]
    for thread in typing:
        thread.start()
    try:
        while min(len(officer.acknowledged) for officer in officers) < 10:
            time.sleep(0.05)
        before = {name for officer in officers for name in officer.acknowledged}
        said = flask(url, data_dir, "backup", str(backups), "--to", recipient, "--keep-days", "30")
        during = sum(len(officer.acknowledged) for officer in officers) - len(before)
    finally:
        stop.set()
        for thread in typing:
            thread.join(60)
    assert during > 0, "nobody typed while the backup was made"
    assert [officer.faults for officer in officers] == [[], [], []]
    return before, said


def compare(archive: Path, secret: str, url: str, data_dir: Path, place: Path) -> None:
    """Every table but the log of the restore itself holds what the backup says."""
    engine = create_engine(url)
    configure_engine(engine)
    with opened(archive, secret, place) as (manifest, _):
        found = differences(manifest.tables, table_facts(engine))
        assert manifest.files == FILES
        assert {line.partition(":")[0] for line in found} == {
            "bảng audit_entry",  # the restore was recorded after all had been compared
            "bảng audit_head",
            "bảng audit_link",
        }
    engine.dispose()

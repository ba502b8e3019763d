"""Content of the file store that no row names any more, and rows whose content the disk has lost.

Every table names content in a column called `sha256`; background jobs name theirs in their payload, checkpoint or
result. Content is put on the disk before the row that names it is committed: what is younger than the grace period may
be on its way to a row and is nobody's orphan. Whoever names content that lies there already puts it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.db import Base
from portal.core.filestore import FileStore
from portal.core.jobs import Job

GRACE = timedelta(days=1)
BATCH = 500
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoreCount:
    """What lies in the store: content that rows or jobs name, orphans with their bytes, content too young to tell; and
    the hashes that rows name and the disk has lost.
    """

    named: int
    orphans: int
    orphan_bytes: int
    young: int
    lost: tuple[str, ...]


def orphans(session: Session, files: FileStore, before: datetime) -> StoreCount:
    """Count the store against the rows; `before` is the machine's instant up to which unnamed content is an orphan.

    Nothing is changed. One look at each file, one query for each table and five hundred files.
    """
    named = count = size = young = 0
    for found in orphan_batches(session, files, before):
        named, young = named + found.named, young + found.young
        count += len(found.hashes)
        size += sum(found.sizes)
    return StoreCount(named, count, size, young, tuple(sorted(_lost(session, files))))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some files of the store: how many are named or too young, the others by hash and size."""

    named: int
    young: int
    hashes: tuple[str, ...]
    sizes: tuple[int, ...]


def orphan_batches(session: Session, files: FileStore, before: datetime) -> Iterator[Batch]:
    """The files of the store, five hundred at a time, each looked up in every table that could name it.

    Between two batches the caller may end the session's transaction: what is committed meanwhile is seen.
    """
    of_jobs = named_by_jobs(session)
    for hashes in _batches(files.all_hashes()):
        named = named_by_rows(session, hashes) | (of_jobs & set(hashes))
        left = [(sha256, files.age_of(sha256)) for sha256 in hashes if sha256 not in named]
        old = [(sha256, put.size) for sha256, put in left if put is not None and put.at < before]
        gone = sum(put is None for _, put in left)
        yield Batch(len(named), len(left) - len(old) - gone, tuple(h for h, _ in old), tuple(s for _, s in old))


def named_by_rows(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these hashes a row names: every column called sha256, whatever feature it belongs to."""
    columns = [table.c.sha256 for table in Base.metadata.sorted_tables if "sha256" in table.c]
    return {found for column in columns for found in session.scalars(select(column).where(column.in_(hashes)))}


def named_by_jobs(session: Session) -> set[str]:
    """Every hash that a job's payload, checkpoint or result names."""
    rows = session.execute(select(Job.payload, Job.checkpoint, Job.result))
    return {found for row in rows for found in _HASH.findall(json.dumps(list(row)))}


def _lost(session: Session, files: FileStore) -> set[str]:
    columns = [table.c.sha256 for table in Base.metadata.sorted_tables if "sha256" in table.c]
    named = {found for column in columns for found in session.scalars(select(column).distinct()) if found}
    return {sha256 for sha256 in named if not files.path_of(sha256).is_file()}


def _batches(hashes: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(hashes)
    while batch := list(islice(rest, BATCH)):
        yield batch

"""What the pages share that take a workbook: receiving the file, and turning to the pages of its import."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for
from flask_wtf.file import FileField, FileRequired

from portal.core.package import MEGABYTE
from portal.domain.attachments.rules import clean_name
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.queries import latest_batches
from portal.domain.staging.services import FileFacts, begin_import
from portal.imports import engine
from portal.imports._book import BookFormat
from portal.imports._package import PackageLimits
from portal.imports.kinds import ImportKind, ImportTarget, Link, kinds
from portal.imports.mapping import Layout
from portal.jobs.imports import request_reading
from portal.web.context import runtime, work
from portal.web.formats import moment, number
from portal.web.forms import PortalForm
from portal.web.transaction import own_reading

ACCEPT = ".xlsx,.xls,.csv"
EXTENSIONS = {BookFormat.XLSX: ".xlsx", BookFormat.XLS: ".xls", BookFormat.CSV: ".csv"}


class ImportForm(PortalForm):
    """A workbook to be read."""

    file = FileField("Tệp Excel", [FileRequired("Xin chọn tệp Excel đã điền.")])


def package_limits() -> PackageLimits:
    """What a file may hold."""
    return PackageLimits(file_bytes=runtime().settings.max_upload_bytes)


def limits_text(kind: ImportKind) -> str:
    """How large a file may be, in words."""
    rows = min(kind.most_rows, runtime().settings.import_rows)
    return f"nhiều nhất {package_limits().file_bytes // MEGABYTE} MB và {number(rows)} dòng"


def receive_workbook(kind_key: str, subject_id: int | None, upload: Any) -> str:
    """Take a file in for a record: the address to go on at.

    It is laid out, kept in the store, and read at once where its columns need no look. Raises InvalidInput (file), and
    what forbids importing into the record.
    """
    kind = kinds()[kind_key]
    with own_reading() as reading:
        target = kind.target(reading, subject_id)
    book, layout = engine.inspect(upload.stream, package_limits(), kind, target)
    with own_reading() as reading:
        layout = engine.with_memory(reading, kind, target.unit_id, layout)
    upload.stream.seek(0)
    content = runtime().files.put(upload.stream)
    file = FileFacts(
        clean_name(upload.filename, EXTENSIONS[book.format]), content.sha256, book.format, layout.as_json()
    )
    staged = None
    plain = engine.is_plain(layout, kind)
    if plain and layout.size <= kind.direct_rows:
        staged = read_and_check(kind, target, source_for(file.sha256, file.format), layout)
    batch = begin_import(work(), kind.key, subject_id, target.unit_id, file)
    if plain:
        settle(kind, batch, layout, staged)
    return url_for("imports.show_import" if plain else "imports.choose_columns", batch_id=batch.id)


def source_for(sha256: str, file_format: str) -> engine.Source:
    """A received file."""
    return engine.Source(runtime().files, sha256, file_format, runtime().settings.import_rows)


def read_and_check(kind: ImportKind, target: ImportTarget, source: engine.Source, layout: Layout) -> engine.Staged:
    """Read a file and look what it would do, before the transaction opens. Raises InvalidInput (file)."""
    read = engine.read_file(source, kind, target, layout)
    with own_reading() as reading:
        return engine.check(reading, target, read)


def settle(kind: ImportKind, batch: ImportBatch, layout: Layout, staged: engine.Staged | None) -> None:
    """Keep the choice of columns and what was read by it; a long file is left to the worker (`staged` None)."""
    current = work()
    engine.settle(current, kind, batch, layout)
    if staged is None:
        request_reading(current, batch)
    else:
        engine.keep_staged(current, kind, batch, staged)


def earlier_imports(kind_key: str, subject_id: int | None, user_id: int | None = None) -> list[dict[str, Any]]:
    """The latest imports into a record that the actor may import into, those that wait for a decision among them.

    `user_id` keeps to one person's, where nobody else decides on them.
    """
    rows = work().session.execute(latest_batches(kind_key, subject_id, user_id))
    return [
        {
            "file_name": batch.file_name,
            "state": batch.state,
            "at": moment(batch.created_at),
            "who": who,
            "counts": counts_text(batch) if batch.row_count else "",
            "url": url_for("imports.show_import", batch_id=batch.id),
        }
        for batch, who in rows
    ]


def counts_text(batch: ImportBatch) -> str:
    """Thêm 22 dòng, thay đổi 1 dòng, giữ nguyên 15 dòng, 2 dòng cần sửa."""
    parts = [
        ("thêm {} dòng", batch.new_count),
        ("thay đổi {} dòng", batch.changed_count),
        ("giữ nguyên {} dòng", batch.same_count),
        ("{} dòng cần sửa", batch.faulty_count),
    ]
    text = ", ".join(words.format(number(count)) for words, count in parts if count) or "không có dòng nào"
    return text[:1].upper() + text[1:]


def url_of(link: Link) -> str:
    """The address of a page that a kind of imports names."""
    return url_for(link.endpoint, _anchor=link.anchor or None, **cast(dict[str, Any], link.values))

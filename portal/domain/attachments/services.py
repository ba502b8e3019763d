"""Files of records: taken in before a transaction is open, put on record in it, given out by their record's rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from portal.core.errors import InvalidInput, NotFound, RuleBroken
from portal.core.filestore import ContentTooLarge, FileStore
from portal.domain.access.actor import Work
from portal.domain.attachments.enums import ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.queries import file_of_record
from portal.domain.attachments.rules import PDF, clean_name, is_pdf
from portal.domain.audit.services import record

MEGABYTE = 1024 * 1024


class FileInfected(RuleBroken):
    """The scanner found something; nobody gets the file."""

    message = "Tệp này bị phát hiện có mã độc nên không mở được. Xin báo quản trị hệ thống."


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """Content that lies in the store, synced, and that no record names yet."""

    sha256: str
    size: int
    name: str
    content_type: str


def receive_pdf(files: FileStore, stream: BinaryIO, name: str | None, limit: int, field: str = "file") -> ReceivedFile:
    """Take in an uploaded PDF of at most `limit` bytes. Call it before the transaction is open.

    Raises InvalidInput for `field` when the content is empty, too large, or not a PDF, whatever it is called.
    """
    stream.seek(0, 2)
    if stream.tell() == 0:
        raise InvalidInput({field: ["Tệp trống. Xin chọn tệp PDF của bản đã ký."]})
    if stream.tell() > limit:
        raise InvalidInput({field: [too_large(limit)]})
    if not is_pdf(stream):
        raise InvalidInput({field: ["Tệp không phải là PDF hoàn chỉnh. Xin quét bản đã ký thành PDF rồi tải lên lại."]})
    try:
        content = files.put(stream, limit)
    except ContentTooLarge:
        raise InvalidInput({field: [too_large(limit)]}) from None
    return ReceivedFile(content.sha256, content.size, clean_name(name, ".pdf"), PDF)


def too_large(limit: int) -> str:
    """The sentence for a file over the limit."""
    return f"Tệp lớn quá {limit // MEGABYTE} MB. Xin giảm dung lượng rồi tải lên lại."


def attach_file(work: Work, received: ReceivedFile, owner_type: str, owner_id: int, unit_id: int) -> StoredFile:
    """Put a received file on record under its owner. The caller has checked that the actor may change the owner."""
    stored = StoredFile(
        owner_type=owner_type,
        owner_id=owner_id,
        unit_id=unit_id,
        name=received.name,
        content_type=received.content_type,
        size=received.size,
        sha256=received.sha256,
        scan_state=ScanState.NONE,
        uploaded_by_id=work.actor.user_id,
        uploaded_at=work.clock.now(),
    )
    work.session.add(stored)
    work.session.flush()
    record(
        work,
        "attachment.added",
        "stored_file",
        stored.id,
        unit_id=unit_id,
        detail={"owner": f"{owner_type}/{owner_id}", "size": stored.size, "sha256": stored.sha256},
    )
    return stored


def open_file(work: Work, owner_type: str, owner_id: int, file_id: int) -> StoredFile:
    """A file to be given out. The caller has loaded its owner in scope and checked that the actor may read it.

    Raises NotFound when the file is not that owner's, FileInfected when the scanner refused it.
    """
    stored = work.session.scalars(file_of_record(owner_type, owner_id, file_id)).one_or_none()
    if stored is None:
        raise NotFound
    if stored.scan_state is ScanState.INFECTED:
        raise FileInfected
    return stored

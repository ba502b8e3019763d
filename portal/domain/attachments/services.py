"""Files of records: taken in before a transaction is open, put on record in it, given out by their record's rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from portal.core.clamd import Verdict
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.filestore import ContentTooLarge, FileStore
from portal.core.job_queue import enqueue
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.attachments.content import Refused, is_pdf, recognise
from portal.domain.attachments.enums import FileType, PreviewState, ScanState
from portal.domain.attachments.models import FilePreview, FileRule, StoredFile
from portal.domain.attachments.owners import FileKind, FileOwner, OwnerView
from portal.domain.attachments.queries import counted_files, file_by_id, file_of_record, rules, uploader_of
from portal.domain.attachments.rules import clean_name
from portal.domain.audit.services import record

RULE = "file_rule"
MEGABYTE = 1024 * 1024
EXAMINE = "attachments.examine"


class FileInfected(RuleBroken):
    """The scanner found something; nobody gets the file."""

    message = "Tệp này bị phát hiện có mã độc nên không mở được. Xin báo quản trị hệ thống."


class FilesClosed(RuleBroken):
    """The record does not take or give up files now."""

    message = "Hồ sơ này hiện không thêm, gỡ tệp được."


@dataclass(frozen=True, slots=True)
class Limits:
    """What the office sets for a kind: megabytes of one file, files of one record, days that a removed file is kept."""

    max_megabytes: int
    max_count: int
    keep_days: int


BOUNDS = {"max_megabytes": (1, 200), "max_count": (1, 200), "keep_days": (1, 3650)}


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
    if stream.tell() <= limit and not is_pdf(stream):
        raise InvalidInput({field: ["Tệp không phải là PDF hoàn chỉnh. Xin quét bản đã ký thành PDF rồi tải lên lại."]})
    return receive_file(files, stream, name, (FileType.PDF,), limit, field)


def receive_file(
    files: FileStore,
    stream: BinaryIO,
    name: str | None,
    types: Collection[FileType],
    limit: int,
    field: str = "file",
) -> ReceivedFile:
    """Take in an uploaded file of one of `types` and at most `limit` bytes. Call it before the transaction is open.

    The same is done whether or not the store has the content already: nothing tells that another record holds it.
    Raises InvalidInput for `field`.
    """
    size = stream.seek(0, 2)
    if size > limit:
        raise InvalidInput({field: [too_large(limit)]})
    try:
        kind = recognise(stream, types)
        content = files.put(stream, limit)
    except Refused as refused:
        raise InvalidInput({field: [str(refused)]}) from refused
    except ContentTooLarge:
        raise InvalidInput({field: [too_large(limit)]}) from None
    return ReceivedFile(content.sha256, content.size, clean_name(name, *kind.endings), kind.content_type)


def too_large(limit: int) -> str:
    """The sentence for a file over the limit."""
    return f"Tệp lớn quá {limit // MEGABYTE} MB. Xin giảm dung lượng rồi tải lên lại."


def rule_of(work: Work, kind: FileKind) -> FileKind:
    """The kind with the limits that hold now: the office's, else its feature's own."""
    found = work.session.scalars(rules().where(FileRule.kind == kind.code)).one_or_none()
    return kind if found is None else with_rule(kind, found)


def with_rule(kind: FileKind, rule: FileRule) -> FileKind:
    """The kind with the limits that the office has set."""
    return FileKind(kind.code, kind.label, kind.types, kind.addable, rule.max_megabytes, rule.max_count, rule.keep_days)


def set_rule(work: Work, kind: FileKind, version: int, limits: Limits) -> FileRule:
    """Set limits of a kind; `version` is 0 while the kind's own hold.

    Raises NotAllowed, InvalidInput (the fields of Limits), VersionConflict.
    """
    if not work.actor.can(Permission.FILE_RULE_MANAGE):
        raise NotAllowed
    values = asdict(limits)
    errors = {
        name: [f"Xin nhập số từ {low} đến {high}."]
        for name, (low, high) in BOUNDS.items()
        if not low <= values[name] <= high
    }
    if errors:
        raise InvalidInput(errors)
    found = work.session.scalars(rules().where(FileRule.kind == kind.code).with_for_update()).one_or_none()
    if (found.version if found else 0) != version:
        raise VersionConflict
    before = kind if found is None else with_rule(kind, found)
    if found is None:
        found = FileRule(kind=kind.code)
        work.session.add(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.changed_by_id, found.changed_at = work.actor.user_id, work.clock.now()
    try:
        work.session.flush()
    except IntegrityError as error:  # two set it for the first time at once
        raise VersionConflict from error
    changes = {name: [getattr(before, name), value] for name, value in values.items() if getattr(before, name) != value}
    record(work, "attachment.rule_changed", RULE, kind.code, detail=changes)
    return found


def attach_file(
    work: Work, received: ReceivedFile, owner_type: str, owner_id: int, unit_id: int, kind: str
) -> StoredFile:
    """Put a received file on record under its owner. The caller has checked that the actor may change the owner.

    A job scans it and makes its preview once this is committed.
    """
    file_type = FileType.of(received.content_type)
    office = file_type is None or file_type.is_office
    stored = StoredFile(
        owner_type=owner_type,
        owner_id=owner_id,
        unit_id=unit_id,
        kind=kind,
        name=received.name,
        content_type=received.content_type,
        size=received.size,
        sha256=received.sha256,
        scan_state=ScanState.NONE,
        preview_state=PreviewState.NONE if office else PreviewState.WAITING,
        uploaded_by_id=work.actor.user_id,
        uploaded_at=work.clock.now(),
    )
    work.session.add(stored)
    work.session.flush()
    _audit(work, "attachment.added", stored, size=stored.size, sha256=stored.sha256)
    ask_for_examination(work, stored.id)
    return stored


def ask_for_examination(work: Work, file_id: int, again: str = "") -> None:
    """Let the worker scan a file and make its preview, in this transaction; `again` asks once more, once a value."""
    key = f"{EXAMINE}:{file_id}{':' if again else ''}{again}"
    enqueue(work.session, work.clock, kind=EXAMINE, payload={"file_id": file_id}, unique_key=key)


def add_files(
    work: Work, owner: FileOwner, owner_id: int, kind: FileKind, received: Sequence[ReceivedFile]
) -> list[StoredFile]:
    """Put files that a person chose on record under an owner.

    Raises NotFound (the owner is out of sight), NotAllowed, FilesClosed, InvalidInput (field file).
    """
    view = _changeable(work, owner, owner_id)
    rule = rule_of(work, kind)
    count = work.session.scalars(counted_files(owner.object_type, owner_id, kind.code)).one()
    if count + len(received) > rule.max_count:
        text = f"Mỗi hồ sơ có nhiều nhất {rule.max_count} tệp loại này; đang có {count}. Xin gỡ bớt tệp."
        raise InvalidInput({"file": [text]})
    limit = rule.max_megabytes * MEGABYTE
    if any(one.size > limit for one in received):
        raise InvalidInput({"file": [too_large(limit)]})
    made = [attach_file(work, one, owner.object_type, owner_id, view.unit_id, kind.code) for one in received]
    owner.changed(work, owner_id)
    return made


def remove_file(work: Work, owner: FileOwner, file: StoredFile) -> None:
    """Take a file out of its record's list; until its kind's days are over it can be put back.

    Raises NotFound, NotAllowed, FilesClosed.
    """
    view = _changeable(work, owner, file.owner_id)
    _movable(owner, view, file)
    work.session.refresh(file, with_for_update=True)
    if file.removed_at is not None:
        return
    file.removed_at, file.removed_by_id = work.clock.now(), work.actor.user_id
    _audit(work, "attachment.removed", file)
    owner.changed(work, file.owner_id)
    work.session.flush()


def restore_file(work: Work, owner: FileOwner, file: StoredFile) -> None:
    """Put a removed file back. Raises NotFound, NotAllowed, FilesClosed, InvalidInput when the record is full."""
    view = _changeable(work, owner, file.owner_id)
    kind = _movable(owner, view, file)
    work.session.refresh(file, with_for_update=True)
    if file.removed_at is None:
        return
    rule = rule_of(work, kind)
    if work.session.scalars(counted_files(owner.object_type, file.owner_id, kind.code)).one() >= rule.max_count:
        raise FilesClosed(f"Hồ sơ đã có {rule.max_count} tệp loại này nên chưa khôi phục được. Xin gỡ bớt tệp.")
    file.removed_at = file.removed_by_id = None
    _audit(work, "attachment.restored", file)
    owner.changed(work, file.owner_id)
    work.session.flush()


def _changeable(work: Work, owner: FileOwner, owner_id: int) -> OwnerView:
    view = owner.find(work, owner_id, lock=True)
    if view is None:
        raise NotFound
    if not view.may_read:
        raise NotAllowed
    if not view.may_change:
        raise FilesClosed(view.closed) if view.closed else NotAllowed
    return view


def _movable(owner: FileOwner, view: OwnerView, file: StoredFile) -> FileKind:
    kind = owner.kind(file.kind)
    if not view.sees(file):
        raise NotFound
    kept = not kind.addable and file.scan_state is not ScanState.INFECTED if kind else True
    if kind is None or kept or file.id in view.fixed:
        raise FilesClosed("Tệp này là căn cứ của hồ sơ nên không gỡ được.")
    return kind


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


def uploader_name(work: Work, file: StoredFile) -> str:
    """Who brought the file."""
    return work.session.scalars(uploader_of(file.id)).one()


def note_scan(work: Work, file_id: int, verdict: Verdict | None, refused: str = "") -> StoredFile | None:
    """Write down what the scanner said; None as verdict: it would not scan, for the reason `refused`.

    An infected file loses its preview. Nothing happens to a file that is gone.
    """
    file = work.session.scalars(file_by_id(file_id, removed=True).with_for_update()).one_or_none()
    if file is None:
        return None
    file.scanned_at = work.clock.now()
    if verdict is None:
        file.scan_state, file.scan_note = ScanState.REFUSED, refused[:120]
    elif verdict.clean:
        file.scan_state, file.scan_note = ScanState.CLEAN, ""
    else:
        file.scan_state, file.scan_note = ScanState.INFECTED, verdict.signature[:120]
        file.preview_state = PreviewState.FAILED
        work.session.execute(delete(FilePreview).where(FilePreview.file_id == file.id))
        _audit(work, "attachment.infected", file, found=file.scan_note)
    work.session.flush()
    return file


@dataclass(frozen=True, slots=True)
class MadePage:
    """The picture of a page that lies in the store: its number from 1, its size in dots."""

    page: int
    sha256: str
    content_type: str
    width: int
    height: int


def note_preview(work: Work, file_id: int, total: int, pages: Sequence[MadePage]) -> None:
    """Put the pictures of a file on record; without any it cannot be previewed. An infected file gets none."""
    file = work.session.scalars(file_by_id(file_id, removed=True).with_for_update()).one_or_none()
    if file is None or file.scan_state is ScanState.INFECTED:
        return
    work.session.execute(delete(FilePreview).where(FilePreview.file_id == file.id))
    file.preview_state = PreviewState.READY if pages else PreviewState.FAILED
    file.page_count = total or None
    work.session.add_all(
        FilePreview(
            file_id=file.id,
            page=made.page,
            sha256=made.sha256,
            content_type=made.content_type,
            width=made.width,
            height=made.height,
        )
        for made in pages
    )
    work.session.flush()


def ask_for_preview(work: Work, file: StoredFile) -> None:
    """Let the worker draw a file's pages now, also after it once failed; nothing for types that have no preview.

    The caller has loaded its owner in scope and checked that the actor may read it.
    """
    if file.preview_state not in (PreviewState.WAITING, PreviewState.FAILED) or file.scan_state is ScanState.INFECTED:
        return
    file.preview_state = PreviewState.WAITING
    work.session.flush()
    ask_for_examination(work, file.id, f"{work.clock.now():%Y%m%d%H%M}")


def drop_removed(work: Work, kind: FileKind) -> int:
    """Forget the removed files of a kind whose days are over; their content goes with the stray files."""
    ended = work.clock.now() - timedelta(days=rule_of(work, kind).keep_days)
    gone = delete(StoredFile).where(StoredFile.kind == kind.code, StoredFile.removed_at < ended)
    return len(work.session.scalars(gone.returning(StoredFile.id)).all())


def _audit(work: Work, action: str, file: StoredFile, **detail: object) -> None:
    owner = f"{file.owner_type}/{file.owner_id}"
    record(work, action, "stored_file", file.id, unit_id=file.unit_id, detail={"owner": owner, **detail})

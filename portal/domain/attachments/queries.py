"""Files of records. Who may see them is their record's rule: load that in scope first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select

from portal.domain.accounts.models import UserAccount
from portal.domain.attachments.enums import PreviewState, ScanState
from portal.domain.attachments.models import FilePreview, FileRule, StoredFile

MOST_TOLD = 10
UNSCOPED = {
    "files_of_record": "files of a record that was already loaded in scope",
    "file_of_record": "a file of a record that was already loaded in scope",
    "listed_files": "files of a record that was already loaded in scope",
    "file_by_id": "names the record, which is then loaded in scope before anything is shown",
    "counted_files": "how many files a record has that was already loaded in scope",
    "uploader_of": "a file whose record was already loaded in scope",
    "previews_of": "pictures of a file whose record was already loaded in scope",
    "rules": "limits of kinds of files, the same for every unit",
    "totals_by_kind": "numbers of files by kind, for the administrator",
    "undrawn_files": "the worker's own list, the whole store",
    "infected_of": "a person's own files",
    "unscanned_files": "the scanner's own list, the whole store",
}


def files_of_record(owner_type: str, owner_id: int) -> Select[StoredFile]:
    """The files of one record, the newest first."""
    return (
        select(StoredFile)
        .where(StoredFile.owner_type == owner_type, StoredFile.owner_id == owner_id, StoredFile.removed_at.is_(None))
        .order_by(StoredFile.id.desc())
    )


def listed_files(owner_type: str, owner_id: int) -> Select[StoredFile, str]:
    """The same with the name of who brought each."""
    return (
        files_of_record(owner_type, owner_id)
        .add_columns(UserAccount.full_name)
        .join(UserAccount, UserAccount.id == StoredFile.uploaded_by_id)
    )


def file_of_record(owner_type: str, owner_id: int, file_id: int) -> Select[StoredFile]:
    """One file, only when it is that record's."""
    return files_of_record(owner_type, owner_id).where(StoredFile.id == file_id)


def file_by_id(file_id: int, removed: bool = False) -> Select[StoredFile]:
    """A file by its number; a removed one only when that is asked for."""
    found = select(StoredFile).where(StoredFile.id == file_id)
    return found if removed else found.where(StoredFile.removed_at.is_(None))


def counted_files(owner_type: str, owner_id: int, kind: str) -> Select[int]:
    """How many files of a kind a record has."""
    return select(func.count(StoredFile.id)).where(
        StoredFile.owner_type == owner_type,
        StoredFile.owner_id == owner_id,
        StoredFile.kind == kind,
        StoredFile.removed_at.is_(None),
    )


def uploader_of(file_id: int) -> Select[str]:
    """The name of who brought a file."""
    found = select(UserAccount.full_name).join(StoredFile, StoredFile.uploaded_by_id == UserAccount.id)
    return found.where(StoredFile.id == file_id)


def previews_of(file_id: int) -> Select[FilePreview]:
    """The pictures of a file's pages, in order."""
    return select(FilePreview).where(FilePreview.file_id == file_id).order_by(FilePreview.page)


def rules() -> Select[FileRule]:
    """What the office has set."""
    return select(FileRule).order_by(FileRule.kind)


def totals_by_kind() -> Select[str, int, int]:
    """Number and bytes of the files of each kind; removed ones count until they are gone."""
    return (
        select(StoredFile.kind, func.count(StoredFile.id), func.coalesce(func.sum(StoredFile.size), 0))
        .group_by(StoredFile.kind)
        .order_by(StoredFile.kind)
    )


def infected_of(user_id: int, since: datetime) -> Select[StoredFile]:
    """Files that this person brought, in which the scanner has found something since an instant."""
    return (
        select(StoredFile)
        .where(
            StoredFile.scan_state == ScanState.INFECTED,
            StoredFile.uploaded_by_id == user_id,
            StoredFile.scanned_at >= since,
            StoredFile.removed_at.is_(None),
        )
        .order_by(StoredFile.id)
        .limit(MOST_TOLD)
    )


def unscanned_files(after: int) -> Select[int]:
    """The ids above `after` of files that no scanner has come to yet."""
    return (
        select(StoredFile.id)
        .where(StoredFile.scan_state == ScanState.NONE, StoredFile.id > after)
        .order_by(StoredFile.id)
    )


def undrawn_files(limit: int) -> Select[int]:
    """The ids of files whose preview still waits, the newest first."""
    return (
        select(StoredFile.id)
        .where(
            StoredFile.preview_state == PreviewState.WAITING,
            StoredFile.scan_state != ScanState.INFECTED,
            StoredFile.removed_at.is_(None),
        )
        .order_by(StoredFile.id.desc())
        .limit(limit)
    )

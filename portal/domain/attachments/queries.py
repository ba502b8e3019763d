"""Files of records. Who may see them is their record's rule: load that in scope first."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.domain.attachments.models import StoredFile

UNSCOPED = {
    "files_of_record": "files of a record that was already loaded in scope",
    "file_of_record": "a file of a record that was already loaded in scope",
}


def files_of_record(owner_type: str, owner_id: int) -> Select[StoredFile]:
    """The files of one record, the newest first."""
    return (
        select(StoredFile)
        .where(StoredFile.owner_type == owner_type, StoredFile.owner_id == owner_id)
        .order_by(StoredFile.id.desc())
    )


def file_of_record(owner_type: str, owner_id: int, file_id: int) -> Select[StoredFile]:
    """One file, only when it is that record's."""
    return files_of_record(owner_type, owner_id).where(StoredFile.id == file_id)

"""The files of a record as its page shows them: the part `components/attachments.html` reads what is made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from portal.core.errors import NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.attachments.enums import FileType, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.owners import FileKind, FileOwner, OwnerView, owners
from portal.domain.attachments.queries import listed_files
from portal.domain.attachments.services import rule_of
from portal.web.context import runtime
from portal.web.formats import file_size, moment

REGION = "tep-dinh-kem"


@dataclass(frozen=True, slots=True)
class FileItem:
    """A line of the list."""

    id: int
    name: str
    icon: str
    kind: str
    size_text: str
    who: str
    at_text: str
    scan: ScanState
    url: str
    download_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class FilesPanel:
    """The files of one record and, where they may be changed now, the form that adds to them."""

    items: Sequence[FileItem]
    add_url: str
    list_url: str
    accept: str
    hint: str
    may_add: bool
    closed: str = ""
    errors: Sequence[str] = ()

    @property
    def count_text(self) -> str:
        return f"{len(self.items)} tệp" if self.items else ""


def readable(work: Work, owner: FileOwner, owner_id: int) -> OwnerView:
    """The record, when the actor may read its files. Raises NotFound, NotAllowed."""
    view = owner.find(work, owner_id)
    if view is None:
        raise NotFound
    if not view.may_read:
        raise NotAllowed
    return view


def files_panel(
    work: Work,
    object_type: str,
    owner_id: int,
    *,
    view: OwnerView | None = None,
    every_kind: bool = False,
    errors: Sequence[str] = (),
) -> FilesPanel:
    """What the part shows of a record that the actor may read (one query, two where files may be added).

    Only the kind that people add to, unless `every_kind` is asked for.
    """
    owner = owners()[object_type]
    view = view or readable(work, owner, owner_id)
    rows = work.session.execute(listed_files(object_type, owner_id)).all()
    shown = [(file, who) for file, who in rows if view.sees(file) and (every_kind or _addable(owner, file))]
    kind = owner.addable
    may_add = view.may_change and kind is not None
    rule = rule_of(work, kind) if kind is not None and may_add else kind
    return FilesPanel(
        items=[_item(owner, view, file, who, every_kind) for file, who in shown],
        add_url=url_for("attachments.add_files", owner=owner.slug, owner_id=owner_id),
        list_url=url_for("attachments.list_files", owner=owner.slug, owner_id=owner_id),
        accept=",".join(ending for t in FileType if rule and t in rule.types for ending in t.endings),
        hint=_hint(rule) if rule else "",
        may_add=may_add and rule is not None and sum(_addable(owner, f) for f, _ in shown) < rule.max_count,
        closed=view.closed,
        errors=errors,
    )


def upload_limit(kind: FileKind) -> int:
    """Bytes of one file: what the kind allows, at most what the portal takes."""
    return min(kind.max_megabytes * 1024 * 1024, runtime().settings.max_upload_bytes)


def _addable(owner: FileOwner, file: StoredFile) -> bool:
    kind = owner.kind(file.kind)
    return kind is not None and kind.addable


def _hint(kind: FileKind) -> str:
    types = ", ".join(t.label for t in FileType if t in kind.types)
    size = upload_limit(kind) // (1024 * 1024)
    return f"{types}. Mỗi tệp và mỗi lần tải lên không quá {size} MB; nhiều nhất {kind.max_count} tệp."


def _item(owner: FileOwner, view: OwnerView, file: StoredFile, who: str, with_kind: bool) -> FileItem:
    kind, file_type = owner.kind(file.kind), file.file_type
    removable = view.may_change and kind is not None and kind.addable and file.id not in view.fixed
    return FileItem(
        id=file.id,
        name=file.name,
        icon=file_type.icon if file_type else "paperclip",
        kind=kind.label if kind and with_kind else "",
        size_text=file_size(file.size),
        who=who,
        at_text=moment(file.uploaded_at),
        scan=file.scan_state,
        url=url_for("attachments.show_file", file_id=file.id),
        download_url=url_for("attachments.download_file", file_id=file.id),
        remove_url=url_for("attachments.remove_file", file_id=file.id) if removable else "",
    )

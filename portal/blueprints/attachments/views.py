"""GET and POST /tep-dinh-kem: list, add, look at, download, remove and put back the files of a record."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Response, flash, request, url_for

from portal.blueprints.attachments import bp
from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.attachments import services
from portal.domain.attachments.enums import PreviewState, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.owners import FileKind, FileOwner, OwnerView, owner_of_slug, owners
from portal.domain.attachments.queries import file_by_id, previews_of
from portal.domain.attachments.rules import clean_name
from portal.domain.attachments.services import FilesClosed, ReceivedFile
from portal.web.access import requires
from portal.web.attachments import REGION, files_panel, readable, upload_limit
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.downloads import send_download, send_picture
from portal.web.formats import file_size, moment
from portal.web.htmx import fragment, is_htmx, page, see_other
from portal.web.transaction import own_reading

P = Permission
FIELD = "file"
LIST = "attachments/list_files.html"
NOTHING_CHOSEN = "Chưa chọn tệp nào. Xin chọn tệp rồi bấm Thêm tệp."


@bp.get("/tep-dinh-kem/<string:owner>/<int:owner_id>")
@requires(P.PORTAL_USE)
def list_files(owner: str, owner_id: int) -> Response:
    """All files of a record, with the form that adds to them."""
    w, found = work(), _owner(owner)
    return _list(w, found, owner_id, readable(w, found, owner_id))


@bp.post("/tep-dinh-kem/<string:owner>/<int:owner_id>")
@requires(P.PORTAL_USE)
def add_files(owner: str, owner_id: int) -> Response:
    """Add the chosen files: those that can be taken are kept, the others are named with the reason."""
    found = _owner(owner)
    kind = found.addable
    if kind is None:
        raise NotFound
    with own_reading() as reading:  # nothing is read of a file that the record would not take anyway
        _open_for_change(reading, found, owner_id)
        rule = services.rule_of(reading, kind)
    received, refused = _receive(rule)
    w = work()
    view = readable(w, found, owner_id)
    if received:
        try:
            services.add_files(w, found, owner_id, kind, received)
        except InvalidInput as error:
            refused += [text for texts in error.errors.values() for text in texts]
            received = []
    if not received:
        return _list(w, found, owner_id, view, refused, 422)
    _tell(received, refused)
    if is_htmx():
        panel = files_panel(w, found.object_type, owner_id, view=view)
        return fragment(LIST, "panel", panel=panel, compact=True)
    return see_other(_home(view))


@bp.get("/tep-dinh-kem/<int:file_id>")
@requires(P.PORTAL_USE)
def show_file(file_id: int) -> Response:
    """A file's page: what it is, pictures of its pages, the download."""
    w = work()
    owner, view, file = _file(w, file_id)
    pages = [] if file.scan_state is ScanState.INFECTED else list(w.session.scalars(previews_of(file.id)))
    pictures = [
        (url_for("attachments.show_preview", file_id=file.id, page=p.page), p.page, p.width, p.height) for p in pages
    ]
    kind, who = owner.kind(file.kind), services.uploader_name(w, file)
    shown = page(
        "attachments/show_file.html",
        file=file,
        pictures=pictures,
        meta=_meta(file, kind, who),
        owner_title=view.title,
        owner_url=_home(view),
        infected=file.scan_state is ScanState.INFECTED,
        redraw_url=url_for("attachments.request_preview", file_id=file.id)
        if file.preview_state in (PreviewState.WAITING, PreviewState.FAILED)
        else "",
    )
    record_read("attachment.viewed", file.owner_type, file.owner_id, unit_id=file.unit_id, detail={"file": file.id})
    return shown


@bp.get("/tep-dinh-kem/<int:file_id>/trang/<int:page>")
@requires(P.PORTAL_USE)
def show_preview(file_id: int, page: int) -> Response:
    """The picture of one page, made by the portal."""
    w = work()
    _, _, file = _file(w, file_id)
    if file.scan_state is ScanState.INFECTED:
        raise NotFound
    made = next((p for p in w.session.scalars(previews_of(file.id)) if p.page == page), None)
    if made is None:
        raise NotFound
    return send_picture(made.sha256, made.content_type)


@bp.post("/tep-dinh-kem/<int:file_id>/xem-truoc")
@requires(P.PORTAL_USE)
def request_preview(file_id: int) -> Response:
    """Let the pages be drawn now, first of all or once more."""
    w = work()
    _, _, file = _file(w, file_id)
    services.ask_for_preview(w, file)
    flash("Đã yêu cầu tạo bản xem trước. Xin tải lại trang sau ít giây.", "ok")
    return see_other(url_for("attachments.show_file", file_id=file.id))


@bp.get("/tep-dinh-kem/<int:file_id>/tai-ve")
@requires(P.PORTAL_USE)
def download_file(file_id: int) -> Response:
    """The file itself, always as a download."""
    w = work()
    _, _, file = _file(w, file_id)
    stored = services.open_file(w, file.owner_type, file.owner_id, file.id)
    return send_download(
        stored.sha256,
        stored.name,
        stored.content_type,
        action="attachment.downloaded",
        object_type=stored.owner_type,
        object_id=stored.owner_id,
        unit_id=stored.unit_id,
        detail={"file": stored.id},
    )


@bp.post("/tep-dinh-kem/<int:file_id>/go")
@requires(P.PORTAL_USE)
def remove_file(file_id: int) -> Response:
    """Take a file out of the record; it can be put back at once."""
    w = work()
    owner, view, file = _file(w, file_id)
    services.remove_file(w, owner, file)
    undo: Any = {
        "title": f"Đã gỡ tệp “{file.name}”.",
        "undo_url": url_for("attachments.restore_file", file_id=file.id),
    }
    flash(undo, "ok")
    return see_other(_home(view))


@bp.post("/tep-dinh-kem/<int:file_id>/khoi-phuc")
@requires(P.PORTAL_USE)
def restore_file(file_id: int) -> Response:
    """Put a removed file back."""
    w = work()
    owner, view, file = _file(w, file_id, removed=True)
    try:
        services.restore_file(w, owner, file)
    except FilesClosed as error:
        flash(error.message, "bad")
        return see_other(_home(view))
    flash(f"Đã khôi phục tệp “{file.name}”.", "ok")
    return see_other(_home(view))


def _owner(slug: str) -> FileOwner:
    found = owner_of_slug(slug)
    if found is None:
        raise NotFound
    return found


def _file(w: Work, file_id: int, removed: bool = False) -> tuple[FileOwner, OwnerView, StoredFile]:
    """A file whose record the actor may read. Raises NotFound, NotAllowed."""
    file = w.session.scalars(file_by_id(file_id, removed)).one_or_none()
    owner = owners().get(file.owner_type) if file else None
    if file is None or owner is None:
        raise NotFound
    view = readable(w, owner, file.owner_id)
    if not view.sees(file):
        raise NotFound
    return owner, view, file


def _open_for_change(w: Work, owner: FileOwner, owner_id: int) -> None:
    view = readable(w, owner, owner_id)
    if not view.may_change:
        raise FilesClosed(view.closed) if view.closed else NotAllowed


def _receive(rule: FileKind) -> tuple[list[ReceivedFile], list[str]]:
    """What was uploaded: the files that can be taken, synced in the store, and a sentence for each of the others."""
    uploads = [upload for upload in request.files.getlist(FIELD) if upload.filename]
    if not uploads:
        return [], [NOTHING_CHOSEN]
    received: list[ReceivedFile] = []
    refused: list[str] = []
    for upload in uploads[: rule.max_count]:
        try:
            stream = cast(BinaryIO, upload.stream)
            files, limit = runtime().files, upload_limit(rule)
            received.append(services.receive_file(files, stream, upload.filename, rule.types, limit, FIELD))
        except InvalidInput as error:
            name = clean_name(upload.filename, "")
            refused += [f"“{name}”: {text}" for text in error.errors[FIELD]]
    if len(uploads) > rule.max_count:
        refused.append(f"Mỗi lần nhận nhiều nhất {rule.max_count} tệp; {len(uploads) - rule.max_count} tệp chưa nhận.")
    return received, refused


def _tell(received: list[ReceivedFile], refused: list[str]) -> None:
    names = f"tệp “{received[0].name}”" if len(received) == 1 else f"{len(received)} tệp"
    flash(f"Đã thêm {names}.", "ok")
    if refused:
        left: Any = {"title": f"{len(refused)} tệp không được nhận", "text": " ".join(refused)}
        flash(left, "bad")


def _list(
    w: Work, owner: FileOwner, owner_id: int, view: OwnerView, errors: list[str] | None = None, status: int = 200
) -> Response:
    whole = not is_htmx()
    panel = files_panel(w, owner.object_type, owner_id, view=view, every_kind=whole, errors=errors or ())
    return page(
        LIST,
        block="panel",
        status=status,
        panel=panel,
        compact=not whole,
        owner_title=view.title,
        owner_url=_home(view),
    )


def _home(view: OwnerView) -> str:
    return f"{url_for(view.endpoint, **view.values)}#{REGION}"


def _meta(file: StoredFile, kind: FileKind | None, who: str) -> list[tuple[str, str]]:
    file_type = file.file_type
    found = [
        ("Loại tệp", kind.label if kind else ""),
        ("Dạng", file_type.label if file_type else ""),
        ("Dung lượng", file_size(file.size)),
        ("Người tải lên", who),
        ("Tải lên lúc", moment(file.uploaded_at)),
    ]
    return [pair for pair in found if pair[1]]

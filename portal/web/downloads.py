"""Sending files of the store: always as a download, never before the audit log has it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

from portal.core.errors import RuleBroken
from portal.domain.audit.services import EntryData, record_now
from portal.web.context import actor, request_id, runtime


class FileMissing(RuleBroken):
    """The record is there, the disk has lost the content."""

    message = "Tệp này không còn trong kho lưu trữ. Xin báo quản trị hệ thống."


def send_download(
    sha256: str,
    name: str,
    content_type: str,
    *,
    action: str,
    object_type: str,
    object_id: object,
    unit_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Response:
    """Content of the file store as an attachment. The caller has loaded its record in scope and authorised.

    Raises FileMissing when the disk has lost it.
    """
    path = runtime().files.path_of(sha256)
    if not path.is_file():
        raise FileMissing
    entry = EntryData(
        at=runtime().clock.now(),
        action=action,
        actor_id=actor().user_id,
        object_type=object_type,
        object_id=str(object_id),
        unit_id=unit_id,
        detail=dict(detail or {}),
        request_id=request_id(),
        address=request.remote_addr or "",
    )
    record_now(runtime().session_factory, entry)
    return send_file(path, content_type, as_attachment=True, download_name=name, conditional=False, etag=False)


def send_made(make: Callable[[Path], object], name: str, content_type: str) -> Response:
    """A file that `make` writes to the path it is given, as an attachment; it is gone once it is sent."""
    folder = tempfile.TemporaryDirectory(prefix="download-", dir=runtime().settings.data_dir)
    try:
        target = Path(folder.name) / "file"
        make(target)
        response = send_file(target, content_type, as_attachment=True, download_name=name, etag=False)
    except BaseException:
        folder.cleanup()
        raise
    response.call_on_close(folder.cleanup)
    return response

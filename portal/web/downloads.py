"""Sending files of the store: always as a download, never before the audit log has it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, request, send_file

from portal.core.errors import RuleBroken
from portal.domain.audit.services import EntryData, record_now
from portal.web.context import actor, request_id, runtime
from portal.web.headers import FILE_POLICY


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
    response = send_file(path, content_type, as_attachment=True, download_name=name, conditional=False, etag=False)
    return _guarded(response)


def send_picture(sha256: str, content_type: str) -> Response:
    """A picture that the portal itself made of a file, to be shown in a page. The caller has authorised.

    Raises FileMissing when the disk has lost it.
    """
    path = runtime().files.path_of(sha256)
    if not path.is_file():
        raise FileMissing
    return _guarded(send_file(path, content_type, conditional=False, etag=False))


def _guarded(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def send_made(make: Callable[[BinaryIO, Path], object], name: str, content_type: str) -> Response:
    """A file made for this answer, as an attachment: `make` writes it to the stream, with a folder for its own use.

    The stream has no name on the disk, so that nothing is left behind when the answer ends, however it ends.
    """
    folder = runtime().settings.data_dir
    stream = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the answer closes it
    try:
        with tempfile.TemporaryDirectory(prefix="making-", dir=folder) as workplace:
            make(stream, Path(workplace))
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        response = send_file(stream, content_type, as_attachment=True, download_name=name, etag=False)
        response.content_length = size
        _guarded(response)
    except BaseException:
        stream.close()
        raise
    return response

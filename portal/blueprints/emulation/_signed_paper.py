"""The signed paper as a PDF: registrations and tờ trình take it alike."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import request
from flask_wtf import FlaskForm

from portal.core.errors import InvalidInput
from portal.domain.attachments.services import ReceivedFile, receive_pdf
from portal.web.context import runtime
from portal.web.fields import put_errors

FILE_FIELD = "signed_file"


def received_paper(form: FlaskForm) -> ReceivedFile | None:
    """The uploaded paper in the store, before a transaction is open; its faults go beside the field."""
    upload = request.files.get(FILE_FIELD)
    if upload is None or not upload.filename:
        return None
    try:
        limit = runtime().settings.max_upload_bytes
        return receive_pdf(runtime().files, cast(BinaryIO, upload.stream), upload.filename, limit, FILE_FIELD)
    except InvalidInput as error:
        put_errors(form, error)
        return None

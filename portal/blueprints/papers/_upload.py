"""An uploaded template on its way in: its form, the scanner, the rules, the store."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import request
from flask_wtf.file import FileField

from portal.core.clamd import ScannerRefused, ScannerUnavailable
from portal.domain.attachments.enums import FileType
from portal.domain.attachments.rules import clean_name
from portal.domain.papers.services import TemplateFile
from portal.exports._word_fields import WordPaper
from portal.exports._word_syntax import TemplateRefused
from portal.exports.word_template import MOST_BYTES, check_template
from portal.jobs.attachments import scanner_of
from portal.web.context import runtime
from portal.web.forms import PortalForm

SCAN_SECONDS = 20.0
NO_FILE = "Xin chọn tệp Word (.docx) đã sửa từ mẫu của cổng."
INFECTED = "Chương trình quét phát hiện mã độc trong tệp nên cổng không nhận."
NOT_SCANNED = "Chương trình quét mã độc chưa trả lời nên cổng chưa nhận tệp. Xin thử lại sau ít phút."
TOO_LARGE_TO_SCAN = "Chương trình quét mã độc không quét được tệp này nên cổng không nhận."


class UploadForm(PortalForm):
    """The file of a template."""

    file = FileField("Tệp mẫu đã sửa (.docx)", description=f"Không quá {MOST_BYTES // (1024 * 1024)} MB, không macro.")


def received(paper: WordPaper) -> tuple[TemplateFile | None, Sequence[str]]:
    """The uploaded template in the store, or why it is not taken. Call it before the transaction is open."""
    upload = request.files.get("file")
    content = upload.stream.read(MOST_BYTES + 1) if upload and upload.filename else b""
    if upload is None or not content:
        return None, (NO_FILE,)
    refused = _scanned(content)
    if refused:
        return None, (refused,)
    try:
        check_template(content, paper.fields, paper.example)
    except TemplateRefused as error:
        return None, error.problems
    stored = runtime().files.put(io.BytesIO(content), MOST_BYTES)
    return TemplateFile(clean_name(upload.filename, *FileType.DOCX.endings), stored.sha256, stored.size), ()


def _scanned(content: bytes) -> str:
    """Why the scanner does not let it pass; empty when it does, or when none is set up."""
    scanner = scanner_of(runtime().settings, SCAN_SECONDS)
    if scanner is None:
        return ""
    try:
        return "" if scanner.scan(io.BytesIO(content)).clean else INFECTED
    except ScannerUnavailable:
        return NOT_SCANNED
    except ScannerRefused:
        return TOO_LARGE_TO_SCAN

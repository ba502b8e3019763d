"""Forms of an import: the workbook, and the decision."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from portal.web.forms import PortalForm


class ImportForm(PortalForm):
    """A workbook to be read."""

    file = FileField("Tệp Excel", [FileRequired("Xin chọn tệp Excel đã điền.")])


class ApplyForm(PortalForm):
    """What is to be imported: all rows, or by explicit choice those without faults."""

    only_sound = BooleanField("Chỉ nhập các dòng hợp lệ")

"""Forms of an import: the choice of the sheet, of its columns, and the decision."""

from __future__ import annotations

from wtforms import BooleanField

from portal.web.forms import PortalForm


class ApplyForm(PortalForm):
    """What is to be imported: all rows, or by explicit choice those without faults."""

    only_sound = BooleanField("Chỉ nhập các dòng hợp lệ")


class StepForm(PortalForm):
    """A step that asks nothing; its fields, if any, are read by the view."""

"""Forms of the calendar: a day of a list, the paper that confirms it, a rule of periodic reports."""

from __future__ import annotations

from datetime import date

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.domain.calendar.enums import DayKind, TermUnit
from portal.domain.calendar.services import (
    NAME_LENGTH,
    NOTE_LENGTH,
    PAPER_LENGTH,
    SOURCE_LENGTH,
    DayData,
    PaperData,
    RuleData,
)
from portal.web.fields import DayField
from portal.web.forms import PortalForm

KINDS = ((DayKind.HOLIDAY, "Nghỉ lễ, tết"), (DayKind.IN_LIEU, "Nghỉ bù"), (DayKind.SWAP_OFF, "Hoán đổi ngày làm việc"))
UNITS = (TermUnit.WORKING, TermUnit.CALENDAR)
MOST = 2**31 - 1


def _too_long(limit: int) -> Length:
    return Length(max=limit, message=f"Dài quá {limit} ký tự.")


class VersionedForm(PortalForm):
    """A form over a record that two people may hold."""

    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def given_version(self) -> int:
        given = self.version.data or 0
        return given if 0 <= given <= MOST else 0


class DayForm(VersionedForm):
    """A day of a year's list, or two swapped days."""

    kind = SelectField("Loại", choices=[SelectChoice(kind.value, label) for kind, label in KINDS])
    day = DayField("Ngày nghỉ", [InputRequired("Nhập ngày nghỉ.")])
    work_day = DayField("Ngày làm việc bù", description="Chỉ nhập khi hoán đổi; là thứ Bảy hoặc Chủ nhật.")
    name = StringField(
        "Tên ngày lễ hoặc lý do",
        [InputRequired("Nhập tên ngày lễ hoặc lý do."), _too_long(NAME_LENGTH)],
        description="Ví dụ: Giỗ Tổ Hùng Vương.",
    )
    source = StringField(
        "Căn cứ", [_too_long(SOURCE_LENGTH)], description="Số, ngày văn bản; bắt buộc khi danh sách đã xác nhận."
    )

    def to_data(self) -> DayData:
        return DayData(
            self.day.data or date.min,
            DayKind(self.kind.data),
            self.name.data or "",
            self.work_day.data,
            self.source.data or "",
        )


class PaperForm(VersionedForm):
    """The paper that announced a year's days off."""

    paper_no = StringField(
        "Số, ký hiệu văn bản",
        [InputRequired("Nhập số, ký hiệu văn bản."), _too_long(PAPER_LENGTH)],
        description="Ví dụ: 8056/VPCP-KGVX.",
    )
    paper_date = DayField("Ngày văn bản", [InputRequired("Nhập ngày văn bản.")])
    note = TextAreaField("Nội dung chính", [_too_long(NOTE_LENGTH)])

    def to_data(self) -> PaperData:
        return PaperData(self.paper_no.data or "", self.paper_date.data or date.max, self.note.data or "")


class RuleForm(VersionedForm):
    """How a cycle of reports is cut off and when it is due."""

    name = StringField("Tên báo cáo", [InputRequired("Nhập tên báo cáo."), _too_long(NAME_LENGTH)])
    cutoff_day = IntegerField(
        "Ngày chốt số liệu",
        [InputRequired("Nhập ngày chốt số liệu, từ 1 đến 31.")],
        description="Ngày trong tháng cuối của kỳ; 31 là ngày cuối tháng.",
    )
    due_amount = IntegerField("Gửi trong", [InputRequired("Nhập số ngày.")], description="Tính từ ngày chốt số liệu.")
    due_unit = SelectField("Cách tính", choices=[SelectChoice(unit.value, unit.label) for unit in UNITS])
    citation = StringField("Văn bản quy định", [_too_long(SOURCE_LENGTH)])

    def to_data(self) -> RuleData:
        return RuleData(
            self.name.data or "",
            self.cutoff_day.data or 0,
            self.due_amount.data or 0,
            TermUnit(self.due_unit.data),
            self.citation.data or "",
        )

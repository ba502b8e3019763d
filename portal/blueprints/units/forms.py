"""Forms of units: facts, decisions, what a decision makes, levels and kinds."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.domain.units.enums import UnitSector
from portal.domain.units.reorganisation import Decision, NewUnit
from portal.domain.units.rules import CODE_LENGTH, NAME_LENGTH, SHORT_NAME_LENGTH
from portal.web.fields import DayField
from portal.web.forms import PortalForm

NEW, STAYING = "moi", "dang-co"
ENDS, KEEPS = "chia", "tach"
MOST_SOURCES = 6
MOST_FOUNDED = 4
STAYS = ""


def too_long(limit: int) -> Length:
    """The validator of a text's length."""
    return Length(max=limit, message=f"Dài quá {limit} ký tự.")


def sector_choices(*more: str) -> list[SelectChoice]:
    """Sectors for a select, and a sector that the list does not know."""
    return [*(SelectChoice(s.value, s.label) for s in UnitSector), *(SelectChoice(code, code) for code in more)]


def code_field() -> Any:
    return StringField(
        "Mã đơn vị",
        [InputRequired("Nhập mã đơn vị."), too_long(CODE_LENGTH)],
        description="Mã theo danh mục hành chính, hoặc chữ in hoa không dấu, ví dụ SNV-TCBC.",
    )


def name_field(label: str = "Tên đầy đủ") -> Any:
    return StringField(
        label,
        [InputRequired("Nhập tên đầy đủ."), too_long(NAME_LENGTH)],
        description="Tên ghi trên văn bản, ví dụ UBND huyện Văn Giang.",
    )


def short_name_field(label: str = "Tên ngắn") -> Any:
    return StringField(
        label,
        [InputRequired("Nhập tên ngắn."), too_long(SHORT_NAME_LENGTH)],
        description="Tên dùng trong danh sách, ví dụ Văn Giang.",
    )


class PaperMixin:
    """What documents of the unit are printed with."""

    symbol = StringField("Ký hiệu văn bản", [too_long(30)], description="Ví dụ SNV trong số 12/BC-SNV.")
    place = StringField("Địa danh", [too_long(100)], description="Ghi trước ngày tháng trên văn bản.")
    head_title = StringField("Chức danh người đứng đầu", [too_long(100)], description="Ví dụ Giám đốc, Chủ tịch.")


class FactsForm(PaperMixin, PortalForm):
    """What may be corrected of a unit."""

    name = name_field()
    short_name = short_name_field()
    sector = SelectField("Ngành", choices=sector_choices())
    note = TextAreaField("Ghi chú", [too_long(2000)])
    version = IntegerField(widget=HiddenInput(), default=0)


class NewUnitForm(PaperMixin, PortalForm):
    """A unit that starts under a parent."""

    parent = StringField("Đơn vị cấp trên", [InputRequired("Nhập đơn vị cấp trên."), too_long(200)])
    kind_code = SelectField("Loại đơn vị")
    code = code_field()
    name = name_field()
    short_name = short_name_field()
    valid_from = DayField("Hoạt động từ ngày", [InputRequired("Nhập ngày bắt đầu hoạt động.")])
    sector = SelectField("Ngành", choices=sector_choices())
    note = TextAreaField("Ghi chú", [too_long(2000)])


class DecisionForm(PortalForm):
    """The decision that a reorganisation rests on; every reorganisation's form begins with it."""

    decision_no = StringField(
        "Số, ký hiệu quyết định",
        [InputRequired("Nhập số, ký hiệu quyết định."), too_long(60)],
        description="Ví dụ 123/QĐ-UBND hoặc 08/NQ-HĐND.",
    )
    decision_date = DayField("Ngày ký", [InputRequired("Nhập ngày ký.")])
    effective_on = DayField(
        "Ngày có hiệu lực",
        [InputRequired("Nhập ngày có hiệu lực.")],
        description="Từ ngày này cổng dùng tổ chức mới; ngày trước đó giữ nguyên như cũ.",
    )
    decision_note = TextAreaField("Ghi chú", [too_long(2000)])
    checked = BooleanField("Tôi đã đối chiếu với quyết định", [InputRequired("Xác nhận đã đối chiếu với quyết định.")])

    def decision(self) -> Decision:
        """The decision as the domain takes it; call it on a valid form."""
        return Decision(
            self.decision_no.data or "",
            self.decision_date.data or date.min,
            self.effective_on.data or date.min,
            self.decision_note.data or "",
        )


class RenameForm(DecisionForm):
    """A new official name."""

    name = name_field("Tên đầy đủ mới")
    short_name = short_name_field("Tên ngắn mới")


class MoveForm(DecisionForm):
    """A new parent."""

    parent = StringField(
        "Đơn vị cấp trên mới",
        [InputRequired("Nhập đơn vị cấp trên mới."), too_long(200)],
        description="Gõ mã hoặc tên rồi chọn trong gợi ý.",
    )


class DissolveForm(DecisionForm):
    """The end of a unit."""


class MergeForm(PaperMixin, DecisionForm):
    """Units that end, and what comes in their place: a new unit, or one that stays."""

    units = FieldList(
        StringField("Đơn vị kết thúc", [too_long(200)]),
        min_entries=MOST_SOURCES,
        max_entries=MOST_SOURCES,
    )
    target = RadioField(
        "Đơn vị sau khi sắp xếp",
        choices=[
            SelectChoice(NEW, "Lập đơn vị mới"),
            SelectChoice(STAYING, "Nhập vào một đơn vị đang hoạt động"),
        ],
        default=NEW,
    )
    into = StringField("Đơn vị nhận", [too_long(200)], description="Chỉ nhập khi nhập vào một đơn vị đang hoạt động.")
    parent = StringField(
        "Cấp trên của đơn vị mới", [too_long(200)], description="Bỏ trống: cùng cấp trên với đơn vị thứ nhất."
    )
    kind_code = SelectField("Loại đơn vị mới")
    code = StringField("Mã đơn vị mới", [too_long(CODE_LENGTH)])
    name = StringField("Tên đầy đủ của đơn vị mới", [too_long(NAME_LENGTH)])
    short_name = StringField("Tên ngắn của đơn vị mới", [too_long(SHORT_NAME_LENGTH)])

    def founded(self) -> NewUnit:
        """The new unit as the domain takes it."""
        return NewUnit(
            self.code.data or "",
            self.name.data or "",
            self.short_name.data or "",
            self.kind_code.data or "",
            self.symbol.data or "",
            self.place.data or "",
            self.head_title.data or "",
        )


class FoundedForm(Form):
    """One of the units that a split founds; an empty row is left out."""

    code = StringField("Mã", [too_long(CODE_LENGTH)])
    name = StringField("Tên đầy đủ", [too_long(NAME_LENGTH)])
    short_name = StringField("Tên ngắn", [too_long(SHORT_NAME_LENGTH)])
    kind_code = SelectField("Loại")

    @property
    def is_empty(self) -> bool:
        return not any((self.code.data, self.name.data, self.short_name.data))


class SplitForm(DecisionForm):
    """The units that are founded, and where each child goes."""

    mode = RadioField(
        "Đơn vị này sau khi sắp xếp",
        choices=[SelectChoice(ENDS, "Kết thúc (chia)"), SelectChoice(KEEPS, "Vẫn hoạt động (tách)")],
        default=ENDS,
    )
    founded = FieldList(FormField(FoundedForm), min_entries=MOST_FOUNDED, max_entries=MOST_FOUNDED)

    def rows(self) -> list[tuple[int, FoundedForm]]:
        """The filled rows with their place in the form."""
        return [(n, entry.form) for n, entry in enumerate(self.founded) if not entry.form.is_empty]

    def shares(self, child_ids: list[int]) -> dict[int, int]:
        """Which row each child goes to, as the selects named `ve-<id>` say."""
        chosen = {child: request.form.get(f"ve-{child}", STAYS) for child in child_ids}
        rows = {str(n): place for place, (n, _) in enumerate(self.rows())}
        return {child: rows[value] for child, value in chosen.items() if value in rows}


class KindForm(PortalForm):
    """What may be changed of a kind."""

    label = StringField("Tên gọi", [InputRequired("Nhập tên gọi."), too_long(100)])
    owes_registration = BooleanField("Có nghĩa vụ đăng ký thi đua mỗi kỳ")
    head_review = BooleanField(
        "Thủ trưởng cho ý kiến và gửi trên cổng",
        description="Không chọn: cán bộ đầu mối gửi bản đã ký trên giấy.",
    )
    mark = HiddenField()


class LevelForm(PortalForm):
    """What may be changed of a level."""

    label = StringField("Tên gọi", [InputRequired("Nhập tên gọi."), too_long(100)])
    mark = HiddenField()

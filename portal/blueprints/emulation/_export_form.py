"""How a list is to be made into a paper: which list, in which form, with which number and day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import RadioField, StringField, ValidationError
from wtforms.validators import Length

from portal.core.text import clean
from portal.exports._list_paper import ListForm
from portal.exports.emulation_lists import ListKind
from portal.jobs.emulation_exports import ExportOrder
from portal.web.forms import PortalForm
from portal.web.lists import parse_day


def offered(kind: type[ListKind] | type[ListForm]) -> Callable[[], list[tuple[str, str]]]:
    """The choices of a field: every member with its label."""
    return lambda: [(member.value, member.label) for member in kind]


def known(kind: type[StrEnum], usual: StrEnum) -> Callable[[Any], str]:
    """A value of the enum as it is, anything else as the usual one."""
    values = {member.value for member in kind}
    return lambda given: str(given) if given in values else usual.value


class ExportForm(PortalForm):
    """The choices; field names are those of the address."""

    loai = RadioField(
        "Danh sách",
        choices=offered(ListKind),
        default=ListKind.LINES.value,
        coerce=known(ListKind, ListKind.LINES),
    )
    the_thuc = RadioField(
        "Thể thức",
        choices=offered(ListForm),
        default=ListForm.ALONE.value,
        coerce=known(ListForm, ListForm.ALONE),
    )
    so_van_ban = StringField(
        "Số, ký hiệu văn bản",
        filters=[clean],
        validators=[Length(max=60, message="Dài quá 60 ký tự.")],
        description="Của chính danh sách, hoặc của văn bản mà phụ lục kèm theo. Để trống nếu văn thư chưa cấp số.",
    )
    ngay_van_ban = StringField("Ngày văn bản", filters=[clean], description="Để trống nếu chưa ký.")

    def validate_ngay_van_ban(self, field: StringField) -> None:
        """dd/mm/yyyy or nothing."""
        if field.data and parse_day(field.data) is None:
            raise ValidationError("Xin nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/02/2023.")

    @property
    def paper_date(self) -> date | None:
        return parse_day(self.ngay_van_ban.data or "")

    def applied_to(self, order: ExportOrder) -> ExportOrder:
        """The order with what was chosen here."""
        return replace(
            order,
            kind=ListKind(self.loai.data),
            form=ListForm(self.the_thuc.data),
            paper_no=self.so_van_ban.data or "",
            paper_date=self.paper_date,
        )

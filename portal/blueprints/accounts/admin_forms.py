"""Forms of the administration of people and roles."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.rules import MAX_USERNAME
from portal.web.fields import DayField
from portal.web.forms import PortalForm

LEVELS = {
    "province": "tỉnh",
    "department": "sở, ban, ngành",
    "district": "huyện",
    "commune": "xã",
    "subordinate": "đơn vị trực thuộc",
}
NUMBER_DIGITS = 10
VERSION_MISSING = "Thiếu phiên bản. Xin tải lại trang."


def too_long(limit: int) -> Length:
    """The validator of a text's length."""
    return Length(max=limit, message=f"Dài nhất {limit} ký tự.")


def version_field() -> IntegerField:
    """The version that the person saw: who saves second is told."""
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(VERSION_MISSING)])


def role_choices() -> list[tuple[str, str]]:
    """Roles with the levels they fit."""
    return [("", "Chọn vai trò")] + [
        (role.value, f"{role.label} ({', '.join(LEVELS[level] for level in LEVELS if level in spec.levels)})")
        for role, spec in ROLES.items()
    ]


class PersonForm(PortalForm):
    """A person's data; `unit` is typed by name or code and resolved on the server."""

    full_name = StringField("Họ và tên", [InputRequired("Xin nhập họ và tên."), too_long(120)])
    post = StringField("Chức vụ", [too_long(120)])
    unit = StringField(
        "Đơn vị công tác",
        [InputRequired("Xin chọn đơn vị."), too_long(300)],
        description="Gõ tên hoặc mã đơn vị rồi chọn trong gợi ý.",
    )
    email = StringField("Thư điện tử", [too_long(200)], description="Không bắt buộc.")


class NewUserForm(PersonForm):
    """A new account."""

    username = StringField(
        "Tên đăng nhập",
        [InputRequired("Xin nhập tên đăng nhập."), too_long(MAX_USERNAME)],
        description="Chữ thường không dấu và số, ví dụ vangiang.lanhdao. Không đổi được về sau.",
    )


class EditUserForm(PersonForm):
    """A person's data as it is corrected."""

    version = version_field()


class ReasonForm(PortalForm):
    """Why something is done to an account; required where a second person must judge it."""

    reason = TextAreaField("Lý do", [too_long(1000)], description="Ghi vào nhật ký.")


class AssignmentForm(PortalForm):
    """A role over a unit, from a day to a day; with a giver it is a delegation."""

    role = SelectField("Vai trò", [InputRequired("Xin chọn vai trò.")], choices=role_choices)
    unit = StringField(
        "Phạm vi: đơn vị",
        [InputRequired("Xin chọn đơn vị."), too_long(300)],
        description="Vai trò có hiệu lực ở đơn vị này; quyền nào xuống tới các đơn vị bên dưới do vai trò quy định.",
    )
    valid_from = DayField("Từ ngày", [InputRequired("Xin nhập ngày bắt đầu.")])
    valid_to = DayField("Đến hết ngày", [Optional()], description="Để trống nếu không thời hạn.")
    given_by = StringField(
        "Ủy quyền của",
        [too_long(MAX_USERNAME)],
        description="Tên đăng nhập của người ủy quyền. Để trống nếu không phải ủy quyền.",
    )
    reason = TextAreaField(
        "Căn cứ, lý do",
        [too_long(1000)],
        description="Bắt buộc với ủy quyền và vai trò hạn chế, ví dụ số văn bản.",
    )

    def role_chosen(self) -> Role:
        """The role of a valid form."""
        return Role(self.role.data)


class EndDayForm(PortalForm):
    """Another last day for an assignment."""

    valid_to = DayField("Đến hết ngày", [Optional()], description="Để trống nếu không thời hạn.")
    reason = TextAreaField("Lý do", [too_long(1000)], description="Bắt buộc khi kéo dài vai trò hạn chế.")
    version = version_field()


class VersionForm(PortalForm):
    """A step on a record that the person saw in this version."""

    version = HiddenField(validators=[InputRequired(VERSION_MISSING)])

    def number(self) -> int:
        """The version, 0 when it is not one."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < NUMBER_DIGITS else 0


class RefuseForm(VersionForm):
    """Why a request is not confirmed."""

    note = TextAreaField("Lý do không xác nhận", [InputRequired("Xin ghi lý do không xác nhận."), too_long(1000)])

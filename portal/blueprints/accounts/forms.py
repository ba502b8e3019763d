"""Forms of signing in and of one's own account."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from portal.domain.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from portal.domain.accounts.rules import MAX_USERNAME
from portal.web.forms import PortalForm


class Needed(InputRequired):
    """Required, where the page need not say so: it asks for nothing else."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.field_flags = {}


class SignInForm(PortalForm):
    """Fields of POST /dang-nhap."""

    username = StringField(
        "Tên đăng nhập",
        [Needed("Xin nhập tên đăng nhập."), Length(max=MAX_USERNAME, message="Tên đăng nhập quá dài.")],
    )
    password = PasswordField(
        "Mật khẩu", [Needed("Xin nhập mật khẩu."), Length(max=MAX_LENGTH, message="Mật khẩu quá dài.")]
    )
    tiep = HiddenField()


class ChangePasswordForm(PortalForm):
    """The present password, and the new one twice."""

    current = PasswordField(
        "Mật khẩu hiện tại",
        [InputRequired("Xin nhập mật khẩu hiện tại."), Length(max=MAX_LENGTH, message="Mật khẩu quá dài.")],
    )
    new = PasswordField(
        "Mật khẩu mới",
        [
            InputRequired("Xin nhập mật khẩu mới."),
            Length(min=MIN_LENGTH, message=f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự."),
            Length(max=MAX_LENGTH, message=f"Mật khẩu dài nhất {MAX_LENGTH} ký tự."),
        ],
        description=f"Ít nhất {MIN_LENGTH} ký tự, không chứa tên đăng nhập hay họ tên, không phải mật khẩu hay gặp.",
    )
    again = PasswordField(
        "Nhập lại mật khẩu mới",
        [InputRequired("Xin nhập lại mật khẩu mới."), EqualTo("new", message="Hai lần nhập chưa giống nhau.")],
    )
    tiep = HiddenField()


class FactorForm(PortalForm):
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        "Mã xác thực",
        [Needed("Xin nhập mã."), Length(max=40, message="Mã quá dài.")],
        description="6 chữ số trên ứng dụng xác thực, hoặc một mã dự phòng.",
    )
    tiep = HiddenField()


class FirstCodeForm(PortalForm):
    """The first code of a new authenticator."""

    code = StringField(
        "Mã trên ứng dụng",
        [Needed("Xin nhập mã."), Length(max=40, message="Mã quá dài.")],
        description="6 chữ số đang hiện trên ứng dụng.",
    )
    tiep = HiddenField()


class PasswordAgainForm(PortalForm):
    """The present password, before something that guards the account is changed."""

    current = PasswordField(
        "Mật khẩu hiện tại",
        [InputRequired("Xin nhập mật khẩu hiện tại."), Length(max=MAX_LENGTH, message="Mật khẩu quá dài.")],
    )

"""The base of every form: messages of the form library in Vietnamese, polite and saying what to do."""

from __future__ import annotations

from typing import ClassVar

from flask_wtf import FlaskForm

MESSAGES = {
    "This field is required.": "Xin nhập nội dung này.",
    "Not a valid choice.": "Xin chọn một giá trị trong danh sách.",
    "Not a valid choice": "Xin chọn một giá trị trong danh sách.",
    "Invalid Choice: could not coerce.": "Xin chọn một giá trị trong danh sách.",
    "Choices cannot be None.": "Danh sách lựa chọn đang trống.",
    "Not a valid integer value.": "Xin nhập một số nguyên.",
    "Not a valid decimal value.": "Xin nhập một số, ví dụ 92,5.",
    "Not a valid float value.": "Xin nhập một số, ví dụ 92,5.",
    "Not a valid date value.": "Xin nhập ngày theo dạng ngày/tháng/năm, ví dụ 31/03/2023.",
    "Not a valid datetime value.": "Xin nhập ngày, giờ theo dạng 31/03/2023 08:30.",
    "Invalid email address.": "Địa chỉ thư chưa đúng, ví dụ ten@hungyen.example.",
    "This field cannot be edited.": "Nội dung này không sửa được.",
    "This field is disabled and cannot have a value.": "Nội dung này không sửa được.",
    "Invalid input.": "Nội dung chưa hợp lệ.",
    "File does not have an approved extension.": "Loại tệp này không được nhận.",
}
COUNTED = {
    "Field must be at least %(min)d character long.": "Xin nhập ít nhất %(min)d ký tự.",
    "Field cannot be longer than %(max)d character.": "Xin nhập không quá %(max)d ký tự.",
    "Field must be between %(min)d and %(max)d characters long.": "Xin nhập từ %(min)d đến %(max)d ký tự.",
    "Field must be exactly %(max)d character long.": "Xin nhập đúng %(max)d ký tự.",
    "Number must be at least %(min)s.": "Số nhập phải từ %(min)s trở lên.",
    "Number must be at most %(max)s.": "Số nhập không được quá %(max)s.",
    "Number must be between %(min)s and %(max)s.": "Số nhập phải từ %(min)s đến %(max)s.",
    "Date must be at least %(min)s.": "Ngày phải từ %(min)s trở đi.",
    "Date must be at most %(max)s.": "Ngày không được sau %(max)s.",
    "Date must be between %(min)s and %(max)s.": "Ngày phải từ %(min)s đến %(max)s.",
    "Field must be equal to %(other_name)s.": "Hai nội dung nhập không giống nhau.",
    "'%(value)s' is not a valid choice for this field.": "“%(value)s” không có trong danh sách.",
    "'%(value)s' are not valid choices for this field.": "“%(value)s” không có trong danh sách.",
}


class Vietnamese:
    """What WTForms asks for a message's translation."""

    def gettext(self, string: str) -> str:
        """A message; one that the table lacks becomes the general one, so that no English reaches a screen."""
        return MESSAGES.get(string) or COUNTED.get(string) or string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """A message that counts: Vietnamese has one form."""
        return self.gettext(singular) if n == 1 or singular in COUNTED else self.gettext(plural)


class PortalForm(FlaskForm):
    """A form whose library messages are Vietnamese."""

    class Meta(FlaskForm.Meta):
        """Where WTForms finds the messages."""

        _messages: ClassVar[Vietnamese] = Vietnamese()

        def get_translations(self, _form: object) -> Vietnamese:
            return self._messages

"""The form library's messages are Vietnamese, for every validator that it has."""

from __future__ import annotations

import re
from pathlib import Path

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, validators

from portal.web.forms import COUNTED, MESSAGES, PortalForm
from portal.web.transaction import PortalFlask


class Sample(PortalForm):
    name = StringField(validators=[validators.InputRequired()])
    short = StringField(validators=[validators.Length(max=3)])
    count = IntegerField(validators=[validators.NumberRange(min=1, max=9)])
    share = DecimalField()
    day = DateField(format="%d/%m/%Y")
    kind = SelectField(choices=["a", "b"])  # type: ignore[list-item] # the stubs lack plain values


def errors_of(app: PortalFlask, **values: str) -> dict[str, list[str]]:
    with app.test_request_context(method="POST"):
        form = Sample(MultiDict(values))
        form.validate()
        return {name: list(map(str, texts)) for name, texts in form.errors.items()}


def test_messages_are_vietnamese(app: PortalFlask) -> None:
    found = errors_of(app, name="", short="quá dài", count="x", share="y", day="2023", kind="z")
    assert found == {
        "name": ["Xin nhập nội dung này."],
        "short": ["Xin nhập không quá 3 ký tự."],
        "count": ["Xin nhập một số nguyên.", "Số nhập phải từ 1 đến 9."],
        "share": ["Xin nhập một số, ví dụ 92,5."],
        "day": ["Xin nhập ngày theo dạng ngày/tháng/năm, ví dụ 31/03/2023."],
        "kind": ["Xin chọn một giá trị trong danh sách."],
    }


def test_the_table_covers_what_the_library_says_of_common_fields() -> None:
    source = (Path(wtforms.__file__).parent / "validators.py").read_text(encoding="utf-8")
    said = set(re.findall(r'gettext\(\s*"([^"]+)"', source))
    unused = ("IP", "Mac", "MAC", "UUID", "URL", "Invalid field name", "any of", "none of", "%(values)s")
    wanted = {text for text in said if not any(mark in text for mark in unused)}
    assert sorted(wanted - set(MESSAGES) - set(COUNTED)) == []

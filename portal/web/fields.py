"""Form fields and helpers that pages share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.widgets import TextInput

from portal.core.errors import InvalidInput
from portal.core.text import clean

DAY = "%d/%m/%Y"
EARLIEST_YEAR = 1900


class DayField(Field):
    """A day written dd/mm/yyyy, whatever the browser's language; empty is None."""

    widget = TextInput()
    data: date | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = clean(valuelist[0]) if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            found = datetime.strptime(text, DAY).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError as error:
            raise ValueError("Xin nhập ngày/tháng/năm, ví dụ 05/09/2023.") from error
        if found.year < EARLIEST_YEAR:
            raise ValueError("Năm chưa đúng. Xin nhập đủ bốn chữ số.")
        self.data = found

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime(DAY) if self.data else ""


def put_errors(form: FlaskForm, error: InvalidInput) -> None:
    """Put a service's errors beside the fields they speak of, the rest on top of the form."""
    for name, texts in error.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *texts]
        else:
            form.form_errors.extend(texts)

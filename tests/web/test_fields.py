"""Days as they are typed, services' errors beside fields, and what may be seen once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from portal.core.errors import InvalidInput
from portal.web.fields import DayField, put_errors
from portal.web.forms import PortalForm
from portal.web.once import keep_once, take_once, take_one
from portal.web.transaction import PortalFlask


class DayForm(PortalForm):
    day = DayField("Ngày")
    name = StringField("Tên")


def typed(app: PortalFlask, text: str | None) -> Any:
    with app.test_request_context():
        form = DayForm(formdata=MultiDict({} if text is None else {"day": text}))
        return form.validate(), form.day.data, list(form.day.errors), form.day()


@pytest.mark.parametrize(
    ("text", "day"), [("05/09/2023", date(2023, 9, 5)), (" 5/9/2023 ", date(2023, 9, 5)), ("", None), (None, None)]
)
def test_days_are_read_as_they_are_written_here(app: PortalFlask, text: str | None, day: date | None) -> None:
    valid, data, errors, _ = typed(app, text)
    assert (valid, data, errors) == (True, day, [])


@pytest.mark.parametrize("text", ["2023-09-05", "31/02/2023", "hôm nay", "05/09/23", "05/09/0023", "\x00"])
def test_what_is_no_day_is_said_and_kept(app: PortalFlask, text: str) -> None:
    if text == "\x00":
        assert typed(app, text)[:2] == (True, None)
        return
    valid, data, errors, shown = typed(app, text)
    assert (valid, data) == (False, None)
    assert len(errors) == 1
    assert text in shown


def test_a_day_is_shown_as_it_is_written_here(app: PortalFlask) -> None:
    with app.test_request_context():
        assert 'value="05/09/2023"' in DayForm(day=date(2023, 9, 5)).day()
        assert 'value=""' in DayForm().day()


def test_errors_stand_beside_their_field_or_on_top(app: PortalFlask) -> None:
    with app.test_request_context():
        form = DayForm()
        put_errors(form, InvalidInput({"name": ["Tên đã có."], "other": ["Không được."]}))
        assert list(form.name.errors) == ["Tên đã có."]
        assert form.form_errors == ["Không được."]


def test_what_is_kept_once_is_taken_once_and_only_as_it_was_sealed(app: PortalFlask) -> None:
    with app.test_request_context():
        from flask import session  # noqa: PLC0415 - needs the request above

        keep_once("a", ["một", "hai"])
        session["once-b"] = session["once-a"]
        session["once-c"] = 7
        assert take_once("b") is None, "it opens under its own name only"
        assert take_once("c") is None
        assert take_one("a") == "một"
        assert take_one("a") is None


def test_a_look_ahead_does_not_take_it(app: PortalFlask) -> None:
    with app.test_request_context(method="HEAD"):
        keep_once("a", ["một"])
        assert take_once("a") == ["một"]
        assert take_once("a") == ["một"]


def test_pages_that_show_a_secret_are_not_kept_by_the_browser(client_of: Any) -> None:
    client: FlaskClient = client_of("quantri")
    assert client.get("/tai-khoan/xac-thuc/ma-du-phong").headers["Cache-Control"] == "no-store"

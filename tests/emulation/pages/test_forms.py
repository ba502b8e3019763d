"""Numbers, days and choices as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from portal.blueprints.emulation.forms import (
    AmountField,
    ContentForm,
    CountField,
    DayField,
    PaperForm,
    expected_numbers,
    parse_title,
    signing_ways,
)
from portal.domain.emulation.enums import SubjectKind
from portal.web.transaction import PortalFlask


class Form(FlaskForm):
    amount = AmountField("Mức")
    count = CountField("Số")
    on = DayField("Ngày")


def read(app: PortalFlask, **values: str) -> Form:
    with app.test_request_context():
        form = Form(MultiDict(values))
        form.validate()
        return form


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("98,5", Decimal("98.5")),
        ("1.635,5", Decimal("1635.5")),
        ("1.200", Decimal(1200)),
        ("98.5", Decimal("98.5")),
        ("1 200", Decimal(1200)),
        (" 12 ", Decimal(12)),
        ("", None),
    ],
)
def test_amounts(app: PortalFlask, text: str, value: Decimal | None) -> None:
    form = read(app, amount=text)
    assert (form.amount.data, list(form.amount.errors)) == (value, [])


@pytest.mark.parametrize("text", ["nhiều", "1,2,3", "--5", "１２x"])
def test_amounts_that_are_none_keep_their_text(app: PortalFlask, text: str) -> None:
    form = read(app, amount=text)
    assert list(form.amount.errors) == ["Xin nhập số, ví dụ 98,5 hoặc 1.200."]
    assert form.amount._value() == text


@pytest.mark.parametrize(("value", "text"), [(Decimal("98.50"), "98,5"), (Decimal("1200.00"), "1200"), (None, "")])
def test_amounts_as_stored(app: PortalFlask, value: Decimal | None, text: str) -> None:
    with app.test_request_context():
        form = Form(formdata=None)
        form.amount.data = value
        assert form.amount._value() == text


@pytest.mark.parametrize(("text", "value"), [("45", 45), ("1.250", 1250), ("1 250", 1250), ("", None)])
def test_counts(app: PortalFlask, text: str, value: int | None) -> None:
    form = read(app, count=text)
    assert (form.count.data, list(form.count.errors)) == (value, [])


@pytest.mark.parametrize("text", ["-1", "1,5", "١٢", "1234567890", "1.25"])
def test_counts_that_are_none(app: PortalFlask, text: str) -> None:
    form = read(app, count=text)
    assert list(form.count.errors) == ["Xin nhập số nguyên, ví dụ 45."]
    assert form.count._value() == text


def test_counts_as_stored(app: PortalFlask) -> None:
    with app.test_request_context():
        form = Form(formdata=None)
        assert form.count._value() == ""
        form.count.data = 7
        assert form.count._value() == "7"


@pytest.mark.parametrize(
    ("text", "value"), [("05/09/2023", date(2023, 9, 5)), ("5/9/2023", date(2023, 9, 5)), ("", None)]
)
def test_days(app: PortalFlask, text: str, value: date | None) -> None:
    form = read(app, on=text)
    assert (form.on.data, list(form.on.errors)) == (value, [])


@pytest.mark.parametrize("text", ["31/02/2023", "2023-09-05", "hôm nay"])
def test_days_that_are_none(app: PortalFlask, text: str) -> None:
    form = read(app, on=text)
    assert list(form.on.errors) == ["Xin nhập ngày theo dạng 05/09/2023."]
    assert form.on._value() == text


def test_days_as_stored(app: PortalFlask) -> None:
    with app.test_request_context():
        form = Form(formdata=None)
        assert form.on._value() == ""
        form.on.data = date(2023, 9, 5)
        assert form.on._value() == "05/09/2023"


def test_choices_that_are_none_are_left_out(app: PortalFlask) -> None:
    with app.test_request_context():
        form = ContentForm(MultiDict([("movement_ids", value) for value in ("2", "x", "1", "2", "-3")]))
    assert form.chosen_movements() == {1, 2}
    numbers, faulty = expected_numbers(
        {"expected-1": "5", "expected-2": "1.200", "expected-3": "", "expected-4": "vài", "x": "9", "expected-": "1"}
    )
    assert numbers == {1: 5, 2: 1200}
    assert faulty == [4]


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("12-person", (12, SubjectKind.PERSON)),
        ("3-collective", (3, SubjectKind.COLLECTIVE)),
        ("3-both", (0, SubjectKind.PERSON)),
        ("x-person", (0, SubjectKind.PERSON)),
        ("", (0, SubjectKind.PERSON)),
        (None, (0, SubjectKind.PERSON)),
    ],
)
def test_titles(value: str | None, parsed: tuple[int, SubjectKind]) -> None:
    assert parse_title(value) == parsed


@pytest.mark.parametrize(
    ("stored", "authority", "post"),
    [
        ("", "TM. Ủy ban nhân dân", "Chủ tịch"),
        ("TM. Ủy ban nhân dân, Chủ tịch", "TM. Ủy ban nhân dân", "Chủ tịch"),
        ("TM. Ủy ban nhân dân, KT. Chủ tịch, Phó Chủ tịch", "TM. Ủy ban nhân dân, KT. Chủ tịch", "Phó Chủ tịch"),
        ("TUQ. Chủ tịch, Chánh Văn phòng", "TUQ. Chủ tịch", "Chánh Văn phòng"),
        ("Phó Chủ tịch", "", "Phó Chủ tịch"),
    ],
)
def test_a_signers_title_is_taken_apart_and_put_together(
    app: PortalFlask, stored: str, authority: str, post: str
) -> None:
    with app.test_request_context():
        form = PaperForm(formdata=None)
        form.offer("Chủ tịch", committee=True)
        form.set_signer_title(stored, "Chủ tịch")
        assert (form.authority.data, form.signer_post.data) == (authority, post)
        assert form.signer_title() == (stored or "TM. Ủy ban nhân dân, Chủ tịch")


def test_a_unit_without_a_named_head() -> None:
    assert [way.label for way in signing_ways("", committee=False)][1] == "KT. Thủ trưởng"

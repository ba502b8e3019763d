"""Forms of a registration: content, pledges, lines, the workflow's steps with the paper, taking in from below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from flask_wtf.file import FileField
from wtforms import Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import TextInput

from portal.core.text import clean, whole_number
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.models import RegistrationLine, RegistrationPledge
from portal.domain.emulation.services.lines import LineData
from portal.domain.emulation.services.registrations import PledgeData
from portal.web.forms import PortalForm

DAY = "%d/%m/%Y"
LONGEST = 9
EXPECTED = "expected-"
COMMITTEE = "TM. Ủy ban nhân dân"
_GROUPED = re.compile(r"^\d{1,3}(\.\d{3})+$")
_LABELS = {SubjectKind.COLLECTIVE: "Tập thể", SubjectKind.PERSON: "Cá nhân"}


def too_long(limit: int) -> Length:
    """The validator of a text's length."""
    return Length(max=limit, message=f"Dài quá {limit} ký tự.")


class AmountField(Field):
    """A number as it is written in Vietnam: 1.635,5 or 98,5; a lone point not before three digits is a comma."""

    widget = TextInput()
    data: Decimal | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _bare(valuelist)
        self.data = None
        if not text:
            return
        if "," in text:
            text = text.replace(".", "").replace(",", ".")
        elif _GROUPED.match(text):
            text = text.replace(".", "")
        try:
            self.data = Decimal(text)
        except InvalidOperation as error:
            raise ValueError("Xin nhập số, ví dụ 98,5 hoặc 1.200.") from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}".replace(".", ",")


class CountField(Field):
    """A whole number; points between thousands are read over."""

    widget = TextInput()
    data: int | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _bare(valuelist)
        self.data = None
        if not text:
            return
        digits = text.replace(".", "") if _GROUPED.match(text) else text
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
            raise ValueError("Xin nhập số nguyên, ví dụ 45.")
        self.data = int(digits)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class DayField(Field):
    """A day as dd/mm/yyyy."""

    widget = TextInput()
    data: date | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = _bare(valuelist)
        self.data = None
        if not text:
            return
        try:
            self.data = datetime.strptime(text, DAY).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError as error:
            raise ValueError("Xin nhập ngày theo dạng 05/09/2023.") from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.data.strftime(DAY)


def _bare(values: Sequence[str]) -> str:
    return clean(values[0]).replace(" ", "") if values else ""


class RowForm(PortalForm):
    """A form in a table row: `ID_NAMES` gives the fields their ids, so that several rows can be open at once."""

    ID_NAMES: ClassVar[Mapping[str, str]] = {}

    def for_row(self, row: str) -> None:
        """Set the ids of the controls for this row."""
        for name, text in self.ID_NAMES.items():
            self[name].id = f"{text}-{row}"


class NewRegistrationForm(PortalForm):
    """Which unit, which period."""

    unit_id = CountField("Đơn vị", [InputRequired("Xin chọn đơn vị.")])
    period_id = CountField("Kỳ đăng ký", [InputRequired("Xin chọn kỳ đăng ký.")])


class ContentForm(PortalForm):
    """The registration's text, staff and movements; `expected_numbers` reads the rest of the same form."""

    version = HiddenField()
    content = TextAreaField(
        "Nội dung thi đua",
        description="Nêu mục tiêu, giải pháp và thời hạn; mỗi dòng một ý. Không ghi bí mật nhà nước.",
    )
    staff_count = CountField(
        "Tổng số cán bộ, công chức, viên chức, người lao động",
        description="Dùng để tính tỷ lệ Lao động tiên tiến của tập thể.",
    )
    movement_ids = SelectMultipleField("Phong trào tham gia", choices=[], validate_choice=False)

    def chosen_movements(self) -> frozenset[int]:
        """The ticked movements; what is not a number is left out."""
        numbers = (whole_number(value) for value in self.movement_ids.data or ())
        return frozenset(number for number in numbers if number is not None)


def typed_numbers(items: Mapping[str, str]) -> dict[int, str]:
    """The fields expected-<title> as they were typed."""
    return {int(name.removeprefix(EXPECTED)): text for name, text in items.items() if _is_expected(name)}


def _is_expected(name: str) -> bool:
    return name.startswith(EXPECTED) and whole_number(name.removeprefix(EXPECTED)) is not None


def expected_numbers(items: Mapping[str, str]) -> tuple[dict[int, int], list[int]]:
    """The fields expected-<title>: (numbers by title, titles whose text is no number). Empty means none."""
    numbers: dict[int, int] = {}
    faulty: list[int] = []
    for name, raw in items.items():
        if not _is_expected(name):
            continue
        key = name.removeprefix(EXPECTED)
        text = clean(raw).replace(".", "")
        number = whole_number(text)
        if number is not None:
            numbers[int(key)] = number
        elif text:
            faulty.append(int(key))
    return numbers, faulty


class PledgeForm(RowForm):
    """A numeric pledge."""

    ID_NAMES: ClassVar[Mapping[str, str]] = {
        "name": "ten-chi-tieu",
        "number": "muc",
        "unit_of_measure": "don-vi-tinh",
        "note": "ghi-chu-chi-tieu",
    }
    version = HiddenField()
    name = StringField("Chỉ tiêu", [InputRequired("Xin ghi nội dung chỉ tiêu."), too_long(300)])
    number = AmountField("Mức đăng ký")
    unit_of_measure = StringField("Đơn vị tính", [too_long(40)])
    note = StringField("Ghi chú", [too_long(300)])

    def fill(self, pledge: RegistrationPledge) -> None:
        """Show what is stored."""
        self.version.data = str(pledge.version)
        self.name.data, self.number.data = pledge.name, pledge.number
        self.unit_of_measure.data, self.note.data = pledge.unit_of_measure, pledge.note

    def to_data(self) -> PledgeData:
        return PledgeData(self.name.data or "", self.number.data, self.unit_of_measure.data or "", self.note.data or "")


class LineForm(RowForm):
    """A line. `title` is "<title>-<kind>": a title that fits both stands under each heading, so the kind follows it."""

    ID_NAMES: ClassVar[Mapping[str, str]] = {
        "title": "danh-hieu",
        "name": "ho-ten",
        "post": "chuc-vu",
        "division": "phong",
        "birth_year": "nam-sinh",
        "gender": "gioi-tinh",
        "note": "ghi-chu",
    }
    title_names: Mapping[str, str] = {}
    version = HiddenField()
    title = SelectField(
        "Danh hiệu, hình thức", [InputRequired("Xin chọn danh hiệu, hình thức.")], validate_choice=False
    )
    name = StringField("Họ tên hoặc tên tập thể", [InputRequired("Xin ghi họ tên hoặc tên tập thể."), too_long(200)])
    post = StringField("Chức vụ", [too_long(200)])
    division = StringField("Phòng, đơn vị", [too_long(200)])
    birth_year = CountField("Năm sinh")
    gender = SelectField(
        "Giới tính",
        choices=[SelectChoice("", "Chưa ghi"), *(SelectChoice(g.value, g.label) for g in Gender)],
        validate_choice=False,
    )
    note = StringField("Ghi chú", [too_long(300)])

    def offer(self, titles: Iterable[EmulationTitle]) -> None:
        """The choices, by kind, from the lowest title."""
        known = list(titles)
        choices = [
            SelectChoice(title_choice(title.id, kind), title.name, optgroup=label)
            for kind, label in _LABELS.items()
            for title in known
            if title.subject in (kind, SubjectKind.BOTH)
        ]
        self.title.choices = [SelectChoice("", "Chọn danh hiệu"), *choices]
        self.title_names = {choice.value: choice.label for choice in choices}

    def title_name(self) -> str:
        """The name of the chosen title among the choices; empty when it is none of them."""
        return self.title_names.get(self.title.data or "", "")

    def fill(self, line: RegistrationLine) -> None:
        """Show what is stored."""
        self.version.data = str(line.version)
        self.title.data = title_choice(line.title_id, line.subject)
        self.name.data, self.post.data, self.division.data = line.name, line.post, line.division
        self.birth_year.data, self.gender.data, self.note.data = line.birth_year, line.gender, line.note

    def to_data(self) -> LineData:
        title_id, kind = parse_title(self.title.data)
        return LineData(
            subject=kind,
            name=self.name.data or "",
            post=self.post.data or "",
            division=self.division.data or "",
            title_id=title_id,
            birth_year=self.birth_year.data,
            gender=self.gender.data or "",
            note=self.note.data or "",
        )


def title_choice(title_id: int, kind: SubjectKind) -> str:
    """The value of a title in the list of choices."""
    return f"{title_id}-{kind.value}"


def parse_title(value: str | None) -> tuple[int, SubjectKind]:
    """The title and kind of a choice; (0, person) for what is no choice: the service says that no title was chosen."""
    key, _, kind = (value or "").partition("-")
    known = kind in (SubjectKind.PERSON.value, SubjectKind.COLLECTIVE.value)
    return (int(key), SubjectKind(kind)) if key.isdecimal() and known else (0, SubjectKind.PERSON)


class StepForm(PortalForm):
    """A step without a paper: the opinion, or the reason where the step asks for one."""

    version = HiddenField()
    opinion = TextAreaField("Ý kiến", [too_long(2000)])

    def ask_reason(self) -> None:
        """Make the opinion a reason that must be given."""
        self.opinion.label.text = "Lý do"
        self.opinion.validators = [DataRequired("Xin ghi rõ lý do."), too_long(2000)]
        self.opinion.flags.required = True


class PaperForm(StepForm):
    """A step that a signed paper goes with. The paper's number and day may follow later, from văn thư."""

    ways: Sequence[SelectChoice] = ()
    paper_no = StringField(
        "Số, ký hiệu văn bản", [too_long(60)], description="Do văn thư cấp, ví dụ 45/ĐK-UBND. Có thể ghi sau khi gửi."
    )
    paper_date = DayField("Ngày văn bản")
    signer_name = StringField("Họ tên người ký", [InputRequired("Xin ghi họ tên người ký."), too_long(120)])
    authority = SelectField("Hình thức ký", validate_choice=False)
    signer_post = StringField("Chức vụ người ký", [InputRequired("Xin ghi chức vụ người ký."), too_long(100)])
    signed_file = FileField("Bản đã ký, đóng dấu (PDF)")

    def offer(self, head_title: str, committee: bool) -> None:
        """The ways of signing that fit the unit's head."""
        self.ways = signing_ways(head_title, committee)
        self.authority.choices = [*self.ways]

    def signer_title(self) -> str:
        """Authority and post in one text, as documents print them line by line."""
        return ", ".join(part for part in (clean(self.authority.data), clean(self.signer_post.data)) if part)

    def set_signer_title(self, stored: str, head_title: str) -> None:
        """Show what is stored; the head's own post while nothing is."""
        ways = [way.value for way in self.ways]
        if not stored:
            self.authority.data, self.signer_post.data = ways[0], head_title
            return
        held = max((way for way in ways if way and stored.startswith(f"{way}, ")), key=len, default="")
        self.authority.data = held
        self.signer_post.data = stored.removeprefix(f"{held}, ") if held else stored


def signing_ways(head_title: str, committee: bool) -> list[SelectChoice]:
    """Signing oneself, for a committee, in place of the head, by order, by delegation."""
    head = head_title or "Thủ trưởng"
    ways = [f"{mark} {head}" for mark in ("KT.", "TL.", "TUQ.")]
    if not committee:
        return [SelectChoice("", "Ký trực tiếp"), *(SelectChoice(way, way) for way in ways)]
    ways = [COMMITTEE, f"{COMMITTEE}, {ways[0]}", *ways[1:]]
    return [*(SelectChoice(way, way) for way in ways), SelectChoice("", "Không ghi")]

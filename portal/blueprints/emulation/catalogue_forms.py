"""Forms of the catalogue: movements, titles, blocks, periods with their exceptions, the plan's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from portal.core.confidence import Confidence
from portal.domain.emulation.catalogue_models import EmulationTitle, LegalRegime, TitleAuthority
from portal.domain.emulation.enums import BlockRole, MovementKind, PeriodSector
from portal.domain.emulation.services.blocks import BlockData
from portal.domain.emulation.services.catalogue import AuthorityData, MovementData, TitleData, writings_of
from portal.domain.emulation.services.periods import ROUNDINGS, ExceptionData, PeriodData
from portal.domain.emulation.services.targets import TargetData
from portal.web.fields import DayField
from portal.web.forms import PortalForm

YEAR = "Nhập năm, ví dụ 2023."
CONFIDENCES = {
    Confidence.SURE: "Đã đối chiếu với văn bản",
    Confidence.INDIRECT: "Theo nguồn gián tiếp",
    Confidence.MEMORY: "Cần đối chiếu",
    Confidence.UNSURE: "Cần đối chiếu, chưa chắc",
    Confidence.EXAMPLE: "Ví dụ",
}


def too_long(limit: int) -> Length:
    """The validator of a text's length."""
    return Length(max=limit, message=f"Dài quá {limit} ký tự.")


def confidence_field() -> Any:
    """How sure a fact is."""
    choices = [SelectChoice(c.value, label) for c, label in CONFIDENCES.items()]
    return SelectField("Mức độ chắc chắn", choices=choices, default=Confidence.UNSURE.value)


class WholeField(IntegerField):
    """A whole number, asked for in Vietnamese."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, fault: str, **kwargs: Any) -> None:
        super().__init__(label, list(validators), **{"invalid_value_message": fault, **kwargs})


def year_field(label: str, description: str = "") -> Any:
    return WholeField(label, [InputRequired(YEAR)], fault=YEAR, description=description)


def day_field(label: str, description: str = "", key: str | None = None) -> Any:
    """A required day; `key` is its id on a page where another form has a field of the same name."""
    return DayField(label, [InputRequired("Nhập ngày.")], description=description, id=key)


class VersionedForm(PortalForm):
    """A form over a record that two people may hold."""

    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def given_version(self) -> int:
        return int(self.version.data or 0)


class MovementForm(VersionedForm):
    """A phong trào thi đua, or a campaign of one year."""

    name = StringField("Tên", [InputRequired("Nhập tên phong trào, đợt thi đua."), too_long(300)])
    kind = SelectField("Loại", choices=[SelectChoice(k.value, k.label) for k in MovementKind])
    year_from = year_field("Từ năm")
    year_to = year_field("Đến năm", "Đợt thi đua nằm trong một năm.")
    launched_by = StringField("Người, cơ quan phát động", [too_long(200)])
    source = StringField("Căn cứ", [too_long(200)], description="Văn bản phát động: số, ngày, cơ quan.")
    confidence = confidence_field()

    def to_data(self) -> MovementData:
        return MovementData(
            name=self.name.data or "",
            kind=MovementKind(self.kind.data),
            year_from=self.year_from.data or 0,
            year_to=self.year_to.data or 0,
            launched_by=self.launched_by.data or "",
            source=self.source.data or "",
            confidence=Confidence(self.confidence.data),
        )


class BlockForm(VersionedForm):
    """A cụm or khối thi đua."""

    name = StringField("Tên cụm, khối", [InputRequired("Nhập tên cụm, khối."), too_long(200)])
    year = year_field("Năm")
    confidence = confidence_field()

    def to_data(self) -> BlockData:
        return BlockData(self.name.data or "", self.year.data or 0, Confidence(self.confidence.data))


class MemberForm(PortalForm):
    """A unit that joins a block."""

    unit = StringField(
        "Đơn vị",
        [InputRequired("Nhập mã hoặc tên đơn vị."), too_long(200)],
        description="Gõ mã hoặc tên, không dấu cũng được, rồi chọn trong gợi ý.",
    )
    role = SelectField(
        "Vai trò", choices=[SelectChoice(r.value, r.label) for r in BlockRole], default=BlockRole.MEMBER.value
    )


class RoleForm(PortalForm):
    """A member's part in its block."""

    role = SelectField("Vai trò", choices=[SelectChoice(r.value, r.label) for r in BlockRole])


class CopyForm(PortalForm):
    """Which year's blocks are copied into which."""

    year = year_field("Sang năm")


class PeriodForm(VersionedForm):
    """A registration period; year and sector are asked when it is made."""

    name = StringField("Tên kỳ", [InputRequired("Nhập tên kỳ đăng ký."), too_long(120)])
    opens_on = day_field("Mở từ ngày")
    due_on = day_field("Hạn gửi", "Gửi sau ngày này là quá hạn.")
    closes_on = day_field("Đóng sau ngày", "Sau ngày này không lập, không gửi được nữa, trừ đơn vị được gia hạn.")
    regime_code = SelectField("Áp dụng", description="Giai đoạn pháp luật dùng để kiểm tra danh hiệu, tỷ lệ.")
    share_rounding = SelectField(
        "Cách làm tròn tỷ lệ",
        choices=[SelectChoice(key, label) for key, label in ROUNDINGS.items()],
        description="Dùng khi tính số Chiến sĩ thi đua cơ sở trên số Lao động tiên tiến.",
    )

    def offer(self, regimes: Iterable[LegalRegime]) -> None:
        """The regimes to choose from."""
        self.regime_code.choices = [SelectChoice(r.code, r.name) for r in regimes]

    def to_data(self) -> PeriodData:
        return PeriodData(
            name=self.name.data or "",
            opens_on=self.opens_on.data,
            due_on=self.due_on.data,
            closes_on=self.closes_on.data,
            regime_code=self.regime_code.data or "",
            share_rounding=self.share_rounding.data or "",
        )


class NewPeriodForm(PeriodForm):
    """A period to be opened."""

    year = year_field("Năm", "Ngành giáo dục: năm mà năm học kết thúc.")
    sector = SelectField("Đối tượng", choices=[SelectChoice(s.value, s.label) for s in PeriodSector])


class ExceptionForm(PortalForm):
    """A later day for one unit."""

    unit = StringField(
        "Đơn vị",
        [InputRequired("Nhập mã hoặc tên đơn vị."), too_long(200)],
        description="Gõ mã hoặc tên, không dấu cũng được, rồi chọn trong gợi ý.",
    )
    due_on = day_field("Gia hạn đến ngày", key="gia-han-den-ngay")
    reason = TextAreaField(
        "Lý do", [InputRequired("Nhập lý do gia hạn."), too_long(1000)], description="Nêu văn bản đề nghị của đơn vị."
    )

    def to_data(self) -> ExceptionData:
        return ExceptionData(self.due_on.data, self.reason.data or "")


class TitleForm(VersionedForm):
    """Other writings of a title. Who decides it stands in fields named after the regime, see `AuthorityRow`."""

    aliases = TextAreaField(
        "Cách viết khác",
        description="Mỗi dòng một cách viết; không phân biệt hoa, thường và dấu. Dùng khi nhập từ Excel.",
    )

    def fill(self, title: EmulationTitle) -> None:
        """Show what is stored."""
        self.version.data = title.version
        self.aliases.data = "\n".join(writings_of(title))

    def to_data(self, authorities: Mapping[str, AuthorityData]) -> TitleData:
        return TitleData((self.aliases.data or "").splitlines(), authorities)


class AuthorityRow(PortalForm):
    """Who decides a title under one regime: a form of its own by its prefix, sent with the title's."""

    decided_by = StringField("Người quyết định", [too_long(200)])
    citation = StringField("Căn cứ", [too_long(200)])
    confidence = confidence_field()

    class Meta:
        csrf = False  # the title's form carries the token

    @classmethod
    def of(cls, regime: LegalRegime, stored: TitleAuthority | None, *, posted: bool) -> AuthorityRow:
        """The row of a regime, as it was sent, else as it is stored."""
        prefix = f"{regime.code.lower()}-"
        return cls(prefix=prefix) if posted else cls(formdata=None, obj=stored, prefix=prefix)

    def to_data(self) -> AuthorityData:
        return AuthorityData(self.decided_by.data or "", self.citation.data or "", Confidence(self.confidence.data))


class TargetRow(PortalForm):
    """A row of the table of the plan's numbers, under its prefix."""

    label = StringField("Nội dung", [too_long(200)])
    title_codes = SelectMultipleField(
        "Danh hiệu, hình thức", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    number = WholeField("Số", fault="Nhập số nguyên, ví dụ 58.")
    unit_of_measure = StringField("Đơn vị tính", [too_long(40)])
    source = StringField("Căn cứ", [too_long(200)])
    confidence = confidence_field()
    version = IntegerField(widget=HiddenInput(), default=0)

    class Meta:
        csrf = False  # the table's form carries the token

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed: the last row of the table may stay empty."""
        typed = (self.label, self.number, self.unit_of_measure, self.source)
        return not any(text.strip() for field in typed for text in field.raw_data or [])

    def to_data(self) -> TargetData:
        return TargetData(
            label=self.label.data or "",
            number=-1 if self.number.data is None else self.number.data,
            unit_of_measure=self.unit_of_measure.data or "",
            source=self.source.data or "",
            title_codes=tuple(self.title_codes.data or ()),
            confidence=Confidence(self.confidence.data),
        )

"""Forms of the channel: what a unit writes, and what the steps ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, WorkField
from portal.domain.difficulties.services import BODY_LENGTH, OPINION_LENGTH, TITLE_LENGTH, ItemData, StepData
from portal.web.fields import DayField
from portal.web.forms import PortalForm

DIGITS = 10
NOBODY = ("", "Chọn người")


def too_long(limit: int) -> Length:
    """A text of at most so many characters."""
    return Length(max=limit, message=f"Dài quá {limit} ký tự.")


class VersionForm(PortalForm):
    """A form over an item that two people may hold."""

    version = HiddenField(default="0")

    @property
    def given_version(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < DIGITS else 0

    def over(self, version: int) -> None:
        """Go on over this version, whatever was sent."""
        self.version.data, self.version.raw_data = str(version), None


class ItemForm(VersionForm):
    """What a unit brings forward."""

    single: str = ""
    known: Collection[str] = ()

    unit_id = SelectField("Đơn vị", [InputRequired("Xin chọn đơn vị.")], validate_choice=False)
    kind = RadioField(
        "Loại", [InputRequired("Xin chọn loại.")], choices=[SelectChoice(k, k.label) for k in DifficultyKind]
    )
    work_field = SelectField(
        "Lĩnh vực",
        [InputRequired("Xin chọn lĩnh vực.")],
        choices=[SelectChoice("", "Chọn lĩnh vực"), *(SelectChoice(f, f.label) for f in WorkField)],
        description="Lĩnh vực tôn giáo: chỉ nêu nội dung chung, không nêu người, cơ sở, vụ việc cụ thể.",
    )
    title = StringField(
        "Tiêu đề", [InputRequired("Xin nhập tiêu đề."), too_long(TITLE_LENGTH)], description="Một câu ngắn nêu vấn đề."
    )
    body = TextAreaField(
        "Nội dung",
        [InputRequired("Xin nhập nội dung."), too_long(BODY_LENGTH)],
        description="Nêu việc đang làm, vướng ở quy định nào, đã xử lý đến đâu, đề nghị gì.",
    )

    def offer(self, units: Sequence[tuple[int, str]]) -> ItemForm:
        """The units that the writer may write for; a single one is no question."""
        self.single = str(units[0][0]) if len(units) == 1 else ""
        self.known = {str(key) for key, _ in units}
        self.unit_id.choices = [SelectChoice(str(key), name) for key, name in units]
        return self

    def for_unit(self) -> int:
        """The unit that was chosen; 0 for none of those that were offered."""
        chosen = self.unit_id.data or ""
        return int(chosen) if chosen in self.known else 0

    def item(self) -> ItemData:
        return ItemData(
            DifficultyKind(self.kind.data), WorkField(self.work_field.data), self.title.data or "", self.body.data or ""
        )


class StepForm(VersionForm):
    """What most steps ask: an opinion, which some need."""

    opinion = TextAreaField("Ý kiến", [too_long(OPINION_LENGTH)])

    def step(self) -> StepData:
        """What was filled in."""
        return StepData(self.opinion.data or "")


class AssignForm(StepForm):
    """Who answers, by when."""

    assignee_id = SelectField("Người xử lý", [InputRequired("Xin chọn người xử lý.")], validate_choice=False)
    due_on = DayField("Hạn trả lời", [InputRequired("Xin nhập hạn trả lời.")])

    def offer(self, people: Iterable[tuple[int, str, str]]) -> AssignForm:
        """The people who may be given an item."""
        named = [SelectChoice(str(key), f"{name}, {unit}") for key, name, unit in people]
        self.assignee_id.choices = [SelectChoice(*NOBODY), *named]
        return self

    def step(self) -> StepData:
        chosen = self.assignee_id.data or ""
        who = int(chosen) if chosen.isdecimal() and len(chosen) < DIGITS else None
        return StepData(self.opinion.data or "", who, self.due_on.data)


class AnswerForm(StepForm):
    """The draft of the answer."""

    answer = TextAreaField(
        "Nội dung trả lời",
        [InputRequired("Xin nhập nội dung trả lời."), too_long(BODY_LENGTH)],
        description="Nêu căn cứ; trả lời có thể được công bố cho mọi đơn vị nên không nêu thông tin cá nhân.",
    )

    def step(self) -> StepData:
        return StepData(self.opinion.data or "", answer=self.answer.data or "")


class PublishForm(StepForm):
    """To whom the answer is open."""

    audience = RadioField(
        "Ai đọc được trả lời",
        [InputRequired("Xin chọn ai đọc được trả lời.")],
        choices=[SelectChoice(a, a.label) for a in AnswerAudience],
    )
    name_shown = BooleanField(
        "Ghi tên đơn vị đã nêu", description="Chỉ khi công bố cho mọi đơn vị; không chọn thì mục Hỏi đáp không ghi tên."
    )

    def step(self) -> StepData:
        return StepData(
            self.opinion.data or "", audience=AnswerAudience(self.audience.data), name_shown=bool(self.name_shown.data)
        )

"""The forms of papers and chains."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.access.enums import Role
from portal.domain.approvals.enums import StepRelation
from portal.domain.approvals.rules import ANSWERING_ROLES, LONGEST_LABEL
from portal.domain.approvals.services.chains import ChainStepData
from portal.web.forms import PortalForm

DIGITS = 9


class OpinionForm(PortalForm):
    """What one says of a paper, and where it goes on to."""

    version = HiddenField()
    to_position = SelectField("Chuyển đến", coerce=str, validate_choice=False)
    opinion = TextAreaField("Ý kiến", [Length(max=4000)])

    @property
    def read_version(self) -> int:
        """The version that was read; 0 when the form says none."""
        return number(self.version.data)


class StepForm(PortalForm):
    """A step of a chain."""

    version = HiddenField()
    label = StringField("Tên bước", [InputRequired("Xin ghi tên bước."), Length(max=LONGEST_LABEL)])
    role = SelectField("Vai trò xử lý", choices=[SelectChoice(role.value, role.label) for role in ANSWERING_ROLES])
    relation = SelectField("Trong phạm vi", choices=[SelectChoice(one.value, one.label) for one in StepRelation])
    days = IntegerField("Số ngày làm việc", [Optional()], description="Để trống nếu không đặt hạn.")
    may_skip = BooleanField("Bước trước được chuyển vượt qua bước này")
    may_finish = BooleanField("Được duyệt tại bước này")

    def to_data(self) -> ChainStepData:
        """The step as it is written."""
        return ChainStepData(
            self.label.data or "",
            Role(self.role.data),
            StepRelation(self.relation.data),
            bool(self.may_skip.data),
            bool(self.may_finish.data),
            self.days.data,
        )


class PublishForm(PortalForm):
    """The publication of an edition."""

    version = HiddenField()
    note = StringField("Căn cứ, ghi chú", [Length(max=300)])


def number(text: object) -> int:
    """A number of a hidden field; 0 for what is none."""
    found = str(text or "")
    return int(found) if found.isascii() and found.isdigit() and len(found) <= DIGITS else 0

"""The form of a rule of reminders."""

from __future__ import annotations

from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from portal.domain.calendar.enums import TermUnit
from portal.domain.reminders.enums import ReminderSide
from portal.domain.reminders.models import ReminderRule
from portal.domain.reminders.services import MOST_DAYS, RuleData, areas
from portal.web.forms import PortalForm

EVERYWHERE = "Mọi lĩnh vực"
UNITS = (TermUnit.WORKING, TermUnit.CALENDAR)
MOST = 2**31 - 1


class RuleForm(PortalForm):
    """How long before or after its due day, and in which area."""

    area = SelectField("Lĩnh vực")
    side = SelectField("Khi nào", choices=[SelectChoice(side.value, side.label) for side in ReminderSide])
    amount = IntegerField(
        "Số ngày", [Optional()], description=f"Từ 1 đến {MOST_DAYS}; để trống khi nhắc đúng ngày hạn."
    )
    unit = SelectField("Cách tính", choices=[SelectChoice(unit.value, unit.label) for unit in UNITS])
    version = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        self.area.choices = [("", EVERYWHERE), *((one.name, one.label) for one in areas())]

    @property
    def given_version(self) -> int:
        given = self.version.data or 0
        return given if 0 <= given <= MOST else 0

    def show(self, rule: ReminderRule) -> None:
        """Fill the form with what is stored."""
        self.area.data, self.side.data, self.unit.data = rule.area, rule.side.value, rule.unit.value
        self.amount.data, self.version.data = rule.amount or None, rule.version

    def to_data(self) -> RuleData:
        return RuleData(
            self.area.data or "", ReminderSide(self.side.data), self.amount.data or 0, TermUnit(self.unit.data)
        )

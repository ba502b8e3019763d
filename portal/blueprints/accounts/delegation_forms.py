"""The form by which one hands roles on for a time."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.blueprints.accounts.admin_forms import too_long
from portal.web.fields import DayField
from portal.web.forms import PortalForm


class DelegationForm(PortalForm):
    """Which roles, to whom, from a day to a day, for what reason."""

    roles = SelectMultipleField(
        "Vai trò ủy quyền",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        coerce=str,
        validators=[InputRequired("Xin chọn ít nhất một vai trò.")],
    )
    receiver = StringField(
        "Người nhận ủy quyền",
        [InputRequired("Xin chọn người nhận."), too_long(200)],
        description="Gõ họ tên rồi chọn trong gợi ý. Người nhận cùng đơn vị, hoặc ở phòng, ban, đơn vị trực thuộc.",
    )
    valid_from = DayField("Từ ngày", [InputRequired("Xin nhập ngày bắt đầu.")])
    valid_to = DayField(
        "Đến hết ngày", [InputRequired("Xin nhập ngày cuối.")], description="Ủy quyền tự hết hiệu lực sau ngày này."
    )
    reason = TextAreaField(
        "Căn cứ, nội dung",
        [InputRequired("Xin ghi căn cứ."), too_long(1000)],
        description="Số, ngày văn bản ủy quyền; nội dung được ủy quyền.",
    )

    def offer(self, roles: Sequence[tuple[str, str]]) -> DelegationForm:
        """Set the roles that can be chosen; the only one is chosen already."""
        self.roles.choices = list(roles)
        if len(roles) == 1 and self.roles.data is None:
            self.roles.data = [roles[0][0]]
        return self

    def chosen(self) -> list[int]:
        """The ids of the chosen assignments."""
        return [int(value) for value in self.roles.data or ()]

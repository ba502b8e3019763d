"""What is asked about a saved filter."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from portal.core.text import clean
from portal.domain.lists.services import NAME_LENGTH, FilterData
from portal.web.forms import PortalForm

NOBODY = ""


class FilterForm(PortalForm):
    """A name, who sees it, whether the list opens with it."""

    name = StringField(
        "Tên bộ lọc",
        filters=[clean],
        validators=[Length(max=NAME_LENGTH, message=f"Tên dài nhất {NAME_LENGTH} ký tự.")],
        description="Ví dụ: Chờ tiếp nhận của các huyện.",
    )
    unit_id = SelectField("Ai thấy", choices=[], validate_choice=False)
    opens = BooleanField("Mở danh sách bằng bộ lọc này")
    replaces = BooleanField("Ghi đè bộ lọc cùng tên của tôi")
    version = HiddenField()

    def offer(self, units: Iterable[tuple[int, str]]) -> FilterForm:
        """The units that it may be shared with."""
        alone = SelectChoice(NOBODY, "Chỉ mình tôi")
        self.unit_id.choices = [alone, *(SelectChoice(str(key), f"Dùng chung: {name}") for key, name in units)]
        return self

    def to_data(self, shareable: bool) -> FilterData:
        """What was typed; where a list is not shared, a unit means nothing."""
        given = self.unit_id.data or ""
        unit_id = int(given) if shareable and given.isdecimal() and len(given) < 10 else None
        return FilterData(self.name.data or "", unit_id, bool(self.opens.data), bool(self.replaces.data))

    def given_version(self) -> int:
        """The version that the person saw; 0, which no record has, for anything else."""
        given = self.version.data or ""
        return int(given) if given.isdecimal() and len(given) < 10 else 0

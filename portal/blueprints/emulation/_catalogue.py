"""What the pages of the catalogue share: the tabs over them, records and units that addresses and fields name."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from portal.core.errors import InvalidInput, NotFound
from portal.core.pagination import AnySelect
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.units.models import Unit
from portal.domain.units.queries import named
from portal.web.context import today
from portal.web.lists import Tab
from portal.web.menu import year_in_view

PAGES = (
    ("emulation.list_movements", "Phong trào"),
    ("emulation.list_titles", "Danh hiệu, hình thức"),
    ("emulation.list_blocks", "Cụm, khối"),
    ("emulation.list_periods", "Kỳ đăng ký"),
    ("emulation.list_targets", "Chỉ tiêu khen thưởng"),
)


def catalogue_tabs() -> list[Tab]:
    """The pages of the catalogue, all of the year in view."""
    return [Tab(label, url_for(endpoint, **year_args()), endpoint == request.endpoint) for endpoint, label in PAGES]


def year_args() -> dict[str, Any]:
    """The year in view as it stands in addresses: the present one is silent."""
    year = year_in_view()
    return {} if year == today().year else {"nam": year}


def one(work: Work, stmt: AnySelect | Any) -> Any:
    """The record that a statement gives. Raises NotFound."""
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    return found


def named_unit(work: Work, text: str, permission: Permission) -> Unit:
    """The one unit in the actor's reach that a field names. Raises InvalidInput (unit)."""
    found = work.session.scalars(named(work.actor, text, work.today(), permission)).all()
    if not found:
        raise InvalidInput({"unit": ["Không thấy đơn vị này. Gõ mã hoặc tên rồi chọn trong gợi ý."]})
    if len(found) > 1 and found[0].code != text.split(" – ", maxsplit=1)[0].strip():
        raise InvalidInput({"unit": ["Có nhiều đơn vị cùng tên. Xin nhập mã đơn vị."]})
    return found[0]


def small_number(text: str | None) -> int:
    """A version or id as it was sent; what is none matches no record."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0

"""What units say of themselves: their menu, and the words of their audit actions."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.domain.access.enums import Permission
from portal.domain.units.searchable import UNITS

MANIFEST = Manifest(
    name="unit",
    label="Đơn vị",
    menu=(
        MenuEntry("Đơn vị", "units.list_units", "sitemap", Permission.UNIT_VIEW, group="Quản trị", key="o", order=905),
    ),
    actions=(MenuEntry("Thêm đơn vị", "units.new_unit", "plus", Permission.UNIT_MANAGE, "Quản trị", order=905),),
    searchable=(UNITS,),
    retention="Đơn vị, tên và quan hệ theo ngày: giữ mãi, vì văn bản cũ in theo tổ chức của ngày đó.",
    audit_labels={
        "unit.created": "Thêm đơn vị",
        "unit.corrected": "Sửa thông tin đơn vị",
        "unit.renamed": "Ghi đổi tên đơn vị",
        "unit.moved": "Ghi chuyển đơn vị cấp trên",
        "unit.merged": "Ghi hợp nhất, sáp nhập đơn vị",
        "unit.split": "Ghi chia, tách đơn vị",
        "unit.ended": "Ghi kết thúc đơn vị",
        "unit_kind.updated": "Sửa loại đơn vị",
        "unit_level.updated": "Sửa cấp đơn vị",
    },
    audit_words={
        "unit_kind": "Loại đơn vị",
        "unit_level": "Cấp đơn vị",
        "symbol": "Ký hiệu văn bản",
        "place": "Địa danh",
        "head_title": "Chức danh người đứng đầu",
        "sector": "Ngành",
        "decision": "Quyết định",
        "effective_on": "Có hiệu lực từ",
        "parent": "Cấp trên",
        "sources": "Đơn vị cũ",
        "founded": "Đơn vị mới",
        "carried": "Số đơn vị chuyển theo",
        "owes_registration": "Có nghĩa vụ đăng ký thi đua",
        "head_review": "Thủ trưởng duyệt trên cổng",
    },
)

"""What the calendar says of itself: the words of its audit actions."""

from __future__ import annotations

from portal.core.manifest import Manifest

MANIFEST = Manifest(
    name="calendar",
    label="Lịch",
    retention="Ngày nghỉ, ngày làm bù từng năm: giữ mãi, vì thời hạn của việc cũ tính theo lịch của năm đó.",
)

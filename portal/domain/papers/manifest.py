"""What the templates of papers say of themselves."""

from __future__ import annotations

from portal.core.manifest import Manifest, MenuEntry
from portal.domain.access.enums import Permission

AREA = "Mẫu văn bản"
MANIFEST = Manifest(
    name="papers",
    label=AREA,
    menu=(
        MenuEntry(AREA, "papers.list_templates", "file-text", Permission.PAPER_TEMPLATE_MANAGE, "Quản trị", order=965),
    ),
    retention="Mẫu văn bản đã tải lên: giữ mọi bản, để biết văn bản cũ lập theo mẫu nào.",
    audit_labels={
        "paper_template.added": "Tải lên mẫu văn bản",
        "paper_template.took_effect": "Áp dụng mẫu văn bản",
        "paper_template.downloaded": "Tải mẫu văn bản",
    },
    audit_words={
        "paper_template": AREA,
        "edition": "Bản mẫu (0: mẫu của cổng)",
    },
)

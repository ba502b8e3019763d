"""flask search: building and checking the index from the command line."""

from __future__ import annotations

from click.testing import Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.web.transaction import PortalFlask


def run(app: PortalFlask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["search", *words])


def test_the_index_is_checked_and_built_again(app: PortalFlask, session: Session) -> None:
    assert run(app, "check").output == "Chỉ mục tìm kiếm khớp dữ liệu.\n"
    session.execute(text("DELETE FROM search_document WHERE id < :end"), {"end": 2 << 40})
    session.commit()
    refused = run(app, "check")
    assert refused.exit_code == 1
    assert "flask search rebuild --again" in refused.output
    assert "Đơn vị: thiếu " in refused.output
    assert run(app, "rebuild").output == "Chỉ mục tìm kiếm đã đủ.\n"
    assert "Đã lập chỉ mục " in run(app, "rebuild", "--again").output
    assert run(app, "check").exit_code == 0

"""The administrator's page of rules: list, add, refuse a double, change, pause, delete; who saves second is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.reminders.models import ReminderRule
from tests.pages import Page

URL = "/quan-tri/nhac-viec"


def test_rules_are_listed_added_changed_paused_and_deleted(
    client_of: Callable[[str], FlaskClient], read: Callable[..., Any]
) -> None:
    browser = client_of("quantri")

    def listed() -> list[tuple[str, str, str]]:
        page = Page(browser.get(URL).text)
        assert page.errors == []
        return [(row["Nhắc"], row["Lĩnh vực"], row["Tình trạng"]) for row in page.table()]

    first = [("Trước hạn 3 ngày làm việc", "Mọi lĩnh vực", "Đang nhắc"), ("Đúng ngày hạn", "Mọi lĩnh vực", "Đang nhắc")]
    assert listed() == [*first, ("Sau hạn 1 ngày làm việc", "Mọi lĩnh vực", "Đang nhắc")]
    typed = {"area": "emulation", "side": "before", "amount": "5", "unit": "calendar"}
    assert browser.post(f"{URL}/them", data=typed).status_code == 303
    again = browser.post(f"{URL}/them", data=typed)
    assert again.status_code == 422
    assert "Đã có quy tắc như vậy cho lĩnh vực này." in Page(again.text).text
    assert browser.post(f"{URL}/them", data=typed | {"amount": "61"}).status_code == 422
    assert browser.post(f"{URL}/them", data=typed | {"amount": "x"}).status_code == 422
    rule = read(select(ReminderRule).order_by(ReminderRule.id.desc()))[0]
    assert browser.get(f"{URL}/{rule.id}/sua").status_code == 200
    change = typed | {"amount": "7", "version": str(rule.version)}
    assert browser.post(f"{URL}/{rule.id}/sua", data=change).status_code == 303
    late = browser.post(f"{URL}/{rule.id}/sua", data=change | {"amount": "9"})
    assert late.status_code == 409
    assert "Trước hạn 7 ngày" in Page(late.text).text
    pause = {"version": str(rule.version + 1), "paused": "1"}
    assert browser.post(f"{URL}/{rule.id}/tam-dung", data=pause).status_code == 303
    assert listed()[-1][0] == "Trước hạn 7 ngày"
    assert listed()[-1][2] == "Tạm dừng"
    assert browser.post(f"{URL}/{rule.id}/xoa", data={"version": str(rule.version + 2)}).status_code == 303
    assert len(listed()) == 3

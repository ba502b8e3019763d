"""GET and POST /quan-tri/tep-dinh-kem: the limits that the administrator sets, and what there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from portal.domain.attachments.models import FileRule
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.files import FURTHER
from tests.attachments.clamd_server import Scanner
from tests.emulation.pages.support import Browser

Browse = Callable[[str], Browser]
LIST = "/quan-tri/tep-dinh-kem"
RULE = f"{LIST}/{FURTHER}"
LIMITS = {"max_megabytes": "5", "max_count": "7", "keep_days": "60"}


def row(browser: Browser) -> dict[str, str]:
    rows = browser.page(LIST).table()
    return next(r for r in rows if r["Loại tệp"] == "Tài liệu kèm theo bản đăng ký")


def test_limits_are_set_and_shown_with_what_there_is(browse: Browse, read: Any) -> None:
    browser = browse("quantri")
    before = row(browser)
    assert (before["Một tệp"], before["Một hồ sơ"], before["Giữ tệp đã gỡ"]) == ("10 MB", "20 tệp", "30 ngày")
    assert before["Đang có"] == "0"
    form = browser.page(RULE)
    sent = {**form.values(form.form_to(RULE)), **LIMITS}
    assert "Đã lưu giới hạn" in browser.follow(browser.post(RULE, sent)).text
    after = row(browser)
    assert (after["Một tệp"], after["Một hồ sơ"], after["Giữ tệp đã gỡ"]) == ("5 MB", "7 tệp", "60 ngày")
    (entry,) = read(select(AuditEntry).where(AuditEntry.action == "attachment.rule_changed"))
    assert entry.detail == {"max_megabytes": [10, 5], "max_count": [20, 7], "keep_days": [30, 60]}


def test_what_cannot_be_a_limit_stays_in_the_form(browse: Browse, read: Any) -> None:
    browser = browse("quantri")
    for bad in (
        {"max_megabytes": "0"},
        {"max_count": "nhiều"},
        {"keep_days": ""},
        {"keep_days": "99999999999999999999"},
    ):
        answer = browser.post(RULE, {**LIMITS, "version": "0", **bad})
        assert answer.status == 422
        assert answer.page.has_id("tom-tat-loi")
    assert read(select(FileRule)) == []


def test_a_newer_version_is_shown_beside_what_was_typed(browse: Browse, read: Any) -> None:
    browser = browse("quantri")
    assert browser.post(RULE, {**LIMITS, "version": "0"}).status == 303
    answer = browser.post(RULE, {**LIMITS, "max_count": "9", "version": "0"})
    assert answer.status == 409
    assert "Số tệp nhiều nhất của một hồ sơ" in answer.page.text
    assert "Chính ông/bà, ở một cửa sổ khác, vừa sửa nội dung này" in answer.page.text
    again = answer.page.values(answer.page.form_to(RULE))
    assert (again["max_count"], again["_ho.max_count"]) == ("9", LIMITS["max_count"])
    assert browser.post(RULE, {**again, "_chon.max_count": "ho"}).status == 303
    assert read(select(FileRule.max_count)) == [int(LIMITS["max_count"])]
    assert browser.post(RULE, {**LIMITS, "max_count": "9", "version": "1"}).status == 303
    assert read(select(FileRule.max_count)) == [9]


def test_the_scanner_s_state_is_told(browse: Browse, clamd: Scanner) -> None:
    assert "đang trả lời" in browse("quantri").page(LIST).text
    assert clamd.taken == []


def test_without_a_scanner_it_says_so_and_no_kind_is_invented(browse: Browse) -> None:
    browser = browse("quantri")
    assert "chưa cấu hình" in browser.page(LIST).text
    assert browser.get(f"{LIST}/khong-co").status == 404

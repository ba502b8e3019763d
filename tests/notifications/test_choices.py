"""/thong-bao/cai-dat: each person chooses for each kind; two windows of one person never undo each other unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.notices import MailChoice
from portal.domain.notifications.models import NoticeSetting
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]
URL = "/thong-bao/cai-dat"


def form_of(browser: FlaskClient) -> dict[str, str]:
    page = Page(browser.get(URL).text)
    assert page.errors == []
    return page.values(page.form_to(URL))


def test_each_kind_is_chosen_for_oneself_alone(client_of: ClientOf, read: Callable[..., Any]) -> None:
    browser = client_of("vangiang")
    page = Page(browser.get(URL).text)
    assert page.headings() == ["Cách nhận thông báo"]
    assert "Cổng chưa nối máy chủ thư" in page.text
    rows = {row["Loại thông báo"]: row["Trên cổng"] for row in page.table() if len(row) > 1}
    assert rows["Bản đăng ký trình duyệt"] == "Luôn hiện"
    assert rows["Việc chạy nền đã xong hoặc không thành công"].startswith("Hiện")
    form = form_of(browser)
    assert (form["cong-jobs.ended"], form["thu-jobs.ended"], form["goc-jobs.ended"]) == ("1", "none", "1.none")
    del form["cong-jobs.ended"]
    form |= {"thu-jobs.ended": "at_once", "thu-emulation.to_approve": "digest", "thu-notifications.digest": "none"}
    done = browser.post(URL, data=form, follow_redirects=True)
    assert "Đã lưu cách nhận thông báo." in Page(done.text).text
    kept = {row.kind: (row.on_portal, row.mail) for row in read(select(NoticeSetting))}
    assert kept == {
        "jobs.ended": (False, MailChoice.AT_ONCE),
        "emulation.to_approve": (True, MailChoice.DIGEST),
        "notifications.digest": (False, MailChoice.NONE),
    }
    assert "cong-jobs.ended" not in form_of(browser)
    assert form_of(client_of("khoaichau"))["thu-jobs.ended"] == "none"
    again = browser.post(URL, data=form_of(browser), follow_redirects=True)
    assert "Không có gì thay đổi." in Page(again.text).text


def test_what_two_windows_chose_is_merged_and_a_clash_is_shown(client_of: ClientOf) -> None:
    browser = client_of("vangiang")
    first, second = form_of(browser), form_of(browser)
    browser.post(URL, data=first | {"thu-jobs.ended": "digest"})
    assert browser.post(URL, data=second | {"thu-accounts.delegation": "none"}).status_code == 303
    now = form_of(browser)
    assert (now["thu-jobs.ended"], now["thu-accounts.delegation"]) == ("digest", "none"), "both are kept"
    clash = browser.post(URL, data=second | {"thu-jobs.ended": "at_once"})
    assert clash.status_code == 409
    page = Page(clash.text)
    assert page.errors == []
    assert "Đã lưu ở cửa sổ khác: Hiện trên cổng; thư: Trong bản tin đầu ngày" in page.text
    shown = page.values(page.form_to(URL))
    assert (shown["thu-jobs.ended"], shown["goc-jobs.ended"]) == ("at_once", "1.digest")
    assert browser.post(URL, data=shown).status_code == 303
    assert form_of(browser)["thu-jobs.ended"] == "at_once"


def test_what_a_kind_does_not_allow_is_not_taken(client_of: ClientOf, read: Callable[..., Any]) -> None:
    browser = client_of("vangiang")
    wrong = browser.post(URL, data=form_of(browser) | {"thu-notifications.digest": "at_once"})
    assert wrong.status_code == 422
    odd = form_of(browser) | {"thu-jobs.ended": "x", "goc-jobs.ended": "?", "thu-none.such": "none"}
    assert browser.post(URL, data=odd).status_code == 303
    assert browser.post(URL, data={}).status_code == 303
    assert read(select(NoticeSetting)) == []

"""A form whose session ended: parked for its owner alone, shown again after they signed in, never sent by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.core.clock import FixedClock
from portal.core.drafts import KEEP_PARKED, LARGEST, MOST_PARKED, Draft
from portal.core.manifest import Manifest
from portal.domain.accounts.models import UserAccount, UserSession
from portal.web import drafts as drafts_module
from portal.web import parking
from portal.web.transaction import PortalFlask
from tests.databases import DEMO_PASSWORD
from tests.drafts.conftest import Browse
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import HTMX, Browser, row_values
from tests.pages import Page

Kept = Callable[[], list[tuple[str, str, bool, bool]]]
SAID = "Nội dung được giữ riêng cho ông/bà trong 30 phút"
BACK_AGAIN = "Biểu mẫu gửi lúc 09:40 15/03/2023 chưa được ghi vì phiên làm việc đã hết"


@pytest.fixture(autouse=True)
def fresh_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "budget", parking.Budget())


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def content_of(browser: Browser, key: int) -> dict[str, str]:
    page = browser.page(address(key))
    return page.values(page.by_id("bieu-noi-dung"))


def signs_in(browser: Browser, username: str, target: str) -> Page:
    """Sign in by the form that the portal led to; the page that follows."""
    answer = browser.post("/dang-nhap", {"username": username, "password": DEMO_PASSWORD, "tiep": target})
    return browser.follow(answer)


def target_of(location: str) -> str:
    path, _, query = location.partition("?tiep=")
    assert path == "/dang-nhap"
    return unquote(query)


def test_after_an_idle_session_the_form_comes_back_filled(
    browse: Browse, world: World, clock: FixedClock, key: int, kept: Kept
) -> None:
    officer = browse("vangiang")
    sent = {**content_of(officer, key), "content": "Gõ trong 40 phút", "staff_count": "nhiều"}
    clock.advance(timedelta(minutes=40))
    answer = officer.post(f"{address(key)}/noi-dung", sent)
    assert target_of(answer.location) == f"{address(key)}#noi-dung-thi-dua"
    assert SAID in officer.page(answer.location).text
    assert kept() == [("emulation.content", str(key), False, True)]
    page = signs_in(officer, "vangiang", target_of(answer.location))
    assert BACK_AGAIN in page.text
    values = page.values(page.by_id("bieu-noi-dung"))
    assert (values["content"], values["staff_count"]) == ("Gõ trong 40 phút", "nhiều")
    assert world.get(key).content != "Gõ trong 40 phút"  # nothing was sent by itself
    officer.follow(officer.post(f"{address(key)}/noi-dung", {**values, "staff_count": "45"}))
    assert world.get(key).content == "Gõ trong 40 phút"
    assert kept() == []


def test_rows_and_what_the_script_saves(browse: Browse, clock: FixedClock, key: int, kept: Kept) -> None:
    officer = browse("vangiang")
    typed = {**row_values(officer.page(address(key)), "dong-moi"), "name": "Lê Thị Hoa", "title": ""}
    content = {**content_of(officer, key), "content": "Gõ dở"}
    clock.advance(timedelta(minutes=40))
    answer = officer.post(f"{address(key)}/dong", typed, htmx=True)
    target = target_of(answer.response.headers["HX-Redirect"])
    assert target == f"{address(key)}#dong-moi"
    told = officer.post(f"{address(key)}/noi-dung", {**content, "_nhap": "roi-trang"})
    assert (told.status, told.html) == (401, "Phiên làm việc đã hết; nội dung được giữ 30 phút.")
    assert [row[:2] for row in kept()] == [("emulation.content", str(key)), ("emulation.line", f"{key}/moi")]
    page = signs_in(officer, "vangiang", target)
    assert row_values(page, "dong-moi")["name"] == "Lê Thị Hoa"
    assert "Dòng này gửi lúc 09:40 15/03/2023 khi phiên làm việc đã hết" in page.text
    assert page.values(page.by_id("bieu-noi-dung"))["content"] == "Gõ dở"


def test_after_half_an_hour_it_is_gone(browse: Browse, clock: FixedClock, key: int) -> None:
    officer = browse("vangiang")
    sent = {**content_of(officer, key), "content": "Gõ dở"}
    clock.advance(timedelta(minutes=40))
    target = target_of(officer.post(f"{address(key)}/noi-dung", sent).location)
    clock.advance(KEEP_PARKED + timedelta(seconds=1))
    page = signs_in(officer, "vangiang", target)
    assert "chưa được ghi vì" not in page.text
    assert page.values(page.by_id("bieu-noi-dung"))["content"] != "Gõ dở"


def test_another_person_on_that_browser_sees_nothing_of_it(
    browse: Browse, world: World, clock: FixedClock, key: int
) -> None:
    commune = world.opened("xuanquan", "12022")
    browser = browse("xuanquan")
    sent = {**content_of(browser, commune), "content": "Riêng của xã"}
    clock.advance(timedelta(minutes=40))
    target = target_of(browser.post(f"{address(commune)}/noi-dung", sent).location)
    page = signs_in(browser, "vangiang", target)  # the district above knows only that there is a draft
    assert "Riêng của xã" not in page.text
    assert "chưa được ghi vì" not in page.text
    assert "Riêng của xã" not in browser.page(address(key)).text
    browser.post("/dang-xuat")
    page = signs_in(browser, "xuanquan", target)
    assert page.values(page.by_id("bieu-noi-dung"))["content"] == "Riêng của xã"


@pytest.fixture
def strict(app: PortalFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of forms is asked for."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def token(browser: Browser) -> dict[str, str]:
    page = browser.page("/tai-khoan")
    return page.values(page.form_to("/dang-xuat"))


@pytest.mark.usefixtures("strict")
def test_signing_out_in_another_tab(client: FlaskClient, key: int, kept: Kept) -> None:
    browser = Browser(client)
    first = browser.page("/dang-nhap")
    tokens = first.values(first.form_to("/dang-nhap"))
    browser.post("/dang-nhap", {**tokens, "username": "vangiang", "password": DEMO_PASSWORD})
    sent = {**content_of(browser, key), "content": "Gõ dở"}
    browser.post("/dang-xuat", token(browser))
    answer = browser.post(f"{address(key)}/noi-dung", sent)
    assert target_of(answer.location) == f"{address(key)}#noi-dung-thi-dua"
    assert kept() == [("emulation.content", str(key), False, True)]
    forged = {**sent, "_ve": "x" + sent["_ve"]}
    assert browser.post(f"{address(key)}/noi-dung", forged).status == 400
    assert browser.post(f"{address(key)}/noi-dung", {"content": "x"}).status == 400


@pytest.mark.usefixtures("strict")
def test_a_page_left_open_by_another_person(
    browse: Browse, client_of: Callable[[str], FlaskClient], world: World, key: int, read: Any
) -> None:
    sent = {**content_of(browse("vangiang"), key), "content": "Của người trước"}
    browser = browse("khoaichau")
    answer = browser.post(f"{address(key)}/noi-dung", sent)
    assert answer.status == 400
    assert "phiên làm việc của tài khoản khác" in answer.page.text
    assert "Của người trước" not in answer.page.text
    (draft,) = read(select(Draft))
    assert draft.user_id == world.user_id("vangiang")
    again = browse("vangiang").post(f"{address(key)}/noi-dung", sent)  # the same person in a new session
    assert again.location == f"{address(key)}#noi-dung-thi-dua"


def test_an_absolute_end_an_end_elsewhere_and_a_disabled_account(
    browse: Browse, world: World, clock: FixedClock, key: int, kept: Kept
) -> None:
    path = f"{address(key)}/noi-dung"
    officer = browse("vangiang")
    sent = {**content_of(officer, key), "content": "Gõ dở"}
    with world.work_as("quantri") as work:
        work.session.execute(update(UserSession).values(ended_at=clock.now(), end_reason="by_owner"))
    assert officer.post(path, sent).location.startswith("/dang-nhap?tiep=")
    assert len(kept()) == 1
    clock.advance(timedelta(hours=12, seconds=1))  # a ticket is good for as long as a session may be
    assert officer.post(path, sent).location == "/dang-nhap"
    officer = browse("vangiang")
    sent = {**content_of(officer, key), "content": "Gõ dở"}
    with world.work_as("quantri") as work:
        mine = UserAccount.username == "vangiang"
        work.session.execute(update(UserAccount).where(mine).values(disabled_at=clock.now()))
    assert officer.post(path, sent).location == "/dang-nhap"


def test_who_may_cause_it_how_much_and_how_often(
    browse: Browse, clock: FixedClock, key: int, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{address(key)}/noi-dung"
    officer = browse("vangiang")
    sent = content_of(officer, key)
    clock.advance(timedelta(minutes=40))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"}):
        assert officer.client.post(path, data=sent, headers=headers).location == "/dang-nhap"
    assert officer.post(path, {**sent, "content": "ờ" * (LARGEST // 3)}).location == "/dang-nhap"
    told = officer.post(path, {**sent, "content": "ờ" * (LARGEST // 3), "_nhap": "dang-go"})
    assert (told.status, "chưa giữ được" in told.html) == (401, True)
    assert officer.post(path, {**sent, "_nhap": "bo"}).location == "/dang-nhap"
    assert kept() == []
    monkeypatch.setattr(parking, "budget", parking.Budget(2))
    answers = [officer.post(path, sent).location for _ in range(3)]
    assert [location != "/dang-nhap" for location in answers] == [True, True, False]


def test_a_person_parks_few_forms(browse: Browse, clock: FixedClock, kept: Kept) -> None:
    keeper = browse("thidua")
    pages = [f"/thi-dua/phong-trao/{n}/sua" for n in range(1, MOST_PARKED + 2)]
    forms = [(path, keeper.page(path)) for path in pages]
    values = [(path, page.values(page.form_to(path))) for path, page in forms]
    clock.advance(timedelta(minutes=40))
    answers = [keeper.post(path, {**sent, "source": "x"}).location for path, sent in values]
    assert answers[-1] == "/dang-nhap"
    assert len(kept()) == MOST_PARKED


def test_the_budget_forgets_after_a_minute() -> None:
    budget = parking.Budget(2)
    assert [budget.allows(1, now) for now in (0.0, 1.0, 2.0, 60.5, 60.6)] == [True, True, False, True, False]
    assert budget.allows(2, 2.0)


def test_forms_of_confidential_features_are_not_parked(
    browse: Browse, clock: FixedClock, key: int, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts_module, "manifests", lambda: (Manifest("emulation", "Thi đua", confidential=True),))
    officer = browse("vangiang")
    sent = {**content_of(officer, key), "content": "Gõ dở"}
    clock.advance(timedelta(minutes=20))
    assert officer.post(f"{address(key)}/noi-dung", {**sent, "_nhap": "roi-trang"}).status == 200  # drafts are kept
    clock.advance(timedelta(minutes=40))
    assert officer.post(f"{address(key)}/noi-dung", sent).location == "/dang-nhap"
    assert kept() == [("emulation.content", str(key), True, False)]


def test_passwords_and_buttons_are_not_parked(browse: Browse, world: World, clock: FixedClock, kept: Kept) -> None:
    officer = browse("vangiang")
    form = officer.page("/tai-khoan/doi-mat-khau")
    sent = form.values(form.form_to("/tai-khoan/doi-mat-khau"))
    assert "_ve" not in sent
    clock.advance(timedelta(minutes=40))
    answer = officer.client.post("/tai-khoan/doi-mat-khau", data={**sent, "current": "a", "new": "b"}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/dang-nhap"
    assert kept() == []

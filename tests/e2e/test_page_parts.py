"""portal.js, keys.js and the style sheets in a real browser, over pages made of the page parts alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from werkzeug.serving import make_server

from tests.e2e.parts_app import make_parts_app

pytestmark = pytest.mark.e2e
AXE = Path(__file__).resolve().parents[1] / "vendor/axe.min.js"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_parts_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The list page at 1366x768; the test fails when a script fails or the content policy is broken."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    opened.goto("/ds")
    yield opened
    context.close()
    assert wrong == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_filtering_keeps_what_is_typed_meanwhile(page: Page) -> None:
    page.click("#loc-q")
    page.keyboard.type("abc", delay=20)
    with page.expect_response(lambda r: "q=abc&" in r.url):
        page.wait_for_timeout(400)
        page.keyboard.type("def", delay=20)
    expect(page.locator("#vung-thong-bao")).to_have_text("6 hồ sơ")
    assert page.input_value("#loc-q") == "abcdef"
    assert "q=abcdef" in page.url
    assert focused(page) == "loc-q"


def test_arrows_walk_through_a_select_before_it_filters(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "dot=" in request.url else None)
    page.focus("#loc-dot")
    last = page.eval_on_selector("#loc-dot", "e => e.options[e.options.length - 1].value")
    for _ in range(page.eval_on_selector("#loc-dot", "e => e.options.length - 1")):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(150)
    page.wait_for_url(f"**dot={last}")
    assert [url.partition("dot=")[2] for url in asked] == [last]
    assert focused(page) == "loc-dot"


def test_a_select_filters_at_once_and_keeps_the_focus(page: Page) -> None:
    page.select_option("#loc-dot", "1")
    page.wait_for_url("**/ds?q=&dot=1")
    expect(page.locator(".filter.is-set")).to_have_count(1)


def test_after_a_swap_the_focus_is_where_the_work_goes_on(page: Page) -> None:
    page.focus("#ket-qua-sap-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ds?xep=-ten")
    page.wait_for_timeout(150)
    assert focused(page) == "ket-qua-sap-1"
    page.click("text=Trang sau")
    page.wait_for_url("**/ds?sau=12")
    page.wait_for_timeout(150)
    assert focused(page) == "ket-qua"


def test_choosing_rows_brings_the_actions(page: Page) -> None:
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_hidden()
    page.check("#dong-2 [data-row]")
    expect(bar).to_be_visible()
    expect(page.locator("[data-tools]")).to_be_hidden()
    page.check("[data-all]")
    expect(page.locator("[data-n]")).to_have_text("12")
    expect(page.locator("#vung-thong-bao")).to_have_text("Đã chọn 12 hồ sơ")
    page.click("[data-clear]")
    expect(bar).to_be_hidden()


def test_a_row_is_edited_by_keyboard(page: Page) -> None:
    page.focus("#dong-3 a.t")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Dòng 4"
    page.click("#dong-3 .acts a")
    expect(page.locator("#ten-3")).to_be_focused()
    page.fill("#ten-3", "Tên mới")
    page.keyboard.press("Enter")
    expect(page.locator("#dong-3 th")).to_have_text("Tên mới")
    expect(page.locator("#sua-lai-3")).to_be_focused()
    page.click("#dong-5 .acts a")
    page.fill("#ten-5", "Bỏ")
    page.keyboard.press("Escape")
    expect(page.locator("#dong-5 th")).to_have_text("Dòng 5")


def test_a_score_sheet_moves_by_enter_and_arrows(page: Page) -> None:
    page.focus("#diem-1")
    page.keyboard.press("Enter")
    assert focused(page) == "diem-2"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "diem-2"


@pytest.mark.parametrize(
    ("status", "title", "text"),
    [
        (403, "Không có quyền làm việc này", "Tài khoản này chưa được phân công"),
        (404, "Không tìm thấy trang này", "Địa chỉ không đúng"),
        (409, "Chưa thực hiện được", "Kỳ đăng ký đã đóng."),
        (500, "Hệ thống gặp lỗi", "mã l7f3a21"),
        (503, "Hệ thống đang bận", "chưa được ghi"),
    ],
)
def test_a_failure_is_a_message_and_the_page_stays(page: Page, status: int, title: str, text: str) -> None:
    page.click(f"#loi-{status}")
    toast = page.locator(".toast[role=alert]")
    expect(toast.locator("b")).to_have_text(title)
    expect(toast.locator("p")).to_contain_text(text)
    expect(page.locator("#dong-1 a.t")).to_be_visible()
    expect(page.locator("#ket-qua")).not_to_have_attribute("aria-busy", "true")
    toast.locator("[data-close]").click()
    expect(toast).to_have_count(0)


def test_a_lost_connection_can_be_tried_again(page: Page) -> None:
    page.context.set_offline(True)
    page.click("#ket-qua-sap-1")
    expect(page.locator(".toast b")).to_have_text("Mất kết nối")
    page.context.set_offline(False)
    page.click(".toast button:has-text('Thử lại')")
    page.wait_for_url("**/ds?xep=-ten")
    expect(page.locator(".toast")).to_have_count(0)


def test_an_ended_session_leads_to_sign_in(page: Page) -> None:
    page.click("#het-phien")
    page.wait_for_url("**/dang-nhap?tiep=/ds")


def test_a_refused_form_shows_its_errors_and_keeps_what_was_typed(page: Page) -> None:
    page.fill("#symbol", "12/QĐ")
    page.fill("#signed_on", "99/99/2023")
    page.click("#bieu-mau .btn-primary")
    expect(page.locator("#tom-tat-loi")).to_be_focused()
    assert page.input_value("#symbol") == "12/QĐ"
    assert page.get_attribute("#signed_on", "aria-invalid") == "true"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("1/2/2023", "01/02/2023"), ("5-9-45", "05/09/2045"), ("05091945", "05/09/1945"), ("mai", "mai")],
)
def test_dates_take_their_usual_form(page: Page, typed: str, shown: str) -> None:
    page.fill("#signed_on", typed)
    page.keyboard.press("Tab")
    assert page.input_value("#signed_on") == shown


def test_a_draft_is_saved_and_only_unsaved_changes_hold_the_page(page: Page) -> None:
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.goto("/ds?nhap=1")
    page.click("#symbol")
    page.keyboard.type("12")
    expect(page.locator("[data-draft-state]")).to_have_text("Có thay đổi chưa lưu")
    expect(page.locator("[data-draft-state]")).to_have_text("Đã lưu nháp: 12", timeout=8000)
    page.click("#di")
    page.wait_for_url("**/ho-so/1")
    assert asked == []
    page.goto("/ds")
    page.click("#symbol")
    page.keyboard.type("13")
    page.click("#di")
    page.wait_for_url("**/ho-so/1")
    assert asked == ["beforeunload"]


def test_keys_search_go_and_explain_themselves(page: Page) -> None:
    page.keyboard.press("/")
    assert focused(page) == "tim"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("?")
    dialog = page.locator("#phim-tat")
    expect(dialog).to_contain_text("Đăng ký thi đua")
    expect(dialog).to_contain_text("Lên, xuống một dòng trong bảng")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/ds#dk")


def test_a_job_stops_polling_when_done(page: Page) -> None:
    page.goto("/viec")
    expect(page.locator(".job")).to_contain_text("40%")
    expect(page.locator(".job")).to_contain_text("đã xong", timeout=12000)
    expect(page.locator("#vung-thong-bao")).to_have_text("Xuất: đã xong")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_dialogs_refusals_and_success(page: Page) -> None:
    page.goto("/mau")
    expect(page.locator("#thong-bao-noi .toast")).to_have_count(1)
    page.click("a[data-open=khong-du]")
    expect(page.locator("#khong-du")).to_be_visible()
    page.click("#khong-du [data-close]")
    expect(page.locator("#khong-du")).to_be_hidden()
    page.click("[aria-disabled=true]", force=True)
    expect(page.locator("#vung-thong-bao")).to_have_text("Chưa trình được: còn 1 điều kiện không đạt.")
    page.mouse.move(0, 0)
    expect(page.locator("#thong-bao-noi .toast")).to_have_count(0, timeout=9000)


@pytest.mark.parametrize("width", [390, 768, 1024, 1366, 1920])
def test_no_page_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/mau", "/ds", "/loi/403"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("path", ["/mau", "/ds", "/loi/404", "/loi/500"])
def test_axe_finds_nothing(browser: Browser, address: str, path: str, width: int) -> None:
    tall = 8000  # the whole page at once: a sticky bar over half a button is no small target
    context = browser.new_context(viewport={"width": width, "height": tall}, base_url=address, bypass_csp=True)
    opened = context.new_page()
    opened.goto(path)
    opened.add_script_tag(path=AXE)
    rules = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
    found = opened.evaluate(f"axe.run({{runOnly: {rules}}})")["violations"]
    context.close()
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []


def test_without_script_menu_filters_and_actions_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, base_url=address, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/ds")
    opened.click(".mast-menu")
    expect(opened.locator(".side a[data-key=v]")).to_be_visible()
    opened.click(".side-close")
    opened.wait_for_timeout(1000)
    expect(opened.locator("[data-bulk]")).to_be_visible()
    expect(opened.locator("[data-pick-date]")).to_be_hidden()
    opened.fill("#loc-q", "abc")
    opened.click(".filters button")
    opened.wait_for_url("**/ds?q=abc&dot=")
    expect(opened.locator("[data-count]")).to_have_text("3 hồ sơ")
    context.close()


def test_first_load_is_light(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto("/ds", wait_until="networkidle")
    context.close()
    assert len(asked) == len(set(asked)), "a file was asked for twice"
    assert len(asked) <= 12, asked

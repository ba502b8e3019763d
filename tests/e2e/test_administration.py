"""The pages of units and of the audit log in a browser, over the demonstration's year: no barrier, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect

from portal.core.clock import SystemClock
from portal.domain.accounts import totp
from seed.accounts import demo_secret
from tests.e2e.people import NARROW, WIDE, Person, sign_in
from tests.e2e.years import Year, running_year

pytestmark = pytest.mark.e2e
Opens = Callable[..., Person]
UNIT_PAGES = ("", "/sua", "/doi-ten", "/chuyen", "/giai-the", "/sap-nhap", "/chia-tach")
LIST_PAGES = (
    "/quan-tri/don-vi",
    "/quan-tri/don-vi?cap=commune&q=xuan",
    "/quan-tri/don-vi/moi",
    "/quan-tri/don-vi/cap-loai",
    "/quan-tri/don-vi/loai/commune/sua",
    "/quan-tri/don-vi/cap/commune/sua",
)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with running_year(tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def signed_in(browser: Browser, year: Year) -> dict[str, StorageState]:
    """The cookies of those who have a second factor: its codes are good for one sign-in each."""
    found = {}
    for name in ("quantri", "nhatky"):
        person = sign_in(browser, year.url, name, code=totp.code_at(demo_secret(name), SystemClock().real()))
        found[name] = person.context.storage_state()
        person.context.close()
    return found


@pytest.fixture
def opens(browser: Browser, year: Year, signed_in: dict[str, StorageState]) -> Opens:
    """opens("quantri", narrow=True): another browser of someone who has signed in."""

    def begin(name: str, narrow: bool = False, javascript: bool = True) -> Person:
        context = browser.new_context(
            viewport=NARROW if narrow else WIDE,
            java_script_enabled=javascript,
            locale="vi-VN",
            storage_state=signed_in[name],
        )
        page = context.new_page()
        person = Person(name, year.url, context, page)
        page.on("pageerror", lambda e: person.faults.append(f"script: {e}"))
        page.on("console", lambda m: person.faults.append(f"console: {m.text}") if m.type == "error" else None)
        return person

    return begin


@pytest.mark.parametrize("narrow", [False, True])
def test_no_page_of_units_has_a_barrier(opens: Opens, year: Year, narrow: bool) -> None:
    person = opens("quantri", narrow=narrow)
    unit = f"/quan-tri/don-vi/{year.units['326']}"
    for path in (*LIST_PAGES, *(unit + page for page in UNIT_PAGES)):
        person.goes_to(path)
        person.finds_no_barrier()
    assert person.faults == []


@pytest.mark.parametrize("narrow", [False, True])
def test_the_log_has_no_barrier(opens: Opens, narrow: bool) -> None:
    person = opens("nhatky", narrow=narrow)
    for query in ("", "?doi_tuong=stored_file", "?q=khong+co+ai"):
        person.goes_to(f"/quan-tri/nhat-ky{query}")
        person.finds_no_barrier()
    assert person.faults == []


def test_a_list_is_filtered_as_one_types_and_keeps_its_address(opens: Opens) -> None:
    person = opens("quantri")
    page = person.goes_to("/quan-tri/don-vi")
    page.get_by_label("Tên hoặc mã đơn vị").type("xuan quan", delay=30)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("UBND xã Xuân Quan")
    assert "q=xuan+quan" in page.url or "q=xuan%20quan" in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_commune_is_merged_with_script_and_without(opens: Opens, year: Year, javascript: bool) -> None:
    person = opens("quantri", javascript=javascript)
    first, second, new = ("12034", "12040", "12934") if javascript else ("12043", "12046", "12943")
    page = person.goes_to(f"/quan-tri/don-vi/{year.units[first]}/sap-nhap")
    page.get_by_label("Số, ký hiệu quyết định").fill("12/NQ-HĐND")
    page.get_by_label("Ngày ký").fill("01/04/2023")
    page.get_by_label("Ngày có hiệu lực").fill("10/04/2023")
    if javascript:
        page.get_by_label("Đơn vị thứ 2").type(second, delay=20)
        expect(page.locator("datalist option")).to_have_count(1)
        expect(page.locator("datalist option")).to_have_attribute("value", f"{second} – UBND xã Liên Nghĩa")
    else:
        page.get_by_label("Đơn vị thứ 2").fill(second)
    page.get_by_label("Mã đơn vị mới").fill(new)
    page.get_by_label("Tên đầy đủ của đơn vị mới").fill(f"UBND xã Mới {new}")
    page.get_by_label("Tên ngắn của đơn vị mới").fill(f"Xã Mới {new}")
    page.get_by_role("button", name="Ghi sắp xếp").click()
    expect(page.get_by_role("alert").first).to_contain_text("Tôi đã đối chiếu với quyết định")
    page.get_by_label("Tôi đã đối chiếu với quyết định").check()
    page.get_by_role("button", name="Ghi sắp xếp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"UBND xã Mới {new}")
    expect(page.get_by_text("12/NQ-HĐND")).to_be_visible()

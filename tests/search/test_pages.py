"""The page of a search and the suggestions, as their readers see them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient

from portal.core.runtime import Runtime
from portal.core.search.query import parse
from portal.web.marks import excerpt, marked
from tests.emulation.domain.builders import World
from tests.emulation.lists.test_query_counts import counted
from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]
Look = Callable[..., Page]
ADDRESS = "/tim-kiem"


@pytest.fixture
def look(client_of: ClientOf) -> Look:
    """look("thidua", "hoa", "nam=2023"): the page of a search."""

    def get(who: str, typed: str = "", more: str = "", **kwargs: dict[str, str]) -> Page:
        answer = client_of(who).get(f"{ADDRESS}?tu_khoa={quote(typed)}&{more}", **kwargs)
        assert answer.status_code == 200
        found = Page(answer.text)
        assert kwargs or found.errors == []
        return found

    return get


def groups(page: Page) -> dict[str, list[str]]:
    """The titles of the finds by the heading of their group."""
    return {
        text_of(next(section.iter("h2"))): [text_of(found) for found in section.iter("b")]
        for section in page.root.iter("section")
        if section.get("id", "").startswith("nhom-")
    }


def marks(root: Element) -> list[str]:
    return [text_of(found) for found in root.iter("mark")]


def test_what_was_found_stands_in_groups_the_best_first(look: Look, world: World) -> None:
    world.sent_by_district(world.person("Đỗ Nguyệt Cầm", division="Phòng Tài chính"))
    page = look("thidua", "do nguyet cam")
    assert page.headings() == ["Tìm kiếm"]
    assert page.title.startswith("Tìm “do nguyet cam”")
    assert groups(page) == {"Cá nhân, tập thể đăng ký": ["Đỗ Nguyệt Cầm"]}
    assert marks(page.root) == ["Đỗ", "Nguyệt", "Cầm"]
    assert "Chuyên viên, Phòng Tài chính, Văn Giang, LĐTT 2023" in page.text
    assert "Cá nhân, tập thể đăng ký: 1" in page.text
    assert next(href for label, href in page.links().items() if label.startswith("Đỗ Nguyệt Cầm")).endswith("/dong/1")


def test_a_find_opens(look: Look, world: World, client_of: ClientOf) -> None:
    world.sent_by_district(world.person("Đỗ Nguyệt Cầm"))
    browser = client_of("thidua")
    for typed in ("do nguyet cam", "15/ubnd-nv", "huyện văn giang", "lao động tiên tiến", "cụm thi đua", "phong trào"):
        page = look("thidua", typed)
        found = [link for hits in page.root.iter("ul") if hits.get("class") == "hits" for link in hits.iter("a")]
        assert found, typed
        for link in found[:6]:
            assert browser.get(link.get("href", "")).status_code in (200, 303), link.get("href")


def test_places_of_the_portal_and_the_guide_are_found_too(look: Look) -> None:
    page = look("vangiang", "lập bản đăng ký")
    assert groups(page)["Trang và việc trên cổng"] == ["Lập bản đăng ký thi đua"]
    assert page.links()["Lập bản đăng ký thi đua Thi đua, khen thưởng"] == "/thi-dua/dang-ky/moi"
    assert "Trang và việc trên cổng" not in groups(look("giamdoc", "lập bản đăng ký"))
    page = look("nhatky", "phím tắt ô tìm")
    assert list(groups(page)) == ["Hướng dẫn sử dụng"]


def test_others_drafts_leave_no_trace(look: Look, world: World) -> None:
    world.opened("vangiang", "326", "2023", world.person("Đỗ Nguyệt Cầm"))
    assert groups(look("vangiang", "nguyet cam")) == {"Cá nhân, tập thể đăng ký": ["Đỗ Nguyệt Cầm"]}
    for who in ("thidua", "khoaichau", "xuanquan", "quantri"):
        page = look(who, "nguyet cam")
        assert groups(page) == {}
        assert "Không tìm thấy gì" in page.text
        assert "Không tìm thấy “nguyet cam”" in page.headings(2)


def test_one_kind_is_read_page_by_page(
    look: Look, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    whole = _units(look("quantri", "xã ph", "loai=unit"))
    assert len(whole) == 17
    monkeypatch.setattr("portal.blueprints.search._page.runtime", lambda: _Small(runtime))
    browser = client_of("quantri")
    pages = [look("quantri", "xã ph", "loai=unit")]
    while following := pages[-1].links().get("Trang sau"):
        pages.append(Page(browser.get(following).text))
    assert [name for page in pages for name in _units(page)] == whole
    assert "17–17 trong 17" in pages[-1].text
    before = Page(browser.get(pages[-1].links()["Trang trước"]).text)
    assert _units(before) == whole[12:16]
    assert "13–16 trong 17" in before.text
    gone = pages[1].links()["Trang sau"].replace("sau=", "sau=x")  # a place behind a record that is found no more
    assert _units(Page(browser.get(gone).text)) == whole[:4]


class _Small:
    """A runtime whose pages hold four rows."""

    def __init__(self, runtime: Runtime) -> None:
        self.settings = type("Settings", (), {"page_size": 4})()
        self.clock = runtime.clock


def _units(page: Page) -> list[str]:
    return groups(page).get("Đơn vị", [])


def test_filters_stand_in_the_address(look: Look, world: World, unit_id: Callable[[str], int]) -> None:
    world.sent_by_district(world.person("Đỗ Nguyệt Cầm"))
    lines = {"Cá nhân, tập thể đăng ký": ["Đỗ Nguyệt Cầm"]}
    assert groups(look("thidua", "nguyet cam", "nam=2023")) == lines
    assert groups(look("thidua", "nguyet cam", "nam=2022")) == {}
    assert groups(look("thidua", "nguyet cam", f"don_vi={unit_id('326')}")) == lines
    assert groups(look("thidua", "nguyet cam", f"don_vi={unit_id('12022')}")) == {}
    page = look("thidua", "nguyet cam", f"don_vi={unit_id('330')}&loai=registration_line")
    assert "Tìm ở mọi loại, năm, đơn vị" in page.links()
    for odd in (
        "loai=job",
        "nam=abc",
        "don_vi=99999999999999999999",
        "don_vi=-1",
        "sau=%00~9",
        "sau=W10~0",
        "loai=user_account",
    ):
        assert look("vangiang", "nguyet cam", odd).headings() == ["Tìm kiếm"]


@pytest.mark.parametrize(
    "typed", ["", "   ", "%%%", '"', "'; DROP TABLE unit; --", "a" * 500, "\x00", "NOT AND OR", "💥", "<b>x</b>"]
)
def test_odd_words_are_taken_as_words(look: Look, client_of: ClientOf, typed: str) -> None:
    assert look("thidua", typed).headings() == ["Tìm kiếm"]
    answer = client_of("thidua").get(f"{ADDRESS}/goi-y?tu_khoa={quote(typed)}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<b>x</b>" not in answer.text


def test_a_swap_equals_a_fresh_load(look: Look) -> None:
    for typed, more in (("van giang", ""), ("xã", "loai=unit"), ("zzz", "")):
        whole = look("thidua", typed, more)
        block = look("thidua", typed, more, headers={"HX-Request": "true"})
        assert not block.headings()
        assert text_of(block.by_id("ket-qua")) == text_of(whole.by_id("ket-qua"))


def test_suggestions_while_one_types(client_of: ClientOf, world: World) -> None:
    world.sent_by_district(world.person("Đỗ Nguyệt Cầm"))
    browser = client_of("thidua")

    def options(typed: str) -> list[str]:
        answer = browser.get(f"{ADDRESS}/goi-y?tu_khoa={quote(typed)}", headers={"HX-Request": "true"})
        assert "HX-Request" in answer.headers["Vary"]
        assert len(answer.data) < 10_000
        return [text_of(link) for link in Page(answer.text).root.iter("a") if link.get("role") == "option"]

    assert options("")[:2] == ["Việc của tôi", "Lịch"]
    found = options("nguyet ca")
    assert found[0].startswith("Đỗ Nguyệt Cầm Chuyên viên")
    assert found[-1] == "Xem mọi kết quả của “nguyet ca”"
    assert options("viec cua")[0] == "Việc của tôi"
    assert len(options("van")) <= 5 + 4 * 7 + 2 + 1
    plain = browser.get(f"{ADDRESS}/goi-y?tu_khoa=hoa")
    assert (plain.status_code, plain.location) == (303, f"{ADDRESS}?tu_khoa=hoa")


def test_queries_are_as_many_at_two_and_at_twenty_finds(client_of: ClientOf, runtime: Runtime, world: World) -> None:
    addresses = [f"{ADDRESS}?tu_khoa=nguyet", f"{ADDRESS}?tu_khoa=nguyet&loai=registration_line"]
    addresses += [f"{ADDRESS}/goi-y?tu_khoa=nguyet"]
    browser = client_of("thidua")

    def counts() -> list[int]:
        found = []
        for address in addresses:
            browser.get(address, headers={"HX-Request": "true"})
            with counted(runtime) as seen:
                browser.get(address, headers={"HX-Request": "true"})
            found.append(len(seen))
        return found

    key = world.sent_by_district(*(world.person(f"Đỗ Nguyệt {name}") for name in ("Cầm", "Hà")))
    few = counts()
    world.step("vangiang.lanhdao", key, "take_back", "Bổ sung")
    world.sent_by_commune(*(world.person(f"Đỗ Nguyệt {name}{name}") for name in "abcdeghiklmnopqrstuvx"))
    world.step("vangiang", key, "submit")
    assert counts() == few
    assert max(few) <= 32


def test_marks_are_written_safely() -> None:
    assert marked(parse("an"), "<b>An</b> & Anh") == "&lt;b&gt;<mark>An</mark>&lt;/b&gt; &amp; <mark>Anh</mark>"
    long = "Một hai ba. " * 30 + "Tìm <thấy> đây rồi. " + "Bốn năm sáu. " * 30
    part = str(excerpt(parse("thay"), long))
    assert "Tìm &lt;<mark>thấy</mark>&gt; đây rồi." in part
    assert part.startswith("… ")
    assert part.endswith(" …")
    assert len(part) < 240

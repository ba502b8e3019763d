"""POST /thi-dua/dang-ky/<id>/noi-dung."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.domain.emulation.models import ExpectedNumber, RegistrationMovement
from portal.domain.emulation.services import registrations
from portal.domain.emulation.services.registrations import ContentData
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Browser, region
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def form_values(page: Page) -> dict[str, str]:
    return page.values(page.by_id("bieu-noi-dung"))


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def test_save_and_come_back(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = form_values(officer.page(address(key)))
    title = world.titles["CTDT"]
    sent.update({"content": "Mới", "staff_count": "1.250", f"expected-{title}": "2", "movement_ids": "1"})
    page = officer.follow(officer.post(f"{address(key)}/noi-dung", sent))
    assert "Đã lưu nội dung." in page.text
    values = form_values(page)
    assert (values["content"], values["staff_count"], values[f"expected-{title}"]) == ("Mới", "1250", "2")
    assert (world.get(key).content, world.get(key).staff_count) == ("Mới", 1250)
    assert world.all(select(RegistrationMovement.movement_id)) == [1]
    assert world.rows(select(ExpectedNumber.title_id, ExpectedNumber.number)) == [(title, 2)]
    assert "đã chọn 1" in text_of(page.by_id("phong-trao"))


def test_save_then_go_on_to_the_step(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "content": "Mới", "tiep": "trinh"}
    answer = officer.post(f"{address(key)}/noi-dung", sent)
    assert answer.location == f"{address(key)}/buoc/trinh"
    assert world.get(key).content == "Mới"
    again = {**form_values(officer.page(address(key))), "tiep": "https://x.example"}
    assert officer.post(f"{address(key)}/noi-dung", again).location == address(key)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"staff_count": "nhiều"}, "staff_count", "Xin nhập số nguyên, ví dụ 45."),
        ({"staff_count": "999999"}, "staff_count", "Tổng số người phải từ 0 đến 100.000."),
        ({"content": "x" * 20_001}, "content", "Nội dung dài quá 20.000 ký tự."),
    ],
)
def test_422_keeps_what_was_typed(
    browse: Browse, world: World, key: int, change: dict[str, str], field: str, sentence: str
) -> None:
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "content": "Đang gõ dở", **change}
    for htmx in (False, True):
        answer = officer.post(f"{address(key)}/noi-dung", sent, htmx=htmx)
        assert answer.status == 422
        page = Page(answer.html) if htmx else answer.page
        values = form_values(page)
        assert values["content"] == sent["content"]
        assert values[field] == change[field]
        assert sentence in page.field_errors()[field]
        assert sentence in text_of(page.by_id("tom-tat-noi-dung"))
    assert world.get(key).content != sent["content"]


def test_expected_numbers_that_are_none_are_shown_at_their_place(browse: Browse, world: World, key: int) -> None:
    officer, title = browse("vangiang"), world.titles["CTDT"]
    sent = {**form_values(officer.page(address(key))), f"expected-{title}": "vài", "expected-x": "3"}
    answer = officer.post(f"{address(key)}/noi-dung", sent)
    assert answer.status == 422
    assert form_values(answer.page)[f"expected-{title}"] == "vài"
    assert answer.page.field_errors() == {f"expected-{title}": "Xin nhập số nguyên."}
    assert answer.page.links()["Cờ thi đua của UBND tỉnh: Xin nhập số nguyên."] == f"#du-kien-{title}"


def test_titles_and_movements_of_another_year_are_refused(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = form_values(officer.page(address(key)))
    answer = officer.post(f"{address(key)}/noi-dung", {**sent, "movement_ids": "9999"})
    assert answer.status == 422
    assert "Có phong trào không thuộc năm này" in answer.page.text
    answer = officer.post(f"{address(key)}/noi-dung", {**sent, f"expected-{world.titles['XPTB']}": "1"})
    assert answer.status == 422
    assert "Có danh hiệu không áp dụng trong kỳ này." in answer.page.text


def _meanwhile(world: World, key: int) -> None:
    def save(work: object, found: object) -> None:
        registrations.save_content(work, found, found.version, ContentData("Bản của người khác", 77, (2,)))  # type: ignore[attr-defined, arg-type]

    world.edit("vangiang", key, save)


def test_409_shows_both_versions_and_loses_nothing(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "content": "Bản của tôi", "movement_ids": "1"}
    _meanwhile(world, key)
    for htmx in (False, True):
        answer = officer.post(f"{address(key)}/noi-dung", sent, htmx=htmx)
        assert answer.status == 409
        page = Page(answer.html) if htmx else answer.page
        assert "Chính ông/bà, ở một cửa sổ khác, vừa sửa nội dung này lúc 09:00 15/03/2023" in page.headings(2)
        mine, theirs = "Bản đang soạn, chưa lưu", "Bản trên hệ thống"
        rows = {row["Ô"]: (row[mine], row[theirs]) for row in page.table(0)}
        assert rows["Nội dung thi đua cả hai cùng sửa"] == ("Bản của tôi", "Bản của người khác")
        assert rows["Tổng số cán bộ, công chức, viên chức, người lao động"] == ("40", "77")
        joined = [row for label, row in rows.items() if label.startswith("Phong trào tham gia: ")]
        assert joined == [("Chọn", "Không chọn"), ("Không chọn", "Chọn")]
        values = form_values(page)
        assert (values["content"], values["staff_count"]) == ("Bản của tôi", "77")
    assert world.get(key).content == "Bản của người khác"


def test_409_then_keeping_ones_own_saves_it(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "content": "Bản của tôi"}
    _meanwhile(world, key)
    shown = officer.post(f"{address(key)}/noi-dung", sent).page
    assert officer.post(f"{address(key)}/noi-dung", form_values(shown)).status == 303
    assert world.get(key).content == "Bản của tôi"


def test_with_htmx_the_form_comes_back_as_a_fresh_load_has_it(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "content": "Mới", "movement_ids": "1"}
    answer = officer.post(f"{address(key)}/noi-dung", sent, htmx=True)
    assert answer.status == 200
    swapped, fresh = Page(answer.html), officer.page(address(key))
    for part in ("bieu-noi-dung", "tom-tat", "thanh-lenh"):
        assert region(swapped, part) == region(fresh, part)
    assert "Đã lưu nội dung." in swapped.text


def test_staff_makes_shares_speak_at_their_line(browse: Browse, world: World) -> None:
    key = world.opened("vangiang", "326", "2023", world.collective(title="TTLDTT"))
    officer = browse("vangiang")
    sent = {**form_values(officer.page(address(key))), "staff_count": ""}
    answer = officer.post(f"{address(key)}/noi-dung", sent, htmx=True)
    assert "Chưa ghi tổng số người của đơn vị" in answer.html
    assert f"outerHTML:#dong-{world.line_ids(key)[0]}:not(.is-open)" in answer.html


def test_refusals(browse: Browse, world: World, key: int) -> None:
    data = {"version": "1", "content": "x"}
    assert browse("vangiang.lanhdao").post(f"{address(key)}/noi-dung", data).status == 403
    assert browse("thidua").post(f"{address(key)}/noi-dung", data).status == 403
    assert browse("khoaichau").post(f"{address(key)}/noi-dung", data).status == 404
    world.step("vangiang", key, "submit")
    answer = browse("vangiang").post(f"{address(key)}/noi-dung", data)
    assert answer.status == 409
    assert "đang chờ duyệt hoặc đã gửi nên không sửa được" in answer.page.text

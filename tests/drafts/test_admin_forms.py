"""Drafts of a page's form: saved while one types, offered, restored, given up, dropped when the form is saved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.domain.access.enums import Role
from portal.domain.emulation.catalogue_models import EmulationMovement
from tests.drafts.conftest import Browse
from tests.emulation.domain.builders import World, assign
from tests.emulation.pages.support import Browser
from tests.pages import Page

Kept = Callable[[], list[tuple[str, str, bool, bool]]]
OFFER = "Có bản nháp lưu lúc 09:00 15/03/2023"
USED = "Đang dùng bản nháp lưu lúc 09:00 15/03/2023"


def values(page: Page, path: str) -> dict[str, str]:
    return page.values(page.form_to(path))


def sends(browser: Browser, path: str, asked: str, **typed: str) -> str:
    """Type into the form of this address and send its draft; the answer's text."""
    answer = browser.post(path, {**values(browser.page(path), path), **typed, "_nhap": asked})
    assert answer.status == 200, answer.html
    return answer.html


@pytest.fixture
def path(unit_id: Callable[[str], int]) -> str:
    return f"/quan-tri/don-vi/{unit_id('326')}/sua"


def test_what_is_typed_is_kept_also_when_it_is_not_valid(browse: Browse, path: str, kept: Kept) -> None:
    admin = browse("quantri")
    said = sends(admin, path, "dang-go", name="", note="Đang gõ dở")
    assert said == "Đã lưu nháp lúc 09:00"
    assert kept() == [("units.facts", path.split("/")[3], False, False)]
    back = browse("quantri").page(path)  # another browser: this one broke down
    assert USED in back.text
    assert (values(back, path)["name"], values(back, path)["note"]) == ("", "Đang gõ dở")


def test_after_leaving_the_draft_is_offered(browse: Browse, path: str, kept: Kept) -> None:
    admin = browse("quantri")
    sends(admin, path, "roi-trang", note="Đang gõ dở")
    page = admin.page(path)
    assert OFFER in page.text
    assert values(page, path)["note"] != "Đang gõ dở"
    used = admin.page(page.links()["Dùng tiếp"])
    assert USED in used.text
    assert values(used, path)["note"] == "Đang gõ dở"
    admin.follow(admin.post(path, values(used, path)))
    assert kept() == []
    assert values(admin.page(path), path)["note"] == "Đang gõ dở"


def test_it_can_be_given_up(browse: Browse, path: str, kept: Kept) -> None:
    admin = browse("quantri")
    sends(admin, path, "roi-trang", note="Đang gõ dở")
    page = admin.page(path)
    note = admin.follow(admin.post("/ban-nhap/bo", values(page, "/ban-nhap/bo")))
    assert "Đã bỏ bản nháp." in note.text
    assert OFFER not in note.text
    assert kept() == []
    answer = admin.post(path, {**values(note, path), "_nhap": "thoi"})  # the script's word, when a row is given up
    assert (answer.status, answer.html) == (204, "")


def test_without_script_a_button_keeps_it(browse: Browse, path: str) -> None:
    admin = browse("quantri")
    answer = admin.post(path, {**values(admin.page(path), path), "note": "Đang gõ dở", "_nhap": "luu"})
    page = admin.follow(answer)
    assert "Đã lưu nháp lúc 09:00." in page.text
    assert values(page, path)["note"] == "Đang gõ dở"
    assert page.buttons().index("Lưu") < page.buttons().index("Lưu nháp")  # Enter saves


def test_what_is_refused_is_kept(browse: Browse, path: str, kept: Kept) -> None:
    admin = browse("quantri")
    answer = admin.post(path, {**values(admin.page(path), path), "name": "", "note": "Đang gõ dở"})
    assert answer.status == 422
    assert 'data-draft="kept"' in answer.html
    assert OFFER in admin.page(path).text
    assert len(kept()) == 1


def test_a_draft_that_says_nothing_new_is_not_spoken_of(browse: Browse, path: str) -> None:
    admin = browse("quantri")
    sends(admin, path, "dang-go")
    assert "bản nháp" not in admin.page(path).text


def test_it_is_one_persons(browse: Browse, path: str, world: World) -> None:
    sends(browse("quantri"), path, "roi-trang", note="Của tôi")
    with world.session_factory() as session:
        assign(session, world, "thidua", Role.SYSTEM_ADMIN, "33")
    other = browse("thidua")
    page = other.page(path)
    assert "bản nháp" not in page.text
    stolen = values(browse("quantri").page(path), "/ban-nhap/bo")
    assert other.post("/ban-nhap/bo", stolen).status == 404
    assert other.post("/ban-nhap/bo", {"_ve": "x:y"}).status == 404


def test_whoever_may_not_save_may_not_keep(browse: Browse, path: str, kept: Kept) -> None:
    for who in ("vangiang", "thidua"):
        assert browse(who).post(path, {"note": "x", "_nhap": "dang-go"}).status == 403
    answer = browse("quantri").post("/quan-tri/don-vi/999999/sua", {"note": "x", "_nhap": "dang-go"})
    assert answer.status == 404
    assert kept() == []


def test_too_much_is_told(browse: Browse, path: str, kept: Kept) -> None:
    admin = browse("quantri")
    answer = admin.post(path, {**values(admin.page(path), path), "note": "ờ" * 100_000, "_nhap": "dang-go"})
    assert answer.status == 409
    assert "dài quá mức giữ được ở bản nháp" in answer.page.text
    assert kept() == []


def test_forms_that_make_something_new(browse: Browse, kept: Kept) -> None:
    admin = browse("quantri")
    for page, action, field in (
        ("/quan-tri/don-vi/moi", "/quan-tri/don-vi", "short_name"),
        ("/quan-tri/nguoi-dung/moi", "/quan-tri/nguoi-dung", "full_name"),
    ):
        sent = {**values(admin.page(page), action), field: "Lê Thị Hoa", "_nhap": "roi-trang"}
        assert admin.post(action, sent).status == 200
        offered = admin.page(page)
        assert OFFER in offered.text
        assert values(admin.page(offered.links()["Dùng tiếp"]), action)[field] == "Lê Thị Hoa"
    assert [row[:2] for row in kept()] == [("accounts.new_user", "moi"), ("units.new", "moi")]


def test_a_table_and_forms_in_forms(browse: Browse, unit_id: Callable[[str], int]) -> None:
    keeper = browse("thidua")
    path = "/thi-dua/chi-tieu-khen-thuong/sua"
    first = next(name for name in values(keeper.page(path), path) if name.endswith("-label"))
    row = first.removeprefix("dong-").removesuffix("-label")
    sends(keeper, path, "roi-trang", **{first: "Nội dung mới", f"xoa-{row}": "1"})
    page = keeper.page(keeper.page(path).links()["Dùng tiếp"])
    assert values(page, path)[first] == "Nội dung mới"
    assert values(page, path)[f"xoa-{row}"] == "1"

    admin = browse("quantri")
    split = f"/quan-tri/don-vi/{unit_id('326')}/chia-tach"
    child = next(name for name in values(admin.page(split), split) if name.startswith("ve-"))
    sends(admin, split, "dang-go", **{"founded-1-name": "Phòng mới", "mode": "tach", child: "1"})
    page = admin.page(split)
    assert values(page, split)["founded-1-name"] == "Phòng mới"
    assert (values(page, split)["mode"], values(page, split)[child]) == ("tach", "1")


def test_what_was_saved_by_another_meanwhile_meets_the_draft(browse: Browse, world: World) -> None:
    keeper = browse("thidua")
    path = "/thi-dua/phong-trao/1/sua"
    sends(keeper, path, "roi-trang", source="Của tôi")
    with world.work_as("thidua.truong") as work:
        movement = work.session.get_one(EmulationMovement, 1)
        movement.source = "Của người khác"
    page = keeper.page(keeper.page(path).links()["Dùng tiếp"])
    answer = keeper.post(path, values(page, path))
    assert answer.status == 409
    assert {"Của tôi", "Của người khác"} <= {cell for row in answer.page.table(0) for cell in row.values()}

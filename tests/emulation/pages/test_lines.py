"""Lines as whole pages, without script: adding, editing, removing and undoing, each with its refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.domain.emulation.services import lines
from portal.domain.emulation.services.shared import load_for_write
from tests.emulation.domain.builders import World
from tests.emulation.pages.support import Browser, lines_table, row_values
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326", "2023", world.person(), world.person("Trần Thị Bình"))


def new_values(page: Page, **more: str) -> dict[str, str]:
    return {**row_values(page, "dong-moi"), **more}


def test_add_a_line_and_go_on_with_the_next(browse: Browse, world: World, key: int) -> None:
    officer, choice = browse("vangiang"), f"{world.titles['CSTDCS']}-person"
    sent = new_values(
        officer.page(address(key)),
        title=choice,
        name=" Lê  Thị Hoa ",
        post="Kế toán",
        birth_year="1980",
        gender="female",
    )
    answer = officer.post(f"{address(key)}/dong", sent)
    assert answer.location == f"{address(key)}/dong/moi?danh-hieu={choice}"
    page = officer.follow(answer)
    assert lines_table(page)[-1] == [
        "3",
        "Chiến sĩ thi đua cơ sở",
        "Cá nhân",
        "Lê Thị Hoa sinh 1980, nữ",
        "Kế toán",
        "",
    ]
    assert "Đã thêm dòng 3: Lê Thị Hoa." in page.text
    fresh = row_values(page, "dong-moi")
    assert (fresh["title"], fresh["name"]) == (choice, "")
    focused = [n.get("name") for n in page.by_id("dong-moi").iter() if n.get("data-focus") is not None]
    assert focused == ["name"]


def test_the_kind_follows_the_title(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    options = [
        (group.get("label"), text_of(option), option.get("value"))
        for group in officer.page(address(key)).by_id("danh-hieu-moi").iter("optgroup")
        for option in group
    ]
    praise = world.titles["BKT"]
    assert ("Tập thể", "Bằng khen của Chủ tịch UBND tỉnh", f"{praise}-collective") in options
    assert ("Cá nhân", "Bằng khen của Chủ tịch UBND tỉnh", f"{praise}-person") in options
    assert ("Cá nhân", "Tập thể Lao động tiên tiến", f"{world.titles['TTLDTT']}-person") not in options
    sent = new_values(officer.page(address(key)), title=f"{praise}-collective", name="Phòng Nội vụ")
    page = officer.follow(officer.post(f"{address(key)}/dong", sent))
    assert lines_table(page)[-1][1:4] == ["Bằng khen của Chủ tịch UBND tỉnh", "Tập thể", "Phòng Nội vụ"]


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": ""}, "name", "Xin ghi họ tên hoặc tên tập thể."),
        ({"title": ""}, "title", "Xin chọn danh hiệu, hình thức."),
        ({"title": "9999-person"}, "title", "Chưa chọn danh hiệu, hình thức."),
        ({"title": "1-both"}, "title", "Chưa chọn danh hiệu, hình thức."),
        ({"post": ""}, "post", "Thiếu chức vụ của cá nhân."),
        ({"name": "Nguyễn Văn An"}, "title", "đăng ký “Lao động tiên tiến” 2 lần; chỉ giữ một dòng."),
        ({"birth_year": "mười"}, "birth_year", "Xin nhập số nguyên, ví dụ 45."),
        ({"birth_year": "1850"}, "birth_year", "Năm sinh"),
        ({"gender": "x"}, "gender", "nữ"),
        ({"post": "x" * 201}, "post", "Dài quá 200 ký tự."),
    ],
)
def test_422_keeps_what_was_typed_and_links_to_it(
    browse: Browse, world: World, key: int, change: dict[str, str], field: str, sentence: str
) -> None:
    officer = browse("vangiang")
    sent = new_values(
        officer.page(address(key)),
        title=f"{world.titles['LDTT']}-person",
        name="Lê Thị Hoa",
        post="Chuyên viên",
        note="ghi nhớ",
    )
    sent.update(change)
    answer = officer.post(f"{address(key)}/dong", sent)
    assert answer.status == 422
    page = answer.page
    assert sentence in page.field_errors()[field]
    kept = row_values(page, "dong-moi")
    for name in ("name", "post", "note", "birth_year"):
        assert kept[name] == sent[name]
    summary = page.by_id("tom-tat-dong")
    assert sentence in text_of(summary)
    href = next(summary.iter("a")).get("href", "")
    assert page.by_id(href.removeprefix("#")).get("name") == field
    assert len(world.line_ids(key)) == 2


def test_edit_a_line(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    first, _ = world.line_ids(key)
    links = officer.page(address(key)).links()
    assert links["Sửa dòng 1"] == f"{address(key)}/dong/{first}/sua#dong-{first}"
    page = officer.page(f"{address(key)}/dong/{first}/sua")
    values = row_values(page, f"dong-{first}")
    assert (values["name"], values["post"], values["version"]) == ("Nguyễn Văn An", "Chuyên viên", "1")
    answer = officer.post(f"{address(key)}/dong/{first}/sua", {**values, "post": "Trưởng phòng"})
    assert answer.location == f"{address(key)}#dong-{first}"
    page = officer.follow(answer)
    assert lines_table(page)[0][4] == "Trưởng phòng"
    assert "Đã lưu dòng 1." in page.text


def test_edit_keeps_a_refused_text(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    first, _ = world.line_ids(key)
    values = row_values(officer.page(f"{address(key)}/dong/{first}/sua"), f"dong-{first}")
    for change, sentence in (({"name": ""}, "Xin ghi họ tên"), ({"post": "  "}, "Thiếu chức vụ của cá nhân.")):
        answer = officer.post(f"{address(key)}/dong/{first}/sua", {**values, **change, "note": "giữ lại"})
        assert answer.status == 422
        assert sentence in text_of(answer.page.by_id("tom-tat-dong"))
        assert row_values(answer.page, f"dong-{first}")["note"] == "giữ lại"


def test_giving_up_leads_back_to_the_line(browse: Browse, world: World, key: int) -> None:
    first, _ = world.line_ids(key)
    assert browse("vangiang").get(f"{address(key)}/dong/{first}").location == f"{address(key)}#dong-{first}"
    assert browse("vangiang").get(f"{address(key)}/dong/999").status == 404


def _meanwhile(world: World, key: int, line_id: int) -> None:
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        lines.update_line(work, found, line_id, 1, world.person("Nguyễn Văn Ân", post="Phó phòng", birth_year=1975))


def test_409_shows_both_versions_and_a_choice(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    first, _ = world.line_ids(key)
    values = row_values(officer.page(f"{address(key)}/dong/{first}/sua"), f"dong-{first}")
    _meanwhile(world, key, first)
    answer = officer.post(f"{address(key)}/dong/{first}/sua", {**values, "post": "Trưởng phòng"})
    assert answer.status == 409
    page = answer.page
    row = page.by_id(f"dong-{first}")
    assert "Chính ông/bà, ở một cửa sổ khác, vừa lưu dòng 1 lúc 09:00 15/03/2023." in text_of(row)
    assert [text_of(n) for n in row.iter("mark")] == ["An", "Ân", "Trưởng", "Phó", "để trống", "1975"]
    assert "vừa lưu, xin chọn bản để giữ" in text_of(page.by_id("tom-tat-dong"))
    typed = row_values(page, f"dong-{first}")
    assert (typed["name"], typed["post"], typed["birth_year"]) == ("Nguyễn Văn Ân", "Trưởng phòng", "1975")
    kept = officer.post(f"{address(key)}/dong/{first}/sua", typed)
    assert lines_table(officer.follow(kept))[0][3:5] == ["Nguyễn Văn Ân sinh 1975", "Trưởng phòng"]


def test_remove_asks_first_then_offers_to_undo(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    first, second = world.line_ids(key)
    link = officer.page(address(key)).links()["Xóa dòng 1"]
    page = officer.page(link)
    assert "Xóa dòng 1: Nguyễn Văn An?" in page.headings(2)
    assert page.links()["Quay lại"] == f"{address(key)}#dong-{first}"
    page = officer.follow(officer.post(page.form_to(link).get("action", "")))
    assert [row[3] for row in lines_table(page)] == ["Trần Thị Bình"]
    assert "Đã xóa dòng 1: Nguyễn Văn An" in page.text
    undo = page.form_to(f"{address(key)}/dong/hoan-tac")
    back = officer.follow(officer.post(f"{address(key)}/dong/hoan-tac", page.values(undo)))
    assert [row[3] for row in lines_table(back)] == ["Nguyễn Văn An", "Trần Thị Bình"]
    assert "Đã khôi phục dòng 1: Nguyễn Văn An." in back.text
    assert second in world.line_ids(key)


def test_removing_what_has_changed_is_409(browse: Browse, world: World, key: int) -> None:
    first, _ = world.line_ids(key)
    _meanwhile(world, key, first)
    officer, path = browse("vangiang"), f"{address(key)}/dong/{first}/xoa"
    answer = officer.post(f"{path}?version=1")
    assert answer.status == 409
    assert "Chưa xóa: Chính ông/bà, ở một cửa sổ khác, vừa sửa dòng này lúc 09:00 15/03/2023." in answer.page.text
    assert answer.page.form_to(f"{path}?version=2") is not None
    answer = officer.post(f"{path}?version=1", htmx=True)
    assert answer.status == 409
    assert "Phó phòng" in answer.html
    assert "Chưa xóa" in answer.html
    assert len(world.line_ids(key)) == 2


@pytest.mark.parametrize("token", ["", "x", "k1:AAAA", "nokey:AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_an_undo_that_was_not_given_is_404(browse: Browse, key: int, token: str) -> None:
    assert browse("vangiang").post(f"{address(key)}/dong/hoan-tac", {"token": token}).status == 404


def test_an_undo_is_for_who_removed_it_alone(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    first, _ = world.line_ids(key)
    page = officer.follow(officer.post(f"{address(key)}/dong/{first}/xoa?version=1"))
    token = page.values(page.form_to(f"{address(key)}/dong/hoan-tac"))
    other = world.opened("khoaichau", "330")
    assert browse("khoaichau").post(f"{address(other)}/dong/hoan-tac", token).status == 404
    assert officer.post(f"{address(key)}/dong/hoan-tac", token).status == 303
    assert officer.post(f"{address(key)}/dong/hoan-tac", token).status == 303  # twice changes nothing
    assert len(world.line_ids(key)) == 2


def test_names_that_the_unit_wrote_before_are_suggested(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    world.opened("khoaichau", "330", "2023", world.person("Nguyễn Văn Khác"))
    answer = officer.get(f"{address(key)}/goi-y?name=nguyen")
    assert answer.status == 200
    assert 'value="Nguyễn Văn An"' in answer.html
    assert "Khác" not in answer.html
    assert officer.get(f"{address(key)}/goi-y?name=%20").html.strip() == ""
    assert officer.get(f"{address(key)}/goi-y?name=%25").html.strip() == ""


LINE_VIEWS = [
    ("get", "dong/moi"),
    ("post", "dong"),
    ("get", "dong/{line}/sua"),
    ("post", "dong/{line}/sua"),
    ("get", "dong/{line}/xoa"),
    ("post", "dong/{line}/xoa"),
    ("post", "dong/hoan-tac"),
    ("get", "goi-y"),
]


@pytest.mark.parametrize(("method", "path"), LINE_VIEWS)
def test_only_the_units_officer_writes_and_only_while_it_is_open(
    browse: Browse, world: World, key: int, method: str, path: str
) -> None:
    at = f"{address(key)}/{path.format(line=world.line_ids(key)[0])}"
    data = {"title": f"{world.titles['LDTT']}-person", "name": "Lê Thị Hoa", "post": "Kế toán", "version": "1"}

    def ask(who: str) -> int:
        person = browse(who)
        return (person.get(at) if method == "get" else person.post(at, data)).status

    assert ask("khoaichau") == 404
    assert ask("vangiang.lanhdao") == 403
    assert ask("thidua") == 403
    world.step("vangiang", key, "submit")
    assert ask("vangiang") == 409
    assert len(world.line_ids(key)) == 2


@pytest.mark.parametrize(("method", "path"), [("get", "sua"), ("post", "sua"), ("get", "xoa"), ("post", "xoa")])
def test_a_line_of_another_registration_is_404(browse: Browse, world: World, key: int, method: str, path: str) -> None:
    foreign = world.line_ids(world.opened("khoaichau", "330"))[0]
    at = f"{address(key)}/dong/{foreign}/{path}"
    data = {"title": f"{world.titles['LDTT']}-person", "name": "Lê Thị Hoa", "post": "Kế toán", "version": "1"}
    officer = browse("vangiang")
    assert (officer.get(at) if method == "get" else officer.post(at, data)).status == 404


def test_who_reads_may_have_one_line(browse: Browse, world: World, key: int) -> None:
    first, _ = world.line_ids(key)
    assert browse("thidua").get(f"{address(key)}/dong/{first}").status == 403  # a draft
    sent = world.sent_by_commune()
    answer = browse("vangiang").get(f"{address(sent)}/dong/{world.line_ids(sent)[0]}", htmx=True)
    assert answer.status == 200
    assert "Nguyễn Văn An" in answer.html
    assert "Sửa dòng" not in answer.html

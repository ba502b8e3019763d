"""/danh-sach/<list>/cot: which columns a person looks at, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.pages import Page, text_of

ClientOf = Callable[[str], FlaskClient]
LIST, COLUMNS = "/quan-tri/don-vi", "/danh-sach/don-vi/cot"
USUAL = ["Tên đơn vị", "Mã", "Loại", "Cấp trên", "Trực thuộc", "Hoạt động từ"]


def heads(client: FlaskClient, address: str = LIST) -> list[str]:
    """The headings; a sorted one says its direction behind its label."""
    page = Page(client.get(address).text)
    return [text_of(th).partition(" ,")[0].partition(",")[0] for th in page.root.iter("th") if th.get("scope") == "col"]


def test_columns_are_chosen_ordered_and_kept_for_this_person(client_of: ClientOf) -> None:
    client = client_of("quantri")
    assert heads(client) == USUAL
    answer = client.post(f"{COLUMNS}?ve=q%3Dvan%2Bgiang%26xep%3Dma", data={"cot": ["ten", "cap-tren", "den", "ma"]})
    assert answer.status_code == 303
    assert answer.location == f"{LIST}?q=van+giang&xep=ma", "one comes back to the list as it was"
    assert heads(client) == ["Tên đơn vị", "Cấp trên", "Đến trước", "Mã"]
    assert heads(client_of("quantri")) == ["Tên đơn vị", "Cấp trên", "Đến trước", "Mã"], "in every browser"
    assert heads(client_of("vangiang")) == USUAL
    client.post(COLUMNS, data={"mac-dinh": "1", "cot": "ten"})
    assert heads(client) == USUAL


def test_an_address_may_carry_its_own_columns(client_of: ClientOf) -> None:
    client = client_of("vangiang")
    shared = f"{LIST}?cot=ma.ten.khong-co.ma&q=xuan+quan"
    assert heads(client, shared) == ["Mã", "Tên đơn vị"]
    links = Page(client.get(f"{shared}&xep=ma").text).links()
    assert "cot=ma.ten" in next(url for text, url in links.items() if text.startswith("Mã"))
    assert heads(client, f"{LIST}?cot=loai") == ["Tên đơn vị", "Loại"], "what names the row stays"
    assert heads(client, f"{LIST}?cot=.") == USUAL
    assert heads(client) == USUAL, "nothing is kept of it"


def test_without_script_a_column_moves_by_its_buttons(client_of: ClientOf) -> None:
    client = client_of("quantri")
    page = Page(client.get(f"{COLUMNS}?ve=q%3Dlan").text)
    assert page.headings() == ["Chọn cột hiển thị"]
    inputs = [i for i in page.root.iter("input") if i.get("type") == "checkbox"]
    boxes = [(i.get("value"), i.get("checked") is not None) for i in inputs]
    assert boxes[:2] == [("ten", True), ("ma", True)]
    assert ("den", False) in boxes
    answer = client.post(f"{COLUMNS}?ve=q%3Dlan", data={"cot": ["ten", "ma", "loai"], "len": "loai"})
    assert answer.location == f"{COLUMNS}?ve=q%3Dlan", "to go on moving"
    assert heads(client) == ["Tên đơn vị", "Loại", "Mã"]
    client.post(COLUMNS, data={"cot": ["ten", "loai", "ma"], "xuong": "ten"})
    assert heads(client) == ["Loại", "Tên đơn vị", "Mã"]
    client.post(COLUMNS, data={"cot": ["loai", "ten", "ma"], "len": "loai"})
    assert heads(client) == ["Loại", "Tên đơn vị", "Mã"], "the first stays the first"


def test_the_menu_is_the_form_of_the_page(client_of: ClientOf) -> None:
    client = client_of("quantri")
    address = Page(client.get(f"{LIST}?q=lan").text).links()["Chọn cột hiển thị"]
    page = Page(client.get(address, headers={"HX-Request": "true"}).text)
    form = page.by_id("chon-cot")
    assert form.get("action") == f"{address}"
    labels = [text_of(label) for label in form.iter("label")]
    assert labels[0] == "Tên đơn vị (luôn hiện)"


@pytest.mark.parametrize("data", [{}, {"cot": "ma"}, {"cot": ["x", "y"]}, {"cot": ["\x00", "ma"], "len": "zz"}])
def test_what_names_the_row_cannot_be_left_out(client_of: ClientOf, data: dict[str, list[str] | str]) -> None:
    answer = client_of("quantri").post(COLUMNS, data=data)
    assert answer.status_code == 422
    assert "Tên đơn vị luôn hiện" in Page(answer.text).text


def test_a_list_that_is_not_there_and_one_that_is_not_for_me(client_of: ClientOf) -> None:
    assert client_of("quantri").get("/danh-sach/khong-co/cot").status_code == 404
    assert client_of("quantri").get("/danh-sach/nhat-ky/cot").status_code == 403
    back = client_of("quantri").post(f"{COLUMNS}?ve=_external%3D1%26endpoint%3Dx", data={"cot": "ten"})
    assert back.location == f"{LIST}?_external=1&endpoint=x", "the list's own address, whatever it carries"


def test_every_column_of_the_lines_can_be_shown(client_of: ClientOf) -> None:
    client = client_of("thidua")
    chosen = "ten.khoi.cap.loai.ky.don-vi.nam-sinh.gioi-tinh.so-van-ban.ngay-van-ban.noi-goc.ghi-chu.doi-tuong"
    answer = client.get(f"/thi-dua/dang-ky?cot={chosen}")
    assert answer.status_code == 200

"""GET /huong-dan, /huong-dan/<page>, /huong-dan/hinh/<picture>."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.blueprints.help import views
from portal.core.runtime import Runtime
from portal.web.guide import FOLDER, PICTURES, Guide, guide
from tests.pages import Page

ClientOf = Callable[[str], FlaskClient]


def test_contents_name_every_page(client_of: ClientOf) -> None:
    page = Page(client_of("vangiang").get("/huong-dan").text)
    assert page.headings() == ["Hướng dẫn sử dụng"]
    links = page.links()
    assert [links[item.title] for item in guide().pages] == [item.url for item in guide().pages]


def test_a_page_stands_between_its_neighbours(client_of: ClientOf) -> None:
    page = Page(client_of("vangiang").get("/huong-dan/nhap-tu-excel").text)
    assert page.headings() == ["Nhập danh sách từ Excel"]
    headings = page.headings(2)
    assert headings.index("Bốn bước") + 1 == headings.index("Cổng đọc được những gì")
    links = page.links()
    assert links["Đọc kết quả"] == "#doc-ket-qua"
    assert page.by_id("doc-ket-qua").tag == "h2"
    assert links["Tiếp: Tiếp nhận và tổng hợp cấp dưới"] == "/huong-dan/tiep-nhan-tong-hop"
    assert "In trang này" in page.buttons()


@pytest.mark.parametrize(("slug", "missing"), [("bat-dau", "Trang trước"), ("cau-hoi-thuong-gap", "Tiếp: ")])
def test_the_first_and_the_last_page_have_one_neighbour(client_of: ClientOf, slug: str, missing: str) -> None:
    links = Page(client_of("vangiang").get(f"/huong-dan/{slug}").text).links()
    assert not any(text.startswith(missing) for text in links)


@pytest.mark.parametrize(
    ("endpoint", "title"),
    [
        ("units.show_unit", "Quản trị đơn vị"),
        ("emulation.list_units", "Theo dõi, lọc, xuất Excel"),
        ("no.such_page", "Hướng dẫn sử dụng"),
        ("", "Hướng dẫn sử dụng"),
        ("../../etc/passwd", "Hướng dẫn sử dụng"),
        ("<script>", "Hướng dẫn sử dụng"),
    ],
)
def test_the_page_about_a_page(client_of: ClientOf, endpoint: str, title: str) -> None:
    answer = client_of("quantri").get("/huong-dan", query_string={"trang": endpoint})
    assert answer.status_code == 200
    assert Page(answer.text).headings() == [title]


def test_every_page_links_to_the_page_about_it(client_of: ClientOf) -> None:
    client = client_of("quantri")
    links = Page(client.get("/quan-tri/don-vi").text).links()
    assert Page(client.get(links["Trợ giúp về trang này"]).text).headings() == ["Quản trị đơn vị"]


def test_who_cannot_sign_in_reads_it_too(client: FlaskClient) -> None:
    for path in ("/huong-dan", "/huong-dan/bat-dau", "/huong-dan?trang=accounts.sign_in"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Đăng nhập" in Page(answer.text).text


@pytest.mark.parametrize("path", ["khong-co", "bat-dau.md", "..%2f..%2fREADME", "hinh"])
def test_no_such_page(client: FlaskClient, path: str) -> None:
    assert client.get(f"/huong-dan/{path}").status_code == 404


def test_a_picture(client: FlaskClient) -> None:
    with client.get("/huong-dan/hinh/don-vi.png") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "image/png"
        assert answer.data == (FOLDER / PICTURES / "don-vi.png").read_bytes()
        assert "max-age=3600" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    ["khong-co.png", "..%2fhuong-dan%2fbat-dau.md", "%2e%2e%2f%2e%2e%2fglossary.md", ".png", "bat-dau.md", "x.svg"],
)
def test_nothing_but_pictures_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/huong-dan/hinh/{name}").status_code == 404


def test_a_page_asks_nothing_of_the_database_for_its_text(client: FlaskClient, runtime: Runtime) -> None:
    seen: list[str] = []
    listener = lambda *args: seen.append(args[2])  # noqa: E731 - removed again below
    event.listen(runtime.engine, "before_cursor_execute", listener)
    client.get("/huong-dan/bat-dau")
    event.remove(runtime.engine, "before_cursor_execute", listener)
    assert [text for text in seen if not text.startswith("BEGIN")] == []


def test_without_its_files_the_guide_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = guide(tmp_path)
    assert empty == Guide([])
    monkeypatch.setattr(views, "guide", lambda: empty)
    assert "thiếu thư mục tài liệu" in Page(client.get("/huong-dan").text).text
    assert client.get("/huong-dan/bat-dau").status_code == 404

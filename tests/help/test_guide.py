"""The guide's pages as files: front matter, Markdown without raw HTML, links, pictures, the pages that they explain."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from portal.web.access import PUBLIC, needs_of
from portal.web.guide import FOLDER, PAGES, PICTURES, GuideFault, guide, pictures_of, read_page, render
from portal.web.transaction import PortalFlask
from tests.pages import Page

FIVE_MINUTES = 1100  # words; an official reads some 220 a minute
NOT_EXPLAINED = {"help", "health", "static"}


def written(folder: Path, text: str) -> Path:
    path = folder / "trang.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_pages_are_in_order_and_read_in_five_minutes() -> None:
    pages = guide().pages
    assert [page.slug for page in pages][:2] == ["bat-dau", "viec-cua-toi"]
    assert len({page.order for page in pages}) == len(pages)
    for page in pages:
        words = len(Page(str(page.html)).text.split())
        assert 100 < words < FIVE_MINUTES, f"{page.slug}: {words} words"
        assert page.contents, page.slug
        assert page.summary.endswith("."), page.slug


def test_the_guide_is_polite() -> None:
    for path in (FOLDER / PAGES).glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "!" not in text.replace("![", ""), path.name


def test_every_picture_is_there_and_used() -> None:
    assert pictures_of(guide().pages) == {path.name for path in (FOLDER / PICTURES).iterdir()}


def test_links_within_the_guide_lead_somewhere(app: PortalFlask) -> None:
    client = app.test_client()
    for page in guide().pages:
        for address in Page(str(page.html)).links().values():
            if address.startswith("/"):
                with client.get(address.partition("#")[0]) as answer:
                    assert answer.status_code == 200, f"{page.slug}: {address}"


def test_what_pages_explain_exists(app: PortalFlask) -> None:
    for page in guide().pages:
        for pattern in page.endpoints:
            assert any(fnmatchcase(name, pattern) for name in app.view_functions), f"{page.slug}: {pattern}"


def test_every_page_of_the_portal_is_explained(app: PortalFlask) -> None:
    """Pages that are opened by GET; files, pictures and answers to htmx are part of such a page."""
    opened = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] not in NOT_EXPLAINED
    }
    parts = {
        "accounts.show_qr_code",
        "accounts.suggest_units",
        "emulation.download_document",
        "attachments.download_file",
        "attachments.show_preview",
        "emulation.download_template",
        "emulation.suggest_names",
        "imports.download_returned",
    }
    silent = {name for name in opened - parts if guide().about(name) is None}
    assert silent == {name for name in silent if needs_of(app, name) == PUBLIC and name != "accounts.sign_in"}


@pytest.mark.parametrize(
    ("endpoint", "slug"),
    [
        ("home.show_home", "viec-cua-toi"),
        ("jobs.show_job", "viec-cua-toi"),
        ("emulation.show_registration", "dang-ky-cua-don-vi"),
        ("emulation.new_import", "nhap-tu-excel"),
        ("emulation.show_child", "tiep-nhan-tong-hop"),
        ("emulation.export_units", "so-noi-vu"),
        ("emulation.edit_block", "danh-muc-thi-dua"),
        ("units.merge_units", "quan-tri-don-vi"),
        ("accounts.edit_user", "quan-tri-nguoi-dung"),
        ("accounts.change_password", "bat-dau"),
        ("audit.list_entries", "nhat-ky"),
    ],
)
def test_which_page_explains_which(endpoint: str, slug: str) -> None:
    page = guide().about(endpoint)
    assert page is not None
    assert page.slug == slug


def test_nothing_explains_what_is_not_there() -> None:
    assert guide().about("") is None
    assert guide().about("no.such_page") is None
    assert guide().page("khong-co") is None


def test_raw_html_is_text() -> None:
    html, _ = render('<script>alert("x")</script>\n\n<b onclick="x">đậm</b> và <img src=x onerror=y>')
    assert "<script" not in html
    assert "<b" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("target", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"])
def test_links_that_run_something_are_text(target: str) -> None:
    assert "<a" not in render(f"[bấm]({target})")[0]


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "http:x", "khac/trang.md", "tep.pdf"])
def test_links_out_of_the_portal_are_refused(target: str) -> None:
    with pytest.raises(GuideFault):
        render(f"[bấm]({target})")


@pytest.mark.parametrize(
    "source", ["https://example.com/x.png", "../../x.png", "../images/x.svg", "x.png", "/static/x.png"]
)
def test_pictures_from_elsewhere_are_refused(source: str) -> None:
    with pytest.raises(GuideFault):
        render(f"![hình]({source})")


def test_markdown_becomes_what_the_pages_need() -> None:
    html, contents = render(
        "## Sửa & lưu\n\n### Phụ\n\n[xem](bat-dau.md#dang-nhap) [ở đây](#phu) [trang](/quan-tri/don-vi)\n\n"
        '![Hình "một"](../images/don-vi.png)\n\n| a | b |\n|---|---|\n| 1 | `2` |\n'
    )
    assert contents == (("sua-luu", "Sửa & lưu"),)
    root = Page(str(html)).root
    assert [node.get("href") for node in root.iter("a")][:3] == [
        "/huong-dan/bat-dau#dang-nhap",
        "#phu",
        "/quan-tri/don-vi",
    ]
    picture = next(root.iter("img"))
    assert picture.get("src") == "/huong-dan/hinh/don-vi.png"
    assert picture.get("alt") == 'Hình "một", bấm để xem lớn'
    assert [node.get("scope") for node in root.iter("th")] == ["col", "col"]
    assert next(root.iter("table")).get("class") == "table narrow"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("## Không đầu", "no front matter"),
        ("---\ntitle: A\n", "no front matter"),
        ("---\ntitle: A\norder: 1\n---\n", "no summary"),
        ("---\ntitle: A\nsummary B\n---\n", "no line of a front matter"),
    ],
)
def test_a_page_that_is_not_written_as_it_must_be(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(GuideFault, match=says):
        read_page(written(tmp_path, text))


def test_front_matter(tmp_path: Path) -> None:
    text = "---\ntitle: Tên: có hai chấm\nsummary: S.\norder: 5\nendpoints:\n  - a.b\n  - c.*\n---\n## Mục\n"
    page = read_page(written(tmp_path, text))
    assert (page.slug, page.title, page.order, page.endpoints) == ("trang", "Tên: có hai chấm", 5, ("a.b", "c.*"))
    assert page.url == "/huong-dan/trang"


def test_the_guide_is_read_once() -> None:
    assert guide() is guide()

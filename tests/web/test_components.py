"""The page parts on their own: every macro, parsed strictly and read as a user reads it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, flash, render_template
from jinja2 import StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from portal.web.row_parts import RowParts
from tests.web.gallery_sample import SAMPLE, SHELL, GalleryForm

PORTAL = Path(__file__).resolve().parents[2] / "portal"
MADE_OF_OTHERS = {"btn_class", "sort_link", "toasts_oob", "live_oob", "data_list", "list_tools"}
"""Parts of others, for htmx answers, or whole lists (tests/web/test_every_list.py)."""
HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
SYMBOLS = set(re.findall(r'id="(i-[a-z0-9-]+)"', (PORTAL / "static/icons.svg").read_text(encoding="utf-8")))


@pytest.fixture
def app() -> Flask:
    bare = Flask("gallery", template_folder=str(PORTAL / "templates"), static_folder=str(PORTAL / "static"))
    bare.secret_key = "gallery"
    bare.jinja_env.undefined = StrictUndefined
    bare.jinja_env.globals.update(
        csrf_token=lambda: "token",
        static_url=lambda name: f"/static/{name}?v=1",
        icons_href="/static/icons.svg?v=1",
        row_parts=RowParts("/static/icons.svg?v=1"),
    )
    return bare


@pytest.fixture
def form() -> GalleryForm:
    filled = GalleryForm(MultiDict({"signed_on": "31/02/2023", "symbol": 'a"<b>', "row_score": "1,25"}))
    filled.validate()
    return filled


def strict(html: str) -> Element:
    """The document, or a failure at the first thing that HTML does not allow."""
    parser = html5lib.HTMLParser(strict=True)
    document = parser.parse(html)
    assert isinstance(document, Element)
    return document


def tags(root: Element, name: str) -> Iterator[Element]:
    return root.iter(HTML + name)


def words(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())


def gallery(app: Flask, form: GalleryForm, **context: Any) -> Element:
    with app.test_request_context():
        flash("Đã lưu dòng 4", "ok")
        flash(cast(Any, {"title": "Đã xóa dòng 5", "undo_url": "/hoan-tac", "undo_fields": {"id": 5}}), "success")
        return strict(
            render_template("components/gallery.html", form=form, sample=SAMPLE, **{"shell": SHELL, **context})
        )


def sound(root: Element) -> None:
    """No id twice, no dangling reference, nothing inline, every symbol exists, every control has a name."""
    ids = Counter(node.get("id") for node in root.iter() if node.get("id"))
    assert [i for i, n in ids.items() if n > 1] == []
    labelled = {node.get("for") for node in tags(root, "label")}
    inside = {id(control) for label in tags(root, "label") for control in label.iter()}
    for node in root.iter():
        for attribute in (
            "for",
            "aria-labelledby",
            "aria-describedby",
            "aria-controls",
            "form",
            "data-open",
            "data-pick-date",
        ):
            for target in (node.get(attribute) or "").split():
                assert target in ids, f"{attribute}={target} leads nowhere"
        assert node.get("style") is None
        assert not [a for a in node.attrib if a.startswith(("on", "hx-on"))]
    for script in tags(root, "script"):
        assert script.get("src")
        assert not (script.text or "").strip()
    assert not list(tags(root, "style"))
    for use in root.iter(SVG + "use"):
        href = use.get("href") or ""
        assert href.startswith("/static/icons.svg?v=1#")
        assert href.split("#")[1] in SYMBOLS, f"no symbol {href}"
    for name in ("input", "select", "textarea"):
        for control in tags(root, name):
            if control.get("type") == "hidden":
                continue
            assert control.get("id") in labelled or id(control) in inside or control.get("aria-labelledby"), (
                control.attrib
            )
    for button in [*tags(root, "button"), *tags(root, "a")]:
        assert words(button) or button.get("aria-label"), button.attrib


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gallery_is_sound(app: Flask, form: GalleryForm, theme: str) -> None:
    page = gallery(app, form, shell=SimpleNamespace(**{**vars(SHELL), "theme": theme}))
    sound(page)
    assert page.get("data-theme") == theme
    assert words(next(tags(page, "h1"))) == "Thành phần giao diện"


def test_every_macro_is_in_the_gallery() -> None:
    shown = (PORTAL / "templates/components/gallery.html").read_text(encoding="utf-8")
    layouts = "".join(p.read_text(encoding="utf-8") for p in (PORTAL / "templates/layouts").glob("*.html"))
    elsewhere = {"document.html", "gallery.html", "confirm_page.html"}
    for part in sorted((PORTAL / "templates/components").glob("*.html")):
        if part.name in elsewhere:
            continue
        for name in re.findall(r"{% macro ([a-z]\w*)", part.read_text(encoding="utf-8")):
            if name in MADE_OF_OTHERS:
                continue
            assert re.search(rf"\b{name}\(", shown + layouts), f"{part.name}: {name} is not shown"


def test_error_is_told_beside_the_field_and_in_the_summary(app: Flask, form: GalleryForm) -> None:
    page = gallery(app, form)
    field = next(n for n in tags(page, "input") if n.get("id") == "signed_on")
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == "31/02/2023"
    told = {n.get("id"): words(n) for n in page.iter() if n.get("id")}
    hint, error = (told[i] for i in (field.get("aria-describedby") or "").split())
    assert hint.startswith("Ngày/tháng/năm")
    assert error
    summary = next(n for n in tags(page, "div") if n.get("id") == "tom-tat-loi")
    links = {a.get("href"): words(a) for a in tags(summary, "a")}
    assert links["#signed_on"].startswith("Ngày ký: ")
    assert links["#dong-6"] == "Dòng 6: thiếu chức vụ"
    assert summary.get("data-focus") is not None


def test_what_was_typed_is_escaped(app: Flask, form: GalleryForm) -> None:
    page = gallery(app, form)
    assert next(n for n in tags(page, "input") if n.get("id") == "symbol").get("value") == 'a"<b>'
    assert "Nguyễn Văn An <b>" in {words(a) for a in tags(page, "a")}


def test_sorted_column_says_so(app: Flask, form: GalleryForm) -> None:
    heads = {words(th): th.get("aria-sort") for th in tags(gallery(app, form), "th") if th.get("scope") == "col"}
    assert heads["Hạn, đang xếp tăng dần"] == "ascending"
    assert heads["Cá nhân, tập thể"] is None
    assert "Ẩn" not in heads


def test_filters_keep_sort_and_choice_and_work_without_script(app: Flask, form: GalleryForm) -> None:
    bar = next(n for n in tags(gallery(app, form), "form") if n.get("class") == "filters")
    assert bar.get("method") == "get"
    values = {n.get("name"): n.get("value") for n in tags(bar, "input")}
    assert values["sap"] == "-han"
    assert values["tu_ngay"] == "01/10/2023"
    chosen = {
        s.get("name"): [o.get("value") for o in tags(s, "option") if o.get("selected") is not None]
        for s in tags(bar, "select")
    }
    assert chosen == {"dot": ["10"], "don_vi": [""]}
    assert [words(b) for b in tags(bar, "button")] == ["Lọc"]


def test_refused_action_does_not_submit_and_gives_its_reason(app: Flask, form: GalleryForm) -> None:
    page = gallery(app, form)
    refused = next(b for b in tags(page, "button") if words(b) == "Đủ điều kiện, trình Hội đồng")
    assert (refused.get("type"), refused.get("aria-disabled")) == ("button", "true")
    reason = next(n for n in page.iter() if n.get("id") == refused.get("aria-describedby"))
    assert words(reason) == "Chưa trình được: còn 1 điều kiện không đạt."


def test_polling_stops_with_the_job(app: Flask, form: GalleryForm) -> None:
    jobs = [n for n in tags(gallery(app, form), "div") if n.get("class") == "job"]
    assert [n.get("hx-trigger") for n in jobs] == ["every 2s", "every 2s", None, None]
    assert [a.get("href") for a in tags(jobs[2], "a")] == ["#tai"]


def test_flashed_messages_become_toasts_with_undo(app: Flask, form: GalleryForm) -> None:
    page = gallery(app, form)
    region = next(n for n in tags(page, "div") if n.get("id") == "thong-bao-noi")
    toasts = [n for n in tags(region, "div") if n.get("class") == "toast"]
    assert [words(next(tags(t, "b"))) for t in toasts] == ["Đã lưu dòng 4", "Đã xóa dòng 5"]
    undo = next(tags(toasts[1], "form"))
    assert (undo.get("method"), undo.get("action")) == ("post", "/hoan-tac")
    assert {n.get("name"): n.get("value") for n in tags(undo, "input")} == {"csrf_token": "token", "id": "5"}


def test_every_write_has_a_form_with_the_token(app: Flask, form: GalleryForm) -> None:
    page = gallery(app, form)
    for posted in tags(page, "form"):
        if posted.get("method") == "post":
            assert "token" in {n.get("value") for n in tags(posted, "input") if n.get("name") == "csrf_token"}, (
                posted.attrib
            )
    for node in page.iter():
        assert not {"hx-put", "hx-delete", "hx-patch"} & set(node.attrib)


def test_htmx_is_configured_in_full(app: Flask, form: GalleryForm) -> None:
    meta = next(m for m in tags(gallery(app, form), "meta") if m.get("name") == "htmx-config")
    config = json.loads(meta.get("content") or "")
    wanted = {
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "historyRestoreAsHxRequest": False,
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
    }
    assert wanted.items() <= config.items()

    def handling(status: int) -> dict[str, Any]:
        rules: list[dict[str, Any]] = config["responseHandling"]
        return next(rule for rule in rules if re.search(rule["code"], str(status)))

    assert {s: handling(s)["swap"] for s in (200, 204, 303, 403, 404, 409, 422, 429, 500, 503)} == {
        200: True,
        204: False,
        303: True,
        403: False,
        404: False,
        409: True,
        422: True,
        429: False,
        500: False,
        503: False,
    }
    assert all(handling(s).get("error") for s in (403, 404, 429, 500, 503))


def test_signed_out_shell_has_no_menu(app: Flask) -> None:
    nobody = SimpleNamespace(
        **{
            **vars(SHELL),
            "user": None,
            "menu": [],
            "years": [],
            "search_url": None,
            "bell": None,
            "unit_in_view": None,
        }
    )
    with app.test_request_context():
        page = strict(render_template("layouts/base.html", shell=nobody))
    sound(page)
    assert not list(tags(page, "nav"))
    assert "Đăng xuất" not in words(page)


@pytest.mark.parametrize("code", ["403", "404", "409", "422", "429", "4xx", "500", "503"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_error_pages_say_what_happened_and_what_to_do(app: Flask, code: str, signed_in: bool) -> None:
    context: dict[str, Any] = {"shell": SHELL} if signed_in else {}
    with app.test_request_context():
        page = strict(
            render_template(f"errors/{code}.html", message="", request_id="l7f3a21", retry_after=30, **context)
        )
    sound(page)
    section = next(n for n in tags(page, "section") if n.get("class") == "error-page")
    assert len(list(tags(section, "h1"))) == 1
    assert len(list(tags(section, "p"))) >= 3
    assert list(tags(section, "a"))
    assert "!" not in words(section)


def test_error_page_without_any_shell_still_stands(app: Flask) -> None:
    with app.test_request_context():
        page = strict(render_template("errors/500.html", request_id="l7f3a21"))
    assert "l7f3a21" in words(page)


def test_confirm_page_asks_what_the_dialog_asks(app: Flask, form: GalleryForm) -> None:
    with app.test_request_context():
        page = strict(
            render_template(
                "components/confirm_page.html", shell=SHELL, confirm=SAMPLE.confirm, fields=[form.reason], form=form
            )
        )
    sound(page)
    posted = next(n for n in tags(page, "form") if n.get("class") == "panel confirm")
    assert posted.get("action") == SAMPLE.confirm["action"]
    assert {n.get("name"): n.get("value") for n in tags(posted, "input")} == {"csrf_token": "token", "version": "3"}
    assert [a.get("href") for a in tags(posted, "a")] == [SAMPLE.confirm["cancel_url"]]


def test_official_paper_has_the_parts_of_the_decree(app: Flask) -> None:
    source = """{% extends "layouts/print.html" %}{% block title %}Báo cáo{% endblock %}
    {% block sheet_class %}sheet-wide{% endblock %}
    {% block content %}{% from "components/document.html" import doc_head, doc_title, doc_sign %}
    {{ doc_head("UBND tỉnh Hưng Yên", "Sở Nội vụ", "/BC-SNV", "Hưng Yên, ngày 18 tháng 10 năm 2023") }}
    {{ doc_title("Báo cáo", "Danh sách") }}
    {{ doc_sign(["Chủ tịch UBND tỉnh", "Lưu: VT"], ["KT. Giám đốc", "Phó Giám đốc"], "Nguyễn Văn Hải") }}{% endblock %}
    """
    with app.test_request_context():
        page = strict(app.jinja_env.from_string(source).render(back_url="/x"))
    sound(page)
    text = words(next(tags(page, "main")))
    for part in (
        "UBND TỈNH HƯNG YÊN",
        "SỞ NỘI VỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BÁO CÁO",
        "- Lưu: VT.",
        "KT. GIÁM ĐỐC",
    ):
        assert part in text


def test_sign_in_page_is_sound(app: Flask) -> None:
    with app.test_request_context():
        flash("Phiên làm việc đã hết", "warning")
        page = strict(
            app.jinja_env.from_string(
                '{% extends "layouts/sign_in.html" %}{% block content %}<form method="post"></form>{% endblock %}'
            ).render()
        )
    assert "Phiên làm việc đã hết" in words(page)


def test_a_named_block_renders_alone_as_in_the_page(app: Flask, form: GalleryForm) -> None:
    with app.test_request_context():
        block = render_block(app.jinja_env, "components/gallery.html", "content", form=form, sample=SAMPLE, shell=SHELL)
        whole = render_template("components/gallery.html", form=form, sample=SAMPLE, shell=SHELL)
    assert block in whole


def test_htmx_answer_carries_its_toasts(app: Flask) -> None:
    source = '{% from "components/alerts.html" import toasts_oob, live_oob %}{{ toasts_oob() }}{{ live_oob("Đã lưu") }}'
    with app.test_request_context():
        assert "thong-bao-noi" not in app.jinja_env.from_string(source).render()
    with app.test_request_context():
        flash("Đã lưu", "ok")
        html = app.jinja_env.from_string(source).render()
    assert re.search(r'id="thong-bao-noi" hx-swap-oob="beforeend"', html)
    assert re.search(r'id="vung-thong-bao" hx-swap-oob="innerHTML"', html)


def test_fonts_are_asked_for_once() -> None:
    """The preload links, the style sheet and the vendored version name the same address."""
    vendored = (PORTAL / "static/vendor/VENDORED.md").read_text(encoding="utf-8")
    css = (PORTAL / "static/css/base.css").read_text(encoding="utf-8")
    head = (PORTAL / "templates/layouts/_head.html").read_text(encoding="utf-8")
    versions = set(re.findall(r"fontsource-variable/inter \| ([\d.]+)", vendored))
    assert len(versions) == 1
    assert set(re.findall(r"woff2\?v=([\d.]+)", css)) == versions
    assert set(re.findall(r'woff2", v="([\d.]+)"', head)) == versions


@pytest.mark.parametrize("sheet", sorted((PORTAL / "static/css").glob("*.css")), ids=lambda p: p.name)
def test_style_sheets_load_nothing_from_elsewhere(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    for address in re.findall(r"url\(\"?([^\")]+)", rules):
        assert not re.match(r"data:|https?:|//", address)
        assert (sheet.parent / address.split("?")[0]).resolve().is_file(), address


def test_row_parts_escape_and_refuse_bad_attribute_names() -> None:
    parts = RowParts("/static/icons.svg?v=1")
    assert "&lt;b&gt;" in parts.status({"label": Markup("<i>") + "<b>", "tone": "ok"})
    assert parts.status({"label": Markup("<i>"), "tone": "ok"}) != parts.status({"label": "<i>", "tone": "ok"})
    link = parts.icon_link('"x"', "pencil", "/a?b=1&c=2", {"hx-get": None, "data-focus": True, "title": '"'})
    assert 'href="/a?b=1&amp;c=2" data-focus title="&#34;"' in link
    assert "hx-get" not in link
    with pytest.raises(ValueError, match="not an attribute name"):
        parts.icon_link("x", "pencil", "/", {"onclick x": "1"})

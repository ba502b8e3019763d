"""A few pages made of the portal's page parts alone, for the browser tests of portal.js and keys.js."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, flash, make_response, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict

from portal.web.assets import init_assets
from portal.web.drafts import FormDraft
from portal.web.headers import CONTENT_POLICY
from tests.web.gallery_sample import SAMPLE, SHELL, GalleryForm

PORTAL = Path(__file__).resolve().parents[2] / "portal"
SLOW_SECONDS = 0.4  # a filtered answer takes this long, so that typing can overtake it
ROWS = 12

pages = Blueprint("parts", __name__)


def make_parts_app() -> Flask:
    """The app; it keeps nothing but the number of polls until its job is done."""
    app = Flask("parts", static_folder=str(PORTAL / "static"))
    app.secret_key = "parts"
    folders = [PORTAL / "templates", Path(__file__).parent / "templates"]
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(csrf_token=lambda: "token")
    init_assets(app)
    app.config["POLLS_LEFT"] = 2
    app.register_blueprint(pages)
    return app


def _list_page(form: GalleryForm, status: int = 200) -> Response:
    words, batch = request.values.get("q", ""), request.values.get("dot", "")
    batches = [("", "Tất cả"), ("1", "Một")]
    html = render_template(
        "parts_list.html",
        shell=SHELL,
        form=form,
        draft=FormDraft() if request.args.get("nhap") else None,
        rows=ROWS,
        count_text=f"{len(words) or 24} hồ sơ",
        filters=[
            {"name": "q", "label": "Tên", "value": words, "is_set": bool(words), "kind": "search"},
            {"name": "dot", "label": "Đợt", "value": batch, "is_set": bool(batch), "options": batches},
        ],
        columns=[{"label": "Tên", "sort_url": "/ds?xep=-ten", "sort": "asc"}],
    )
    return make_response(html, status)


@pages.after_request
def _policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


@pages.get("/ds")
def show_list() -> Response:
    if request.headers.get("HX-Request") and request.args.get("q"):
        time.sleep(SLOW_SECONDS)
    return _list_page(GalleryForm())


@pages.get("/viec")
def show_job() -> str:
    left = current_app.config["POLLS_LEFT"]
    if request.headers.get("HX-Request"):
        current_app.config["POLLS_LEFT"] = max(0, left - 1)
    job = {"title": "Xuất", "state": "running" if left else "done", "percent": 40, "result_url": "/tai"}
    return render_template("parts_job.html", shell=SHELL, job=job)


@pages.get("/dong/<int:no>/sua")
def edit_row(no: int) -> str:
    return render_template("parts_editing.html", no=no)


@pages.route("/dong/<int:no>", methods=["GET", "POST"])
def show_row(no: int) -> str:
    return render_template("parts_saved.html", no=no, name=request.form.get("ten", f"Dòng {no}"))


@pages.post("/luu")
def save() -> Response:
    if request.form.get("_nhap"):
        return make_response(f"Đã lưu nháp: {request.form['symbol']}")
    form = GalleryForm(request.form)
    form.validate()
    return _list_page(form, 422)


@pages.get("/loi/<int:status>")
def fail(status: int) -> Response:
    message = "Kỳ đăng ký đã đóng." if status == 409 else ""
    context = {"shell": SHELL, "message": message, "request_id": "l7f3a21", "retry_after": 2}
    return make_response(render_template(f"errors/{status}.html", **context), status)


@pages.get("/het-phien")
def end_session() -> Response:
    response = make_response("", 401)
    response.headers["HX-Redirect"] = "/dang-nhap?tiep=/ds"
    return response


@pages.get("/dang-nhap")
@pages.get("/ho-so/<int:no>")
def show_plain(no: int = 0) -> str:
    return f"<!doctype html><title>{no}</title><p>{request.path}"


@pages.get("/mau")
def show_gallery() -> str:
    flash("Đã lưu dòng 4", "ok")
    form = GalleryForm(MultiDict({"signed_on": "05/09/2023", "content": "x", "unit": "1", "level": "so"}))
    return render_template("components/gallery.html", form=form, sample=SAMPLE, shell=SHELL)

"""GET /huong-dan: the guide's contents, its pages, the page about a given page of the portal, the pictures."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Response, request, send_from_directory

from portal.blueprints.help import bp
from portal.core.errors import NotFound
from portal.web.access import public
from portal.web.guide import FOLDER, PICTURE_TYPES, PICTURES, GuidePage, guide
from portal.web.htmx import page

PICTURE_AGE = 3600


@bp.get("/huong-dan")
@public
def show_page() -> Response:
    """The page that explains ?trang=<endpoint>, else the contents."""
    found = guide().about(request.args.get("trang", ""))
    return _page(found) if found else page("help/show_contents.html", pages=guide().pages)


@bp.get("/huong-dan/<string:slug>")
@public
def show_chapter(slug: str) -> Response:
    """One page of the guide."""
    found = guide().page(slug)
    if found is None:
        raise NotFound
    return _page(found)


@bp.get("/huong-dan/hinh/<string:name>")
@public
def show_picture(name: str) -> Response:
    """A picture of the guide."""
    if PurePosixPath(name).suffix not in PICTURE_TYPES:
        raise NotFound
    return send_from_directory(FOLDER / PICTURES, name, max_age=PICTURE_AGE)


def _page(shown: GuidePage) -> Response:
    pages = guide().pages
    place = pages.index(shown)
    return page(
        "help/show_page.html",
        shown=shown,
        pages=pages,
        before=pages[place - 1] if place else None,
        after=pages[place + 1] if place + 1 < len(pages) else None,
    )

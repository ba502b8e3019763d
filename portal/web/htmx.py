"""One address, one view, one template: the whole page, or the named block of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block


def is_htmx() -> bool:
    """Whether htmx asks (never trusted for access)."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, *, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page; for htmx only its `block`, when the view names one."""
    if block and is_htmx() and not request.headers.get("HX-Boosted"):
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def fragment(template: str, block: str, *, status: int = 200, **context: Any) -> Response:
    """Only a block: for addresses that exist for htmx and whose task also has a page."""
    return make_response(render_block(template, block, **context), status)


def see_other(address: str) -> Response:
    """After a write: go to `address` with GET. htmx is told to load the whole page."""
    if is_htmx():
        response = current_app.make_response(("", 200))
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, code=303))

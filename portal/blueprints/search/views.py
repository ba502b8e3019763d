"""GET /tim-kiem: what one may see that holds the words; /tim-kiem/goi-y: the best of it while one types."""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.search import bp
from portal.blueprints.search._page import WORDS, load_results, results_url
from portal.blueprints.search._suggestions import load_suggestions
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import fragment, is_htmx, page, see_other


@bp.get("")
@requires(Permission.PORTAL_USE)
def show_results() -> Response:
    """All that was found, by kind; or one kind, page by page."""
    return page("search/show_results.html", block="region", results=load_results(work()))


@bp.get("/goi-y")
@requires(Permission.PORTAL_USE)
def suggest() -> Response:
    """The best finds for the window that "/" opens; without script its form leads to the page."""
    typed = request.args.get(WORDS, "")
    if not is_htmx():
        return see_other(results_url(typed))
    return fragment("search/suggestions.html", "suggestions", found=load_suggestions(work(), typed))

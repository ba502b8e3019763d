"""GET /thi-dua/dang-ky/don-vi: every unit that owes a registration, where it stands, how long it is overdue."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._unit_list import OWING
from portal.domain.access.enums import Permission
from portal.domain.emulation.queries.overview import level_figures, summed
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import page
from portal.web.lists import ListView, open_list


@bp.get("/dang-ky/don-vi")
@requires(Permission.COMPLETENESS_VIEW)
def list_units() -> Response:
    """Who has sent, who has not and since when, against the plan's 100%."""
    current = work()
    view = open_list(OWING)
    if not isinstance(view, ListView):
        return view
    year, today = view.more.year, current.today()
    levels = level_figures(current.session, current.actor, today, year)
    return page(
        "emulation/list_units.html",
        block="region",
        view=view,
        year=year,
        levels=levels,
        level_urls={f.code: url_for(OWING.endpoint, **_year(year, today), cap=f.code) for f in levels},
        whole=summed(levels, "Tất cả") if len(levels) > 1 else None,
    )


def _year(year: int, today: date) -> dict[str, Any]:
    return {"nam": year} if year != today.year else {}

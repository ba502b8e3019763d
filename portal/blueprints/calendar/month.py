"""GET /lich and /lich/in: the month with all that is due for me."""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.calendar import bp
from portal.blueprints.calendar._month import load_month
from portal.blueprints.calendar._shared import calendar_tabs, year_args
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.context import viewer, work
from portal.web.formats import WEEKDAYS
from portal.web.htmx import is_htmx, page


@bp.get("")
@requires(Permission.PORTAL_USE)
def show_month() -> Response:
    """The month in view: a grid of days, what is overdue, what is due, days off and swapped days."""
    month = load_month(work())
    return page(
        "calendar/show_month.html",
        block="month",
        month=month,
        tabs=calendar_tabs(),
        weekdays=WEEKDAYS,
        print_url=url_for("calendar.print_month", thang=month.number, **year_args()),
        list_url=url_for("calendar.list_days_off", **year_args()),
        hidden_year=year_args().get("nam"),
        swapped=is_htmx(),
    )


@bp.get("/in")
@requires(Permission.PORTAL_USE)
def print_month() -> Response:
    """The month as a sheet of paper."""
    person, month = viewer(), load_month(work())
    return page(
        "calendar/print_month.html",
        month=month,
        who=person.actor.full_name if person else "",
        unit=person.unit_name if person else "",
        back_url=url_for("calendar.show_month", thang=month.number, **year_args()),
    )

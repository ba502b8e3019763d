"""/quan-tri/don-vi: units found on a day, and suggestions for fields that ask for one."""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.units import bp
from portal.blueprints.units.lists import UNITS
from portal.blueprints.units.shown import ranked
from portal.core.text import clean
from portal.domain.access.enums import Permission
from portal.domain.units import queries
from portal.web.access import requires
from portal.web.context import actor, today, work
from portal.web.htmx import fragment
from portal.web.lists import list_page

MOST_SUGGESTED = 12
LONGEST_WORDS = 100


@bp.get("/quan-tri/don-vi")
@requires(Permission.UNIT_VIEW)
def list_units() -> Response:
    """The units in reach on a day, by level, kind, parent and words."""
    return list_page(UNITS, "units/list_units.html", may_manage=actor().can(Permission.UNIT_MANAGE))


@bp.get("/quan-tri/don-vi/tim")
@requires(Permission.UNIT_VIEW)
def find_units() -> Response:
    """Units in reach whose name or code holds the words, as options "code – name" of a field.

    The words come as ?q=, or under the name of the field that asks.
    """
    field = request.headers.get("HX-Trigger-Name", "")
    words = clean(request.args.get("q") or request.args.get(field) or "")[:LONGEST_WORDS]
    found = work().session.execute(queries.suggestions(actor(), words, today())).all() if words else []
    return fragment("units/find_units.html", "options", options=ranked(words, found, MOST_SUGGESTED))

"""/quan-tri/don-vi: units found on a day, and suggestions for fields that ask for one."""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.units import bp
from portal.blueprints.units.shown import ranked, unit_rows
from portal.core.text import clean
from portal.domain.access.enums import Permission
from portal.domain.units import queries
from portal.domain.units.models import Unit
from portal.domain.units.queries import UnitFilter
from portal.web.access import requires
from portal.web.context import actor, today, work
from portal.web.htmx import fragment, page
from portal.web.lists import Column, FilterSpec, Listing, parse_day

COLUMNS = (
    Column("Tên đơn vị", order="ten"),
    Column("Mã", order="ma"),
    Column("Loại"),
    Column("Cấp trên"),
    Column("Trực thuộc", css="num"),
    Column("Hoạt động từ"),
)
MOST_SUGGESTED = 12
LONGEST_WORDS = 100


@bp.get("/quan-tri/don-vi")
@requires(Permission.UNIT_VIEW)
def list_units() -> Response:
    """The units in reach on a day, by level, kind, parent and words."""
    session = work().session
    levels = session.scalars(queries.levels()).all()
    above = _above()
    listing = Listing(
        "units.list_units", _filters(above, [level.code for level in levels]), (queries.BY_NAME, queries.BY_CODE)
    )
    on = parse_day(listing["ngay"]) or today()
    chosen = UnitFilter(on, listing["q"], listing["cap"] or None, listing["loai"] or None, listing.number("truc_thuoc"))
    stmt = queries.listing(actor(), chosen)
    by_name = listing.order.name == queries.BY_NAME.name
    found = listing.fetch(stmt, lambda r: (r.sort_key, r.id) if by_name else (r.code,))
    children = dict(session.execute(queries.child_counts([r.id for r in found.rows], on)).all())
    return page(
        "units/list_units.html",
        listing=listing,
        tabs=listing.tabs("cap", [("", "Tất cả", None), *((v.code, v.label, None) for v in levels)]),
        columns=listing.columns(COLUMNS),
        rows=unit_rows(found.rows, children, lambda unit_id: listing.url(truc_thuoc=str(unit_id), cap=None, q=None)),
        count=(count := listing.count(stmt)),
        pager=listing.pager(found, count),
        above=above,
        on=on,
        may_manage=actor().can(Permission.UNIT_MANAGE),
    )


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


def _above() -> Unit | None:
    """The unit whose children the list is cut to, when it is in reach."""
    given = request.args.get("truc_thuoc", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        return None
    row = work().session.execute(queries.one_seen(actor(), int(given))).one_or_none()
    return row[0] if row else None


def _filters(above: Unit | None, level_codes: list[str]) -> list[FilterSpec]:
    kinds = work().session.execute(queries.kinds()).all()
    return [
        FilterSpec("q", "Tên hoặc mã đơn vị", kind="search"),
        FilterSpec("loai", "Loại", [("", "Tất cả"), *((kind.code, kind.label) for kind, _ in kinds)]),
        FilterSpec("ngay", "Ngày", kind="date", default=f"{today():%d/%m/%Y}"),
        FilterSpec("cap", "Cấp", [("", "Tất cả"), *((code, code) for code in level_codes)], kind="hidden"),
        FilterSpec("truc_thuoc", "Trực thuộc", [(str(above.id), above.short_name)] if above else (), kind="hidden"),
    ]

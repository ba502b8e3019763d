"""GET /thi-dua/dang-ky/tong-hop: by title, what units expect and what they have sent, against the plan's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, url_for

from portal.blueprints.emulation import bp
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import RegistrationTarget
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.queries.completeness import OwingFilter, completeness
from portal.domain.emulation.queries.overview import Vantage, titles_in, vantage
from portal.domain.emulation.queries.submitted import LineFilter, period_ids_of
from portal.domain.emulation.queries.totals import expected_by_title, targets_of, totals_by_title
from portal.web.access import requires
from portal.web.context import work
from portal.web.formats import number
from portal.web.htmx import page
from portal.web.menu import year_in_view

S = RegistrationState
FULL = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What is expected, and what is sent (accepted among it), of one title."""

    expected: int = 0
    sent: int = 0
    accepted: int = 0
    collectives: int = 0
    persons: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__slots__))


@dataclass(frozen=True, slots=True)
class TitleItem:
    """A row of the table by title."""

    name: str
    figures: Figures
    url: str


@dataclass(frozen=True, slots=True)
class TargetItem:
    """A number of the plan, and how far it is reached: sent lines against it, or units for the share that registers."""

    label: str
    goal: str
    expected: str
    sent: str
    accepted: str
    percent: float
    percent_text: str
    tone: str
    note: str
    url: str


@bp.get("/dang-ky/tong-hop")
@requires(Permission.REGISTRATION_VIEW)
def show_totals() -> Response:
    """The numbers by title; for who looks from the province, beside the plan's."""
    current = work()
    year, today = year_in_view(), current.today()
    seen = vantage(current.session, current.actor, today)
    chosen = LineFilter(period_ids_of(current.session, year), direct_only=seen.has_below)
    figures = title_figures(current, chosen)
    titles = current.session.execute(titles_in(year)).all()
    values: dict[str, Any] = {"nam": year} if year != today.year else {}
    items = [
        TitleItem(row.name, figures[row.id], url_for("emulation.list_registrations", danh_hieu=row.id, **values))
        for row in titles
        if row.id in figures
    ]
    codes = {row.code: row.id for row in titles}
    return page(
        "emulation/show_totals.html",
        year=year,
        items=items,
        whole=sum((item.figures for item in items), Figures()),
        has_below=seen.has_below,
        targets=_targets(current, seen, year, figures, codes, values),
        export_url=_export_url(values) if current.actor.can(Permission.REGISTRATION_EXPORT) else "",
        print_url=url_for("emulation.print_registrations", loai="theo-don-vi", **values),
    )


def title_figures(current: Work, chosen: LineFilter) -> dict[int, Figures]:
    """The figures by title, of what is sent or accepted (four queries)."""
    found: dict[int, Figures] = {}
    for state in (S.SENT, S.ACCEPTED):
        cut = replace(chosen, state=state)
        for row in current.session.execute(totals_by_title(current.actor, current.today(), cut)):
            accepted = row.lines if state is S.ACCEPTED else 0
            more = Figures(0, row.lines, accepted, row.collectives, row.persons)
            found[row.title_id] = found.get(row.title_id, Figures()) + more
        for title_id, expected in current.session.execute(expected_by_title(current.actor, current.today(), cut)):
            found[title_id] = found.get(title_id, Figures()) + Figures(expected)
    return found


def _targets(
    current: Work,
    seen: Vantage,
    year: int,
    figures: Mapping[int, Figures],
    codes: Mapping[str, int],
    values: Mapping[str, Any],
) -> Sequence[TargetItem]:
    """The plan's numbers, which are the province's: only for who looks from there."""
    if not seen.sees_province:
        return ()
    targets = current.session.scalars(targets_of(year)).all()
    return [
        _title_target(target, figures, codes, values)
        if target.title_codes
        else _share_target(current, target, year, values)
        for target in targets
    ]


def _title_target(
    target: RegistrationTarget, figures: Mapping[int, Figures], codes: Mapping[str, int], values: Mapping[str, Any]
) -> TargetItem:
    ids = [codes[code] for code in target.title_codes.split("|") if code in codes]
    found = sum((figures.get(key, Figures()) for key in ids), Figures())
    url = url_for("emulation.list_registrations", danh_hieu=ids[0], **values) if len(ids) == 1 else ""
    measure = target.unit_of_measure
    return _target(
        target,
        found.sent,
        target.number,
        (number(found.expected), number(found.sent), number(found.accepted)),
        measure,
        url,
    )


def _share_target(current: Work, target: RegistrationTarget, year: int, values: Mapping[str, Any]) -> TargetItem:
    if not current.actor.can(Permission.COMPLETENESS_VIEW):
        return _target(target, 0, 0, ("", "", ""), "%", "")
    count = completeness(current.session, current.actor, current.today(), OwingFilter(year))
    goal = -(-count.owing * target.number // FULL)
    texts = (f"{number(count.owing)} đơn vị", number(count.sent), number(count.accepted))
    return _target(target, count.sent, goal, texts, "%", url_for("emulation.list_units", cap="tat-ca", **values))


def _target(
    target: RegistrationTarget, value: int, goal: int, texts: tuple[str, str, str], measure: str, url: str
) -> TargetItem:
    percent = FULL * value / goal if goal else 0.0
    return TargetItem(
        label=target.label,
        goal=f"{number(target.number)}{'%' if measure == '%' else f' {measure}'}",
        expected=texts[0],
        sent=texts[1],
        accepted=texts[2],
        percent=min(percent, FULL),
        percent_text=f"{number(percent, 1)}%" if goal else "",
        tone="ok" if goal and value >= goal else "",
        note=target.source,
        url=url,
    )


def _export_url(values: Mapping[str, Any]) -> str:
    return url_for("emulation.export_registrations", loai="theo-don-vi", **values)

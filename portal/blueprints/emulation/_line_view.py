"""The list of lines as its address says: filters with their choices, the query that list, export and print share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from portal.core.stamp import recalled
from portal.domain.access.actor import Work
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.queries.overview import (
    Vantage,
    blocks_to_choose,
    levels_to_choose,
    titles_in,
    units_to_choose,
    vantage,
)
from portal.domain.emulation.queries.periods import periods_to_choose
from portal.domain.emulation.queries.submitted import LineFilter
from portal.jobs.emulation_exports import ORDERS, ExportOrder
from portal.web.lists import FilterSpec, Listing, Offer, Options
from portal.web.menu import year_in_view

S = RegistrationState
ANY = ("", "Tất cả")
STATES = (("", "Tất cả"), *((s.value, s.label) for s in (S.SENT, S.ACCEPTED, S.RETURNED)))
OWN_STATES = (("", "Tất cả"), *((s.value, s.label) for s in S))
SUBJECTS = (ANY, *((s.value, s.label) for s in (SubjectKind.COLLECTIVE, SubjectKind.PERSON)))
PERIOD_PREFIX = "Đăng ký thi đua "
HAS_BELOW = "has-below"


@dataclass(frozen=True, slots=True)
class LineFrame:
    """What the list stands on: from where the actor looks, the year, its periods."""

    seen: Vantage
    year: int
    periods: Sequence[Any]


@dataclass(frozen=True, slots=True)
class LineView:
    """The list at this address: what the bar shows, what is asked for, from where the actor looks."""

    listing: Listing
    order: ExportOrder
    seen: Vantage
    year: int

    @property
    def states(self) -> Options:
        """The tabs: of what is below, only what was sent; of their own, every state."""
        return STATES if self.seen.has_below else OWN_STATES


def line_offer(work: Work, args: Mapping[str, str]) -> Offer:
    """The filters with their choices (seven short queries over catalogues, however long the list)."""
    year, today = year_in_view(args), work.today()
    seen = vantage(work.session, work.actor, today)
    periods = recalled(work.session, periods_to_choose(year))
    says = frozenset({HAS_BELOW}) if seen.has_below else frozenset[str]()
    return Offer(_specs(work, seen, periods, year, args), says, LineFrame(seen, year, periods))


def line_view(work: Work, endpoint: str) -> LineView:
    """The list at the request's address."""
    return view_of(Listing(endpoint, line_offer(work, request.args), ORDERS))


def view_of(listing: Listing) -> LineView:
    """What a listing of lines asks for."""
    frame: LineFrame = listing.about
    return LineView(listing, _order(listing, frame.periods, frame.seen, frame.year), frame.seen, frame.year)


def _specs(work: Work, seen: Vantage, periods: Sequence[Any], year: int, args: Mapping[str, str]) -> list[FilterSpec]:
    session, actor, today = work.session, work.actor, work.today()
    titles = recalled(session, titles_in(year))
    specs = [FilterSpec("tu", "Tên", kind="search")]
    if seen.has_below:
        units = recalled(session, units_to_choose(actor, seen, _asked_unit(args), today))
        levels = recalled(session, levels_to_choose(actor, today))
        blocks = recalled(session, blocks_to_choose(actor, year, today))
        specs += [
            FilterSpec("don_vi", "Đơn vị", (ANY, *((str(key), name) for key, name in units))),
            FilterSpec("cap", "Cấp", (ANY, *((code, label) for code, label in levels))),
            FilterSpec("khoi", "Khối", (ANY, *((str(key), name) for key, name in blocks))),
        ]
    specs += [
        FilterSpec("danh_hieu", "Danh hiệu", (ANY, *((str(t.id), t.short_name) for t in titles))),
        FilterSpec("doi_tuong", "Loại", SUBJECTS),
        FilterSpec(
            "ky",
            "Kỳ",
            (ANY, *((str(p.id), period_words(p.name)) for p in periods)),
            kind="select" if len(periods) > 1 else "hidden",
            silent=True,
        ),
    ]
    if seen.has_below:
        specs.append(FilterSpec("ca_cap_duoi", "Cả cấp dưới", kind="check"))
    states = STATES if seen.has_below else OWN_STATES
    return [
        *specs,
        FilterSpec("trang_thai", "Trạng thái", states, "hidden"),
        year_spec(year, today.year),
    ]


def _order(listing: Listing, periods: Sequence[Any], seen: Vantage, year: int) -> ExportOrder:
    values = listing.values
    chosen_period = next((p for p in periods if str(p.id) == values["ky"]), None)
    title = listing.number("danh_hieu")
    chosen = LineFilter(
        period_ids=tuple(p.id for p in periods if chosen_period is None or p is chosen_period),
        unit_id=listing.number("don_vi") if seen.has_below else None,
        block_id=listing.number("khoi") if seen.has_below else None,
        level=values.get("cap", ""),
        title_ids=(title,) if title is not None else (),
        state=RegistrationState(values["trang_thai"]) if values["trang_thai"] else None,
        subject=SubjectKind(values["doi_tuong"]) if values["doi_tuong"] else None,
        words=values["tu"],
        direct_only=seen.has_below and not values.get("ca_cap_duoi"),
    )
    words = period_words(chosen_period.name) if chosen_period else f"Năm {year}"
    return ExportOrder(chosen, year, words, sort=listing.sort, note=listing.note)


def period_words(name: str) -> str:
    """Đăng ký thi đua năm học 2022-2023: Năm học 2022-2023."""
    rest = name.removeprefix(PERIOD_PREFIX)
    return rest[:1].upper() + rest[1:]


def _asked_unit(args: Mapping[str, str]) -> int | None:
    asked = args.get("don_vi", "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


def year_spec(year: int, present: int) -> FilterSpec:
    """The year in view: it frames the list, the masthead changes it."""
    return FilterSpec("nam", "Năm", ((str(year), str(year)),), "hidden", default=str(present), frame=True)

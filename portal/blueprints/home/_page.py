"""The start page, put together from what the features' manifests say: nothing here knows a feature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from flask import url_for

from portal.core.manifest import Figure, FigurePanel, Manifest, SentItem, Shown, WaitingItem, manifests
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.web.formats import days_left, due_tone, number, weekday

SOON = timedelta(days=7)
MOST_SENT = 20
MOST_FIRST_STEPS = 3
OVERDUE, NEAR, LATER, OPEN = "Quá hạn", "Trong 7 ngày tới", "Sau đó", "Không đặt hạn"


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One thing to do; `left` says how much time there is, or how long it has waited."""

    title: str
    note: str
    area: str
    url: str
    due_on: date | None
    left: Shown


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """The things of one stretch of time, the most pressing first."""

    label: str
    rows: Sequence[WaitingRow]


@dataclass(frozen=True, slots=True)
class SentRow:
    """One thing that was sent, and where it is."""

    item: SentItem
    url: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as components/progress.html shows it."""

    name: str
    state: Shown
    value_text: str
    of_text: str
    percent: float
    percent_text: str
    elapsed: float | None
    url: str


@dataclass(frozen=True, slots=True)
class FigureBox:
    """The figures of one feature."""

    title: str
    note: str
    rows: Sequence[FigureRow]
    url: str


@dataclass(frozen=True, slots=True)
class Home:
    """What the start page shows. `first_steps` are (label, address, icon) for whom nothing waits."""

    lede: str
    groups: Sequence[WaitingGroup]
    sent: Sequence[SentRow]
    figures: Sequence[FigureBox]
    first_steps: Sequence[tuple[str, str, str]]

    @property
    def count(self) -> int:
        """How many things wait."""
        return sum(len(group.rows) for group in self.groups)


def load_home(work: Work, year: int, features: Sequence[Manifest] | None = None) -> Home:
    """Ask every feature what it has for the actor in the year in view."""
    declared = manifests() if features is None else features
    today = work.today()
    waiting = [item for feature in declared for item in _waiting(feature, work, year)]
    groups = _grouped(waiting, today)
    open_features = [feature for feature in declared if not feature.confidential]
    sent = [item for feature in open_features if feature.sent for item in feature.sent(work, year)]
    sent.sort(key=lambda item: item.at, reverse=True)
    panels = [feature.figures(work, year) for feature in open_features if feature.figures]
    return Home(
        lede=_lede(today, groups),
        groups=groups,
        sent=[SentRow(item, url_for(item.endpoint, **item.values)) for item in sent[:MOST_SENT]],
        figures=[_box(panel) for panel in panels if panel is not None],
        first_steps=_first_steps(work, declared),
    )


def _waiting(feature: Manifest, work: Work, year: int) -> Sequence[WaitingItem]:
    """What waits in one feature; a confidential one says only how much."""
    found = feature.waiting(work, year) if feature.waiting else ()
    if not feature.confidential or not found:
        return found
    entry = feature.menu[0].endpoint if feature.menu else "home.show_home"
    return [WaitingItem(f"Có {len(found)} việc", feature.label, entry, {})]


def _grouped(items: Iterable[WaitingItem], today: date) -> list[WaitingGroup]:
    found: dict[str, list[WaitingItem]] = {label: [] for label in (OVERDUE, NEAR, LATER, OPEN)}
    for item in items:
        found[_group(item.due_on, today)].append(item)
    return [
        WaitingGroup(label, [_row(item, today) for item in sorted(group, key=_pressing)])
        for label, group in found.items()
        if group
    ]


def _group(due_on: date | None, today: date) -> str:
    if due_on is None:
        return OPEN
    return OVERDUE if due_on < today else NEAR if due_on <= today + SOON else LATER


def _pressing(item: WaitingItem) -> tuple[date, date]:
    return item.due_on or date.max, item.since or date.max


def _row(item: WaitingItem, today: date) -> WaitingRow:
    url = url_for(item.endpoint, **item.values)
    return WaitingRow(item.title, item.note, item.area, url, item.due_on, _left(item, today))


def _left(item: WaitingItem, today: date) -> Shown:
    if item.due_on is not None:
        tone = due_tone(item.due_on, today)
        return Shown(days_left(item.due_on, today), tone, "alert-octagon" if tone == "bad" else "clock")
    days = (today - item.since).days if item.since else 0
    return Shown(f"Chờ {days} ngày" if days > 0 else "Mới đến", "idle", "hourglass")


def _lede(today: date, groups: Sequence[WaitingGroup]) -> str:
    """Thứ Tư, 15/03/2023. Ông/bà có 2 việc quá hạn và 4 việc đến hạn trong 7 ngày."""
    counts = {group.label: len(group.rows) for group in groups}
    late, near = counts.get(OVERDUE, 0), counts.get(NEAR, 0)
    parts = [f"{late} việc quá hạn"] if late else []
    parts += [f"{near} việc đến hạn trong 7 ngày"] if near else []
    rest = sum(counts.values()) - late - near
    parts += [f"{rest} việc khác" if parts else f"{rest} việc đang chờ"] if rest else []
    words = " và ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    what = f"Ông/bà có {words}." if parts else "Không có việc nào đang chờ ông/bà."
    return f"{weekday(today)}, {today:%d/%m/%Y}. {what}"


def _box(panel: FigurePanel) -> FigureBox:
    url = url_for(panel.endpoint, **panel.values) if panel.endpoint else ""
    return FigureBox(panel.title, panel.note, [_figure(figure) for figure in panel.figures], url)


def _figure(figure: Figure) -> FigureRow:
    percent = Decimal(100 * figure.value) / figure.goal if figure.goal else Decimal(0)
    return FigureRow(
        name=figure.name,
        state=figure.state,
        value_text=number(figure.value),
        of_text=f"/{number(figure.goal)} {figure.measure}",
        percent=float(percent),
        percent_text=f"{number(percent.quantize(Decimal('0.1'), ROUND_HALF_UP))}%",
        elapsed=figure.elapsed,
        url=url_for(figure.endpoint, **figure.values) if figure.endpoint else "",
    )


def _first_steps(work: Work, declared: Iterable[Manifest]) -> list[tuple[str, str, str]]:
    """The pages that the actor may open, by the order of the menu: where to begin when nothing waits."""
    entries = sorted(
        (e for feature in declared for e in feature.menu if work.actor.can(Permission(e.permission))),
        key=lambda e: e.order,
    )
    return [(e.label, url_for(e.endpoint), e.icon) for e in entries[:MOST_FIRST_STEPS]]

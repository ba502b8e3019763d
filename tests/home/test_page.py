"""The start page from what features declare: groups by day, confidential features, what nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.blueprints.home._page import MOST_SENT, load_home
from portal.core.manifest import Figure, FigurePanel, Manifest, MenuEntry, SentItem, Shown, WaitingItem
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.web.transaction import PortalFlask

TODAY = date(2023, 3, 15)
START = datetime(2023, 1, 1, tzinfo=UTC)
WAITS = Shown("Chờ", "run", "clock")


def item(title: str, days: int | None, since: date | None = None) -> WaitingItem:
    due = None if days is None else TODAY + timedelta(days=days)
    return WaitingItem(title, "Lĩnh vực", "home.show_home", {}, due, since)


def feature(*items: WaitingItem, **more: Any) -> Manifest:
    return Manifest("mot", "Một", waiting=lambda _work, _year: items, **more)


@pytest.fixture
def work(app: PortalFlask, runtime: Any) -> Iterator[Work]:
    with app.test_request_context(), runtime.session_factory() as session:
        yield Work(session, Actor(1, "ai", "Ai đó", 1), runtime.clock)


def test_things_stand_in_the_stretch_of_their_day_the_most_pressing_first(work: Work) -> None:
    items = [item("D", 8), item("C", 7), item("A", -3), item("B", 0), item("E", None), item("A0", -9), item("F", 1)]
    found = load_home(work, 2023, [feature(*items)])
    assert [(g.label, [(r.title, r.left.label) for r in g.rows]) for g in found.groups] == [
        ("Quá hạn", [("A0", "Quá 9 ngày"), ("A", "Quá 3 ngày")]),
        ("Trong 7 ngày tới", [("B", "Hôm nay"), ("F", "Ngày mai"), ("C", "Còn 7 ngày")]),
        ("Sau đó", [("D", "Còn 8 ngày")]),
        ("Không đặt hạn", [("E", "Mới đến")]),
    ]
    assert found.count == 7
    assert found.lede == "Thứ Tư, 15/03/2023. Ông/bà có 2 việc quá hạn, 3 việc đến hạn trong 7 ngày và 2 việc khác."


def test_what_has_no_due_day_says_how_long_it_waits(work: Work) -> None:
    (group,) = load_home(work, 2023, [feature(item("A", None, TODAY - timedelta(days=4)))]).groups
    assert (group.rows[0].left.label, group.rows[0].left.tone) == ("Chờ 4 ngày", "idle")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "Không có việc nào đang chờ ông/bà."),
        ([item("A", 20)], "Ông/bà có 1 việc đang chờ."),
        ([item("A", -1)], "Ông/bà có 1 việc quá hạn."),
    ],
)
def test_the_first_line_counts(work: Work, items: list[WaitingItem], words: str) -> None:
    assert load_home(work, 2023, [feature(*items)]).lede.endswith(words)


def test_a_confidential_feature_says_only_how_much(work: Work) -> None:
    kept = feature(
        item("Vụ việc ở chùa", -1),
        item("Vụ việc khác", 2),
        confidential=True,
        sent=lambda _work, _year: [SentItem("Bí mật", "home.show_home", {}, WAITS, START, "Ban Tôn giáo")],
        figures=lambda _work, _year: FigurePanel("Bí mật", "", ()),
    )
    found = load_home(work, 2023, [kept])
    assert [(r.title, r.area, r.due_on) for g in found.groups for r in g.rows] == [("Có 2 việc", "Một", None)]
    assert found.sent == []
    assert found.figures == []
    with_menu = feature(
        item("Vụ việc", 1),
        confidential=True,
        menu=(MenuEntry("Tôn giáo", "help.show_page", "flag", Permission.PORTAL_USE),),
    )
    (group,) = load_home(work, 2023, [with_menu]).groups
    assert group.rows[0].url == "/huong-dan"


def test_features_without_anything_to_say(work: Work) -> None:
    found = load_home(work, 2023, [Manifest("hai", "Hai")])
    assert (found.groups, found.sent, found.figures, found.first_steps) == ([], [], [], [])


def test_the_last_sent_stand_first_and_are_limited(work: Work) -> None:
    many = [
        SentItem(f"Bản {n}", "home.show_home", {}, WAITS, START + timedelta(days=n), "Sở") for n in range(MOST_SENT + 5)
    ]
    found = load_home(work, 2023, [feature(sent=lambda _work, _year: many)])
    assert [row.item.title for row in found.sent][:2] == [f"Bản {MOST_SENT + 4}", f"Bản {MOST_SENT + 3}"]
    assert len(found.sent) == MOST_SENT


def test_figures_are_written_as_vietnamese_reads_them(work: Work) -> None:
    figure = Figure("Bằng khen", 1213, 2000, "bằng", WAITS, 79.4, "home.show_home", {"nam": 2023})
    plain = Figure("Cờ", 0, 0, "cờ", WAITS)
    panel = FigurePanel("Chỉ tiêu", "ghi chú", (figure, plain))
    found = load_home(work, 2023, [feature(figures=lambda _work, _year: panel)])
    (box,) = found.figures
    first, second = box.rows
    assert (first.value_text, first.of_text, first.percent_text) == ("1.213", "/2.000 bằng", "60,7%")
    assert (first.url, first.elapsed) == ("/?nam=2023", 79.4)
    assert (second.percent, second.url, box.url) == (0, "", "")


def test_the_first_steps_are_what_the_actor_may_open(work: Work) -> None:
    entries = (
        MenuEntry("Thứ hai", "help.show_page", "book", Permission.PORTAL_USE, order=20),
        MenuEntry("Thứ nhất", "home.show_home", "home", Permission.PORTAL_USE, order=10),
        MenuEntry("Không được", "home.show_home", "lock", Permission.USER_MANAGE, order=1),
    )
    found = load_home(work, 2023, [feature(menu=entries)])
    assert [label for label, _, _ in found.first_steps] == ["Thứ nhất", "Thứ hai"]

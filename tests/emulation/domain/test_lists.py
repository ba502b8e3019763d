"""All lines over units, totals and summaries: what is in, what is not, in which order, in how many queries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.core.pagination import Order, bounded_count, fetch_page
from portal.domain.access.actor import Actor
from portal.domain.emulation.catalogue_models import EmulationBlock
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.queries.submitted import (
    LINE_ORDERS,
    LineFilter,
    counted_lines,
    key_of,
    period_ids_of,
    submitted_lines,
)
from portal.domain.emulation.queries.totals import (
    expected_by_title,
    summary_by_unit,
    target_progress,
    totals_by_title,
    unit_title_counts,
)
from portal.domain.emulation.services.intake import take_in
from portal.domain.emulation.services.registrations import ContentData, load_for_write, save_content
from tests.emulation.domain.builders import PAPER, World


@pytest.fixture
def year(world: World) -> LineFilter:
    """The year 2023, what was sent to the topmost unit."""
    with world.session_factory() as session:
        return LineFilter(period_ids_of(session, 2023))


@pytest.fixture
def filled(world: World) -> dict[str, int]:
    """A commune sent three lines, its district took two of them in and sent; another district is drafting."""
    commune = world.sent_by_commune(
        world.person("Đàm Văn Lợi", "CSTDCS", "Chủ tịch"),
        world.person("Nguyễn Thị Thơm", "LDTT", "Công chức"),
        world.collective("UBND xã Xuân Quan", "TTLDXS"),
    )
    district = world.opened(
        "vangiang", "326", "2023", world.person("Lê Thị Hòa", "BKT"), world.collective("UBND huyện Văn Giang", "CTDT")
    )
    first, _, third = world.line_ids(commune)
    with world.work_as("vangiang") as work:
        own = load_for_write(work, district)
        take_in(work, own, load_for_write(work, commune), [first, third])
        save_content(work, own, own.version, ContentData("Nội dung", 60, [], {world.titles["LDTT"]: 50}))
    world.step("vangiang", district, "submit")
    world.step("vangiang.lanhdao", district, "send", PAPER)
    other = world.opened("khoaichau", "330", "2023", world.person("Đỗ Văn Nháp"))
    return {"commune": commune, "district": district, "other": other}


def listed(world: World, who: Actor, chosen: LineFilter) -> list[str]:
    with world.work_as("thidua") as work:
        return [row.name for row in work.session.execute(submitted_lines(who, work.today(), chosen))]


def test_the_province_counts_a_line_once(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any) -> None:
    names = listed(world, actor_of("thidua"), year)
    assert sorted(names) == ["Lê Thị Hòa", "UBND huyện Văn Giang", "UBND xã Xuân Quan", "Đàm Văn Lợi"]
    everything = listed(world, actor_of("thidua"), replace(year, direct_only=False))
    assert len(everything) == 5
    assert everything.count("Đàm Văn Lợi") == 1  # the district took the commune's line over: it stands there alone
    assert "Đỗ Văn Nháp" not in everything


def test_people_stand_by_their_given_name(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any
) -> None:
    names = listed(world, actor_of("thidua"), replace(year, subject=SubjectKind.PERSON, direct_only=False))
    assert names == ["Lê Thị Hòa", "Đàm Văn Lợi", "Nguyễn Thị Thơm"]


@pytest.mark.parametrize("who", ["giamdoc", "hoidong", "vanphong"])
def test_watchers_see_the_same(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any, who: str) -> None:
    assert listed(world, actor_of(who), year) == listed(world, actor_of("thidua"), year)


def test_a_district_sees_what_its_communes_sent(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any
) -> None:
    assert sorted(listed(world, actor_of("vangiang"), year)) == ["Nguyễn Thị Thơm", "UBND xã Xuân Quan", "Đàm Văn Lợi"]
    assert listed(world, actor_of("khoaichau"), year) == []
    own = replace(year, direct_only=False)
    assert listed(world, actor_of("khoaichau"), own) == ["Đỗ Văn Nháp"]  # one's own unit in every state


def test_who_has_no_reach_below_sees_their_own(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any
) -> None:
    assert len(listed(world, actor_of("xuanquan"), year)) == 3
    assert listed(world, actor_of("luutru"), year) == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"words": "thi hoa"}, ["Lê Thị Hòa"]),
        ({"words": "Hoà  LÊ"}, ["Lê Thị Hòa"]),
        ({"words": "%"}, []),
        ({"subject": SubjectKind.COLLECTIVE}, ["UBND huyện Văn Giang", "UBND xã Xuân Quan"]),
        ({"level": "commune"}, ["UBND xã Xuân Quan", "Đàm Văn Lợi"]),
        ({"level": "district"}, ["Lê Thị Hòa", "UBND huyện Văn Giang"]),
        ({"state": RegistrationState.ACCEPTED}, []),
        ({"state": RegistrationState.DRAFT}, []),
        ({"period_ids": ()}, []),
    ],
)
def test_filters(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any, change: dict[str, Any], names: list[str]
) -> None:
    assert sorted(listed(world, actor_of("thidua"), replace(year, **change))) == names


def test_filters_by_unit_title_and_block(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any) -> None:
    who = actor_of("thidua")
    assert sorted(listed(world, who, replace(year, unit_id=world.units["12022"]))) == [
        "UBND xã Xuân Quan",
        "Đàm Văn Lợi",
    ]
    assert len(listed(world, who, replace(year, unit_id=world.units["326"]))) == 4
    assert listed(world, who, replace(year, unit_id=world.units["330"])) == []
    assert listed(world, who, replace(year, title_ids=(world.titles["CTDT"],))) == ["UBND huyện Văn Giang"]
    blocks = {block.code: block.id for block in world.all(select(EmulationBlock))}
    assert len(listed(world, who, replace(year, block_id=blocks["K2023-HUYEN"]))) == 4
    assert listed(world, who, replace(year, block_id=blocks["K2023-KT"])) == []


@pytest.mark.parametrize("order", list(LINE_ORDERS.values()), ids=list(LINE_ORDERS))
def test_pages_by_key_hold_every_line_once(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any, order: Order
) -> None:
    with world.work_as("thidua") as work:
        stmt = submitted_lines(actor_of("thidua"), work.today(), replace(year, direct_only=False))
        whole = [row.id for row in work.session.execute(stmt)]
        seen: list[int] = []
        cursor = None
        while True:
            page = fetch_page(work.session, stmt, order, cursor, 2, key_of(order))
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == sorted(whole)
        assert len(set(seen)) == len(seen) == bounded_count(work.session, stmt).value == 5
        counted = counted_lines(actor_of("thidua"), work.today(), replace(year, direct_only=False))
        assert bounded_count(work.session, counted).value == 5


def test_a_row_says_where_it_comes_from_and_where_it_stands(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any
) -> None:
    with world.work_as("thidua") as work:
        stmt = submitted_lines(actor_of("thidua"), work.today(), replace(year, words="loi"))
        row = work.session.execute(stmt).one()
    assert (row.unit_name, row.origin_name, row.title_code) == ("UBND huyện Văn Giang", "UBND xã Xuân Quan", "CSTDCS")
    assert (row.state, row.paper_no, row.year) == (RegistrationState.SENT, "15/UBND-NV", 2023)


def test_totals_by_title(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any) -> None:
    with world.work_as("thidua") as work:
        rows = work.session.execute(totals_by_title(actor_of("thidua"), work.today(), year)).all()
    assert [(r.code, r.lines, r.persons, r.collectives, r.units) for r in rows] == [
        ("CSTDCS", 1, 1, 0, 1),
        ("TTLDXS", 1, 0, 1, 1),
        ("CTDT", 1, 0, 1, 1),
        ("BKT", 1, 1, 0, 1),
    ]


def test_expected_numbers_are_summed(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any) -> None:
    with world.work_as("thidua") as work:
        who, on = actor_of("thidua"), work.today()
        assert work.session.execute(expected_by_title(who, on, year)).all() == [(world.titles["LDTT"], 50)]
        accepted = replace(year, state=RegistrationState.ACCEPTED)
        assert work.session.execute(expected_by_title(who, on, accepted)).all() == []


def test_summary_by_unit(world: World, filled: dict[str, int], year: LineFilter, actor_of: Any) -> None:
    with world.work_as("thidua") as work:
        who, on = actor_of("thidua"), work.today()
        rows = work.session.execute(summary_by_unit(who, on, replace(year, direct_only=False))).all()
        cells = work.session.execute(unit_title_counts(who, on, year)).all()
    assert [(r.code, r.lines, r.persons, r.collectives) for r in rows] == [("326", 4, 2, 2), ("12022", 1, 1, 0)]
    assert {(r.registration_id, r.title_id): r.lines for r in cells} == {
        (filled["district"], world.titles[code]): 1 for code in ("BKT", "CTDT", "CSTDCS", "TTLDXS")
    }


def test_progress_towards_the_plan(world: World, filled: dict[str, int], actor_of: Any) -> None:
    with world.work_as("thidua") as work:
        found = {p.target.code: p for p in target_progress(work.session, actor_of("thidua"), work.today(), 2023)}
        assert target_progress(work.session, actor_of("thidua"), work.today(), 2022) == []
    assert {code: (p.value, p.number) for code, p in found.items()} == {
        "2023-REG": (2, 344),
        "2023-HCLD": (0, 3),
        "2023-BKTTG": (0, 6),
        "2023-CTDCP": (0, 12),
        "2023-BKT": (1, 2000),
        "2023-CTDT": (1, 58),
        "2023-TTLDXS": (1, 135),
    }
    assert found["2023-REG"].is_completeness
    assert len(found["2023-HCLD"].title_ids) == 3


def test_what_was_returned_counts_no_more(
    world: World, filled: dict[str, int], year: LineFilter, actor_of: Any
) -> None:
    world.step("thidua", filled["district"], "return", "Sai danh hiệu ở dòng 2")
    with world.work_as("thidua") as work:
        who = actor_of("thidua")
        found = {p.target.code: p.value for p in target_progress(work.session, who, work.today(), 2023)}
        listed = work.session.execute(counted_lines(who, work.today(), year)).all()
    assert (found["2023-BKT"], found["2023-CTDT"], found["2023-TTLDXS"]) == (0, 0, 0)
    assert len(listed) == 4  # the list still shows them to who returned them


def test_the_queries_do_not_grow_with_the_units(world: World, filled: dict[str, int], actor_of: Any) -> None:
    who = actor_of("thidua")

    def statements() -> int:
        seen: list[str] = []
        with world.work_as("thidua") as work:
            bind = work.session.get_bind()
            listen = lambda *args: seen.append(args[2])  # noqa: E731
            event.listen(bind, "before_cursor_execute", listen)
            try:
                target_progress(work.session, who, work.today(), 2023)
            finally:
                event.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    before = statements()
    world.step("khoaichau", filled["other"], "submit")
    world.step("khoaichau.lanhdao", filled["other"], "send", PAPER)
    assert statements() == before <= 7

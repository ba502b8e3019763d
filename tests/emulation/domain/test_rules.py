"""The checks over values: each finding, its level, its lines, its source; properties drawn by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.text import fold
from portal.domain.emulation.enums import SubjectKind, TitleFamily, TitleScope
from portal.domain.emulation.rules import (
    Finding,
    LineFacts,
    RuleFacts,
    TitleFacts,
    check_lines,
    people_of,
    share_allowed,
)

PERSON, COLLECTIVE, BOTH = SubjectKind.PERSON, SubjectKind.COLLECTIVE, SubjectKind.BOTH
TITLE, FORM = TitleFamily.TITLE, TitleFamily.FORM
BASE, PROVINCE, STATE = TitleScope.BASE, TitleScope.PROVINCE, TitleScope.STATE
TITLES = {
    t.code: t
    for t in (
        TitleFacts("LDTT", "Lao động tiên tiến", PERSON, TITLE, BASE, 10),
        TitleFacts("TTLDTT", "Tập thể Lao động tiên tiến", COLLECTIVE, TITLE, BASE, 20),
        TitleFacts("CSTDCS", "Chiến sĩ thi đua cơ sở", PERSON, TITLE, BASE, 30),
        TitleFacts("TTLDXS", "Tập thể Lao động xuất sắc", COLLECTIVE, TITLE, PROVINCE, 50),
        TitleFacts("CSTDT", "Chiến sĩ thi đua cấp tỉnh", PERSON, TITLE, PROVINCE, 60),
        TitleFacts("XPTB", "Xã tiêu biểu", COLLECTIVE, TITLE, PROVINCE, 70, valid=False),
        TitleFacts("CTDT", "Cờ thi đua của UBND tỉnh", COLLECTIVE, TITLE, PROVINCE, 80),
        TitleFacts("BKT", "Bằng khen của Chủ tịch UBND tỉnh", BOTH, FORM, PROVINCE, 90),
        TitleFacts("CTDCP", "Cờ thi đua của Chính phủ", COLLECTIVE, TITLE, STATE, 130),
        TitleFacts("BKTTG", "Bằng khen của Thủ tướng Chính phủ", BOTH, FORM, STATE, 140),
        TitleFacts("HCLD3", "Huân chương Lao động hạng Ba", BOTH, FORM, STATE, 150),
    )
}
SHARE = RuleFacts(
    "A-CSCS-2", "CSTDCS", "ratio_max", "lte", Decimal(15), "Không quá 15%.", "NĐ 91", "đã đối chiếu", "LDTT"
)
HALF = RuleFacts("A-TTTT-2", "TTLDTT", "ratio_min", "gt", Decimal(50), "Trên 50%.", "Luật 2003", "đã đối chiếu", "LDTT")
SEVENTY = RuleFacts(
    "A-TTXS-2", "TTLDXS", "ratio_min", "gte", Decimal(70), "Từ 70%.", "Luật 2003", "cần đối chiếu", "LDTT"
)
ONE_FIGHTER = RuleFacts(
    "A-TTXS-3", "TTLDXS", "title_count_min", "gte", Decimal(1), "Ít nhất 1.", "Luật 2003", "cần đối chiếu", "CSTDCS"
)
ONCE = RuleFacts("A-X6B", "", "state_awards_per_year", "lte", Decimal(1), "Một lần một năm.", "NĐ 91", "cần đối chiếu")
FLAG_SHARE = RuleFacts("A-CTDCP-20", "CTDCP", "ratio_max", "lte", Decimal(20), "20%.", "NĐ 91", "cần đối chiếu", "CTDT")


def person(key: int, name: str, title: str = "LDTT", post: str = "Chuyên viên", **more: Any) -> LineFacts:
    return LineFacts(key, key, PERSON, name, fold(name), post, more.pop("division", ""), title, **more)


def collective(key: int, name: str, title: str = "TTLDTT", **more: Any) -> LineFacts:
    return LineFacts(key, key, COLLECTIVE, name, fold(name), "", more.pop("division", ""), title, **more)


def codes(found: list[Finding]) -> list[str]:
    return [f.code for f in found]


def test_good_lines_have_no_findings() -> None:
    lines = [person(1, "Nguyễn Văn An"), person(2, "Trần Thị Bình", "BKT"), collective(3, "Phòng Nội vụ")]
    assert check_lines(lines, TITLES) == []


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        (person(1, " "), "name_missing", "name"),
        (person(1, "Nguyễn Văn An", post=" "), "post_missing", "post"),
        (person(1, "Nguyễn Văn An", "TTLDTT"), "title_subject", "title_id"),
        (collective(1, "Phòng Nội vụ", "LDTT"), "title_subject", "title_id"),
        (collective(1, "Xã Xuân Quan", "XPTB"), "title_invalid", "title_id"),
        (collective(1, "Xã Xuân Quan", ""), "title_invalid", "title_id"),
    ],
)
def test_a_line_by_itself_is_refused(line: LineFacts, code: str, field: str) -> None:
    (found,) = check_lines([line], TITLES)
    assert (found.code, found.field, found.line_ids, found.blocks) == (code, field, (1,), True)


def test_titles_for_both_fit_persons_and_collectives() -> None:
    assert check_lines([person(1, "Nguyễn Văn An", "BKT"), collective(2, "Phòng Nội vụ", "BKT")], TITLES) == []


def test_the_same_person_and_title_twice_is_refused_however_the_tone_mark_stands() -> None:
    (found,) = check_lines([person(1, "Nguyễn Thị Hoà"), person(2, "nguyễn  thị Hòa"), person(3, "Lê An")], TITLES)
    assert (found.code, found.line_ids, found.level) == ("repeated", (1, 2), "error")
    assert "2 lần" in found.text


def test_one_person_may_register_several_titles() -> None:
    assert check_lines([person(1, "Nguyễn Văn An"), person(2, "Nguyễn Văn An", "CSTDCS")], TITLES) == []


def test_a_different_tone_is_a_different_person_and_warns_only_at_the_same_desk() -> None:
    near = check_lines([person(1, "Nguyễn Văn Tú"), person(2, "Nguyễn Văn Tư")], TITLES)
    assert [(f.code, f.level, f.line_ids) for f in near] == [("near_name", "warning", (1, 2))]
    assert check_lines([person(1, "Nguyễn Văn Tú"), person(2, "Nguyễn Văn Tư", post="Kế toán")], TITLES) == []


@pytest.mark.parametrize("other", [{"post": "Kế toán"}, {"division": "Văn phòng"}])
def test_namesakes_warn(other: dict[str, str]) -> None:
    (found,) = check_lines([person(1, "Nguyễn Văn An"), person(2, "Nguyễn Văn An", **other)], TITLES)
    assert (found.code, found.level, found.line_ids) == ("namesake", "warning", (1, 2))


def test_namesakes_of_different_birth_warn_and_are_not_one_person() -> None:
    lines = [person(1, "Nguyễn Văn An", birth_year=1970), person(2, "Nguyễn Văn An", birth_year=1988)]
    assert codes(check_lines(lines, TITLES)) == ["namesake"]
    assert codes(check_lines([lines[0], lines[1]._replace(birth_year=None)], TITLES)) == ["repeated"]


def test_lines_from_different_units_are_different_people_and_bodies() -> None:
    lines = [
        person(1, "Nguyễn Văn An", origin_unit_id=7),
        person(2, "Nguyễn Văn An", origin_unit_id=8),
        collective(3, "Văn phòng", origin_unit_id=7),
        collective(4, "Văn phòng", origin_unit_id=8),
    ]
    assert check_lines(lines, TITLES) == []


def test_the_same_collective_and_title_twice_is_refused() -> None:
    assert codes(check_lines([collective(1, "Phòng Nội vụ"), collective(2, "phòng nội vụ")], TITLES)) == ["repeated"]


def test_one_flag_for_a_collective() -> None:
    two = [collective(1, "UBND huyện", "CTDT"), collective(2, "UBND huyện", "CTDCP")]
    (found,) = check_lines(two, TITLES)
    assert (found.code, found.line_ids, found.level) == ("two_flags", (1, 2), "error")
    same = [collective(1, "UBND huyện", "CTDT"), collective(2, "UBND huyện", "CTDT")]
    assert codes(check_lines(same, TITLES)) == ["repeated"]
    assert check_lines([two[0], collective(2, "Công an huyện", "CTDCP")], TITLES) == []


def test_errors_come_first_then_the_order_of_lines() -> None:
    lines = [
        person(1, "Lê An"),
        person(2, "Lê An", post="Kế toán"),
        person(3, "Trần Bình", post=""),
        person(4, "", post="x"),
    ]
    assert codes(check_lines(lines, TITLES)) == ["post_missing", "name_missing", "namesake"]


@pytest.mark.parametrize(
    ("base", "percent", "down", "nearest", "up"),
    [(0, 15, 0, 0, 0), (1, 15, 0, 0, 1), (10, 15, 1, 2, 2), (20, 15, 3, 3, 3), (21, 15, 3, 3, 4), (-3, 15, 0, 0, 0)],
)
def test_share_rounding(base: int, percent: int, down: int, nearest: int, up: int) -> None:
    assert [share_allowed(base, percent, how) for how in ("down", "nearest", "up")] == [down, nearest, up]


@pytest.mark.property
@given(st.integers(0, 100_000), st.integers(0, 100))
def test_share_rounding_is_exact(base: int, percent: int) -> None:
    exact = Fraction(base * percent, 100)
    assert share_allowed(base, percent, "down") == floor(exact)
    assert share_allowed(base, percent, "up") == ceil(exact)
    assert share_allowed(base, percent, "nearest") == floor(exact + Fraction(1, 2))


def staff(count: int, fighters: int) -> list[LineFacts]:
    """`count` people with LĐTT, the first `fighters` of them with CSTĐ cơ sở too."""
    names = [f"Nguyễn Văn {'A' * (n + 1)}" for n in range(count)]
    both = [person(n, name) for n, name in enumerate(names)]
    return both + [person(count + n, names[n], "CSTDCS") for n in range(fighters)]


@pytest.mark.parametrize(
    ("count", "fighters", "rounding", "warns"),
    [
        (20, 3, "down", False),
        (20, 4, "down", True),
        (10, 2, "down", True),
        (10, 2, "nearest", False),
        (7, 2, "up", False),
    ],
)
def test_share_of_fighters_counts_distinct_people(count: int, fighters: int, rounding: str, warns: bool) -> None:
    found = check_lines(staff(count, fighters), TITLES, [SHARE], rounding)
    assert codes(found) == (["A-CSCS-2"] if warns else [])


def test_a_share_shows_its_source_and_its_lines() -> None:
    lines = staff(4, 1)
    (found,) = check_lines(lines, TITLES, [SHARE])
    assert (found.level, found.citation, found.confidence_label) == ("warning", "NĐ 91", "đã đối chiếu")
    assert found.line_ids == (4,)
    assert "1 người" in found.text
    assert "15% của 4 người là 0 người" in found.text


def test_forms_do_not_count_as_titles_and_higher_titles_do() -> None:
    forms = [person(n, f"Lê {'B' * (n + 1)}", "BKT") for n in range(10)]
    assert codes(check_lines([*forms, person(20, "Trần An", "CSTDCS")], TITLES, [SHARE])) == ["A-CSCS-2"]
    higher = [person(n, f"Lê {'B' * (n + 1)}", "CSTDT") for n in range(7)]
    assert check_lines([*higher, person(20, "Trần An", "CSTDCS")], TITLES, [SHARE]) == []


def test_expected_numbers_stand_in_for_people_not_named() -> None:
    fighters = [person(n, f"Lê {'B' * (n + 1)}", "CSTDCS") for n in range(3)]
    assert codes(check_lines(fighters, TITLES, [SHARE])) == ["A-CSCS-2"]
    assert check_lines(fighters, TITLES, [SHARE], expected={"LDTT": 20}) == []
    assert codes(check_lines([], TITLES, [SHARE], expected={"LDTT": 20, "CSTDCS": 4})) == ["A-CSCS-2"]


def test_share_of_a_collective_needs_the_staff() -> None:
    lines = [*staff(5, 0), collective(90, "Văn phòng")]
    (unknown,) = check_lines(lines, TITLES, [HALF])
    assert (unknown.code, unknown.field) == ("A-TTTT-2", "staff_count")
    assert codes(check_lines(lines, TITLES, [HALF], staff_count=10)) == [
        "A-TTTT-2"
    ]  # exactly half is not more than half
    assert check_lines(lines, TITLES, [HALF], staff_count=9) == []
    assert check_lines(staff(5, 0), TITLES, [HALF], staff_count=100) == []  # no collective asks for it


def test_share_with_at_least_takes_the_edge() -> None:
    lines = [*staff(7, 0), collective(90, "Văn phòng", "TTLDXS")]
    assert check_lines(lines, TITLES, [SEVENTY], staff_count=10) == []
    (found,) = check_lines(lines, TITLES, [SEVENTY], staff_count=11)
    assert "7 trên 11 người (63,6%)" in found.text


def test_a_collective_that_needs_a_fighter() -> None:
    lines = [*staff(3, 0), collective(90, "Văn phòng", "TTLDXS")]
    assert codes(check_lines(lines, TITLES, [ONE_FIGHTER])) == ["A-TTXS-3"]
    assert check_lines([*staff(3, 1), lines[-1]], TITLES, [ONE_FIGHTER]) == []
    assert check_lines(lines, TITLES, [ONE_FIGHTER], expected={"CSTDCS": 1}) == []


def test_two_state_awards_in_a_year_warn() -> None:
    lines = [person(1, "Lê An", "BKTTG"), person(2, "Lê An", "HCLD3"), collective(3, "UBND huyện", "CTDCP")]
    (found,) = check_lines(lines, TITLES, [ONCE])
    assert (found.code, found.level, found.line_ids) == ("A-X6B", "warning", (1, 2))
    assert check_lines(lines, TITLES, [replace(ONCE, number=None)]) == []


def test_a_share_of_flags_is_the_provinces_matter() -> None:
    lines = [collective(1, "A", "CTDCP"), collective(2, "B", "CTDT")]
    assert check_lines(lines, TITLES, [FLAG_SHARE, replace(SHARE, number=None), replace(SHARE, ref="KHONG")]) == []


NAMES = st.sampled_from(["Nguyễn Văn An", "nguyễn văn  an", "Nguyễn Văn Ân", "Lê Thị Hoà", "Lê Thị Hòa", "Trần Bình"])
LINES = st.lists(
    st.builds(
        lambda name, post, born, title: (name, post, born, title),
        NAMES,
        st.sampled_from(["Chuyên viên", "Kế toán"]),
        st.sampled_from([None, 1970, 1980]),
        st.sampled_from(["LDTT", "CSTDCS"]),
    ),
    max_size=12,
)


@pytest.mark.property
@given(LINES)
def test_people_are_a_partition_of_the_lines(drawn: list[tuple[str, str, int | None, str]]) -> None:
    lines = [person(n, name, title, post, birth_year=born) for n, (name, post, born, title) in enumerate(drawn)]
    groups = people_of(lines)
    assert sorted(line.id for group in groups for line in group) == [line.id for line in lines]
    for group in groups:
        assert len({fold(line.name) for line in group}) == 1
        assert len({line.birth_year for line in group} - {None}) <= 1


@pytest.mark.property
@given(LINES, st.randoms(use_true_random=False))
def test_findings_do_not_hang_on_the_order_of_the_lines(
    drawn: list[tuple[str, str, int | None, str]], shuffler: Any
) -> None:
    lines = [person(n, name, title, post, birth_year=born) for n, (name, post, born, title) in enumerate(drawn)]
    shuffled = list(lines)
    shuffler.shuffle(shuffled)
    first, second = (
        {(f.code, frozenset(f.line_ids)) for f in check_lines(some, TITLES, [SHARE])} for some in (lines, shuffled)
    )
    assert first == second


@pytest.mark.property
@given(LINES)
def test_a_repeated_line_always_blocks_and_never_otherwise(drawn: list[tuple[str, str, int | None, str]]) -> None:
    lines = [person(n, name, title, post, birth_year=born) for n, (name, post, born, title) in enumerate(drawn)]
    found = {i for f in check_lines(lines, TITLES) if f.code == "repeated" for i in f.line_ids}
    expected = {
        line.id
        for group in people_of(lines)
        for line in group
        if sum(other.title_code == line.title_code for other in group) > 1
    }
    assert found == expected

"""The seed's tables: complete, consistent with each other and within what the portal's columns hold."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from portal.core.text import fold
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from seed.tables import DATA, DEMO, parts, read_table

CONFIDENCES = {"S", "S*", "M", "U", "EX"}
KEYS = {
    "unit_levels": ("code",),
    "unit_kinds": ("code",),
    "units": ("code",),
    "emulation_blocks": ("code",),
    "emulation_block_members": ("block_code", "unit_code"),
    "regimes": ("code",),
    "emulation_titles": ("code",),
    "title_authorities": ("title_code", "regime"),
    "emulation_rules": ("code",),
    "emulation_movements": ("code",),
    "registration_periods": ("code",),
    "registration_targets": ("code",),
    "holiday_years": ("year",),
    "calendar_days": ("day",),
    "reporting_period_rules": ("code",),
    "approval_chains": ("kind", "position"),
    "name_parts": ("part", "text"),
    "posts": ("kind", "rank", "pattern"),
    "collectives": ("kind", "pattern"),
    "pledge_texts": ("kind", "text"),
    "pledge_indicators": ("kind", "content"),
}


def by_code(table: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read_table(table)}


def test_every_table_is_known_to_these_tests() -> None:
    assert {path.stem for path in DATA.glob("*.csv")} == set(KEYS)


@pytest.mark.parametrize("table", sorted(KEYS))
def test_keys_are_unique_and_cells_are_clean(table: str) -> None:
    rows = read_table(table)
    assert rows
    keys = Counter(tuple(row[column] for column in KEYS[table]) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []
    assert [cell for row in rows for cell in row.values() if cell != " ".join(cell.split())] == []


@pytest.mark.parametrize("table", sorted(KEYS))
def test_confidence_is_one_of_the_marks(table: str) -> None:
    assert {row["confidence"] for row in read_table(table) if "confidence" in row} <= CONFIDENCES


def test_a_ragged_row_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short.csv").write_text("a,b\n1\n", encoding="utf-8")
    (tmp_path / "long.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    for name in ("short", "long"):
        with pytest.raises(ValueError, match="number of cells"):
            read_table(name, tmp_path)


def test_territories_are_those_of_2023() -> None:
    units = read_table("units")
    levels = Counter(row["level"] for row in units)
    kinds = Counter(row["kind"] for row in units)
    assert (levels["province"], levels["district"], levels["commune"]) == (1, 10, 161)
    assert (kinds["commune"], kinds["ward"], kinds["town"]) == (139, 14, 8)
    communes = Counter(row["parent_code"] for row in units if row["level"] == "commune")
    assert communes == {
        "323": 17, "325": 11, "326": 11, "327": 17, "328": 13, "329": 21, "330": 25, "331": 17, "332": 15, "333": 14
    }  # fmt: skip
    prefixes = {
        "district": ("Huyện ", "Thị xã ", "Thành phố "),
        "commune": ("Xã ",),
        "ward": ("Phường ",),
        "town": ("Thị trấn ",),
    }
    for row in units:
        if row["kind"] in prefixes:
            assert row["name"].startswith(prefixes[row["kind"]])
            assert row["body_name"] == f"UBND {row['name'][0].lower()}{row['name'][1:]}"


def test_units_name_known_parents_levels_and_kinds() -> None:
    units, levels, kinds = by_code("units"), by_code("unit_levels"), by_code("unit_kinds")
    assert [code for code, row in units.items() if not row["parent_code"]] == ["33"]
    for row in units.values():
        assert kinds[row["kind"]]["level"] == row["level"]
        if row["parent_code"]:
            parent = units[row["parent_code"]]
            assert int(levels[parent["level"]]["rank"]) <= int(levels[row["level"]]["rank"])
    assert {kind["level"] for kind in kinds.values()} == set(levels)


def test_a_parent_stands_before_its_children() -> None:
    seen: set[str] = set()
    for row in read_table("units"):
        assert not row["parent_code"] or row["parent_code"] in seen
        seen.add(row["code"])


def test_units_have_what_a_document_needs() -> None:
    for row in read_table("units"):
        assert all(
            row[column]
            for column in ("name", "body_name", "short_name", "symbol", "place", "head_title", "source_note")
        )
        assert row["code"].isascii()
        assert len(row["code"]) <= 30
        assert len(row["body_name"]) <= 200
        assert len(row["symbol"]) <= 30
        assert date.fromisoformat(row["valid_from"]) <= date(2022, 1, 1)
        assert row["valid_to"] == ""


def test_short_names_do_not_collide_under_one_parent() -> None:
    names = Counter((row["parent_code"], row["short_name"]) for row in read_table("units"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_whole_of_a_sector_registers_by_one_calendar() -> None:
    units = by_code("units")
    for row in units.values():
        if row["level"] == "subordinate":
            assert row["sector"] == units[row["parent_code"]]["sector"]
        if row["kind"] == "school":
            assert row["sector"] == "education"


def test_each_top_unit_is_in_one_block_and_each_commune_in_one_cluster() -> None:
    units, blocks = by_code("units"), by_code("emulation_blocks")
    members = read_table("emulation_block_members")
    counted = Counter(row["unit_code"] for row in members)
    expected = {code for code, row in units.items() if row["level"] in {"department", "district", "commune"}}
    assert set(counted) == expected
    assert set(counted.values()) == {1}
    assert {row["block_code"] for row in members} == set(blocks)
    districts = {row["unit_code"] for row in members if row["block_code"] == "K2023-HUYEN"}
    assert districts == {code for code, row in units.items() if row["level"] == "district"}


def test_each_block_has_one_leader_and_one_deputy() -> None:
    roles: dict[str, Counter[str]] = {}
    for row in read_table("emulation_block_members"):
        roles.setdefault(row["block_code"], Counter())[row["role"]] += 1
    for counts in roles.values():
        assert (counts["leader"], counts["deputy"]) == (1, 1)
        assert counts["member"] >= 1


def test_regimes_follow_each_other_without_gap() -> None:
    regimes = read_table("regimes")
    for earlier, later in pairwise(regimes):
        gap = date.fromisoformat(later["valid_from"]) - date.fromisoformat(earlier["valid_to"])
        assert gap.days == 1
    assert regimes[-1]["valid_to"] == ""


def test_every_title_has_an_authority_in_each_regime_it_lives_in() -> None:
    expected: set[tuple[str, str]] = set()
    for title in read_table("emulation_titles"):
        for regime in read_table("regimes"):
            begins = max(title["valid_from"], regime["valid_from"])
            ends = min(title["valid_to"] or "9999-12-31", regime["valid_to"] or "9999-12-31")
            if begins <= ends:
                expected.add((title["code"], regime["code"]))
    rows = read_table("title_authorities")
    assert {(row["title_code"], row["regime"]) for row in rows} == expected
    assert all(row["decided_by"] and row["citation"] and len(row["decided_by"]) <= 200 for row in rows)


def test_titles_are_told_apart_by_every_writing() -> None:
    writings: Counter[str] = Counter()  # as the portal compares them: without marks and case
    for row in read_table("emulation_titles"):
        assert row["family"] in {"title", "form"}
        assert row["subject"] in {"person", "collective", "both"}
        assert row["scope"] in {"base", "province", "state"}
        assert len(row["short_name"]) <= 60
        writings.update({fold(text) for text in (row["code"], row["name"], row["short_name"], *parts(row["aliases"]))})
    assert [text for text, count in writings.items() if count > 1] == []
    assert writings["cstdcs"] == writings["tap the ldxs"] == writings["ldtt"] == writings["bkttg"] == 1


def test_ranks_of_titles_rise() -> None:
    ranks = [int(row["rank"]) for row in read_table("emulation_titles")]
    assert ranks == sorted(set(ranks))


def test_only_a_confirmed_rule_blocks() -> None:
    titles, regimes = by_code("emulation_titles"), by_code("regimes")
    for row in read_table("emulation_rules"):
        assert row["blocking"] in {"yes", "no"}
        assert row["confidence"] == "S" or row["blocking"] == "no"
        assert row["stage"] in {"recognition", "both"}
        assert row["regime"] in regimes
        assert row["code"].startswith(f"{row['regime']}-")
        assert row["title_code"] == "" or row["title_code"] in titles
        assert row["text"].endswith(".")
        assert row["citation"]
        assert len(row["citation"]) <= 200
        if row["kind"] == "note":
            assert (row["operator"], row["number"], row["blocking"]) == ("", "", "no")
        else:
            assert row["operator"] in {"gte", "gt", "lte", "lt", "eq"}
            assert Decimal(row["number"]) >= 0


def test_rules_say_what_the_law_says() -> None:
    rules = by_code("emulation_rules")
    share = rules["A-CSCS-2"]
    assert (share["kind"], share["operator"], share["number"], share["ref"]) == ("ratio_max", "lte", "15", "LDTT")
    assert rules["A-CSTT-3"]["number"] == rules["A-CSTQ-2A"]["number"] == "90"
    assert (rules["A-TTTT-2"]["operator"], rules["A-TTTT-2"]["number"]) == ("gt", "50")
    assert (rules["A-TTXS-2"]["operator"], rules["A-TTXS-2"]["number"]) == ("gte", "70")
    assert rules["A-REG"]["kind"] == "registered"
    assert rules["B-REG"]["kind"] == rules["C-REG"]["kind"] == "note"
    assert "A-CSCS-1B1" not in rules
    assert rules["B-CSCS-1B1"]["any_of"] == rules["B-CSCS-1B2"]["any_of"] != ""


def test_movements_are_the_nine_of_the_plan_and_the_campaigns_of_2023() -> None:
    rows = read_table("emulation_movements")
    movements = [row for row in rows if row["kind"] == "movement"]
    campaigns = [row for row in rows if row["kind"] == "campaign"]
    assert len(movements) == 9
    assert {(row["year_from"], row["year_to"], row["confidence"]) for row in movements} == {("2021", "2025", "S")}
    assert campaigns
    assert {(row["year_from"], row["year_to"], row["confidence"]) for row in campaigns} == {("2023", "2023", "EX")}


def test_periods_are_in_order_and_fall_due_as_settled() -> None:
    regimes = by_code("regimes")
    rows = read_table("registration_periods")
    assert len({(row["year"], row["sector"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["opens_on"] < row["due_on"] <= row["closes_on"]
        assert row["due_on"].endswith("-03-31" if row["sector"] == "office" else "-09-30")
        assert row["regime"] in regimes
    assert {row["code"] for row in rows} == {"2022", "2023", "2024", "2022-2023", "2023-2024"}


def test_targets_are_those_of_the_plan() -> None:
    titles = by_code("emulation_titles")
    numbers = {row["title_code"]: int(row["number"]) for row in read_table("registration_targets")}
    assert numbers == {
        "": 100, "CTDT": 58, "TTLDXS": 135, "BKT": 2000, "CTDCP": 12, "BKTTG": 6, "HCLD1|HCLD2|HCLD3": 3
    }  # fmt: skip
    assert {code for codes in numbers for code in parts(codes)} <= set(titles)


def test_vocabulary_covers_every_kind_that_registers() -> None:
    kinds = {row["code"] for row in read_table("unit_kinds") if row["owes_registration"] == "yes"}
    posts = {(row["kind"], row["rank"]) for row in read_table("posts")}
    assert posts == {(kind, rank) for kind in kinds for rank in ("head", "deputy", "manager", "staff")}
    for table, extra in (("collectives", set()), ("pledge_texts", {"*"}), ("pledge_indicators", {"*"})):
        assert {row["kind"] for row in read_table(table)} == kinds | extra


def test_indicators_have_a_number_to_draw() -> None:
    for row in read_table("pledge_indicators"):
        low, high, step = (Decimal(row[column]) for column in ("low", "high", "step"))
        assert low <= high
        assert step > 0
        assert (high - low) % step == 0
        assert row["operator"] in {"gte", "lte"}


def test_demo_accounts_stand_where_they_should() -> None:
    units = by_code("units")
    accounts = {row["username"]: row for row in read_table("users", DEMO)}
    assert set(accounts) == {
        "quantri", "nhatky", "giamdoc", "phogiamdoc", "vanphong", "thanhtra", "cchc", "thidua", "thidua.truong",
        "tongiao", "tongiao.truong", "luutru", "stc", "stc.lanhdao", "syt", "syt.lanhdao", "sgddt", "sgddt.lanhdao",
        "vangiang", "vangiang.lanhdao", "vangiang.tongiao", "vangiang.tongiao.lanhdao", "khoaichau",
        "khoaichau.lanhdao", "xuanquan", "xuanquan.lanhdao", "hoidong",
    }  # fmt: skip
    for row in accounts.values():
        assert row["home_unit_code"] in units
        assert row["email"] == f"{row['username']}@hungyen.example"
        assert row["post"]
        for assignment in parts(row["assignments"]):
            role, _, unit_code = assignment.partition("@")
            assert units[unit_code]["level"] in ROLES[Role(role)].levels
    assert accounts["giamdoc"]["assignments"] == "director@33|unit_head@SNV"
    assert units[accounts["xuanquan"]["home_unit_code"]]["body_name"] == "UBND xã Xuân Quan"
    assert len({row["full_name"] for row in accounts.values()}) == len(accounts)

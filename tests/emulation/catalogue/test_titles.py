"""/thi-dua/danh-muc: titles, who decides them regime by regime, their conditions, their other writings."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.emulation.catalogue_models import EmulationTitle, TitleAuthority
from portal.domain.emulation.titles import TitleIndex
from tests.emulation.catalogue.conftest import Keeper


def path_of(keeper: Keeper, code: str = "CSTDCS") -> str:
    return f"/danh-muc/{keeper.world.titles[code]}"


def authority(keeper: Keeper, code: str, regime: str) -> Any:
    return keeper.row(TitleAuthority, title_id=keeper.world.titles[code], regime_code=regime)


def test_the_list_follows_the_regime_of_the_year(reader: Keeper) -> None:
    page = reader.get("/danh-muc")
    rows = {row["Danh hiệu, hình thức"]: row for row in page.table()}
    assert len(rows) == 17
    assert "Áp dụng Luật Thi đua, khen thưởng năm 2003" in page.text
    assert rows["Lao động tiên tiến"]["Người quyết định"].startswith("Thủ trưởng đơn vị")
    assert "cần đối chiếu" in rows["Lao động tiên tiến"]["Căn cứ"]
    assert rows["Xã, phường, thị trấn tiêu biểu"]["Người quyết định"] == "Không có trong giai đoạn này"
    later = reader.get("/danh-muc?nam=2024")
    assert "Nghị định 98/2023" in later.text
    rows = {row["Danh hiệu, hình thức"]: row for row in later.table()}
    assert rows["Xã, phường, thị trấn tiêu biểu"]["Người quyết định"] == "Chủ tịch UBND tỉnh"


def test_a_title_shows_its_writings_and_its_conditions_with_their_sources(reader: Keeper) -> None:
    page = reader.get(path_of(reader))
    assert page.headings() == ["Chiến sĩ thi đua cơ sở"]
    assert "cstd cap co so" in page.text
    first = page.table(0)
    share = next(row for row in first if "không quá 15%" in row["Điều kiện"])
    assert share["Mức"] == "Bắt buộc"
    assert share["Khi nào"] == "Nêu khi đăng ký, xét khi công nhận"
    assert share["Căn cứ"] == "Nghị định 91/2017/NĐ-CP, Điều 9 khoản 3 đã đối chiếu"
    assert any("chung cho mọi danh hiệu" in row["Điều kiện"] for row in first)
    assert len(page.tables()) == 3
    assert "Sửa" not in page.links()


def test_writings_and_who_decides_are_edited_together(keeper: Keeper) -> None:
    path = path_of(keeper)
    values = keeper.form(f"{path}/sua")
    assert values["a-decided_by"] == "Giám đốc sở và tương đương; Chủ tịch UBND cấp huyện"
    values |= {
        "aliases": "CSTĐ cs\nChiến sĩ TĐ cơ sở\n\n  CSTĐ  CẤP cơ sở ",
        "a-citation": "Luật 2003, Điều 79",
        "a-confidence": "S",
    }
    page = keeper.saved(f"{path}/sua", **values)
    assert "Đã lưu." in page.text
    assert "Luật 2003, Điều 79 đã đối chiếu" in page.text
    title = keeper.row(EmulationTitle, code="CSTDCS")
    assert title.version == 2
    assert title.aliases == "|chien si td co so|chien si thi dua co so|cstd cap co so|cstd co so|cstd cs|cstdcs|"
    index = TitleIndex(keeper.world.all(select(EmulationTitle)))
    assert index.match("Chiến sĩ TĐ cơ sở") is not None
    assert index.match("Chiến sỹ thi đua cơ sở") is None
    assert keeper.actions("emulation_title", title.id) == ["title.updated"]


def test_who_decides_alone_moves_the_version_too(keeper: Keeper) -> None:
    path = path_of(keeper)
    values = keeper.form(f"{path}/sua")
    keeper.saved(f"{path}/sua", **values)
    assert keeper.row(EmulationTitle, code="CSTDCS").version == 1
    keeper.saved(f"{path}/sua", **{**values, "b-decided_by": "Giám đốc sở"})
    assert keeper.row(EmulationTitle, code="CSTDCS").version == 2
    assert authority(keeper, "CSTDCS", "B").decided_by == "Giám đốc sở"


def test_a_regime_may_gain_a_title_or_lose_it(keeper: Keeper) -> None:
    path = path_of(keeper, "XPTB")
    values = keeper.form(f"{path}/sua")
    assert values["a-decided_by"] == ""
    keeper.saved(f"{path}/sua", **{**values, "a-decided_by": "Chủ tịch UBND tỉnh", "b-decided_by": " "})
    assert authority(keeper, "XPTB", "A").decided_by == "Chủ tịch UBND tỉnh"
    assert keeper.count(TitleAuthority, title_id=keeper.world.titles["XPTB"], regime_code="B") == 0


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        ("LĐTT", "“ldtt” đã là cách viết của “Lao động tiên tiến”."),
        ("Lao động - tiên tiến", "“lao dong - tien tien” đã là cách viết của “Lao động tiên tiến”."),
        ("a|b", "“a|b” chứa dấu |."),
        ("x" * 130, "dài quá 120 ký tự."),
        ("\n".join(f"cách viết {n}" for n in range(70)), "Nhiều nhất 60 cách viết."),
    ],
)
def test_a_writing_leads_to_one_title(keeper: Keeper, aliases: str, expected: str) -> None:
    path = path_of(keeper)
    page = keeper.refused(f"{path}/sua", **{**keeper.form(f"{path}/sua"), "aliases": aliases})
    assert expected in page.field_errors()["aliases"]
    assert keeper.row(EmulationTitle, code="CSTDCS").version == 1


def test_long_texts_are_refused_beside_their_regime(keeper: Keeper) -> None:
    path = path_of(keeper)
    page = keeper.refused(f"{path}/sua", **{**keeper.form(f"{path}/sua"), "b-citation": "x" * 201})
    assert "Dài quá 200 ký tự." in page.field_errors()["b-citation"]
    assert "Nghị định 98/2023, căn cứ: Dài quá 200 ký tự." in page.text


def test_who_saves_second_is_told_and_keeps_what_was_typed(keeper: Keeper, other: Keeper) -> None:
    path = f"{path_of(keeper)}/sua"
    first, second = keeper.form(path), other.form(path)
    keeper.saved(path, **{**first, "a-decided_by": "Giám đốc sở"})
    page = other.refused(path, 409, **{**second, "aliases": "chiến sĩ TĐ cơ sở"})
    assert "Nguyễn Thị Thu Hằng vừa sửa nội dung này lúc 09:00 15/03/2023" in page.headings(2)
    assert page.table()[1]["Ô"].endswith(": Người quyết định")
    again = page.values(page.form_to(f"/thi-dua{path}"))
    assert (again["aliases"], again["a-decided_by"], again["version"]) == ("chiến sĩ TĐ cơ sở", "Giám đốc sở", "2")
    other.saved(path, **again)


def test_only_who_manages_the_catalogue_changes_titles(reader: Keeper) -> None:
    reader.get(f"{path_of(reader)}/sua", 403)
    assert reader.send(f"{path_of(reader)}/sua", aliases="x").status_code == 403
    reader.get("/danh-muc/999", 404)

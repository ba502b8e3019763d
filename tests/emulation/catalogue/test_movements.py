"""/thi-dua/phong-trao: the list, adding, correcting, closing, removing."""

from __future__ import annotations

import pytest

from portal.domain.emulation.catalogue_models import EmulationMovement
from portal.domain.emulation.services.registrations import ContentData, save_content
from tests.emulation.catalogue.conftest import Keeper

NEW = {
    "name": "Thi đua chuyển đổi số năm 2023",
    "kind": "campaign",
    "year_from": "2023",
    "year_to": "2023",
    "launched_by": "Chủ tịch UBND tỉnh",
    "source": "Kế hoạch 12/KH-UBND ngày 10/01/2023",
    "confidence": "S",
}


def names(keeper: Keeper, query: str = "") -> list[str]:
    return [row["Phong trào, đợt thi đua"] for row in keeper.get(f"/phong-trao{query}").table()]


def add(keeper: Keeper, **changes: str) -> EmulationMovement:
    values = {**NEW, **changes}
    keeper.saved("/phong-trao/moi", **values)
    found: EmulationMovement = keeper.row(EmulationMovement, name=values["name"])
    return found


def test_everyone_reads_the_movements_of_the_year(reader: Keeper) -> None:
    page = reader.get("/phong-trao")
    assert page.headings() == ["Phong trào thi đua"]
    rows = page.table()
    assert len(rows) == 16
    assert {row["Loại"] for row in rows} == {"Phong trào", "Đợt thi đua"}
    assert "Thêm phong trào" not in page.links()
    assert [link for link in page.links() if link.startswith("Sửa")] == []


def test_the_address_filters(reader: Keeper) -> None:
    assert len(names(reader, "?loai=movement")) == 9
    assert len(names(reader, "?nam=2022")) == 9
    assert len(names(reader, "?nam=tat-ca&loai=campaign")) == 7
    assert "Không có phong trào, đợt thi đua nào khớp bộ lọc" in reader.get("/phong-trao?trang_thai=da-dong").text
    assert len(names(reader, "?nam=x&loai=y")) == 16


def test_a_campaign_is_added_and_told(keeper: Keeper) -> None:
    page = keeper.saved("/phong-trao/moi", **NEW)
    assert "Đã thêm “Thi đua chuyển đổi số năm 2023”." in page.text
    made = keeper.row(EmulationMovement, name=NEW["name"])
    assert made.code.startswith("DT2023-")
    assert keeper.actions("emulation_movement", made.id) == ["movement.created"]
    assert page.table()[0]["Căn cứ"] == NEW["source"]


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"name": "  "}, "name", "Nhập tên phong trào, đợt thi đua."),
        ({"name": "x" * 301}, "name", "Dài quá 300 ký tự."),
        ({"year_from": "năm nay"}, "year_from", "Nhập năm, ví dụ 2023."),
        ({"year_from": "1999", "year_to": "1999"}, "year_from", "Năm phải từ 2000 đến 2100."),
        ({"kind": "movement", "year_to": "2022"}, "year_to", "Năm kết thúc phải từ năm bắt đầu trở đi."),
        ({"year_to": "2024"}, "year_to", "Đợt thi đua nằm trong một năm."),
        (
            {"name": "Hưng Yên đẩy mạnh thực hiện  đề án chuyển đổi số", "kind": "movement"},
            "name",
            "Đã có phong trào, đợt thi đua cùng tên trong các năm này.",
        ),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(
    keeper: Keeper, changes: dict[str, str], field: str, expected: str
) -> None:
    page = keeper.refused("/phong-trao/moi", **{**NEW, **changes})
    assert expected in page.field_errors()[field]
    assert keeper.count(EmulationMovement) == 16


def test_the_same_name_in_other_years_is_another_movement(keeper: Keeper) -> None:
    add(keeper)
    assert add(keeper, year_from="2024", year_to="2024", launched_by="Sở Nội vụ").year_from in (2023, 2024)
    assert keeper.count(EmulationMovement, name=NEW["name"]) == 2


def test_a_movement_is_corrected(keeper: Keeper) -> None:
    made = add(keeper)
    path = f"/phong-trao/{made.id}/sua"
    values = keeper.form(path)
    assert values["name"] == NEW["name"]
    page = keeper.saved(path, **{**values, "launched_by": "Giám đốc Sở Nội vụ"})
    assert "Đã lưu." in page.text
    after = keeper.row(EmulationMovement, id=made.id)
    assert (after.launched_by, after.version) == ("Giám đốc Sở Nội vụ", 2)
    keeper.saved(path, **keeper.form(path))
    assert keeper.row(EmulationMovement, id=made.id).version == 2
    assert keeper.actions("emulation_movement", made.id) == ["movement.created", "movement.updated"]
    assert "Nhập tên" in keeper.refused(path, **{**values, "name": ""}).field_errors()["name"]
    assert "Năm phải từ" in keeper.refused(path, **{**keeper.form(path), "year_to": "2200", "kind": "movement"}).text


def test_who_saves_second_sees_both_versions_and_loses_nothing(keeper: Keeper, other: Keeper) -> None:
    made = add(keeper)
    path = f"/phong-trao/{made.id}/sua"
    first, second = keeper.form(path), other.form(path)
    keeper.saved(path, **{**first, "source": "Kế hoạch 15/KH-UBND"})
    page = other.refused(path, 409, **{**second, "name": "Thi đua số hóa"})
    assert "Nguyễn Thị Thu Hằng vừa sửa nội dung này" in page.text
    assert page.table() == [
        {"Ô": "Tên", "Bản đang soạn, chưa lưu": "Thi đua số hóa", "Bản trên hệ thống": NEW["name"]},
        {"Ô": "Căn cứ", "Bản đang soạn, chưa lưu": NEW["source"], "Bản trên hệ thống": "Kế hoạch 15/KH-UBND"},
    ]
    again = page.values(page.form_to(f"/thi-dua{path}"))
    assert (again["name"], again["version"]) == ("Thi đua số hóa", "2")
    other.saved(path, **again)
    saved = keeper.row(EmulationMovement, id=made.id)
    assert (saved.name, saved.source) == ("Thi đua số hóa", "Kế hoạch 15/KH-UBND")  # what only one changed, from each


def test_a_movement_is_closed_and_opened_again(keeper: Keeper) -> None:
    made = add(keeper)
    page = keeper.saved(f"/phong-trao/{made.id}/dong", version=1, closed=1)
    assert "Đã đóng “Thi đua chuyển đổi số năm 2023”." in page.text
    assert names(keeper, "?trang_thai=da-dong") == [NEW["name"]]
    assert len(names(keeper, "?trang_thai=dang-mo")) == 16
    keeper.saved(f"/phong-trao/{made.id}/dong", version=2, closed=1)
    page = keeper.saved(f"/phong-trao/{made.id}/dong", version=2, closed=0)
    assert "Đã mở lại" in page.text
    assert keeper.actions("emulation_movement", made.id)[1:] == ["movement.closed", "movement.reopened"]
    assert keeper.send(f"/phong-trao/{made.id}/dong", version=1, closed=1).status_code == 409


def test_a_movement_that_nobody_joined_is_removed(keeper: Keeper) -> None:
    made = add(keeper)
    page = keeper.saved(f"/phong-trao/{made.id}/xoa", version=1)
    assert "Đã xóa “Thi đua chuyển đổi số năm 2023”." in page.text
    assert keeper.count(EmulationMovement, id=made.id) == 0
    assert keeper.actions("emulation_movement", made.id)[-1] == "movement.deleted"
    assert keeper.send(f"/phong-trao/{made.id}/xoa", version=1).status_code == 404


def test_a_movement_that_units_joined_stays(keeper: Keeper) -> None:
    made = add(keeper, kind="movement", year_to="2025")
    key = keeper.world.opened("vangiang", "326")
    version = keeper.world.get(key).version
    keeper.world.edit("vangiang", key, save_content, version, ContentData("Nội dung.", 40, [made.id]))
    page = keeper.refused(f"/phong-trao/{made.id}/xoa", 409, version=1)
    assert "Đã có đơn vị tham gia phong trào này nên không xóa được." in page.text
    row = next(row for row in keeper.get("/phong-trao").table() if row["Phong trào, đợt thi đua"] == NEW["name"])
    assert row["Đơn vị tham gia"] == "1"
    values = {**keeper.form(f"/phong-trao/{made.id}/sua"), "year_from": "2024", "year_to": "2025"}
    page = keeper.refused(f"/phong-trao/{made.id}/sua", **values)
    assert "Đã có đơn vị tham gia trong năm 2023" in page.field_errors()["year_to"]


def test_only_who_manages_the_catalogue_changes_it(reader: Keeper) -> None:
    for path in ("/phong-trao/moi", "/phong-trao/1/sua"):
        reader.get(path, 403)
    for path in ("/phong-trao/moi", "/phong-trao/1/sua", "/phong-trao/1/dong", "/phong-trao/1/xoa"):
        assert reader.send(path, **NEW).status_code == 403


def test_what_is_not_there_is_not_found(keeper: Keeper) -> None:
    keeper.get("/phong-trao/999/sua", 404)
    assert keeper.send("/phong-trao/999/dong", version=1).status_code == 404

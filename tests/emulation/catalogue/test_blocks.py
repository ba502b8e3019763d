"""/thi-dua/cum-khoi: the blocks of a year, their members, who leads them."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.domain.emulation.catalogue_models import BlockMember, EmulationBlock
from portal.domain.emulation.enums import BlockRole
from tests.emulation.catalogue.conftest import Keeper

DISTRICTS = "Khối thi đua các huyện, thị xã, thành phố"
NEW = {"name": "Khối thi đua các trường THPT", "year": "2023", "confidence": "U"}


def add(keeper: Keeper, **changes: str) -> EmulationBlock:
    values = {**NEW, **changes}
    keeper.saved("/cum-khoi/moi", **values)
    found: EmulationBlock = keeper.row(EmulationBlock, name=values["name"], year=int(values["year"]))
    return found


def member(keeper: Keeper, block: EmulationBlock, unit: str) -> BlockMember:
    found: BlockMember = keeper.row(BlockMember, block_id=block.id, unit_id=keeper.world.units[unit])
    return found


def districts(keeper: Keeper) -> EmulationBlock:
    found: EmulationBlock = keeper.row(EmulationBlock, name=DISTRICTS)
    return found


def test_everyone_reads_the_blocks_of_the_year(reader: Keeper) -> None:
    rows = {row["Cụm, khối"]: row for row in reader.get("/cum-khoi").table()}
    assert len(rows) == 20
    assert rows[DISTRICTS]["Số thành viên"] == "10"
    assert rows[DISTRICTS]["Trưởng khối"] != "chưa có"
    page = reader.get("/cum-khoi?nam=2022")
    assert "Năm 2022 chưa có cụm, khối thi đua" in page.text
    assert page.forms() == [form for form in page.forms() if form.get("action") == "/dang-xuat"]


def test_everyone_reads_the_members(reader: Keeper) -> None:
    page = reader.get(f"/cum-khoi/{districts(reader).id}")
    rows = page.table()
    assert len(rows) == 10
    assert [row["Vai trò"] for row in rows].count("Trưởng khối") == 1
    assert "Thêm đơn vị" not in page.buttons()


def test_a_block_is_added_and_gets_members(keeper: Keeper) -> None:
    page = keeper.saved("/cum-khoi/moi", **NEW)
    assert page.headings() == [NEW["name"]]
    assert "Chưa có thành viên" in page.text
    block = keeper.row(EmulationBlock, name=NEW["name"])
    assert block.code.startswith("K2023-")
    path = f"/cum-khoi/{block.id}"
    page = keeper.saved(f"{path}/thanh-vien", unit="THPT-KC – Trường THPT Khoái Châu", role="leader")
    assert "Đã thêm" in page.text
    keeper.saved(f"{path}/thanh-vien", unit="THPT-VG", role="member")
    assert member(keeper, block, "THPT-KC").role is BlockRole.LEADER
    assert keeper.row(EmulationBlock, id=block.id).version == 3
    assert keeper.actions("emulation_block", block.id) == ["block.created", "block.member_added", "block.member_added"]


def test_what_is_wrong_with_a_block_is_told(keeper: Keeper) -> None:
    assert "Nhập tên cụm, khối." in keeper.refused("/cum-khoi/moi", **{**NEW, "name": ""}).field_errors()["name"]
    page = keeper.refused("/cum-khoi/moi", **{**NEW, "name": DISTRICTS.lower()})
    assert "Năm 2023 đã có cụm, khối này." in page.field_errors()["name"]
    assert "Năm phải từ" in keeper.refused("/cum-khoi/moi", **{**NEW, "year": "1990"}).field_errors()["year"]


def test_a_unit_is_in_one_block_a_year(keeper: Keeper) -> None:
    block = add(keeper)
    path = f"/cum-khoi/{block.id}/thanh-vien"
    page = keeper.refused(path, unit="326", role="member")
    assert f"đang thuộc “{DISTRICTS}” năm 2023" in page.field_errors()["unit"]
    assert "Không thấy đơn vị này" in keeper.refused(path, unit="không có", role="member").field_errors()["unit"]
    assert "Nhập mã hoặc tên" in keeper.refused(path, unit="", role="member").field_errors()["unit"]
    page = keeper.refused(path, unit="Văn phòng Sở", role="member")
    assert "Có nhiều đơn vị cùng tên" in page.field_errors()["unit"]
    later = add(keeper, year="2024")
    keeper.saved(f"/cum-khoi/{later.id}/thanh-vien", unit="326", role="member")


def test_a_block_has_one_leader(keeper: Keeper) -> None:
    block = districts(keeper)
    one = member(keeper, block, "326")
    path = f"/cum-khoi/{block.id}/thanh-vien"
    page = keeper.refused(f"{path}/{one.id}/vai-tro", role="leader")
    assert "Khối đã có trưởng khối là" in page.text
    assert "Xin chọn vai trò" in keeper.refused(f"{path}/{one.id}/vai-tro", role="king").text
    leader = next(m for m in keeper.world.all(_members(block)) if m.role is BlockRole.LEADER)
    keeper.saved(f"{path}/{leader.id}/vai-tro", role="member")
    page = keeper.saved(f"{path}/{one.id}/vai-tro", role="leader")
    assert "Đã lưu vai trò." in page.text
    keeper.saved(f"{path}/{one.id}/vai-tro", role="leader")
    assert member(keeper, block, "326").role is BlockRole.LEADER
    assert keeper.actions("emulation_block", block.id) == ["block.role_changed", "block.role_changed"]
    new = add(keeper)
    keeper.saved(f"/cum-khoi/{new.id}/thanh-vien", unit="THPT-KC", role="leader")
    page = keeper.refused(f"/cum-khoi/{new.id}/thanh-vien", unit="THPT-VG", role="leader")
    assert "Khối đã có trưởng khối" in page.field_errors()["role"]


def test_a_member_leaves(keeper: Keeper) -> None:
    block = districts(keeper)
    one = member(keeper, block, "326")
    page = keeper.saved(f"/cum-khoi/{block.id}/thanh-vien/{one.id}/bo")
    assert "Đã bỏ đơn vị khỏi khối." in page.text
    assert len(page.table()) == 9
    assert keeper.actions("emulation_block", block.id) == ["block.member_removed"]
    assert keeper.send(f"/cum-khoi/{block.id}/thanh-vien/{one.id}/bo").status_code == 404
    assert keeper.send(f"/cum-khoi/999/thanh-vien/{one.id}/bo").status_code == 404


def test_a_block_is_renamed_and_two_editors_meet(keeper: Keeper, other: Keeper) -> None:
    block = add(keeper)
    path = f"/cum-khoi/{block.id}/sua"
    first, second = keeper.form(path), other.form(path)
    keeper.saved(path, **{**first, "name": "Khối các trường THPT"})
    page = other.refused(path, 409, **{**second, "name": "Khối trường học"})
    assert page.table()[0]["Bản trên hệ thống"] == "Khối các trường THPT"
    other.saved(path, **page.values(page.form_to(f"/thi-dua{path}")))
    assert keeper.row(EmulationBlock, id=block.id).name == "Khối trường học"
    assert "Nhập tên" in keeper.refused(path, **{**keeper.form(path), "name": ""}).field_errors()["name"]
    page = keeper.refused(path, **{**keeper.form(path), "name": DISTRICTS})
    assert "Năm 2023 đã có" in page.field_errors()["name"]
    keeper.saved(path, **keeper.form(path))
    assert keeper.actions("emulation_block", block.id) == ["block.created", "block.updated", "block.updated"]


def test_a_block_goes_once_it_is_empty(keeper: Keeper) -> None:
    block = districts(keeper)
    page = keeper.refused(f"/cum-khoi/{block.id}/xoa", 409, version=block.version)
    assert "Khối còn thành viên nên không xóa được." in page.text
    made = add(keeper)
    page = keeper.saved(f"/cum-khoi/{made.id}/xoa", version=1)
    assert f"Đã xóa “{NEW['name']}”." in page.text
    assert keeper.actions("emulation_block", made.id)[-1] == "block.deleted"


def test_the_blocks_of_a_year_are_copied_into_the_next(keeper: Keeper) -> None:
    page = keeper.get("/cum-khoi?nam=2024")
    assert page.values(page.form_to("/thi-dua/cum-khoi/chep?nam=2024"))["year"] == "2024"
    page = keeper.saved("/cum-khoi/chep?nam=2024", year="2024")
    assert "Đã chép 20 cụm, khối sang năm 2024." in page.text
    copied = keeper.row(EmulationBlock, name=DISTRICTS, year=2024)
    roles = {m.role for m in keeper.world.all(_members(copied))}
    assert (keeper.count(BlockMember, block_id=copied.id), roles) == (10, {BlockRole.MEMBER})
    page = keeper.refused("/cum-khoi/chep?nam=2024", year="2024")
    assert "Năm 2024 đã có cụm, khối." in page.field_errors()["year"]
    page = keeper.refused("/cum-khoi/chep?nam=2022", year="2022")
    assert "Năm 2021 chưa có cụm, khối nào để chép." in page.field_errors()["year"]
    assert "Nhập năm" in keeper.refused("/cum-khoi/chep", year="").field_errors()["year"]


def test_only_who_manages_the_catalogue_changes_blocks(reader: Keeper) -> None:
    reader.get("/cum-khoi/moi", 403)
    reader.get("/cum-khoi/1/sua", 403)
    for path in ("moi", "chep", "1/sua", "1/xoa", "1/thanh-vien", "1/thanh-vien/1/vai-tro", "1/thanh-vien/1/bo"):
        assert reader.send(f"/cum-khoi/{path}", name="x", year="2024").status_code == 403
    reader.get("/cum-khoi/999", 404)


def _members(block: EmulationBlock) -> Select[BlockMember]:
    return select(BlockMember).where(BlockMember.block_id == block.id)

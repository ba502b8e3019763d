"""/thi-dua/chi-tieu-khen-thuong: the plan's numbers of a year, edited as one table."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.domain.emulation.catalogue_models import RegistrationTarget
from tests.emulation.catalogue.conftest import Keeper

PATH = "/chi-tieu-khen-thuong"
NEW = {
    "new0-label": "Kỷ niệm chương",
    "new0-number": "40",
    "new0-unit_of_measure": "cá nhân",
    "new0-source": "Kế hoạch năm 2023",
    "new0-confidence": "S",
    "new0-title_codes": "KNC",
}


def target(keeper: Keeper, code: str = "2023-CTDT") -> RegistrationTarget:
    found: RegistrationTarget = keeper.row(RegistrationTarget, code=code)
    return found


def table(keeper: Keeper, query: str = "") -> dict[str, object]:
    """What the form would send, with all the titles that are ticked."""
    page = keeper.get(f"{PATH}/sua{query}")
    form = page.form_to(f"/thi-dua{PATH}/sua{query}")
    values: dict[str, object] = dict(page.values(form))
    for control in form.iter("input"):
        name = control.get("name", "")
        if name.endswith("title_codes") and control.get("checked") is not None:
            values[name] = [*(v if isinstance(v := values.get(name), list) else []), control.get("value")]
    return values


def test_everyone_reads_the_numbers_of_the_year(reader: Keeper) -> None:
    page = reader.get(PATH)
    rows = {row["Chỉ tiêu"]: row for row in page.table()}
    assert rows["Bằng khen Chủ tịch UBND tỉnh"]["Số"] == "2.000"
    assert rows["Cờ thi đua UBND tỉnh"]["Tính theo"] == "Cờ thi đua của UBND tỉnh"
    assert rows["Cơ quan, đơn vị đăng ký thi đua"]["Tính theo"] == "Tỷ lệ đơn vị đã gửi đăng ký"
    assert "Sửa bảng" not in page.links()
    assert "Năm 2022 chưa có chỉ tiêu" in reader.get(f"{PATH}?nam=2022").text


def test_saving_the_table_as_it_is_changes_nothing(keeper: Keeper) -> None:
    page = keeper.saved(f"{PATH}/sua", **table(keeper))
    assert "Không có gì thay đổi." in page.text
    assert {row.version for row in keeper.world.all(select(RegistrationTarget))} == {1}


def test_numbers_are_changed_rows_added_and_removed_at_once(keeper: Keeper) -> None:
    flag, medal = target(keeper), target(keeper, "2023-HCLD")
    values = table(keeper)
    values |= {f"dong-{flag.id}-number": "60", f"xoa-{medal.id}": "1", **NEW}
    page = keeper.saved(f"{PATH}/sua", **values)
    assert "Đã lưu 3 dòng thay đổi." in page.text
    rows = {row["Chỉ tiêu"]: row for row in page.table()}
    assert rows["Cờ thi đua UBND tỉnh"]["Số"] == "60"
    assert rows["Kỷ niệm chương"]["Tính theo"] == "Kỷ niệm chương"
    assert "Huân chương Lao động các hạng" not in rows
    assert keeper.actions("registration_target", flag.id) == ["target.updated"]
    assert keeper.actions("registration_target", medal.id) == ["target.deleted"]
    made = keeper.row(RegistrationTarget, label="Kỷ niệm chương")
    assert keeper.actions("registration_target", made.id) == ["target.created"]


def test_a_target_counts_several_titles(keeper: Keeper) -> None:
    values = {**table(keeper), **NEW, "new0-title_codes": ["HH", "KNC"]}
    keeper.saved(f"{PATH}/sua", **values)
    assert keeper.row(RegistrationTarget, label="Kỷ niệm chương").title_codes == "HH|KNC"


def test_another_year_has_its_own_table(keeper: Keeper) -> None:
    keeper.saved(f"{PATH}/sua?nam=2024", **{**table(keeper, "?nam=2024"), **NEW})
    assert keeper.row(RegistrationTarget, label="Kỷ niệm chương").year == 2024
    assert len(keeper.get(f"{PATH}?nam=2024").table()) == 1


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"new0-label": ""}, "new0-label", "Nhập nội dung chỉ tiêu."),
        ({"new0-number": "nhiều"}, "new0-number", "Nhập số nguyên, ví dụ 58."),
        ({"new0-number": ""}, "new0-number", "Nhập số nguyên, ví dụ 58."),
        ({"new0-label": "", "new0-number": "x"}, "new0-number", "Nhập số nguyên, ví dụ 58."),
        ({"new0-number": "1000001"}, "new0-number", "Nhập số từ 0 đến 1.000.000."),
        ({"new0-title_codes": "", "new0-number": "101"}, "new0-number", "Nhập tỷ lệ từ 0 đến 100."),
        ({"new0-unit_of_measure": ""}, "new0-unit_of_measure", "Nhập đơn vị tính."),
        ({"new0-source": ""}, "new0-source", "Nhập căn cứ của chỉ tiêu."),
        ({"new0-source": "x" * 201}, "new0-source", "Dài quá 200 ký tự."),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_cell(
    keeper: Keeper, changes: dict[str, str], field: str, expected: str
) -> None:
    values = {**table(keeper), **NEW, **changes}
    if not values["new0-title_codes"]:
        del values["new0-title_codes"]
    page = keeper.refused(f"{PATH}/sua", **values)
    assert expected in page.field_errors()[field]
    assert "Dòng 8, " in page.text
    assert keeper.count(RegistrationTarget) == 7


def test_a_fault_in_a_row_keeps_all_that_was_typed(keeper: Keeper) -> None:
    flag, medal = target(keeper), target(keeper, "2023-HCLD")
    values = {**table(keeper), f"dong-{flag.id}-number": "-1", f"xoa-{medal.id}": "1"}
    page = keeper.refused(f"{PATH}/sua", **values)
    assert "Nhập số từ 0" in page.field_errors()[f"dong-{flag.id}-number"]
    again = page.values(page.form_to(f"/thi-dua{PATH}/sua"))
    assert (again[f"dong-{flag.id}-number"], again[f"xoa-{medal.id}"]) == ("-1", "1")


def test_who_saves_second_is_told(keeper: Keeper, other: Keeper) -> None:
    flag = target(keeper)
    mine, theirs = table(other), table(keeper)
    keeper.saved(f"{PATH}/sua", **{**theirs, f"dong-{flag.id}-number": "60"})
    page = other.refused(f"{PATH}/sua", 409, **{**mine, f"dong-{flag.id}-number": "61"})
    assert "Nguyễn Thị Thu Hằng vừa sửa nội dung này lúc 09:00 15/03/2023" in page.headings(2)
    row = page.table()[0]
    assert row["Ô"].startswith("Dòng ")
    assert (row["Bản đang soạn, chưa lưu"], row["Bản trên hệ thống"]) == ("61", "60")
    again = page.values(page.form_to(f"/thi-dua{PATH}/sua"))
    assert again[f"dong-{flag.id}-number"] == "61"
    assert target(keeper).number == 60
    other.saved(f"{PATH}/sua", **{**again, f"_chon.dong-{flag.id}-number": "ho", f"dong-{flag.id}-source": "Của tôi"})
    assert (target(keeper).number, target(keeper).source) == (60, "Của tôi")


def test_a_row_that_was_removed_meanwhile_is_not_lost(keeper: Keeper, other: Keeper) -> None:
    flag = target(keeper)
    mine, theirs = table(other), table(keeper)
    keeper.saved(f"{PATH}/sua", **{**theirs, f"xoa-{flag.id}": "1"})
    page = other.refused(f"{PATH}/sua", 409, **{**mine, f"dong-{flag.id}-number": "61"})
    assert "Nguyễn Thị Thu Hằng đã xóa 1 dòng mà ông/bà đang sửa." in page.text
    other.saved(f"{PATH}/sua", **page.values(page.form_to(f"/thi-dua{PATH}/sua")))
    anew = keeper.row(RegistrationTarget, number=61)
    assert anew.label == flag.label
    untouched = table(other)
    keeper.saved(f"{PATH}/sua", **{**table(keeper), f"xoa-{anew.id}": "1"})
    other.saved(f"{PATH}/sua", **untouched)  # nobody had typed in it: it stays removed
    assert keeper.count(RegistrationTarget, number=61) == 0


def test_only_who_manages_the_catalogue_changes_the_numbers(reader: Keeper) -> None:
    reader.get(f"{PATH}/sua", 403)
    assert reader.send(f"{PATH}/sua", **NEW).status_code == 403

"""GET /thi-dua/dang-ky/tong-hop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

from tests.emulation.lists.conftest import See

TOTALS = "/thi-dua/dang-ky/tong-hop"


def test_the_province_beside_the_plan(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", TOTALS)
    targets = {row["Chỉ tiêu"]: row for row in page.table(0)}
    assert len(targets) == 7
    flag = targets["Cờ thi đua UBND tỉnh"]
    assert flag["Kế hoạch"] == "58 cờ"
    assert (flag["Dự kiến"], flag["Đã đăng ký"], flag["Đã tiếp nhận"]) == ("3", "1", "1")
    assert flag["So với kế hoạch"] == "1,7%"
    assert targets["Bằng khen Chủ tịch UBND tỉnh"]["Kế hoạch"] == "2.000 tập thể, cá nhân"
    assert targets["Huân chương Lao động các hạng"]["Đã đăng ký"] == "0"
    share = targets["Cơ quan, đơn vị đăng ký thi đua"]
    assert (share["Kế hoạch"], share["Đã đăng ký"], share["Đã tiếp nhận"]) == ("100%", "4", "1")
    assert "Kế hoạch công tác ngành Nội vụ" in share["Căn cứ"]


def test_by_title_only_what_is_sent(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", TOTALS)
    titles = {row["Danh hiệu, hình thức"]: row for row in page.table(1)}
    assert titles["Lao động tiên tiến"]["Đã đăng ký"] == "2"  # neither what was returned nor a commune's
    assert titles["Cờ thi đua của UBND tỉnh"] == {
        "Danh hiệu, hình thức": "Cờ thi đua của UBND tỉnh",
        "Dự kiến": "3",
        "Đã đăng ký": "1",
        "Tập thể": "1",
        "Cá nhân": "0",
        "Đã tiếp nhận": "1",
    }
    assert titles["Tập thể Lao động xuất sắc"]["Dự kiến"] == "3"
    assert titles["Tổng cộng"] == {
        "Danh hiệu, hình thức": "Tổng cộng",
        "Dự kiến": "6",
        "Đã đăng ký": "6",
        "Tập thể": "2",
        "Cá nhân": "4",
        "Đã tiếp nhận": "2",
    }
    assert page.links()["Lao động tiên tiến"].startswith("/thi-dua/dang-ky?danh_hieu=")
    assert page.links()["Xuất Excel theo đơn vị"] == "/thi-dua/dang-ky/xuat.xlsx?loai=theo-don-vi"


def test_everyone_counts_the_same(see: See, world: Mapping[str, int]) -> None:
    assert see("giamdoc", TOTALS).tables() == see("thidua", TOTALS).tables()
    council = see("hoidong", TOTALS)
    assert council.table(1) == see("thidua", TOTALS).table(1)
    assert council.table(0)[0]["Đã đăng ký"] == ""  # whether units have sent is not for the council


def test_a_district_without_the_plan(see: See, world: Mapping[str, int]) -> None:
    page = see("vangiang", TOTALS)
    assert len(page.tables()) == 1
    assert [row["Danh hiệu, hình thức"] for row in page.table(0)] == ["Lao động tiên tiến", "Tổng cộng"]
    assert "Chưa có danh hiệu nào được đăng ký" in see("khoaichau", TOTALS).text


def test_a_commune_counts_its_own(see: See, world: Mapping[str, int]) -> None:
    assert see("xuanquan", TOTALS).table(0)[0]["Đã đăng ký"] == "1"
    assert "Số liệu hiện ở đây khi bản đăng ký của đơn vị được gửi." in see("xuanquan", f"{TOTALS}?nam=2022").text


def test_another_year_keeps_it_in_its_links(see: See, world: Mapping[str, int]) -> None:
    page = see("thidua", f"{TOTALS}?nam=2022")
    assert "So với chỉ tiêu kế hoạch" not in page.text
    assert page.links()["Xuất Excel theo đơn vị"] == "/thi-dua/dang-ky/xuat.xlsx?loai=theo-don-vi&nam=2022"


def test_who_has_no_part_in_emulation_is_refused(client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("quantri").get(TOTALS).status_code == 403

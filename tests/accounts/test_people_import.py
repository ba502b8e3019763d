"""People from a workbook: what each row would do, doing it, doing it again; first passwords given out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.staging.models import ImportBatch, ImportRow
from portal.imports.people import new_username
from tests.pages import Page

Read = Callable[..., list[Any]]
UPLOAD = "/quan-tri/nguoi-dung/nhap"
GIVE = "/quan-tri/nguoi-dung/cap-mat-khau"
HEADINGS = ("STT", "Họ và tên", "Tên đăng nhập", "Chức vụ", "Đơn vị công tác", "Email", "Vai trò")


def workbook(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> io.BytesIO:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "DANH SÁCH CÁN BỘ")
        for index, row in enumerate((headings, *rows), start=1):
            page.write_row(index, 0, row)
    stream.seek(0)
    return stream


def send(browser: FlaskClient, content: io.BytesIO, name: str = "can-bo.xlsx") -> int:
    """POST a workbook and take what is suggested for its columns; the id of its batch."""
    answer = browser.post(UPLOAD, data={"file": (content, name)}, content_type="multipart/form-data")
    assert answer.status_code == 303, Page(answer.text).text
    place = answer.headers["Location"]
    batch = int(place.split("/")[2])
    if place.endswith("/cot"):
        page = Page(browser.get(place).text)
        assert browser.post(place, data=page.values(page.form_to(place))).status_code == 303
    return batch


def apply(browser: FlaskClient, batch: int, **data: str) -> Page:
    answer = browser.post(f"/nhap-tep/{batch}/ap-dung", data=data)
    assert answer.status_code == 303, Page(answer.text).text
    return Page(browser.get(f"/nhap-tep/{batch}").text)


def states(read: Read, batch: int) -> list[str]:
    return [state.value for state in read(select(ImportRow.state).where(ImportRow.batch_id == batch))]


def test_a_units_list_makes_people_gives_roles_and_repeats_safely(
    admin: FlaskClient, read: Read, user: Callable[[str], UserAccount]
) -> None:
    rows = (
        (1, "Lê Thị Hà", "", "Chuyên viên", "UBND huyện Văn Giang", "halt@hungyen.gov.vn", "Đầu mối của đơn vị"),
        (2, "Lê Thanh Hà", "", "Phó Trưởng phòng", "326", "", ""),
        (3, "Lưu Văn Bình", "binh.vg", "Chủ tịch", "Văn Giang", "", "Thủ trưởng đơn vị"),
    )
    batch = send(admin, workbook(*rows))
    assert states(read, batch) == ["new", "new", "new"]
    assert "halt2" in Page(admin.get(f"/nhap-tep/{batch}").text).text
    assert "Cấp mật khẩu lần đầu" in apply(admin, batch).links()
    made = user("halt")
    assert (made.full_name, made.post, made.email) == ("Lê Thị Hà", "Chuyên viên", "halt@hungyen.gov.vn")
    held = read(select(RoleAssignment.role).where(RoleAssignment.user_id.in_([made.id, user("binh.vg").id])))
    assert sorted(held) == [Role.UNIT_HEAD, Role.UNIT_OFFICER]
    assert user("halt2").full_name == "Lê Thanh Hà"
    again = send(admin, workbook(*rows))
    assert states(read, again) == ["same", "same", "same"]
    before = read(select(func.count(UserAccount.id)))
    apply(admin, again)
    assert read(select(func.count(UserAccount.id))) == before
    changed = send(admin, workbook((1, "Lê Thị Hà", "", "Trưởng phòng", "326", "", "Thủ trưởng đơn vị")))
    assert states(read, changed) == ["changed"]
    apply(admin, changed)
    assert (user("halt").post, user("halt").email) == ("Trưởng phòng", "halt@hungyen.gov.vn")
    assert len(read(select(RoleAssignment).where(RoleAssignment.user_id == made.id))) == 2
    steps = read(select(AuditEntry.action).where(AuditEntry.action.like("account.import%")).order_by(AuditEntry.id))
    assert steps == ["account.import_staged", "account.import_applied"] * 3


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("", "x.y", "", "326", "", ""), "Thiếu họ và tên"),
        (("Lê An", "", "", "", "", ""), "Thiếu đơn vị công tác"),
        (("Lê An", "", "", "UBND huyện Văn Giang.", "", ""), None),
        (("Lê An", "", "", "UBND huyện Văn Giangg", "", ""), "có phải “UBND huyện Văn Giang”"),
        (("Lê An", "", "", "Sao Hỏa", "", ""), "Không có đơn vị “Sao Hỏa” trong phạm vi"),
        (("Lê An", "LÊ AN", "", "326", "", ""), "Tên đăng nhập gồm chữ thường không dấu"),
        (("Lê An", "an.le", "", "326", "khong-phai-thu", ""), "Địa chỉ thư điện tử chưa đúng"),
        (("Lê An", "an.le", "", "326", "", "Đầu mối đơn vị"), "có phải “Đầu mối của đơn vị”"),
        (("Lê An", "an.le", "", "326", "", "Chuyên viên tôn giáo cấp huyện"), "cần người thứ hai xác nhận"),
        (("Lê An", "an.le", "", "326", "", "Giám đốc Sở"), "không giao được ở cấp của"),
        (("Lê An", "quantri", "Chuyên viên", "326", "", ""), "Không tự sửa tài khoản của mình"),
        (("A" * 130, "an.le", "", "326", "", ""), "Dài nhất 120 ký tự"),
        (("=1+1", "an.le", "", "326", "", ""), None),
    ],
)
def test_faults_are_named_at_their_cells(
    admin: FlaskClient, read: Read, row: tuple[str, ...], told: str | None
) -> None:
    sound = (1, "Trần Văn Tốt", "tot.tv", "Chuyên viên", "326", "", "")
    batch = send(admin, workbook(sound, (2, *row)))
    kept = read(select(ImportRow).where(ImportRow.batch_id == batch).order_by(ImportRow.number))
    assert kept[0].state.value == "new"
    if told is None:
        assert kept[1].errors is None
        return
    assert told in " ".join(error["text"] for error in kept[1].errors)
    assert admin.post(f"/nhap-tep/{batch}/ap-dung").status_code == 422
    apply(admin, batch, only_sound="y")
    assert read(select(UserAccount.username).where(UserAccount.username.in_(["tot.tv", "an.le"]))) == ["tot.tv"]


def test_namesakes_must_be_told_apart(admin: FlaskClient, read: Read) -> None:
    twice = workbook((1, "Lê Thị Hà", "", "", "326", "", ""), (2, "Lê thị  hà", "", "", "Văn Giang", "", ""))
    assert states(read, send(admin, twice)) == ["new", "faulty"]
    same_name = workbook((1, "Lê Thị Hà", "ha.le", "", "326", "", ""), (2, "Vũ An", "ha.le", "", "326", "", ""))
    batch = send(admin, same_name)
    assert states(read, batch) == ["new", "faulty"]


def test_a_district_sees_and_makes_its_own_people_only(
    district_admin: FlaskClient, admin: FlaskClient, read: Read
) -> None:
    batch = send(
        district_admin,
        workbook(
            (1, "Lê An", "an.le", "", "12022", "", ""),
            (2, "Lê Bình", "binh.le", "", "330", "", ""),
            (3, "Lê Chi", "khoaichau", "", "326", "", ""),
        ),
    )
    assert states(read, batch) == ["new", "faulty", "faulty"]
    assert admin.get(f"/nhap-tep/{batch}").status_code == 404
    assert "can-bo.xlsx" not in admin.get(UPLOAD).text
    assert "can-bo.xlsx" in district_admin.get(UPLOAD).text


def test_first_passwords_are_given_once_and_open(
    admin: FlaskClient, client: FlaskClient, read: Read, user: Callable[[str], UserAccount]
) -> None:
    apply(
        admin,
        send(admin, workbook((1, "Lê An", "an.le", "", "326", "", ""), (2, "Lê Bình", "binh.le", "", "330", "", ""))),
    )
    refused = client.post("/dang-nhap", data={"username": "an.le", "password": ""})
    assert refused.status_code == 422
    assert client.post("/dang-nhap", data={"username": "an.le", "password": "x"}).status_code == 422
    page = Page(admin.get(GIVE).text)
    assert [row[1] for row in page.tables()[0][1:]] == ["an.le", "binh.le"]
    answer = admin.post(GIVE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[3] for row in rows] == ["an.le", "binh.le"]
    assert user("an.le").must_change_password
    signed_in = client.post("/dang-nhap", data={"username": "an.le", "password": rows[0][4]})
    assert signed_in.status_code == 303
    assert client.get("/tai-khoan").location.startswith("/tai-khoan/doi-mat-khau")
    assert "Không có tài khoản nào đang chờ" in Page(admin.get(GIVE).text).text
    assert admin.post(GIVE).status_code == 409
    assert str(rows[0][4]) not in "".join(str(detail) for detail in read(select(AuditEntry.detail)))


def test_the_template_holds_what_can_be_named_and_reads_back(admin: FlaskClient, read: Read) -> None:
    answer = admin.get("/quan-tri/nguoi-dung/mau.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    lists = list(book["Danh mục"].iter_rows(min_row=2, values_only=True))
    assert ("326", "UBND huyện Văn Giang") in [row[:2] for row in lists]
    assert "Chuyên viên tôn giáo" not in [row[2] for row in lists]
    book["Người dùng"].append([1, "Lê An", None, "Chuyên viên", "UBND huyện Văn Giang", None, "Người xem"])
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    assert states(read, send(admin, stream, "nguoi-dung.xlsx")) == ["new"]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    admin: FlaskClient, count_queries: Any, runtime: Runtime, read: Read
) -> None:
    def check(rows: int) -> int:
        content = workbook(
            *((n, f"Lê Văn {'ABCDEFGHIK'[n % 10]}{n}", f"nguoi{n}", "", "326", "", "Người xem") for n in range(rows))
        )
        with count_queries() as counted:
            send(admin, content)
        return len(counted)

    check(2)
    assert check(2) == check(40)
    assert len(read(select(ImportBatch))) == 3


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("Lê Thị Hà", set(), "halt"),
        ("Lê Thị Hà", {"halt", "halt2"}, "halt3"),
        ("Đặng Ngọc Ánh", set(), "anhdn"),
        ("Hà", set(), "ha"),
        ("Y", set(), "y1"),
        ("H'Hen Niê", set(), "nieh"),
        ("3 Lúa", set(), "lua3"),
        ("!!!", set(), ""),
    ],
)
def test_names_to_sign_in_with_are_made(name: str, taken: set[str], made: str) -> None:
    assert new_username(name, lambda free: free not in taken) == made

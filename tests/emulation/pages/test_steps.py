"""GET and POST /thi-dua/dang-ky/<id>/buoc/<step>, and the paper that is recorded later."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.clock import FixedClock
from portal.domain.attachments.models import StoredFile
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.services import registrations
from portal.domain.emulation.services.registrations import ContentData
from portal.domain.emulation.services.shared import load_for_write
from tests.emulation.domain.builders import PAPER, World
from tests.emulation.pages.support import Browser
from tests.pages import text_of

Browse = Callable[[str], Browser]
S = RegistrationState
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SIGNED = {
    "signer_name": "Lê Văn Quyết",
    "authority": "TM. Ủy ban nhân dân, KT. Chủ tịch",
    "signer_post": "Phó Chủ tịch",
}


def address(key: int) -> str:
    return f"/thi-dua/dang-ky/{key}"


def step(key: int, slug: str) -> str:
    return f"{address(key)}/buoc/{slug}"


def take(person: Browser, key: int, slug: str, **more: Any) -> Any:
    """Open the step's page and send its form as it stands, with what is written in."""
    page = person.page(step(key, slug))
    return person.post(step(key, slug), {**page.values(page.form_to(step(key, slug))), **more})


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def test_the_whole_way_of_a_district(browse: Browse, world: World, key: int) -> None:
    officer, head, board = browse("vangiang"), browse("vangiang.lanhdao"), browse("thidua")
    page = officer.follow(take(officer, key, "trinh", opinion="Kính trình."))
    assert "Đã trình lãnh đạo đơn vị." in page.text
    page = head.follow(
        take(head, key, "duyet-gui", opinion="Đồng ý.", **SIGNED, paper_no="45/ĐK-UBND", paper_date="14/03/2023")
    )
    assert "Đã gửi Sở Nội vụ." in page.text
    found = world.get(key)
    assert (found.state, found.paper_no, found.paper_date) == (S.SENT, "45/ĐK-UBND", date(2023, 3, 14))
    assert found.signer_title == "TM. Ủy ban nhân dân, KT. Chủ tịch, Phó Chủ tịch"
    page = board.follow(take(board, key, "tiep-nhan"))
    assert "Đã tiếp nhận bản đăng ký của UBND huyện Văn Giang." in page.text
    assert world.get(key).state is S.ACCEPTED
    page = board.follow(take(board, key, "mo-lai", opinion="Rà soát lại."))
    assert "Đã mở lại bản đăng ký của UBND huyện Văn Giang." in page.text
    assert [s.action for s in world.trail(key)] == ["submit", "send", "accept", "reopen"]
    assert [s.opinion for s in world.trail(key)] == ["Kính trình.", "Đồng ý.", "", "Rà soát lại."]


def test_back_and_forth_inside_the_unit(browse: Browse, world: World, key: int) -> None:
    officer, head = browse("vangiang"), browse("vangiang.lanhdao")
    take(officer, key, "trinh")
    assert "Đã rút về bản nháp." in officer.follow(take(officer, key, "rut-ve")).text
    take(officer, key, "trinh")
    assert "Đã trả lại người soạn." in head.follow(take(head, key, "tra-lai-de-sua", opinion="Thiếu nội dung.")).text
    assert world.get(key).state is S.DRAFT


def test_sent_by_a_commune_taken_back_sent_again_and_returned(browse: Browse, world: World) -> None:
    key = world.opened("xuanquan", "12022")
    officer, district = browse("xuanquan"), browse("vangiang")
    page = officer.page(step(key, "gui-ban-da-ky"))
    values = page.values(page.form_to(step(key, "gui-ban-da-ky")))
    assert (values["signer_name"], values["authority"], values["signer_post"]) == (
        "",
        "TM. Ủy ban nhân dân",
        "Chủ tịch",
    )
    assert (
        "Đã gửi UBND huyện Văn Giang."
        in officer.follow(take(officer, key, "gui-ban-da-ky", signer_name="Đàm Văn Lợi")).text
    )
    assert "Đã thu hồi bản đăng ký." in officer.follow(take(officer, key, "thu-hoi", opinion="Nhầm số.")).text
    take(officer, key, "gui-ban-da-ky")  # the signer was kept
    assert world.get(key).signer_name == "Đàm Văn Lợi"
    assert "Đã trả lại UBND xã Xuân Quan." in district.follow(take(district, key, "tra-lai", opinion="Thiếu.")).text
    assert world.get(key).state is S.RETURNED


def test_the_head_is_offered_as_signer(browse: Browse, world: World, key: int) -> None:
    world.step("vangiang", key, "submit")
    page = browse("vangiang.lanhdao").page(step(key, "duyet-gui"))
    assert page.values(page.form_to(step(key, "duyet-gui")))["signer_name"] == "Lê Văn Quyết"
    options = [text_of(o) for o in page.by_id("authority").iter("option")]
    assert options == [
        "TM. Ủy ban nhân dân",
        "TM. Ủy ban nhân dân, KT. Chủ tịch",
        "TL. Chủ tịch",
        "TUQ. Chủ tịch",
        "Không ghi",
    ]


def test_a_sos_ways_of_signing(browse: Browse, world: World) -> None:
    key = world.opened("stc", "STC")
    world.step("stc", key, "submit")
    page = browse("stc.lanhdao").page(step(key, "duyet-gui"))
    options = [text_of(o) for o in page.by_id("authority").iter("option")]
    assert options == ["Ký trực tiếp", "KT. Giám đốc", "TL. Giám đốc", "TUQ. Giám đốc"]
    head = browse("stc.lanhdao")
    head.follow(take(head, key, "duyet-gui", authority="KT. Giám đốc", signer_post="Phó Giám đốc"))
    assert world.get(key).signer_title == "KT. Giám đốc, Phó Giám đốc"


@pytest.mark.parametrize("slug", ["tra-lai-de-sua", "thu-hoi", "tra-lai", "mo-lai"])
def test_a_reason_is_asked_where_one_is_owed(browse: Browse, world: World, slug: str) -> None:
    if slug == "tra-lai-de-sua":
        key = world.opened("vangiang", "326")
        world.step("vangiang", key, "submit")
    else:
        key = world.sent_by_district()
    if slug == "mo-lai":
        world.step("thidua", key, "accept")
    who = {"tra-lai-de-sua": "vangiang.lanhdao", "thu-hoi": "vangiang"}.get(slug, "thidua")
    before = world.get(key).state
    person = browse(who)
    assert "Lý do (bắt buộc)" in person.page(step(key, slug)).text
    for reason in ("", "   "):
        answer = take(person, key, slug, opinion=reason)
        assert answer.status == 422
        assert "Xin ghi rõ lý do." in answer.page.field_errors()["opinion"]
    assert world.get(key).state is before


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"signer_name": ""}, "signer_name", "Xin ghi họ tên người ký."),
        ({"signer_post": ""}, "signer_post", "Xin ghi chức vụ người ký."),
        ({"paper_date": "32/13/2023"}, "paper_date", "Xin nhập ngày theo dạng 05/09/2023."),
        ({"paper_date": "16/03/2023"}, "paper_date", "không được sau hôm nay"),
        ({"paper_no": "x" * 61}, "paper_no", "Dài quá 60 ký tự."),
        ({"authority": "x" * 200}, "signer_post", "Dài quá 160 ký tự."),
        ({"opinion": "x" * 2001}, "opinion", "Dài quá 2000 ký tự."),
    ],
)
def test_422_keeps_the_paper_as_typed(
    browse: Browse, world: World, key: int, change: dict[str, str], field: str, sentence: str
) -> None:
    world.step("vangiang", key, "submit")
    head = browse("vangiang.lanhdao")
    sent = {**SIGNED, "paper_no": "45/ĐK-UBND", "paper_date": "14/03/2023", "opinion": "Đồng ý.", **change}
    answer = take(head, key, "duyet-gui", **sent)
    assert answer.status == 422
    assert sentence in answer.page.field_errors()[field]
    kept = answer.page.values(answer.page.form_to(step(key, "duyet-gui")))
    for name in ("signer_name", "signer_post", "paper_no", "paper_date", "opinion"):
        assert kept[name] == sent[name]
    assert world.get(key).state is S.IN_REVIEW


def test_what_is_not_ready_is_linked(browse: Browse, world: World) -> None:
    with world.work_as("vangiang") as work:
        key = registrations.open_registration(work, world.units["326"], world.periods["2023"]).id
    answer = take(browse("vangiang"), key, "trinh")
    assert answer.status == 422
    links = answer.page.links()
    assert links["Chưa có nội dung đăng ký thi đua."] == f"{address(key)}#noi-dung-thi-dua"
    assert links["Cần ít nhất một dòng danh sách hoặc một chỉ tiêu thi đua."] == f"{address(key)}#danh-sach"


def test_a_record_that_moved_is_409_and_can_be_sent_once_more(browse: Browse, world: World, key: int) -> None:
    officer = browse("vangiang")
    page = officer.page(step(key, "trinh"))
    sent = {**page.values(page.form_to(step(key, "trinh"))), "opinion": "Kính trình."}
    with world.work_as("vangiang") as work:
        found = load_for_write(work, key)
        registrations.save_content(work, found, found.version, ContentData("Nội dung mới"))
    answer = officer.post(step(key, "trinh"), sent)
    assert answer.status == 409
    told = "Chính ông/bà, ở một cửa sổ khác, vừa sửa bản đăng ký này lúc 09:00 15/03/2023."
    assert told in answer.page.text
    again = answer.page.values(answer.page.form_to(step(key, "trinh")))
    assert again["opinion"] == "Kính trình."
    assert officer.post(step(key, "trinh"), again).status == 303


def test_a_step_that_was_taken_already_says_so(browse: Browse, world: World, key: int) -> None:
    world.step("vangiang", key, "submit")
    officer = browse("vangiang")
    page = officer.page(step(key, "trinh"))
    assert "không còn thực hiện được ở trạng thái hiện tại" in page.text
    assert not [f for f in page.forms() if f.get("action") == step(key, "trinh")]
    answer = officer.post(step(key, "trinh"), {"version": "1"})
    assert answer.status == 409
    assert "không còn thực hiện được ở trạng thái hiện tại" in answer.page.text


def test_a_closed_period_says_why(browse: Browse, world: World, key: int, clock: FixedClock) -> None:
    page = browse("vangiang").page(step(key, "trinh"))
    sent = page.values(page.form_to(step(key, "trinh")))
    clock.instant = datetime(2023, 7, 3, 2, 0, tzinfo=UTC)
    officer = browse("vangiang")
    assert "Kỳ đăng ký đã đóng với đơn vị" in officer.page(step(key, "trinh")).text
    answer = officer.post(step(key, "trinh"), sent)
    assert answer.status == 409
    assert "Kỳ đăng ký chưa mở hoặc đã đóng" in answer.page.text


def test_who_may_not(browse: Browse, world: World, key: int) -> None:
    assert browse("khoaichau").get(step(key, "trinh")).status == 404
    assert browse("khoaichau").post(step(key, "trinh"), {"version": "1"}).status == 404
    assert browse("thidua").get(step(key, "tiep-nhan")).status == 403  # a draft: its content is not to be read
    assert browse("vangiang.lanhdao").get(step(key, "trinh")).status == 403
    assert browse("vangiang.lanhdao").post(step(key, "trinh"), {"version": "1"}).status == 403
    assert browse("vangiang").get(step(key, "khong-co")).status == 404
    assert browse("vangiang").post(step(key, "khong-co")).status == 404
    world.step("vangiang", key, "submit")
    assert browse("vangiang").post(step(key, "duyet-gui"), {"version": "2", **SIGNED}).status == 403
    world.step("vangiang.lanhdao", key, "send", PAPER)
    assert browse("giamdoc").post(step(key, "tiep-nhan"), {"version": "3"}).status == 403
    assert browse("giamdoc").get(step(key, "tiep-nhan")).status == 403
    assert world.get(key).state is S.SENT


def upload(content: bytes, name: str = "ban ký.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_the_signed_pdf_goes_with_the_sending(browse: Browse, world: World, key: int) -> None:
    world.step("vangiang", key, "submit")
    head = browse("vangiang.lanhdao")
    page = head.follow(take(head, key, "duyet-gui", **SIGNED, signed_file=upload(PDF)))
    stored = world.all(select(StoredFile))
    assert [(f.name, f.owner_id, f.unit_id, f.content_type) for f in stored] == [
        ("ban ký.pdf", key, world.units["326"], "application/pdf")
    ]
    assert world.get(key).signed_file_id == stored[0].id
    link = next(href for words, href in page.links().items() if words.startswith("ban ký.pdf (chưa quét"))
    assert link == f"/tep-dinh-kem/{stored[0].id}"


@pytest.mark.parametrize("content", [b"khong phai pdf", b"", b"PK\x03\x04 zip"])
def test_what_is_no_pdf_is_refused_beside_its_field(browse: Browse, world: World, key: int, content: bytes) -> None:
    world.step("vangiang", key, "submit")
    head = browse("vangiang.lanhdao")
    answer = take(head, key, "duyet-gui", **SIGNED, signed_file=upload(content, "x.pdf"))
    assert answer.status == 422
    assert "PDF" in answer.page.field_errors()["signed_file"]
    assert world.all(select(StoredFile.id)) == []


def test_a_file_of_who_may_not_send_is_not_kept_on_record(browse: Browse, world: World, key: int) -> None:
    world.step("vangiang", key, "submit")
    data = {**SIGNED, "version": "2", "signed_file": upload(PDF)}
    assert browse("vangiang").post(step(key, "duyet-gui"), data).status == 403
    assert world.all(select(StoredFile.id)) == []


class TestPaperRecordedLater:
    """GET and POST /thi-dua/dang-ky/<id>/van-ban."""

    def test_number_day_and_file_follow(self, browse: Browse, world: World) -> None:
        key = world.sent_by_district(paper=type(PAPER)(signer_name="Lê Văn Quyết", signer_title="Phó Chủ tịch"))
        officer = browse("vangiang")
        at = f"{address(key)}/van-ban"
        assert officer.page(address(key)).links()["Ghi số, tải bản đã ký"] == at
        page = officer.page(at)
        values = page.values(page.form_to(at))
        assert (values["authority"], values["signer_post"]) == ("", "Phó Chủ tịch")
        sent = {**values, "paper_no": "45/ĐK-UBND", "paper_date": "14/03/2023", "signed_file": upload(PDF)}
        page = officer.follow(officer.post(at, sent))
        assert "Đã ghi thông tin văn bản." in page.text
        found = world.get(key)
        assert (found.paper_no, found.paper_date) == ("45/ĐK-UBND", date(2023, 3, 14))
        assert found.signed_file_id is not None
        assert "Đang có: ban ký.pdf" in officer.page(at).text

    def test_422_and_409(self, browse: Browse, world: World) -> None:
        key = world.sent_by_district()
        officer, at = browse("vangiang"), f"{address(key)}/van-ban"
        page = officer.page(at)
        sent = page.values(page.form_to(at))
        for change, field in (
            ({"paper_date": "x"}, "paper_date"),
            ({"paper_date": "01/01/2030"}, "paper_date"),
            ({"signed_file": upload(b"x")}, "signed_file"),
        ):
            answer = officer.post(at, {**sent, **change})
            assert answer.status == 422
            assert field in answer.page.field_errors()
        world.step("thidua", key, "accept")
        answer = officer.post(at, {**sent, "paper_no": "99/ĐK-UBND"})
        assert answer.status == 409
        again = answer.page.values(answer.page.form_to(at))
        answer = officer.post(at, again)
        assert answer.status == 409
        assert "chỉ ghi thêm được phần còn trống" in answer.page.text

    def test_who_may_not(self, browse: Browse, world: World, key: int) -> None:
        at = f"{address(key)}/van-ban"
        assert browse("vangiang").get(at).status == 403  # not sent yet
        assert browse("vangiang").post(at, {"version": "1", **SIGNED}).status == 403
        assert browse("khoaichau").get(at).status == 404
        assert browse("khoaichau").post(at, SIGNED).status == 404
        sent = world.sent_by_commune()
        assert browse("vangiang").get(f"{address(sent)}/van-ban").status == 403
        assert "Ghi số, tải bản đã ký" not in browse("vangiang").page(address(sent)).links()

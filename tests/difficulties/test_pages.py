"""The pages of the channel: writing, looking, stepping, what others see, without a script throughout."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.domain.difficulties.enums import AnswerAudience, DifficultyState
from portal.domain.difficulties.models import Difficulty
from tests.attachments.samples import pdf
from tests.difficulties.conftest import ANSWER, TITLE, Channel
from tests.emulation.pages.support import Browser
from tests.pages import text_of

Browse = Callable[[str], Browser]
HOME = "/vuong-mac-kien-nghi"


def step(browser: Browser, key: int, slug: str, **fields: str) -> str:
    """Take a step as a person does: open its page, fill it in, send it; where one is led."""
    address = f"{HOME}/{key}/buoc/{slug}"
    page = browser.page(address)
    answer = browser.post(address, {**page.values(page.form_to(address)), **fields})
    assert answer.status == 303, answer.page.text
    return answer.location


def test_an_item_goes_from_its_draft_to_its_answer(browse: Browse, channel: Channel) -> None:
    unit, office, officer = browse("vangiang"), browse("vanphong"), browse("thidua")
    page = unit.page(f"{HOME}/moi")
    assert "bí mật nhà nước" in page.text
    assert "không nêu người, cơ sở, vụ việc" in page.text
    form = page.values(page.form_to(f"{HOME}/moi"))
    refused = unit.post(f"{HOME}/moi", {**form, "title": "Chỉ có tiêu đề"})
    assert refused.status == 422
    assert set(refused.page.field_errors()) >= {"work_field", "body"}
    assert refused.page.values(refused.page.form_to(f"{HOME}/moi"))["title"] == "Chỉ có tiêu đề"
    filled = {"kind": "difficulty", "work_field": "emulation", "title": TITLE, "body": "Đơn vị nào\nđăng ký?"}
    made = unit.post(f"{HOME}/moi", {**form, **filled})
    page = unit.follow(made)
    key = int(made.location.rpartition("/")[2])
    assert page.headings() == [TITLE]
    added = unit.post(f"/tep-dinh-kem/vuong-mac-kien-nghi/{key}", {"file": (io.BytesIO(pdf()), "biệt phái.pdf")})
    assert "biệt phái.pdf" in unit.follow(added).text
    assert browse("vanphong").get(f"{HOME}/{key}").status == 404

    step(unit, key, "gui")
    before = office.page(f"{HOME}/{key}")
    assert "Chưa tiếp nhận" in before.text
    assert "biệt phái.pdf" not in before.text
    assert office.get(f"/tep-dinh-kem/vuong-mac-kien-nghi/{key}").status == 403
    step(office, key, "tiep-nhan")
    assert "biệt phái.pdf" in office.page(f"{HOME}/{key}").text
    assigned = office.page(f"{HOME}/{key}/buoc/phan-cong")
    assert assigned.values(assigned.form_to(f"{HOME}/{key}/buoc/phan-cong"))["due_on"] == "29/03/2023"
    step(office, key, "phan-cong", assignee_id=str(channel.person("thidua")))
    step(officer, key, "trinh-tra-loi", answer=ANSWER)
    assert ANSWER not in unit.page(f"{HOME}/{key}").text
    assert "Nguyễn Thị Thu Hằng" not in unit.page(f"{HOME}/{key}").text
    head = browse("thidua.truong")
    assert "Dự thảo của Nguyễn Thị Thu Hằng" in head.page(f"{HOME}/{key}").text
    step(head, key, "duyet", audience="all")
    page = unit.page(f"{HOME}/{key}")
    assert ANSWER in text_of(page.by_id("tra-loi"))
    step(unit, key, "ket-thuc")
    assert channel.item(key).state is DifficultyState.CLOSED


def test_a_comment_goes_between_unit_and_office(browse: Browse, channel: Channel) -> None:
    key = channel.until("assign")
    address = f"/trao-doi/vuong-mac-kien-nghi/{key}"
    assert browse("thidua").post(address, {"body": "Nhờ @vangiang gửi thêm số liệu"}).status == 303
    assert "gửi thêm số liệu" in browse("vangiang").page(f"{HOME}/{key}").text
    assert browse("thidua").post(address, {"body": "Nhờ @khoaichau xem"}).status == 422
    assert browse("khoaichau").get(address).status == 404


def test_another_unit_sees_only_what_is_published(browse: Browse, channel: Channel) -> None:
    private = channel.until("approve")
    named = channel.until("approve", audience=AnswerAudience.ALL, name_shown=True)
    nameless = channel.until("approve", audience=AnswerAudience.ALL)
    other = browse("khoaichau")
    for key in (private, named, nameless):
        assert other.get(f"{HOME}/{key}").status == 404
        assert other.get(f"{HOME}/{key}/buoc/gui").status == 404
        assert other.get(f"/tep-dinh-kem/vuong-mac-kien-nghi/{key}").status == 404
    assert other.get(f"{HOME}/hoi-dap/{private}").status == 404
    rows = other.page(f"{HOME}/hoi-dap?tu=biet+phai").table()
    assert [row["Đơn vị đã nêu"] for row in rows] == ["", "UBND huyện Văn Giang"]
    assert "Văn Giang" in other.page(f"{HOME}/hoi-dap/{named}").text
    page = other.page(f"{HOME}/hoi-dap/{nameless}")
    assert "Văn Giang" not in page.text
    assert ANSWER in page.text
    found = other.page("/tim-kiem?tu_khoa=vien+chuc+biet+phai")
    assert found.text.count(TITLE) == 2
    assert "Văn Giang" not in found.text
    channel.step("vanphong", named, "publish", channel.data("publish"))
    assert other.get(f"{HOME}/hoi-dap/{named}").status == 404


def test_the_list_is_filtered_and_taken_away_as_shown(browse: Browse, channel: Channel) -> None:
    sent, owed = channel.until("send"), channel.until("assign")
    draft = channel.written()
    office, unit = browse("vanphong"), browse("vangiang")
    assert len(office.page(HOME).table()) == 2
    assert len(unit.page(HOME).table()) == 3
    assert browse("khoaichau").page(HOME).text.count(TITLE) == 0
    assert [row["Trạng thái"] for row in office.page(f"{HOME}?trang-thai=sent").table()] == ["Chờ tiếp nhận"]
    assert len(office.page(f"{HOME}?linh-vuc=emulation&tu=bIet+phAi&don-vi={channel.unit_id('326')}").table()) == 2
    assert TITLE not in office.page(f"{HOME}?qua-han=1").text
    assert TITLE not in office.page(f"{HOME}?linh-vuc=youth").text
    answer = office.get("/danh-sach/vuong-mac-kien-nghi/xuat.xlsx?trang-thai=assigned")
    assert answer.status == 200
    sheet = load_workbook(io.BytesIO(answer.response.data)).worksheets[0]
    texts = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert texts.count(TITLE) == 1
    assert "Đang xử lý" in texts
    assert office.get("/danh-sach/vuong-mac-kien-nghi/in").page.text.count(TITLE) == 2
    assert channel.item(sent).id < channel.item(owed).id < channel.item(draft).id


def test_overdue_items_are_found(browse: Browse, channel: Channel, session: Session) -> None:
    key = channel.until("assign")
    session.get_one(Difficulty, key).due_on = channel.item(key).due_on.replace(day=14)  # type: ignore[union-attr]
    session.commit()
    page = browse("vanphong").page(f"{HOME}?qua-han=1")
    assert "Quá 1 ngày" in page.table()[0]["Hạn trả lời"]


def test_many_are_given_out_at_once(browse: Browse, channel: Channel) -> None:
    keys = [channel.until("open") for _ in range(2)]
    waits = channel.until("send")
    office = browse("vanphong")
    rows = [f"{key}-{channel.item(key).version}" for key in (*keys, waits)]
    address = "/danh-sach/vuong-mac-kien-nghi/thao-tac"
    asked = office.post(address, {"viec": "phan-cong", "id": rows})
    assert "Phân công xử lý 3" in asked.page.text
    form = next(f for f in asked.page.forms() if any(n.get("name") == "assignee_id" for n in f.iter()))
    values = {**asked.page.values(form), "id": rows, "viec": "phan-cong"}
    done = office.post(form.get("action", address), {**values, "assignee_id": str(channel.person("thidua"))})
    page = office.follow(done)
    assert "Bỏ qua 1 dòng" in page.text, page.text
    assert [channel.item(key).state for key in (*keys, waits)] == ["assigned", "assigned", "sent"]


def test_two_people_change_one_item(browse: Browse, channel: Channel) -> None:
    key = channel.written()
    address = f"{HOME}/{key}/sua"
    first, second = browse("vangiang"), browse("vangiang.lanhdao")
    page = first.page(address)
    values = page.values(page.form_to(address))
    assert second.post(address, {**values, "title": "Bản của lãnh đạo"}).status == 303
    late = first.post(address, {**values, "title": "Bản của tôi"})
    assert late.status == 409
    assert "Người khác vừa sửa" in late.page.text
    again = late.page.values(late.page.form_to(address))
    assert again["title"] == "Bản của tôi"
    assert first.post(address, again).status == 303
    send = f"{HOME}/{key}/buoc/gui"
    assert first.post(send, {"version": "1"}).status == 409


def test_what_waits_and_falls_due_is_shown(browse: Browse, channel: Channel) -> None:
    key = channel.until("assign")
    assert f"Trả lời: {TITLE}" in browse("thidua").page("/").text
    assert f"Trả lời: {TITLE}" in browse("thidua").page("/lich?thang=3").text
    assert f"Trả lời: {TITLE}" not in browse("vangiang").page("/").text
    channel.step("thidua", key, "submit_answer")
    assert f"Duyệt trả lời: {TITLE}" in browse("thidua.truong").page("/").text
    channel.written()
    assert f"Gửi: {TITLE}" in browse("vangiang").page("/").text
    assert "Chờ duyệt trả lời" in browse("vangiang").page("/").text


def test_pages_ask_as_many_queries_with_two_items_as_with_twenty(
    browse: Browse, channel: Channel, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    key = channel.until("approve", audience=AnswerAudience.ALL)
    channel.until("assign")
    office = browse("vanphong")
    addresses = (HOME, f"{HOME}/hoi-dap", f"{HOME}/{key}", "/")
    counts = []
    for _ in range(2):
        for address in addresses:
            office.get(address)
        found = []
        for address in addresses:
            with count_queries() as seen:
                assert office.get(address).status == 200
            found.append(len(seen))
        counts.append(found)
        base = channel.item(key)
        names = [c.name for c in Difficulty.__table__.columns if c.name not in ("id", "version")]
        values = {name: getattr(base, name) for name in names}
        for state in (DifficultyState.ANSWERED, DifficultyState.SENT, DifficultyState.ASSIGNED):
            session.add_all(Difficulty(**{**values, "state": state}) for _ in range(8))
        session.commit()
    assert counts[0] == counts[1]

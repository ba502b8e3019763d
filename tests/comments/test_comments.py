"""What people say about a registration: who writes and reads it, whom it names, what is told, mended and removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.manifest import Manifest
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.comments.models import Comment
from portal.domain.comments.owners import CommentOwner
from portal.domain.comments.queries import readers_among
from portal.domain.comments.services import TOO_LONG
from portal.domain.emulation.comments import COMMENTS, find
from portal.domain.notifications.models import Notice
from tests.emulation.domain.builders import PAPER, WorkAs, World
from tests.emulation.pages.support import Answer, Browser
from tests.pages import Page, text_of

Browse = Callable[[str], Browser]
Told = Callable[[str], list[Notice]]
OFFICER, HEAD, STRANGER = "vangiang", "vangiang.lanhdao", "khoaichau"


def address(key: int) -> str:
    return f"/trao-doi/dang-ky-thi-dua/{key}"


def write(browser: Browser, key: int, body: str, also: str = "", htmx: bool = False) -> Answer:
    return browser.post(address(key), {"body": body, "also": also}, htmx=htmx)


def said(page: Page) -> list[str]:
    """The comments as they are read: who, then what."""
    part = page.by_id("trao-doi")
    return [
        f"{text_of(next(node.iter('b')))}: {text_of(list(node.iter('p'))[1])}"
        for node in part.iter("li")
        if node.get("class") == "comment"
    ]


def one(world: World) -> Comment:
    found: Comment = world.all(select(Comment).order_by(Comment.id.desc()))[0]
    return found


def test_a_comment_is_written_read_and_told(browse: Browse, world: World, told: Told) -> None:
    key = world.sent_by_district()
    officer, above = browse(OFFICER), browse("thidua")
    answer = write(officer, key, "Nhờ @vangiang.lanhdao xem lại\nmục 2.")
    assert answer.location == f"/thi-dua/dang-ky/{key}#trao-doi"
    page = officer.follow(answer)
    assert said(page) == ["Nguyễn Thị Lan Anh: Nhờ @Lê Văn Quyết xem lại mục 2."]
    assert "09:00 15/03/2023" in text_of(page.by_id("trao-doi"))
    assert "bí mật nhà nước" in text_of(page.by_id("viet-trao-doi"))
    named = told(HEAD)[-1]
    assert named.text == "Nguyễn Thị Lan Anh nhắc đến ông/bà: Đăng ký thi đua năm 2023, UBND huyện Văn Giang"
    opened = browse(HEAD).post(f"/thong-bao/{named.id}/mo")
    assert opened.location == f"/thi-dua/dang-ky/{key}#trao-doi"

    before = len(told(OFFICER))
    page = Page(write(above, key, "Sở đã nhận, xin bổ sung.", htmx=True).html)
    assert said(page)[1].endswith(": Sở đã nhận, xin bổ sung.")
    assert [n.kind for n in told(OFFICER)[before:]] == ["comments.written"]
    assert told(HEAD)[-1].kind == "comments.written"
    assert [n.kind for n in told("thidua")[-1:]] != ["comments.written"]

    about = select(AuditEntry).where(AuditEntry.object_type == "comment").order_by(AuditEntry.id)
    entries = world.all(about)
    assert [entry.action for entry in entries] == ["comment.added"] * 2
    assert entries[0].detail == {"owner": f"emulation_registration/{key}", "mentioned": [world.user_id(HEAD)]}


def test_a_person_is_picked_without_a_script_too(browse: Browse, world: World, told: Told) -> None:
    key = world.sent_by_district()
    browser = browse(OFFICER)
    options = browser.get(f"{address(key)}/goi-y?also=quyet", htmx=True).html
    assert "Lê Văn Quyết – vangiang.lanhdao" in options
    assert "khoaichau" not in browser.get(f"{address(key)}/goi-y?also=khoaichau", htmx=True).html
    page = browser.follow(write(browser, key, "Xin ý kiến.", "Lê Văn Quyết – vangiang.lanhdao"))
    assert said(page) == ["Nguyễn Thị Lan Anh: Xin ý kiến. @Lê Văn Quyết"]
    assert told(HEAD)[-1].kind == "comments.mentioned"


@pytest.mark.parametrize(
    ("body", "also", "field", "words"),
    [
        ("Nhờ @khoaichau xem", "", "body", "Không nhắc được @khoaichau"),
        ("Nhờ @khong.co.ai xem", "", "body", "Không nhắc được @khong.co.ai"),
        ("Nhờ xem", "Ai Đó – khoaichau", "also", "không được xem hồ sơ"),
        (" \n ", "", "body", "Xin nhập nội dung"),
        ("a" * 2001, "", "body", TOO_LONG[:20]),
        (" ".join(f"@nguoi{n}" for n in range(11)), "", "body", "nhiều nhất 10 người"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    browse: Browse, world: World, body: str, also: str, field: str, words: str
) -> None:
    key = world.sent_by_district()
    for htmx in (False, True):
        answer = write(browse(OFFICER), key, body, also, htmx=htmx)
        assert answer.status == 422
        page = Page(answer.html) if htmx else answer.page
        assert words in page.field_errors()[field]
        assert body.strip() in answer.html
    assert world.all(select(func.count(Comment.id))) == [0]


def test_a_draft_is_kept_until_the_comment_is_sent(browse: Browse, world: World) -> None:
    key = world.sent_by_district()
    browser, home = browse(OFFICER), f"/thi-dua/dang-ky/{key}"
    page = browser.page(home)
    values = page.values(page.by_id("viet-trao-doi"))
    kept = browser.post(address(key), {**values, "body": "Đang viết dở", "_nhap": "luu"})
    assert kept.location.endswith("?nhap=dung#trao-doi")
    page = browser.get(f"{home}?nhap=dung").page
    assert page.values(page.by_id("viet-trao-doi"))["body"] == "Đang viết dở"
    browser.follow(browser.post(address(key), {**values, "body": "Đã viết xong"}))
    assert page.values(browser.page(home).by_id("viet-trao-doi"))["body"] == ""


def test_what_is_said_before_sending_stays_in_the_unit(browse: Browse, world: World, told: Told) -> None:
    key = world.opened(OFFICER, "326")
    assert browse("thidua").get(address(key)).status == 403
    assert write(browse(OFFICER), key, "Nhờ @thidua xem").status == 422
    write(browse(OFFICER), key, "Nhờ @vangiang.lanhdao xem số liệu")
    world.step(OFFICER, key, "submit")
    world.step(HEAD, key, "send", PAPER)
    write(browse(OFFICER), key, "Đã gửi Sở")
    assert len(said(browse(HEAD).page(address(key)))) == 2
    assert said(browse("thidua").page(address(key))) == ["Nguyễn Thị Lan Anh: Đã gửi Sở"]
    assert "nội bộ đơn vị" in text_of(browse(HEAD).page(address(key)).by_id("trao-doi"))


def test_one_mends_ones_own_while_there_is_time(browse: Browse, world: World, clock: FixedClock, told: Told) -> None:
    key = world.sent_by_district()
    browser = browse(OFFICER)
    write(browser, key, "Nhờ xem lại")
    comment = one(world)
    url = f"/trao-doi/{comment.id}/sua"
    form = browser.page(url)
    assert form.headings() == ["Sửa trao đổi"]
    assert browse(HEAD).get(url).status == 403
    assert browse(STRANGER).get(url).status == 404
    assert browser.post(url, {"body": "Nhờ @khoaichau", "version": 1}).status == 422
    browser.follow(browser.post(url, {"body": "Nhờ @vangiang.lanhdao xem lại", "version": 1}))
    page = browser.page(address(key))
    assert said(page) == ["Nguyễn Thị Lan Anh: Nhờ @Lê Văn Quyết xem lại"]
    assert "đã sửa 09:00 15/03/2023" in text_of(page.by_id("trao-doi"))
    assert told(HEAD)[-1].kind == "comments.mentioned"
    conflict = browser.post(url, {"body": "Bản của tôi", "version": 1})
    assert conflict.status == 409
    assert "xem lại" in conflict.page.text
    assert "Bản của tôi" in conflict.html
    clock.advance(timedelta(minutes=15))
    late = browser.post(url, {"body": "Muộn", "version": 2})
    assert late.status == 409
    assert "Sửa" not in text_of(browser.page(address(key)).by_id("trao-doi")).replace("đã sửa", "")


def test_one_removes_ones_own_and_a_trace_stays(browse: Browse, world: World, clock: FixedClock) -> None:
    key = world.sent_by_district()
    browser = browse(OFFICER)
    write(browser, key, "Điều viết nhầm, nhờ @vangiang.lanhdao")
    comment = one(world)
    clock.advance(timedelta(days=3))
    url = f"/trao-doi/{comment.id}/xoa"
    assert "Nội dung mất hẳn" in browse(OFFICER).page(url).text
    assert browse(HEAD).post(url).status == 403
    browser = browse(OFFICER)
    browser.post(url)
    page = browser.follow(browser.post(url))  # twice does no harm
    assert "Người viết đã xóa nội dung lúc 09:00 18/03/2023" in text_of(page.by_id("trao-doi"))
    assert "viết nhầm" not in page.text
    assert one(world).body == ""
    actions = world.all(select(AuditEntry.action).where(AuditEntry.object_type == "comment").order_by(AuditEntry.id))
    assert actions == ["comment.added", "comment.removed"]
    assert browser.get(f"/trao-doi/{comment.id}/sua").status == 404


def test_many_comments_come_page_by_page_with_as_many_queries(
    browse: Browse,
    world: World,
    session: Session,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    key = world.sent_by_district()
    browser, home = browse(OFFICER), f"/thi-dua/dang-ky/{key}"
    write(browser, key, "Thứ 0, nhờ @vangiang.lanhdao")
    browser.get(home)
    with count_queries() as few:
        browser.get(home)
    first = one(world)
    values = {"owner_type": first.owner_type, "owner_id": key, "unit_id": first.unit_id, "author_id": first.author_id}
    session.add_all(Comment(**values, body=f"Thứ {n}", created_at=first.created_at) for n in range(1, 45))
    session.commit()
    with count_queries() as many:
        page = browser.get(home).page
    assert len(many) == len(few)
    seen = said(page)
    assert [text.rpartition(" ")[2] for text in (seen[0], seen[-1])] == ["25", "44"]
    page = Page(browser.get(page.links()["Trao đổi trước đó"], htmx=True).html)
    assert [text.rpartition(" ")[2] for text in (said(page)[0], said(page)[-1])] == ["5", "24"]
    page = browser.page(page.links()["Trao đổi trước đó"])
    assert len(said(page)) == 5
    assert "Trao đổi trước đó" not in page.links()
    assert said(browser.page(page.links()["Trao đổi mới nhất"])) == seen
    assert browser.get(f"{address(key)}?truoc=khong-phai-so").status == 200


def test_who_can_be_named_is_who_may_read(world: World, work_as: WorkAs, actor_of: Callable[[str], Actor]) -> None:
    """The condition that suggestions are cut with agrees with the rule of one record, for every account and state."""
    keys = [world.opened("xuanquan", "12022"), world.sent_by_district()]
    names = world.all(select(UserAccount.username).where(UserAccount.disabled_at.is_(None)))
    for key in keys:
        with work_as(OFFICER) as work:
            view = find(work, key)
            assert view is not None
            able = set(work.session.scalars(readers_among(view.readers, select(UserAccount.id), work.today())))
            really = set()
            for name in names:
                person = actor_of(name)
                seen = find(Work(work.session, person, work.clock), key)
                if seen is not None and seen.may_read:
                    really.add(person.user_id)
            assert able == really
            assert len(able) > 1


def test_a_notice_is_read_only_by_who_may_still_read_the_record(
    browse: Browse, world: World, session: Session, told: Told
) -> None:
    key = world.sent_by_district()
    write(browse(OFFICER), key, "Nhờ @thidua xem")
    told_of = "nhắc đến ông/bà"
    assert told_of in browse("thidua").page("/thong-bao").text
    mine = select(RoleAssignment).where(RoleAssignment.user_id == world.user_id("thidua"))
    for assignment in session.scalars(mine):
        assignment.role = Role.ARCHIVES_OFFICER
    session.commit()
    assert told_of not in browse("thidua").page("/thong-bao").text
    assert write(browse(OFFICER), key, "Nhờ @thidua xem").status == 422


def test_records_that_do_not_exist_or_are_anothers(browse: Browse, world: World) -> None:
    key = world.sent_by_district()
    stranger = browse(STRANGER)
    assert write(stranger, key, "Xin xem").status == 404
    assert stranger.get(address(key)).status == 404
    assert stranger.get("/trao-doi/khong-co/1").status == 404
    assert stranger.get("/trao-doi/99999/xoa").status == 404


def test_a_confidential_feature_says_so_before_it_takes_comments() -> None:
    with pytest.raises(ValueError, match="declared so"):
        Manifest(name="x", label="X", confidential=True, comment_owners=(COMMENTS,))
    quiet = CommentOwner("x", "x", find, confidential=True)
    assert Manifest(name="x", label="X", confidential=True, comment_owners=(quiet,)).comment_owners == (quiet,)

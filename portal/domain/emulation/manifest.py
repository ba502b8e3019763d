"""What emulation says of itself: menu, what waits for whom, what was sent, figures, the words of its audit actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.core.clock import local
from portal.core.manifest import Figure, FigurePanel, Manifest, MenuEntry, SentItem, Shown, WaitingItem
from portal.core.pagination import AnyRow, bounded_count
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.comments import COMMENTS
from portal.domain.emulation.due import due
from portal.domain.emulation.enums import PeriodSector, RegistrationState
from portal.domain.emulation.files import FILES
from portal.domain.emulation.notice_kinds import NOTICE_KINDS
from portal.domain.emulation.proposals import PROPOSAL_FILES, PROPOSALS
from portal.domain.emulation.queries.completeness import Completeness, OwingFilter, completeness
from portal.domain.emulation.queries.totals import TargetProgress, target_progress
from portal.domain.emulation.queries.waiting import own_registrations, to_receive, watched_levels
from portal.domain.emulation.searchable import SEARCHABLE

AREA = "Thi đua"
PROVINCE = "province"
BOARD = "Sở Nội vụ"
MOST_RECEIVING = 10
REACHED = Shown("Đạt kế hoạch", "ok", "circle-check")
RUNNING = Shown("Đang đăng ký", "run", "progress")
CLOSED = "Kỳ đã đóng; cần đề nghị cơ quan tiếp nhận gia hạn"
SHORT = Shown("Chưa đạt kế hoạch", "warn", "alert-triangle")
S = RegistrationState
P = Permission


def waiting(work: Work, year: int) -> list[WaitingItem]:
    """What waits for the actor: registrations to write, mend, decide, complete and receive (three queries)."""
    today = work.today()
    rows = work.session.execute(own_registrations(work.actor, today, year)).all()
    found = [item for row in rows for item in _own(work, row, year)]
    return found + list(_receiving(work, today, year))


def _own(work: Work, row: AnyRow, year: int) -> Iterator[WaitingItem]:
    """What one of the actor's own registrations asks of them."""
    writes = work.actor.holds_at(P.REGISTRATION_EDIT, row.unit_id)
    what = f"{_lower(row.period_name)}: {row.unit_name}"
    due, today = row.due_on, work.today()
    if row.state is None:
        is_open = row.opens_on <= today <= _last_day(row)
        missed = year == today.year and today > _last_day(row)
        if writes and (is_open or missed):
            values = {"nam": row.year}
            note = CLOSED if missed else ""
            yield WaitingItem(f"Lập {what}", AREA, "emulation.new_registration", values, due, note=note)
        return
    show = {"registration_id": row.registration_id}
    if row.state is S.DRAFT and writes:
        yield WaitingItem(f"Hoàn thành {what}", AREA, _SHOW, show, due, note="Bản nháp")
    elif row.state is S.RETURNED and writes:
        yield WaitingItem(f"Sửa {what}", AREA, _SHOW, show, due, _day(row.decided_at), "Bị trả lại")
    elif row.state is S.IN_REVIEW and work.actor.holds_at(P.REGISTRATION_APPROVE, row.unit_id):
        yield WaitingItem(f"Duyệt {what}", AREA, _SHOW, show, due, _day(row.updated_at))
    elif row.state is S.SENT and not row.paper_no and _records(work, row.unit_id):
        yield WaitingItem(f"Ghi số, ngày văn bản {what}", AREA, _SHOW, show, None, _day(row.sent_at))


def _last_day(row: AnyRow) -> date:
    last: date = max(row.closes_on, row.last_day)
    return last


def _records(work: Work, unit_id: int) -> bool:
    return any(work.actor.holds_at(p, unit_id) for p in (P.REGISTRATION_EDIT, P.REGISTRATION_SEND))


def _receiving(work: Work, today: date, year: int) -> Iterator[WaitingItem]:
    """What was sent to the actor's units: the longest waiting one by one, the rest in one line."""
    if not work.actor.can(P.REGISTRATION_RECEIVE):
        return
    stmt = to_receive(work.actor, today, year)
    rows = work.session.execute(stmt.limit(MOST_RECEIVING)).all()
    for row in rows:
        values = {"registration_id": row.registration_id}
        title = f"Tiếp nhận {_lower(row.period_name)}: {row.unit_name}"
        yield WaitingItem(title, AREA, _SHOW, values, since=_day(row.sent_at))
    if len(rows) == MOST_RECEIVING:
        count = bounded_count(work.session, stmt)
        if count.value > MOST_RECEIVING:
            more = f"{count.value - MOST_RECEIVING}{'+' if count.capped else ''}"
            values = {"nam": year, "trang_thai": "sent"}
            title = f"Tiếp nhận {more} bản đăng ký thi đua khác"
            yield WaitingItem(title, AREA, "emulation.list_units", values, since=_day(rows[-1].sent_at))


def sent(work: Work, year: int) -> list[SentItem]:
    """What the actor's units have put on its way, and where it is (one query)."""
    rows = work.session.execute(own_registrations(work.actor, work.today(), year)).all()
    return [_sent(row) for row in rows if row.state not in (None, S.DRAFT)]


def _sent(row: AnyRow) -> SentItem:
    inside = row.state is S.IN_REVIEW
    receiver = BOARD if row.receiver_level == PROVINCE else row.receiver_name
    where = {S.IN_REVIEW: "Lãnh đạo đơn vị", S.RETURNED: row.unit_name}.get(row.state, receiver)
    at = row.updated_at if inside else row.decided_at or row.sent_at
    state = Shown(row.state.label, row.state.tone, row.state.icon)
    title = f"{row.period_name}: {row.unit_name}"
    return SentItem(title, _SHOW, {"registration_id": row.registration_id}, state, at, where)


def figures(work: Work, year: int) -> FigurePanel | None:
    """For who watches the province: the plan's numbers; for who watches units below their own: how many have sent."""
    if not work.actor.can(P.COMPLETENESS_VIEW):
        return None
    session, actor, today = work.session, work.actor, work.today()
    watched = session.execute(watched_levels(actor)).all()
    period = session.scalars(
        select(RegistrationPeriod).where(
            RegistrationPeriod.year == year, RegistrationPeriod.sector == PeriodSector.OFFICE
        )
    ).one_or_none()
    if period is None:
        return None
    if any(row.level_code == PROVINCE for row in watched):
        shown = tuple(_target(item, period, today) for item in target_progress(session, actor, today, year))
    else:
        below = OwingFilter(year, direct_to=watched[0].unit_id)
        count = completeness(session, actor, today, below)
        shown = (_share(count, period, today),) if count.owing else ()
    if not shown:
        return None
    note = f"hạn gửi {period.due_on:%d/%m/%Y}"
    return FigurePanel(f"Chỉ tiêu thi đua năm {year}", note, shown, "emulation.show_totals", {"nam": year})


def _target(item: TargetProgress, period: RegistrationPeriod, today: date) -> Figure:
    target = item.target
    if item.is_completeness:
        return _figure(target.label, item.value, item.number, "đơn vị", period, today, "emulation.list_units")
    return _figure(target.label, item.value, item.number, target.unit_of_measure, period, today)


def _share(count: Completeness, period: RegistrationPeriod, today: date) -> Figure:
    return _figure(
        "Đơn vị trực thuộc đã gửi đăng ký",
        count.sent,
        count.owing,
        "đơn vị",
        period,
        today,
        "emulation.list_units",
    )


def _figure(
    name: str, value: int, goal: int, measure: str, period: RegistrationPeriod, today: date, endpoint: str = ""
) -> Figure:
    state = REACHED if value >= goal else RUNNING if today <= period.due_on else SHORT
    values: dict[str, Any] = {"nam": period.year} if endpoint else {}
    return Figure(name, value, goal, measure, state, _elapsed(period, today), endpoint, values)


def _elapsed(period: RegistrationPeriod, today: date) -> float | None:
    """The share of the time from opening to the due day that is gone; None before and after."""
    if not period.opens_on <= today <= period.due_on:
        return None
    return 100 * (today - period.opens_on).days / max(1, (period.due_on - period.opens_on).days)


def _lower(name: str) -> str:
    """Đăng ký thi đua năm 2023, inside a sentence: đăng ký thi đua năm 2023."""
    return name[:1].lower() + name[1:]


def _day(instant: Any) -> date | None:
    return local(instant).date() if instant is not None else None


_SHOW = "emulation.show_registration"
AUDIT_LABELS = {
    "registration.opened": "Lập bản đăng ký thi đua",
    "registration.content_saved": "Lưu nội dung đăng ký",
    "registration.pledge_added": "Thêm chỉ tiêu thi đua",
    "registration.pledge_updated": "Sửa chỉ tiêu thi đua",
    "registration.pledge_removed": "Xóa chỉ tiêu thi đua",
    "registration.line_added": "Thêm dòng đăng ký",
    "registration.line_updated": "Sửa dòng đăng ký",
    "registration.line_removed": "Xóa dòng đăng ký",
    "registration.line_restored": "Khôi phục dòng đăng ký",
    "registration.lines_imported": "Nhập danh sách đăng ký từ Excel",
    "registration.import_staged": "Đọc thử tệp Excel của bản đăng ký",
    "registration.import_applied": "Xác nhận nhập tệp Excel",
    "registration.import_cancelled": "Bỏ tệp Excel đã đọc thử",
    "registration.template_downloaded": "Tải tệp mẫu có danh sách đăng ký",
    "registration.faulty_rows_downloaded": "Tải các dòng cần sửa của tệp nhập",
    "registration.lines_taken_in": "Lấy danh sách của đơn vị trực thuộc",
    "registration.lines_copied": "Lấy dòng từ bản đăng ký năm trước",
    "registration.copies_updated": "Cập nhật dòng đã lấy theo đơn vị trực thuộc",
    "registration.paper_recorded": "Ghi số, ngày, người ký của văn bản đăng ký",
    "registration.submitted": "Trình lãnh đạo bản đăng ký",
    "registration.withdrawn": "Rút bản đăng ký về để sửa",
    "registration.sent_back": "Lãnh đạo trả lại bản đăng ký",
    "registration.sent": "Duyệt và gửi bản đăng ký",
    "registration.sent_signed": "Gửi bản đăng ký đã ký giấy",
    "registration.taken_back": "Thu hồi bản đăng ký đã gửi",
    "registration.returned": "Trả lại bản đăng ký",
    "registration.accepted": "Tiếp nhận bản đăng ký",
    "registration.reopened": "Mở lại bản đăng ký đã tiếp nhận",
    "movement.created": "Thêm phong trào thi đua",
    "movement.updated": "Sửa phong trào thi đua",
    "movement.closed": "Đóng phong trào thi đua",
    "movement.reopened": "Mở lại phong trào thi đua",
    "movement.deleted": "Xóa phong trào thi đua",
    "title.updated": "Sửa danh mục danh hiệu, hình thức",
    "block.created": "Thêm cụm, khối thi đua",
    "block.updated": "Sửa cụm, khối thi đua",
    "block.deleted": "Xóa cụm, khối thi đua",
    "block.copied": "Chép cụm, khối từ năm trước",
    "block.member_added": "Thêm thành viên cụm, khối",
    "block.role_changed": "Đổi vai trò trong cụm, khối",
    "block.member_removed": "Bỏ thành viên cụm, khối",
    "period.created": "Thêm kỳ đăng ký",
    "period.updated": "Sửa kỳ đăng ký",
    "period.deleted": "Xóa kỳ đăng ký",
    "period.exception_granted": "Gia hạn cho đơn vị",
    "period.exception_withdrawn": "Bỏ gia hạn của đơn vị",
    "target.created": "Thêm chỉ tiêu khen thưởng",
    "target.updated": "Sửa chỉ tiêu khen thưởng",
    "target.deleted": "Xóa chỉ tiêu khen thưởng",
    "proposal.created": "Lập tờ trình danh hiệu thi đua",
    "proposal.saved": "Sửa nội dung tờ trình",
    "proposal.lines_added": "Đưa dòng đăng ký vào tờ trình",
    "proposal.line_removed": "Bỏ dòng khỏi tờ trình",
    "proposal.paper_recorded": "Ghi số, ngày tờ trình đã ký",
    "proposal.document_exported": "Xuất tờ trình ra văn bản",
    "registration.list_exported": "Xuất danh sách đăng ký ra Excel",
    "registration.list_printed": "Mở bản in danh sách đăng ký",
    "registration.document_exported": "Xuất bản đăng ký ra văn bản",
    "registration.printed": "Mở bản in bản đăng ký",
    "registration.file_downloaded": "Tải tệp của bản đăng ký",  # until files had pages of their own
}
AUDIT_WORDS = {
    "emulation_registration": "Bản đăng ký thi đua",
    "emulation_proposal": "Tờ trình danh hiệu thi đua",
    "emulation_line_list": "Danh sách đăng ký",
    "emulation_unit_list": "Tình hình đăng ký",
    "emulation_block": "Cụm, khối thi đua",
    "emulation_movement": "Phong trào thi đua",
    "emulation_title": "Danh hiệu, hình thức",
    "registration_period": "Kỳ đăng ký",
    "registration_target": "Chỉ tiêu khen thưởng",
    "period": "Kỳ đăng ký",
    "period_ids": "Các kỳ",
    "title_ids": "Các danh hiệu",
    "block_id": "Cụm, khối",
    "unit_id": "Mã số đơn vị",
    "level": "Cấp",
    "state": "Trạng thái",
    "subject": "Đối tượng",
    "words": "Từ tìm",
    "direct_only": "Chỉ cấp dưới trực tiếp",
    "year": "Năm",
    "sort": "Sắp xếp",
    "form": "Mẫu",
    "saved_as": "Dạng tệp",
    "paper_no": "Số văn bản",
    "paper_date": "Ngày văn bản",
    "number": "Số lượng",
    "due_on": "Hạn gửi",
    "opens_on": "Ngày mở",
    "closes_on": "Ngày đóng",
    "import": "Lần nhập",
    "changed": "Sửa",
    "same": "Giữ nguyên",
    "left": "Còn lỗi",
    "blocks": "Số cụm, khối",
    **{state.value: state.label for state in RegistrationState},
}

GROUP = "Thi đua, khen thưởng"
MENU = (
    MenuEntry(
        "Đăng ký thi đua",
        "emulation.list_registrations",
        "clipboard-text",
        P.REGISTRATION_VIEW,
        GROUP,
        key="d",
        order=200,
    ),
    MenuEntry("Tình hình đăng ký", "emulation.list_units", "list-check", P.COMPLETENESS_VIEW, GROUP, order=210),
    MenuEntry("Tổng hợp theo danh hiệu", "emulation.show_totals", "trophy", P.REGISTRATION_VIEW, GROUP, order=220),
    MenuEntry("Tờ trình", "emulation.list_proposals", "file-text", P.PROPOSAL_VIEW, GROUP, order=225),
    MenuEntry(
        "Danh mục thi đua",
        "emulation.list_movements",
        "book",
        P.CATALOGUE_VIEW,
        GROUP,
        order=230,
        active_prefixes=(
            "/thi-dua/phong-trao",
            "/thi-dua/danh-muc",
            "/thi-dua/cum-khoi",
            "/thi-dua/ky-dang-ky",
            "/thi-dua/chi-tieu-khen-thuong",
        ),
    ),
)
MANIFEST = Manifest(
    name="emulation",
    label=GROUP,
    menu=MENU,
    actions=(
        MenuEntry("Lập bản đăng ký thi đua", "emulation.new_registration", "plus", P.REGISTRATION_EDIT, GROUP),
        MenuEntry("Lập tờ trình thi đua", "emulation.new_proposal", "plus", P.PROPOSAL_EDIT, GROUP),
    ),
    waiting=waiting,
    sent=sent,
    figures=figures,
    due=due,
    touches_units=(
        "emulation_registration.unit_id",
        "emulation_registration.receiver_unit_id",
        "registration_line.unit_id",
        "registration_line.origin_unit_id",
        "period_exception.unit_id",
        "block_member.unit_id",
        "emulation_proposal.unit_id",
    ),
    retention="Bản đăng ký và danh sách: lưu cùng hồ sơ thi đua của năm; chưa có quy định xóa trong cổng.",
    searchable=SEARCHABLE,
    audit_labels=AUDIT_LABELS,
    audit_words=AUDIT_WORDS,
    file_owners=(FILES, PROPOSAL_FILES),
    document_kinds=(PROPOSALS,),
    comment_owners=(COMMENTS,),
    notice_kinds=NOTICE_KINDS,
)

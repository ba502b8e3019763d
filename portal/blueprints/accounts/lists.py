"""The lists of accounts: people, roles given and handed on, requests about confidential roles."""

from __future__ import annotations

from functools import partial

from flask import url_for

from portal.blueprints.accounts.bulk import ASSIGNMENT_BULK, USER_BULK
from portal.blueprints.accounts.shown import RequestRow, UserRow, request_row, user_rows
from portal.blueprints.accounts.shown_delegations import DelegationRow, delegation_rows
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import assignment_queries, delegation_queries, queries
from portal.domain.accounts.assignment_queries import AssignmentFilter, assignments
from portal.domain.accounts.delegation_queries import DelegationFilter
from portal.domain.accounts.enums import AssignmentState, RequestState, UserState
from portal.domain.accounts.queries import UserFilter
from portal.domain.accounts.rules import assignment_state
from portal.exports._cells import Kind
from portal.web.context import today
from portal.web.formats import moment
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare
from portal.web.lists.cells import an_instant, link, status, tagged, under
from portal.web.lists.spec import Args

ANY = ("", "Tất cả")
HOLDING = "con"
REQUEST_STATES = (RequestState.PENDING, RequestState.APPROVED, RequestState.REFUSED, RequestState.WITHDRAWN)


def _person(row: UserRow) -> str:
    return under(link(row.name, row.url), row.post)


def _user_filters(work: Work, args: Args) -> list[FilterSpec]:
    units = work.session.execute(queries.units_to_filter(work.actor, work.today(), args.get("don_vi", "")))
    return [
        FilterSpec("q", "Tìm theo họ tên, tên đăng nhập", kind="search"),
        FilterSpec("don_vi", "Đơn vị", (ANY, *((str(key), name) for key, name in units))),
        FilterSpec("tinh_trang", "Tình trạng", (ANY, *((s.value, s.label) for s in UserState))),
    ]


def _users(work: Work, listing: Listing) -> Source:
    state = UserState(value) if (value := listing["tinh_trang"]) else None
    wanted = UserFilter(listing["q"], listing.number("don_vi"), state)
    return Source(
        queries.user_rows(work.actor, wanted, work.today()), items=lambda rows: user_rows(work, rows, work.today())
    )


USERS = declare(
    ListSpec(
        name="nguoi-dung",
        endpoint="accounts.list_users",
        title="Người dùng",
        row="người",
        region="nguoi-dung",
        permission=Permission.USER_VIEW,
        export_permission=Permission.USER_VIEW,
        columns=(
            Column("ten", "Họ và tên", lambda r: r.name, _person, order="ten", head=True, required=True, width=26),
            Column("chuc-vu", "Chức vụ", lambda r: r.post, shown=False, width=22),
            Column("tai-khoan", "Tên đăng nhập", lambda r: r.username, order="tai-khoan", width=20),
            Column("don-vi", "Đơn vị", lambda r: r.unit_name, width=28),
            Column("vai-tro", "Vai trò", lambda r: r.roles or "chưa có", width=36),
            Column("tinh-trang", "Tình trạng", lambda r: r.state, lambda r: status(r.state), kind=Kind.STATUS),
            Column("thu", "Thư điện tử", lambda r: r.email, shown=False, width=28),
            Column(
                "dang-nhap",
                "Đăng nhập gần nhất",
                lambda r: moment(r.last_sign_in),
                lambda r: an_instant(r.last_sign_in, "chưa đăng nhập"),
                css="tnum",
                width=18,
            ),
        ),
        orders=lambda _: (queries.BY_NAME, queries.BY_USERNAME),
        filters=_user_filters,
        source=_users,
        bulk=USER_BULK,
        caption="Người dùng trong phạm vi",
        empty=Empty("Chưa có người dùng", "Thêm người dùng đầu tiên trong phạm vi của ông/bà.", "users"),
    )
)


def _request(row: RequestRow) -> str:
    return under(link(row.kind.label, row.url), row.role)


def _request_filters(_work: Work, _args: Args) -> list[FilterSpec]:
    return [FilterSpec("tinh_trang", "Tình trạng", (ANY, *((s.value, s.label) for s in REQUEST_STATES)))]


def _requests(work: Work, listing: Listing) -> Source:
    state = RequestState(value) if (value := listing["tinh_trang"]) else None
    shown = partial(request_row, now=work.clock.now())
    return Source(
        queries.requests_for(work.actor, work.today(), state),
        items=lambda rows: [shown(row) for row in rows],
        key_of=lambda row: (row.AccessRequest.id,),
    )


REQUESTS = declare(
    ListSpec(
        name="yeu-cau-phan-quyen",
        endpoint="accounts.list_access_requests",
        title="Yêu cầu phân quyền",
        row="yêu cầu",
        region="yeu-cau",
        permission=Permission.ACCESS_REQUEST_VIEW,
        export_permission=Permission.ACCESS_REQUEST_VIEW,
        shareable=False,
        columns=(
            Column("yeu-cau", "Yêu cầu", lambda r: r.kind.label, _request, head=True, required=True),
            Column("nguoi-dung", "Người dùng", lambda r: r.user_name),
            Column("don-vi", "Đơn vị", lambda r: r.unit_name),
            Column("nguoi-yeu-cau", "Người yêu cầu", lambda r: r.asker_name),
            Column("luc", "Lúc", lambda r: moment(r.asked_at), lambda r: an_instant(r.asked_at), css="tnum"),
            Column("nguoi-xu-ly", "Người xử lý", lambda r: r.decider_name, shown=False),
            Column("tinh-trang", "Tình trạng", lambda r: r.state, lambda r: status(r.state), kind=Kind.STATUS),
        ),
        orders=lambda _: (queries.REQUESTS_NEWEST,),
        filters=_request_filters,
        source=_requests,
        caption="Yêu cầu về quyền hạn chế, mới nhất trước",
        empty=Empty(
            "Không có yêu cầu nào",
            "Yêu cầu hiện ở đây khi quản trị viên giao hoặc đặt lại quyền trong mảng hạn chế.",
            "user-check",
        ),
    )
)


def _role(row: DelegationRow) -> str:
    return under(tagged(link(row.role.label, row.url), "Hạn chế" if row.confidential else ""), row.unit_name)


def _delegation_filters(_work: Work, _args: Args) -> list[FilterSpec]:
    states = (ANY, ("con", "Còn hoặc sắp có hiệu lực"), ("het", "Đã kết thúc"))
    return [FilterSpec("q", "Tìm theo họ tên", kind="search"), FilterSpec("tinh_trang", "Tình trạng", states)]


def _delegations(work: Work, listing: Listing) -> Source:
    over = {"con": False, "het": True}.get(listing["tinh_trang"])
    return Source(
        delegation_queries.in_reach(work.actor, work.today(), DelegationFilter(listing["q"], over)),
        items=lambda rows: delegation_rows(rows, work.today()),
        key_of=lambda row: (row.RoleAssignment.id,),
    )


DELEGATIONS = declare(
    ListSpec(
        name="uy-quyen",
        endpoint="accounts.list_delegations",
        title="Ủy quyền",
        row="ủy quyền",
        region="uy-quyen",
        permission=Permission.ASSIGNMENT_MANAGE,
        export_permission=Permission.ASSIGNMENT_MANAGE,
        columns=(
            Column("vai-tro", "Vai trò", lambda r: r.role.label, _role, head=True, required=True, width=26),
            Column("don-vi", "Đơn vị", lambda r: r.unit_name, shown=False, width=26),
            Column("nguoi-giao", "Người ủy quyền", lambda r: r.giver_name, lambda r: under(r.giver_name, r.giver_post)),
            Column(
                "nguoi-nhan", "Người nhận", lambda r: r.receiver_name, lambda r: under(r.receiver_name, r.receiver_post)
            ),
            Column("tu", "Từ ngày", lambda r: r.valid_from, css="tnum", kind=Kind.DATE),
            Column("den", "Đến hết ngày", lambda r: r.valid_to, css="tnum", kind=Kind.DATE),
            Column("can-cu", "Căn cứ, nội dung", lambda r: r.reason, shown=False, width=36),
            Column("tinh-trang", "Tình trạng", lambda r: r.state, lambda r: status(r.state), kind=Kind.STATUS),
        ),
        orders=lambda _: (delegation_queries.NEWEST,),
        filters=_delegation_filters,
        source=_delegations,
        caption="Ủy quyền trong phạm vi quản lý, mới nhất trước",
        empty=Empty(
            "Không có ủy quyền nào",
            "Ủy quyền do người giữ vai trò lập ở trang Ủy quyền của mình hiện ở đây.",
            "user-check",
        ),
    )
)


def _holder(row: AnyRow) -> str:
    url = url_for("accounts.show_user", user_id=row.user_id)
    return under(link(row.full_name, url), row.post)


def _assignment_state(row: AnyRow) -> AssignmentState:
    return assignment_state(row.valid_from, row.valid_to, row.ended_at is not None, today())


def _assignment_role(row: AnyRow) -> str:
    return tagged(row.role.label, "Hạn chế" if ROLES[row.role].confidential else "")


def _assignment_filters(work: Work, args: Args) -> list[FilterSpec]:
    units = work.session.execute(queries.units_to_filter(work.actor, work.today(), args.get("don_vi", "")))
    states = ((HOLDING, "Còn hoặc sắp có hiệu lực"), ("het", "Đã hết hiệu lực"), ("tat-ca", "Tất cả"))
    return [
        FilterSpec("q", "Tìm theo họ tên, tên đăng nhập", kind="search"),
        FilterSpec("vai_tro", "Vai trò", (ANY, *((role.value, role.label) for role in Role))),
        FilterSpec("don_vi", "Đơn vị", (ANY, *((str(key), name) for key, name in units))),
        FilterSpec("tinh_trang", "Hiệu lực", states, default=HOLDING),
    ]


def _assignments(work: Work, listing: Listing) -> Source:
    wanted = AssignmentFilter(
        listing["q"],
        Role(listing["vai_tro"]) if listing["vai_tro"] else None,
        listing.number("don_vi"),
        {HOLDING: False, "het": True}.get(listing["tinh_trang"]),
    )
    return Source(assignments(work.actor, work.today(), wanted))


ASSIGNMENTS = declare(
    ListSpec(
        name="phan-quyen",
        endpoint="accounts.list_assignments",
        title="Phân quyền",
        row="vai trò",
        region="phan-quyen",
        permission=Permission.ASSIGNMENT_MANAGE,
        export_permission=Permission.ASSIGNMENT_MANAGE,
        paper="Danh sách vai trò được phân quyền",
        columns=(
            Column("nguoi", "Người giữ", lambda r: r.full_name, _holder, head=True, required=True, width=26),
            Column("tai-khoan", "Tên đăng nhập", lambda r: r.username, shown=False, width=20),
            Column("vai-tro", "Vai trò", lambda r: r.role.label, _assignment_role, width=28),
            Column("don-vi", "Phạm vi", lambda r: r.unit_name, width=28),
            Column("tu", "Từ ngày", lambda r: r.valid_from, css="tnum", kind=Kind.DATE, width=12),
            Column("den", "Đến hết ngày", lambda r: r.valid_to, css="tnum", kind=Kind.DATE, width=12),
            Column("uy-quyen", "Do ủy quyền của", lambda r: r.giver_name or "", width=24),
            Column("can-cu", "Căn cứ", lambda r: r.reason, shown=False, width=30),
            Column(
                "tinh-trang",
                "Tình trạng",
                lambda r: _assignment_state(r).label,
                lambda r: status(_assignment_state(r)),
                kind=Kind.STATUS,
            ),
        ),
        orders=lambda _: (assignment_queries.NEWEST,),
        filters=_assignment_filters,
        source=_assignments,
        bulk=ASSIGNMENT_BULK,
        caption="Vai trò đã giao trong phạm vi quản lý, mới nhất trước",
        empty=Empty("Chưa giao vai trò nào", "Vai trò được giao ở trang của từng người dùng.", "users"),
    )
)

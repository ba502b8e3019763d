"""What accounts say of themselves."""

from __future__ import annotations

from portal.core.clock import local
from portal.core.manifest import Manifest, MenuEntry, WaitingItem
from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts.delegation_queries import unseen_by
from portal.domain.accounts.enums import RequestKind, SessionEnd
from portal.domain.accounts.models import RoleAssignment
from portal.domain.accounts.queries import waiting_requests
from portal.domain.accounts.rules import REQUEST_GOOD_FOR
from portal.domain.accounts.searchable import USERS
from portal.domain.accounts.services.delegation_ends import NOTICE

AUDIT_LABELS = {
    "session.signed_in": "Đăng nhập",
    "session.sign_in_failed": "Đăng nhập không thành công",
    "session.factor_passed": "Qua xác thực hai bước",
    "session.ended": "Kết thúc phiên đăng nhập",
    "account.created": "Tạo tài khoản",
    "account.import_staged": "Đọc tệp người dùng",
    "account.import_applied": "Nhập người dùng từ tệp",
    "account.import_cancelled": "Hủy tệp người dùng",
    "account.first_passwords_given": "Cấp mật khẩu lần đầu cho nhiều người",
    "account.people_template_downloaded": "Tải tệp mẫu người dùng",
    "account.edited": "Sửa thông tin người dùng",
    "account.disabled": "Khóa tài khoản",
    "account.enabled": "Mở khóa tài khoản",
    "account.password_changed": "Đổi mật khẩu",
    "account.password_refused": "Nhập sai mật khẩu hiện tại",
    "account.password_reset": "Cấp lại mật khẩu",
    "account.factor_confirmed": "Bật xác thực hai bước",
    "account.factor_refused": "Nhập sai mã xác thực",
    "account.factor_reset": "Đặt lại xác thực hai bước",
    "account.factor_switched_off": "Tắt xác thực hai bước",
    "account.recovery_code_used": "Dùng mã dự phòng",
    "account.recovery_codes_renewed": "Tạo mã dự phòng mới",
    "assignment.created": "Giao vai trò",
    "assignment.edited": "Đổi thời hạn vai trò",
    "assignment.ended": "Kết thúc vai trò",
    "delegation.created": "Ủy quyền",
    "delegation.acknowledged": "Xác nhận đã biết ủy quyền",
    "delegation.revoked": "Thu hồi ủy quyền",
    "delegation.ended": "Ủy quyền hết hiệu lực theo vai trò",
    "access_request.made": "Gửi yêu cầu về quyền hạn chế",
    "access_request.approved": "Xác nhận yêu cầu về quyền hạn chế",
    "access_request.refused": "Không xác nhận yêu cầu về quyền hạn chế",
    "access_request.withdrawn": "Rút yêu cầu về quyền hạn chế",
    "demo.seeded": "Nạp tài khoản dùng thử",
}
AUDIT_WORDS = {
    "user_account": "Tài khoản",
    "user_session": "Phiên đăng nhập",
    "role_assignment": "Phân quyền",
    "access_request": "Yêu cầu phân quyền",
    "username": "Tên đăng nhập",
    "full_name": "Họ và tên",
    "post": "Chức vụ",
    "email": "Thư điện tử",
    "home_unit_id": "Mã số đơn vị công tác",
    "session": "Phiên",
    "sessions": "Các phiên",
    "accounts": "Số tài khoản",
    "known": "Tài khoản có thật",
    "given_by": "Người ủy quyền",
    SessionEnd.SIGNED_OUT.value: "đăng xuất",
    SessionEnd.REPLACED.value: "đăng nhập lại",
    SessionEnd.BY_OWNER.value: "chủ tài khoản kết thúc",
    SessionEnd.PASSWORD_CHANGED.value: "đổi mật khẩu",
    SessionEnd.PASSWORD_RESET.value: "được cấp lại mật khẩu",
    SessionEnd.FACTOR_CHANGED.value: "đổi xác thực hai bước",
    SessionEnd.FACTOR_RESET.value: "được đặt lại xác thực hai bước",
    SessionEnd.DISABLED.value: "tài khoản bị khóa",
    SessionEnd.EXPIRED.value: "quá thời hạn",
    **{kind.value: kind.label for kind in RequestKind},
}


def waiting(work: Work, _year: int) -> list[WaitingItem]:
    """What waits: delegations that one does not yet know of, requests for a second person (one query each)."""
    return _delegations(work) + _requests(work)


def _delegations(work: Work) -> list[WaitingItem]:
    """Delegations that the actor received and has not yet said to know of; of a confidential role a word only."""
    found = []
    for row in work.session.execute(unseen_by(work.actor, work.today())):
        given: RoleAssignment = row.RoleAssignment
        role = "vai trò hạn chế" if ROLES[given.role].confidential else given.role.label
        found.append(
            WaitingItem(
                title=f"Được ủy quyền {role}, từ {given.valid_from:%d/%m/%Y} đến hết {given.valid_to:%d/%m/%Y}",
                area="Tài khoản",
                endpoint="accounts.show_delegation",
                values={"delegation_id": given.id},
                since=local(given.created_at).date(),
                note=f"{row.giver_name} ủy quyền",
            )
        )
    return found


def _requests(work: Work) -> list[WaitingItem]:
    """Requests about confidential roles that wait for a second person: a word only, no names."""
    if not work.actor.can(Permission.ACCESS_REQUEST_CONFIRM):
        return []
    since = work.clock.now() - REQUEST_GOOD_FOR
    return [
        WaitingItem(
            title="Yêu cầu về quyền hạn chế chờ xác nhận",
            area="Quản trị",
            endpoint="accounts.show_access_request",
            values={"request_id": request.id},
            due_on=local(request.requested_at + REQUEST_GOOD_FOR).date(),
            since=local(request.requested_at).date(),
        )
        for request in work.session.scalars(waiting_requests(work.actor, work.today(), since))
    ]


MANIFEST = Manifest(
    name="accounts",
    label="Người dùng và phân quyền",
    menu=(
        MenuEntry(
            label="Người dùng",
            endpoint="accounts.list_users",
            icon="users",
            permission=Permission.USER_VIEW,
            group="Quản trị",
            order=910,
        ),
        MenuEntry(
            label="Phân quyền",
            endpoint="accounts.list_assignments",
            icon="key",
            permission=Permission.ASSIGNMENT_MANAGE,
            group="Quản trị",
            order=915,
        ),
        MenuEntry(
            label="Ủy quyền",
            endpoint="accounts.list_delegations",
            icon="user-check",
            permission=Permission.ASSIGNMENT_MANAGE,
            group="Quản trị",
            order=920,
        ),
        MenuEntry(
            label="Yêu cầu phân quyền",
            endpoint="accounts.list_access_requests",
            icon="checks",
            permission=Permission.ACCESS_REQUEST_VIEW,
            group="Quản trị",
            order=930,
        ),
    ),
    actions=(
        MenuEntry("Thêm người dùng", "accounts.new_user", "user-plus", Permission.USER_MANAGE, "Quản trị", order=910),
    ),
    waiting=waiting,
    searchable=(USERS,),
    notice_kinds=(NoticeKind(NOTICE, "Ủy quyền nhận được, đã giao, kết thúc", fixed=True, mail=MailChoice.AT_ONCE),),
    touches_units=("user_account.home_unit_id", "role_assignment.unit_id", "access_request.unit_id"),
    audit_labels=AUDIT_LABELS,
    audit_words=AUDIT_WORDS,
    retention="Tài khoản và phân quyền được giữ cùng nhật ký; phiên đã kết thúc bị xóa sau 30 ngày.",
)

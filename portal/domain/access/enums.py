"""Permissions, reaches and roles: who may do what, in code, so that a change is reviewed."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`feature:object:action`. `label` is what the assignment pages show."""

    PORTAL_USE = "portal:page:use"
    UNIT_VIEW = "unit:unit:view"
    UNIT_MANAGE = "unit:unit:manage"
    USER_VIEW = "account:user:view"
    USER_MANAGE = "account:user:manage"
    ASSIGNMENT_MANAGE = "account:assignment:manage"
    ACCESS_REQUEST_VIEW = "account:request:view"
    ACCESS_REQUEST_CONFIRM = "account:request:confirm"
    AUDIT_VIEW = "audit:entry:view"
    JOB_VIEW = "job:job:view"
    FILE_RULE_MANAGE = "attachment:rule:manage"
    REMINDER_MANAGE = "reminder:rule:manage"
    REGISTRATION_VIEW = "emulation:registration:view"
    REGISTRATION_EDIT = "emulation:registration:edit"
    REGISTRATION_APPROVE = "emulation:registration:approve"
    REGISTRATION_SEND = "emulation:registration:send"
    REGISTRATION_RECEIVE = "emulation:registration:receive"
    REGISTRATION_EXPORT = "emulation:registration:export"
    COMPLETENESS_VIEW = "emulation:completeness:view"
    CATALOGUE_VIEW = "emulation:catalogue:view"
    CATALOGUE_MANAGE = "emulation:catalogue:manage"
    PERIOD_MANAGE = "emulation:period:manage"
    CALENDAR_MANAGE = "calendar:list:manage"
    PROPOSAL_VIEW = "emulation:proposal:view"
    PROPOSAL_EDIT = "emulation:proposal:edit"
    PROPOSAL_RECORD = "emulation:proposal:record"
    PAPER_VIEW = "approval:paper:view"
    CHAIN_MANAGE = "approval:chain:manage"
    PAPER_TEMPLATE_MANAGE = "paper:template:manage"
    DIFFICULTY_VIEW = "difficulty:item:view"
    DIFFICULTY_EDIT = "difficulty:item:edit"
    DIFFICULTY_RECEIVE = "difficulty:item:receive"
    DIFFICULTY_ANSWER = "difficulty:item:answer"
    DIFFICULTY_APPROVE = "difficulty:item:approve"

    @property
    def label(self) -> str:
        return _PERMISSION_LABELS[self]


class Reach(StrEnum):
    """How far a permission goes from the unit of the assignment."""

    OWN = "own"
    SUBTREE = "subtree"

    @property
    def label(self) -> str:
        return "Chính đơn vị" if self is Reach.OWN else "Đơn vị và các đơn vị bên dưới"


class Role(StrEnum):
    """What a person is in the portal; what each may do stands in roles.py."""

    SYSTEM_ADMIN = "system_admin"
    AUDIT_READER = "audit_reader"
    DIRECTOR = "director"
    DEPUTY_DIRECTOR = "deputy_director"
    DIVISION_HEAD = "division_head"
    OFFICE = "office"
    INSPECTOR = "inspector"
    REFORM_OFFICER = "reform_officer"
    EMULATION_OFFICER = "emulation_officer"
    RELIGION_OFFICER = "religion_officer"
    RELIGION_APPROVER = "religion_approver"
    ARCHIVES_OFFICER = "archives_officer"
    COUNCIL_MEMBER = "council_member"
    AREA_APPRAISER = "area_appraiser"
    UNIT_OFFICER = "unit_officer"
    UNIT_HEAD = "unit_head"
    COMMUNE_OFFICER = "commune_officer"
    DISTRICT_RELIGION_OFFICER = "district_religion_officer"
    DISTRICT_RELIGION_HEAD = "district_religion_head"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_PERMISSION_LABELS = {
    Permission.PORTAL_USE: "Dùng cổng",
    Permission.UNIT_VIEW: "Xem đơn vị",
    Permission.UNIT_MANAGE: "Quản lý đơn vị",
    Permission.USER_VIEW: "Xem người dùng",
    Permission.USER_MANAGE: "Quản lý người dùng",
    Permission.ASSIGNMENT_MANAGE: "Phân quyền",
    Permission.ACCESS_REQUEST_VIEW: "Xem yêu cầu về quyền hạn chế",
    Permission.ACCESS_REQUEST_CONFIRM: "Xác nhận yêu cầu về quyền hạn chế",
    Permission.AUDIT_VIEW: "Xem nhật ký",
    Permission.JOB_VIEW: "Xem việc chạy nền của mình",
    Permission.FILE_RULE_MANAGE: "Đặt giới hạn của tệp đính kèm",
    Permission.REMINDER_MANAGE: "Đặt quy tắc nhắc việc",
    Permission.REGISTRATION_VIEW: "Xem đăng ký thi đua",
    Permission.REGISTRATION_EDIT: "Soạn đăng ký thi đua",
    Permission.REGISTRATION_APPROVE: "Duyệt và gửi đăng ký thi đua",
    Permission.REGISTRATION_SEND: "Gửi đăng ký đã ký giấy",
    Permission.REGISTRATION_RECEIVE: "Tiếp nhận đăng ký thi đua",
    Permission.REGISTRATION_EXPORT: "Xuất danh sách đăng ký",
    Permission.COMPLETENESS_VIEW: "Xem tình hình đăng ký",
    Permission.CATALOGUE_VIEW: "Xem danh mục thi đua",
    Permission.CATALOGUE_MANAGE: "Quản lý danh mục thi đua",
    Permission.PERIOD_MANAGE: "Quản lý kỳ đăng ký",
    Permission.CALENDAR_MANAGE: "Quản lý ngày nghỉ và kỳ báo cáo",
    Permission.PROPOSAL_VIEW: "Xem tờ trình danh hiệu thi đua",
    Permission.PROPOSAL_EDIT: "Soạn tờ trình danh hiệu thi đua",
    Permission.PROPOSAL_RECORD: "Ghi số, ngày tờ trình đã ký",
    Permission.PAPER_VIEW: "Xem và xử lý văn bản trình ký",
    Permission.CHAIN_MANAGE: "Quản lý quy trình trình ký",
    Permission.PAPER_TEMPLATE_MANAGE: "Quản lý mẫu văn bản",
    Permission.DIFFICULTY_VIEW: "Xem vướng mắc, kiến nghị",
    Permission.DIFFICULTY_EDIT: "Nêu vướng mắc, kiến nghị",
    Permission.DIFFICULTY_RECEIVE: "Phân công xử lý vướng mắc, kiến nghị",
    Permission.DIFFICULTY_ANSWER: "Soạn trả lời vướng mắc, kiến nghị",
    Permission.DIFFICULTY_APPROVE: "Duyệt, công bố trả lời",
}

_ROLE_LABELS = {
    Role.SYSTEM_ADMIN: "Quản trị hệ thống",
    Role.AUDIT_READER: "Người đọc nhật ký",
    Role.DIRECTOR: "Giám đốc Sở",
    Role.DEPUTY_DIRECTOR: "Phó Giám đốc Sở",
    Role.DIVISION_HEAD: "Trưởng phòng, ban thuộc Sở",
    Role.OFFICE: "Văn phòng Sở",
    Role.INSPECTOR: "Thanh tra Sở",
    Role.REFORM_OFFICER: "Chuyên viên cải cách hành chính",
    Role.EMULATION_OFFICER: "Chuyên viên thi đua, khen thưởng",
    Role.RELIGION_OFFICER: "Chuyên viên tôn giáo",
    Role.RELIGION_APPROVER: "Lãnh đạo Ban Tôn giáo",
    Role.ARCHIVES_OFFICER: "Chuyên viên lưu trữ",
    Role.COUNCIL_MEMBER: "Thành viên Hội đồng",
    Role.AREA_APPRAISER: "Người thẩm định lĩnh vực",
    Role.UNIT_OFFICER: "Đầu mối của đơn vị",
    Role.UNIT_HEAD: "Thủ trưởng đơn vị",
    Role.COMMUNE_OFFICER: "Công chức cấp xã",
    Role.DISTRICT_RELIGION_OFFICER: "Chuyên viên tôn giáo cấp huyện",
    Role.DISTRICT_RELIGION_HEAD: "Lãnh đạo tôn giáo cấp huyện",
    Role.VIEWER: "Người xem",
}

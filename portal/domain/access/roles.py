"""What each role may do, how far, and at which levels it can be assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.access.enums import Permission, Reach, Role

P = Permission
PROVINCE, DEPARTMENT, DISTRICT, COMMUNE, SUBORDINATE = "province", "department", "district", "commune", "subordinate"
ALL_LEVELS = frozenset({PROVINCE, DEPARTMENT, DISTRICT, COMMUNE, SUBORDINATE})


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """`grants` maps a permission to its reach; `levels` are the unit levels that the role fits.

    `delegable`: its holder may hand it on for a time (ủy quyền). What guards the portal and what is a person's own seat
    is not.
    """

    grants: Mapping[Permission, Reach]
    levels: frozenset[str]
    needs_totp: bool = False
    confidential: bool = False
    delegable: bool = True


_OBSERVE = {P.UNIT_VIEW: Reach.SUBTREE, P.CATALOGUE_VIEW: Reach.SUBTREE}
_WATCH_EMULATION = {
    **_OBSERVE,
    P.REGISTRATION_VIEW: Reach.SUBTREE,
    P.REGISTRATION_EXPORT: Reach.SUBTREE,
    P.COMPLETENESS_VIEW: Reach.SUBTREE,
    P.JOB_VIEW: Reach.OWN,
}
_RUN_EMULATION = {
    **_WATCH_EMULATION,
    P.REGISTRATION_RECEIVE: Reach.OWN,
    P.CATALOGUE_MANAGE: Reach.SUBTREE,
    P.PERIOD_MANAGE: Reach.SUBTREE,
}
_KEEP_OFFICE = {
    P.CALENDAR_MANAGE: Reach.SUBTREE,
    P.PAPER_TEMPLATE_MANAGE: Reach.SUBTREE,
    P.CHAIN_MANAGE: Reach.SUBTREE,
}
_PAPERS = {P.PAPER_VIEW: Reach.OWN}
_READ_PROPOSALS = {**_PAPERS, P.PROPOSAL_VIEW: Reach.OWN}
_DRAFT_PROPOSALS = {**_READ_PROPOSALS, P.PROPOSAL_EDIT: Reach.OWN, P.PROPOSAL_RECORD: Reach.OWN}
_ADMINISTER = {
    P.FILE_RULE_MANAGE: Reach.SUBTREE,
    P.REMINDER_MANAGE: Reach.SUBTREE,
    P.UNIT_VIEW: Reach.SUBTREE,
    P.UNIT_MANAGE: Reach.SUBTREE,
    P.USER_VIEW: Reach.SUBTREE,
    P.USER_MANAGE: Reach.SUBTREE,
    P.ASSIGNMENT_MANAGE: Reach.SUBTREE,
    P.ACCESS_REQUEST_VIEW: Reach.SUBTREE,
    P.CHAIN_MANAGE: Reach.SUBTREE,
    P.PAPER_TEMPLATE_MANAGE: Reach.SUBTREE,
    P.JOB_VIEW: Reach.OWN,
}
_READ_AUDIT = {P.AUDIT_VIEW: Reach.SUBTREE, P.JOB_VIEW: Reach.OWN}
# Vướng mắc, kiến nghị: a unit raises its own, straight to the Sở; there one gives them out, one answers, one approves.
_RAISE = {P.DIFFICULTY_VIEW: Reach.OWN, P.DIFFICULTY_EDIT: Reach.OWN}
_ANSWER = {P.DIFFICULTY_VIEW: Reach.SUBTREE, P.DIFFICULTY_ANSWER: Reach.OWN}
_GIVE_OUT = {**_ANSWER, P.DIFFICULTY_RECEIVE: Reach.OWN}
_ANSWER_FOR = {**_GIVE_OUT, P.DIFFICULTY_APPROVE: Reach.OWN}
_UNIT_OFFICER = {
    **_WATCH_EMULATION,
    **_PAPERS,
    **_RAISE,
    P.REGISTRATION_EDIT: Reach.OWN,
    P.REGISTRATION_RECEIVE: Reach.OWN,
}
_UNIT_HEAD = {
    **_WATCH_EMULATION,
    **_PAPERS,
    **_RAISE,
    P.REGISTRATION_APPROVE: Reach.OWN,
    P.REGISTRATION_RECEIVE: Reach.OWN,
}
_COMMUNE_OFFICER = {
    **_OBSERVE,
    **_PAPERS,
    **_RAISE,
    P.REGISTRATION_VIEW: Reach.OWN,
    P.REGISTRATION_EXPORT: Reach.OWN,
    P.REGISTRATION_EDIT: Reach.OWN,
    P.REGISTRATION_SEND: Reach.OWN,
    P.JOB_VIEW: Reach.OWN,
}
_NOTHING_YET: dict[Permission, Reach] = {P.UNIT_VIEW: Reach.OWN}
# Granting and resetting in a confidential module needs a second person of that module.
_CONFIDENTIAL = {
    **_NOTHING_YET,
    P.ACCESS_REQUEST_VIEW: Reach.SUBTREE,
    P.ACCESS_REQUEST_CONFIRM: Reach.SUBTREE,
}
_AT_PROVINCE = frozenset({PROVINCE})
_AT_UNITS = frozenset({DEPARTMENT, DISTRICT, COMMUNE, SUBORDINATE})

ROLES: Mapping[Role, RoleSpec] = {
    Role.SYSTEM_ADMIN: RoleSpec(_ADMINISTER, _AT_PROVINCE, needs_totp=True, delegable=False),
    Role.AUDIT_READER: RoleSpec(_READ_AUDIT, _AT_PROVINCE, needs_totp=True, delegable=False),
    Role.DIRECTOR: RoleSpec({**_WATCH_EMULATION, **_KEEP_OFFICE, **_READ_PROPOSALS, **_ANSWER_FOR}, _AT_PROVINCE),
    Role.DEPUTY_DIRECTOR: RoleSpec(
        {**_WATCH_EMULATION, **_KEEP_OFFICE, **_READ_PROPOSALS, **_ANSWER_FOR}, _AT_PROVINCE
    ),
    Role.DIVISION_HEAD: RoleSpec({**_RUN_EMULATION, **_DRAFT_PROPOSALS, **_ANSWER_FOR}, _AT_PROVINCE),
    Role.OFFICE: RoleSpec(
        {**_WATCH_EMULATION, **_KEEP_OFFICE, **_READ_PROPOSALS, **_GIVE_OUT},
        _AT_PROVINCE,
    ),
    Role.INSPECTOR: RoleSpec({**_NOTHING_YET, **_PAPERS, **_ANSWER}, _AT_PROVINCE),
    Role.REFORM_OFFICER: RoleSpec({**_NOTHING_YET, **_PAPERS, **_ANSWER}, _AT_PROVINCE),
    Role.EMULATION_OFFICER: RoleSpec({**_RUN_EMULATION, **_DRAFT_PROPOSALS, **_ANSWER}, _AT_PROVINCE),
    Role.RELIGION_OFFICER: RoleSpec(_CONFIDENTIAL, _AT_PROVINCE, needs_totp=True, confidential=True),
    Role.RELIGION_APPROVER: RoleSpec(_CONFIDENTIAL, _AT_PROVINCE, needs_totp=True, confidential=True),
    Role.ARCHIVES_OFFICER: RoleSpec({**_NOTHING_YET, **_PAPERS, **_ANSWER}, _AT_PROVINCE),
    Role.COUNCIL_MEMBER: RoleSpec(
        {**_OBSERVE, P.REGISTRATION_VIEW: Reach.SUBTREE, P.REGISTRATION_EXPORT: Reach.SUBTREE, P.JOB_VIEW: Reach.OWN},
        _AT_PROVINCE,
        delegable=False,
    ),
    Role.AREA_APPRAISER: RoleSpec(_NOTHING_YET, ALL_LEVELS),
    Role.UNIT_OFFICER: RoleSpec(_UNIT_OFFICER, _AT_UNITS),
    Role.UNIT_HEAD: RoleSpec(_UNIT_HEAD, _AT_UNITS),
    Role.COMMUNE_OFFICER: RoleSpec(_COMMUNE_OFFICER, frozenset({COMMUNE, SUBORDINATE})),
    Role.DISTRICT_RELIGION_OFFICER: RoleSpec(_CONFIDENTIAL, frozenset({DISTRICT}), needs_totp=True, confidential=True),
    Role.DISTRICT_RELIGION_HEAD: RoleSpec(_CONFIDENTIAL, frozenset({DISTRICT}), needs_totp=True, confidential=True),
    Role.VIEWER: RoleSpec({**_OBSERVE, P.REGISTRATION_VIEW: Reach.SUBTREE}, ALL_LEVELS, delegable=False),
}

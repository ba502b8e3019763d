"""Accounts: what is done to people, their roles, their sessions and their second factors."""

from __future__ import annotations

from portal.domain.accounts.services import requests as requests
from portal.domain.accounts.services.assignments import GrantData as GrantData
from portal.domain.accounts.services.assignments import assign_role as assign_role
from portal.domain.accounts.services.assignments import end_assignment as end_assignment
from portal.domain.accounts.services.assignments import grant_role as grant_role
from portal.domain.accounts.services.assignments import lengthens as lengthens
from portal.domain.accounts.services.assignments import move_end as move_end
from portal.domain.accounts.services.own import choose_theme as choose_theme
from portal.domain.accounts.services.own_password import change_password as change_password
from portal.domain.accounts.services.own_password import note_wrong_password as note_wrong_password
from portal.domain.accounts.services.own_password import read_own_attempt as read_own_attempt
from portal.domain.accounts.services.own_password import verify_own as verify_own
from portal.domain.accounts.services.people import HoldsBeyond as HoldsBeyond
from portal.domain.accounts.services.people import SecondPersonNeeded as SecondPersonNeeded
from portal.domain.accounts.services.people import UserData as UserData
from portal.domain.accounts.services.people import add_user as add_user
from portal.domain.accounts.services.people import create_user as create_user
from portal.domain.accounts.services.people import disable_user as disable_user
from portal.domain.accounts.services.people import drop_factor as drop_factor
from portal.domain.accounts.services.people import edit_user as edit_user
from portal.domain.accounts.services.people import enable_user as enable_user
from portal.domain.accounts.services.people import first_password as first_password
from portal.domain.accounts.services.people import put_password as put_password
from portal.domain.accounts.services.people import reset_factor as reset_factor
from portal.domain.accounts.services.people import reset_password as reset_password
from portal.domain.accounts.services.second_factor import WRONG_CODE as WRONG_CODE
from portal.domain.accounts.services.second_factor import confirm_factor as confirm_factor
from portal.domain.accounts.services.second_factor import factor_required as factor_required
from portal.domain.accounts.services.second_factor import pass_second_factor as pass_second_factor
from portal.domain.accounts.services.second_factor import renew_recovery_codes as renew_recovery_codes
from portal.domain.accounts.services.second_factor import switch_factor_off as switch_factor_off
from portal.domain.accounts.services.sessions import Device as Device
from portal.domain.accounts.services.sessions import end_own_session as end_own_session
from portal.domain.accounts.services.sessions import end_session as end_session
from portal.domain.accounts.services.sessions import end_sessions_of as end_sessions_of
from portal.domain.accounts.services.sign_in import Attempt as Attempt
from portal.domain.accounts.services.sign_in import Outcome as Outcome
from portal.domain.accounts.services.sign_in import check_password as check_password
from portal.domain.accounts.services.sign_in import finish_attempt as finish_attempt
from portal.domain.accounts.services.sign_in import read_attempt as read_attempt

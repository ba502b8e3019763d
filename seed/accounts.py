"""The demo accounts: fixed names, one known password, second factors with known secrets. Never in production."""

from __future__ import annotations

import base64
import hashlib
from datetime import date

from sqlalchemy import select

from portal.core.keyring import KeyRing
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import totp
from portal.domain.accounts.demo_mark import leave_mark
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.services import UserData, assign_role, create_user
from portal.domain.units.models import Unit
from seed.tables import DEMO, parts, read_table

FIRST_DAY = date(2022, 1, 1)
SECRET_BYTES = 20


def demo_secret(username: str) -> str:
    """The second factor's secret of a demo account, in base32: derived from its name, so that everyone may know it."""
    digest = hashlib.sha256(f"demo-totp:{username}".encode()).digest()
    return base64.b32encode(digest[:SECRET_BYTES]).decode()


def demo_usernames() -> list[str]:
    """The names of the demo accounts, in the file's order."""
    return [row["username"] for row in read_table("users", DEMO)]


def load_demo_accounts(work: Work, password_hash: str, keyring: KeyRing) -> list[UserAccount]:
    """Make the demo accounts that are missing, all with this password; idempotent.

    Accounts with a role that asks for a second factor get their demo secret, already confirmed. The database is marked
    as a demonstration's.
    """
    units = dict(work.session.execute(select(Unit.code, Unit.id)).all())
    known = set(work.session.scalars(select(UserAccount.username)))
    made = []
    for row in read_table("users", DEMO):
        if row["username"] in known:
            continue
        data = UserData(row["username"], row["full_name"], units[row["home_unit_code"]], row["post"], row["email"])
        user = create_user(work, data, password_hash, must_change_password=False)
        roles = []
        for text in parts(row["assignments"]):
            name, _, code = text.partition("@")
            roles.append(Role(name))
            assign_role(work, user.id, roles[-1], units[code], FIRST_DAY)
        if any(ROLES[role].needs_totp for role in roles):
            user.totp_secret = totp.seal(keyring, user.id, demo_secret(user.username))
            user.totp_confirmed_at = work.clock.now()
        made.append(user)
    if made:
        leave_mark(work, len(made))
    work.session.flush()
    return made

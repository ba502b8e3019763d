"""The demo accounts: fixed names, one known password, second factors with known secrets. Never in production."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.services import UserData, assign_role, create_user
from portal.domain.units.models import Unit
from seed.tables import DEMO, parts, read_table

FIRST_DAY = date(2022, 1, 1)


def load_demo_accounts(work: Work, password_hash: str) -> list[UserAccount]:
    """Make the demo accounts that are missing, all with this password; idempotent."""
    units = dict(work.session.execute(select(Unit.code, Unit.id)).all())
    known = set(work.session.scalars(select(UserAccount.username)))
    made = []
    for row in read_table("users", DEMO):
        if row["username"] in known:
            continue
        data = UserData(row["username"], row["full_name"], units[row["home_unit_code"]], row["post"], row["email"])
        user = create_user(work, data, password_hash, must_change_password=False)
        for text in parts(row["assignments"]):
            role, _, code = text.partition("@")
            assign_role(work, user.id, Role(role), units[code], FIRST_DAY)
        made.append(user)
    return made

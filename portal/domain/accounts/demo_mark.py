"""The mark of a demonstration: an entry of the audit log, which nobody can take out again.

Who loads demo accounts leaves it; a production that finds it in its database does not start.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, exists, inspect, select

from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.services import record

SEEDED = "demo.seeded"


def leave_mark(work: Work, accounts: int) -> None:
    """Note in this transaction that so many demo accounts were made."""
    record(work, SEEDED, detail={"accounts": accounts})


def is_marked(engine: Engine) -> bool:
    """Whether demo accounts were ever loaded into this database (False before its first migration)."""
    with engine.connect() as connection:
        return inspect(connection).has_table(AuditEntry.__tablename__) and _marked(connection)


def holds_real_accounts(engine: Engine) -> bool:
    """Whether there are accounts that no demonstration made: demo data must stay away from them."""
    with engine.connect() as connection:
        return bool(connection.scalar(select(exists(select(UserAccount.id))))) and not _marked(connection)


def _marked(connection: Connection) -> bool:
    return bool(connection.scalar(select(exists(select(AuditEntry.id).where(AuditEntry.action == SEEDED)))))

"""What the application's database role may do (PostgreSQL): everything it needs, nothing that rewrites the audit log.

The tables belong to another role, which runs the migrations. The application's may add audit entries and read them;
it can neither change nor drop them, nor the triggers that guard them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects import postgresql

from portal.core.db import Base
from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
LESS = {
    AuditEntry.__tablename__: "SELECT, INSERT",
    AuditLink.__tablename__: "SELECT, INSERT",
    AuditHead.__tablename__: "SELECT, UPDATE",
}
REVISIONS = "alembic_version"


def grant_statements(role: str, metadata: MetaData = Base.metadata) -> Iterator[str]:
    """The statements that the tables' owner runs after each migration; running them again changes nothing."""
    name = postgresql.dialect().identifier_preparer.quote_identifier(role)  # type: ignore[no-untyped-call]
    yield "BEGIN"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    yield f"GRANT SELECT ON {REVISIONS} TO {name}"
    for table in sorted(metadata.tables):
        yield f"GRANT {LESS.get(table, EVERYTHING)} ON {table} TO {name}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"
    yield "COMMIT"


def could_rewrite(connection: Connection) -> bool:
    """Whether this connection's role could change the audit log: as owner, superuser or by what it was granted."""
    table = AuditEntry.__tablename__
    found = connection.execute(
        text(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') "
            "OR has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') "
            "FROM pg_class WHERE oid = to_regclass(:table)"
        ),
        {"table": table},
    )
    return bool(found.scalar())

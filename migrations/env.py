"""Alembic's environment.

The portal's own connection, batch mode on SQLite with foreign keys off before BEGIN and checked after.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from portal.core.db import Base, KeyText, UTCDateTime
from portal.core.migrations import in_models


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write the portal's own column types by name; they belong to the core, which revisions may import."""
    if kind == "type" and isinstance(item, UTCDateTime | KeyText):
        name = type(item).__name__
        autogen.imports.add(f"from portal.core.db import {name}")
        length = item.length if isinstance(item, KeyText) else None
        return f"{name}({length})" if length else f"{name}()"
    return False


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        include_name=in_models,
        render_item=render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

"""Running the migrations on a live engine; SQLite's foreign keys are off meanwhile and checked after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from portal.core.db import Base, write_mode

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


ENGINES_OWN = ("search_index", "search_word", "ix_search_document_tokens")
"""Tables and indexes that one engine has for its own sake, by how their names begin; no model speaks of them."""


class BrokenReferences(RuntimeError):
    """A migration left rows that refer to nothing; it was rolled back."""


def config_for(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision` (used in tests)."""
    _run(engine, lambda config: command.downgrade(config, revision))


def current(engine: Engine) -> str | None:
    """The revision that the database is at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision that the code has."""
    return ScriptDirectory.from_config(config_for()).get_current_head()


def in_models(name: str | None, _type: str, _parents: object) -> bool:
    """Whether a table or an index of the database is one that the models speak of, and that may be compared."""
    return not (name or "").startswith(ENGINES_OWN)


def drift(engine: Engine) -> list[object]:
    """What differs between the database and the models; empty when the migrations are complete."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "render_as_batch": engine.dialect.name == "sqlite",
                "include_name": in_models,
            },
        )
        return list(compare_metadata(context, Base.metadata))


def new_revision(engine: Engine, message: str, revision_id: str) -> None:
    """Write a new revision from what the models have and the database has not."""
    with engine.connect() as connection:
        command.revision(config_for(connection), message=message, rev_id=revision_id, autogenerate=True)


def _run(engine: Engine, action: Callable[[Config], None]) -> None:
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            _foreign_keys(connection, on=False)  # before BEGIN: inside it the pragma does nothing
        try:
            with write_mode(), connection.begin():
                action(config_for(connection))
                if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                    raise BrokenReferences("foreign_key_check found rows without their parent")
        finally:
            if sqlite:
                _foreign_keys(connection, on=True)


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    cursor.close()

"""Whether the database answers and is at the code's revision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from portal.core import migrations


@dataclass(frozen=True, slots=True)
class Health:
    """`at` and `wanted` are revisions; `reachable` is False when the database does not answer."""

    reachable: bool
    at: str | None = None
    wanted: str | None = None

    @property
    def ok(self) -> bool:
        return self.reachable and self.at == self.wanted


def check(engine: Engine) -> Health:
    """Ask the database; never raises for a database that is away."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return Health(True, migrations.current(engine), migrations.head())
    except SQLAlchemyError:
        return Health(False)

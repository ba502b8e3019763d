"""The demonstration's year behind a running portal: what pages look like when an office works in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

from portal.config import DEMO_KEYRING, Settings
from portal.core.clock import FixedClock
from portal.core.db import configure_engine
from portal.core.filestore import FileStore
from portal.core.keyring import KeyRing
from portal.core.search import index as search_index
from portal.domain.audit.services import attach
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.units.models import Unit
from seed.demo.difficulties import load_difficulties
from seed.demo.generate import load_demo
from tests.databases import make_database
from tests.e2e.portal_server import Portal, running_portal

DAY = datetime(2023, 4, 20, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Year:
    """The portal on 20/04/2023; ids of units and of their registrations by the unit's code."""

    portal: Portal
    units: dict[str, int]
    registrations: dict[str, int]

    @property
    def url(self) -> str:
        return self.portal.url

    def registration(self, unit_code: str) -> str:
        """The address of a unit's registration."""
        return f"/thi-dua/dang-ky/{self.registrations[unit_code]}"


@contextmanager
def running_year(folders: pytest.TempPathFactory) -> Iterator[Year]:
    """Load the year into a database of its own and start the portal over it."""
    data = folders.mktemp("year-data")
    database = make_database(folders.mktemp("year"), f"year{os.getpid()}")
    database.build_template()
    database.reset()
    engine = create_engine(database.url)
    configure_engine(engine)
    factory = sessionmaker(engine, expire_on_commit=False)
    search_index.attach(factory)
    attach(factory, KeyRing(Settings.from_env({"PORTAL_ENV": "demo", "PORTAL_KEYRING": DEMO_KEYRING}).keyring))
    load_demo(factory, FixedClock(DAY), FileStore(data / "files"))
    load_difficulties(factory, FixedClock(DAY))
    with factory() as session:
        units = {row[0]: row[1] for row in session.execute(select(Unit.code, Unit.id))}
        pairs = select(Unit.code, EmulationRegistration.id).join_from(
            EmulationRegistration, Unit, Unit.id == EmulationRegistration.unit_id
        )
        registrations = {row[0]: row[1] for row in session.execute(pairs)}
    engine.dispose()
    try:
        with running_portal(database.url, data, {"PORTAL_TODAY": f"{DAY:%d/%m/%Y}"}) as portal:
            yield Year(portal, units, registrations)
    finally:
        database.drop()

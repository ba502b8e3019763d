"""The demonstration year: every unit's registration of 2023 at its own stage, as a province's office would see it."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import Clock
from portal.core.db import write_mode
from portal.core.filestore import FileStore
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.attachments.enums import FileType, PreviewState, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.audit.services import record
from portal.domain.emulation.catalogue_models import (
    EmulationMovement,
    EmulationTitle,
    PeriodException,
    RegistrationPeriod,
)
from portal.domain.emulation.enums import PeriodSector
from portal.domain.emulation.files import SIGNED
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from seed.demo.bulk import insert_many
from seed.demo.lines import substance_of
from seed.demo.paper import signed_pdf
from seed.demo.proposals import load_proposals
from seed.demo.story import SUBMITTED, Fate, fates_of, life_of
from seed.demo.world import DemoUnit, people_of, units_that_register
from seed.demo.writer import Catalogue, Entry, Row, copies_of, write_entries
from seed.loader import seed_work

YEAR = 2023
TELLS_UNTIL = date(YEAR, 4, 20)  # the story's last day, however late it is told
RECEIVES, GRANTS = "thidua", "thidua.truong"
EXCEPTIONS = {
    "LMHTX": "Đơn vị đang kiện toàn tổ chức, đề nghị gia hạn tại Công văn số 41/LMHTX.",
    "KTCTTL": "Công ty đang quyết toán, đề nghị gia hạn tại Công văn số 66/CV-CT.",
}
BATCH = 40


@dataclass(slots=True)
class DemoSummary:
    """What was written; all zero when the year was there already."""

    registrations: int = 0
    lines: int = 0
    accounts: int = 0
    papers: int = 0
    states: Counter[str] = field(default_factory=Counter)


def load_demo(session_factory: sessionmaker[Session], clock: Clock, files: FileStore | None = None) -> DemoSummary:
    """Write the year 2023 beside the start data and the demo accounts; nothing when a registration is there.

    With `files` the registrations sent to the province hold their signed PDF.
    """
    with write_mode(), session_factory() as session:
        work = seed_work(session, clock)
        if session.scalars(select(EmulationRegistration.id).limit(1)).first() is not None:
            return DemoSummary()
        before = len(session.scalars(select(UserAccount.id)).all())
        summary = _Year(work, files).write()
        summary.accounts = len(session.scalars(select(UserAccount.id)).all()) - before
        session.commit()
    return summary


class _Year:
    """The writing of one year, from the units lowest down to those right below the province."""

    def __init__(self, work: Work, files: FileStore | None) -> None:
        self.work = work
        self.files = files
        self.today = work.clock.today()
        self.units = units_that_register(work, self.today)
        self.acting = people_of(work, self.units)
        self.users = dict(work.session.execute(select(UserAccount.username, UserAccount.id)).all())
        periods = select(RegistrationPeriod).where(RegistrationPeriod.year == YEAR)
        self.periods = {period.sector: period for period in work.session.scalars(periods)}
        self.taken: dict[int, list[Row]] = defaultdict(list)
        self.summary = DemoSummary()

    def write(self) -> DemoSummary:
        """Write it all; the caller commits."""
        catalogue = self._catalogue()
        fates = fates_of(self.units)
        self._grant_exceptions()
        for depth, units in groupby(self.units, key=lambda unit: unit.depth):
            entries = [self._entry(unit, fates[unit.id]) for unit in units if fates[unit.id] is not Fate.MISSING]
            for batch in _batches(entries):
                self.summary.lines += write_entries(self.work, batch, catalogue)
                self._file_papers(batch)
            self._hand_up(entries, fates)
            self.summary.registrations += len(entries)
            self.summary.states.update(entry.life.state.value for entry in entries)
            detail = {"registrations": len(entries), "lines": sum(len(entry.rows) for entry in entries)}
            record(self.work, "demo.year_loaded", OBJECT_TYPE, "", detail={"depth": depth, **detail})
        self.summary.papers = load_proposals(self.work, self.files)
        return self.summary

    def _entry(self, unit: DemoUnit, fate: Fate) -> Entry:
        period = self.periods[PeriodSector.EDUCATION if unit.education else PeriodSector.OFFICE]
        begins, ends = self._span(unit, period)
        substance = None if fate is Fate.EMPTY else substance_of(unit, YEAR, few=unit.code == "326")
        receiver = self.acting.get(unit.parent_id)
        return Entry(
            unit=unit,
            fate=fate,
            life=life_of(unit, fate, begins, ends),
            period=period,
            substance=substance,
            acting=self.acting[unit.id],
            receiver_id=receiver.officer_id if receiver else self.users[RECEIVES],
            taken=self.taken[unit.id],
        )

    def _span(self, unit: DemoUnit, period: RegistrationPeriod) -> tuple[date, date]:
        """The days in which a unit acts: what lies lower first, so that the unit above has it in hand."""
        last = min(self.today - timedelta(days=1), TELLS_UNTIL)
        if unit.education:
            last = min(last, period.due_on + timedelta(days=16))
        whole = max((last - period.opens_on).days, 6)
        share = {1: (0.62, 1.0), 2: (0.3, 0.6)}.get(unit.depth, (0.05, 0.28))
        return period.opens_on + timedelta(days=int(whole * share[0])), period.opens_on + timedelta(
            days=int(whole * share[1])
        )

    def _hand_up(self, entries: list[Entry], fates: dict[int, Fate]) -> None:
        """Lines of what was sent in time go into the registration of the unit above, unless that one has only begun."""
        begun = (Fate.MISSING, Fate.EMPTY, Fate.DRAFT, Fate.RETURNED)
        for entry in entries:
            parent_fate = fates.get(entry.unit.parent_id, Fate.MISSING)
            if entry.fate in SUBMITTED and entry.unit.depth > 1 and parent_fate not in begun:
                self.taken[entry.unit.parent_id] += copies_of(entry)

    def _file_papers(self, entries: list[Entry]) -> None:
        if self.files is None:
            return
        sent = [entry for entry in entries if entry.unit.depth == 1 and entry.life.sent is not None]
        rows = [_stored_paper(self.files, entry) for entry in sent]
        for entry, file_id in zip(sent, insert_many(self.work.session, StoredFile, rows), strict=True):
            of_entry = update(EmulationRegistration).where(EmulationRegistration.id == entry.id)
            self.work.session.execute(of_entry.values(signed_file_id=file_id, version=1 + len(entry.life.steps)))

    def _grant_exceptions(self) -> None:
        period = self.periods[PeriodSector.OFFICE]
        granted_on = min(self.today, period.due_on) - timedelta(days=3)
        ids = {unit.code: unit.id for unit in self.units}
        self.work.session.add_all(
            PeriodException(
                period_id=period.id,
                unit_id=ids[code],
                due_on=date(YEAR, 4, 28),
                reason=reason,
                granted_by_id=self.users[GRANTS],
                granted_on=granted_on,
            )
            for code, reason in EXCEPTIONS.items()
        )
        self.work.session.flush()

    def _catalogue(self) -> Catalogue:
        session = self.work.session
        titles = dict(session.execute(select(EmulationTitle.code, EmulationTitle.id)).all())
        offered = select(EmulationMovement.id).where(
            EmulationMovement.year_from <= YEAR, EmulationMovement.year_to >= YEAR
        )
        return Catalogue(titles, {YEAR: sorted(session.scalars(offered))})


def _stored_paper(files: FileStore, entry: Entry) -> Row:
    sent = entry.life.sent
    assert sent is not None  # noqa: S101 - chosen by it, for the type checker
    text = [entry.unit.title, "Bản đăng ký thi đua năm 2023", entry.acting.signer_title, entry.acting.signer_name]
    content = files.put(io.BytesIO(signed_pdf(text)))
    return {
        "owner_type": OBJECT_TYPE,
        "owner_id": entry.id,
        "unit_id": entry.unit.id,
        "kind": SIGNED,
        "name": "Bản đăng ký thi đua năm 2023 (bản ký).pdf",
        "content_type": FileType.PDF.content_type,
        "size": content.size,
        "sha256": content.sha256,
        "scan_state": ScanState.NONE,
        "preview_state": PreviewState.WAITING,
        "uploaded_by_id": entry.acting.officer_id,
        "uploaded_at": sent.at,
    }


def _batches(entries: list[Entry]) -> Iterator[list[Entry]]:
    for start in range(0, len(entries), BATCH):
        yield entries[start : start + BATCH]

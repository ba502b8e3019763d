"""A workbook of 20,000 rows with 400 faults, from its bytes until all is read, checked and staged.

What a unit's officer and the worker do, in one process, in turn with python-calamine merely reading the same bytes.
"""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from statistics import median
from typing import Any

import python_calamine
import xlsxwriter
from sqlalchemy import select

from benchmarks._bench import Bench
from benchmarks._databases import Store
from benchmarks._figures import Figure
from portal import create_app
from portal.config import Settings
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import load_actor
from portal.domain.emulation.enums import EDITABLE
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import LINES
from portal.domain.staging.enums import ImportState
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.services import FileFacts, begin_import
from portal.imports import engine
from portal.imports._package import PackageLimits
from portal.imports.kinds import kinds
from portal.jobs.imports import READ, request_reading
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from seed.names import NameGenerator

ROWS, FAULTS, TURNS, BAR = 20_000, 400, 7, 6.0
SHEET = "Danh sách"
HEADINGS = (
    "STT",
    "Loại",
    "Danh hiệu, hình thức",
    "Họ tên hoặc tên tập thể",
    "Chức vụ",
    "Phòng, đơn vị",
    "Năm sinh",
    "Giới tính",
    "Ghi chú",
)
POSTS = ("Giáo viên", "Kế toán", "Văn thư", "Hiệu trưởng", "Phó Hiệu trưởng", "Nhân viên thiết bị", "Tổ trưởng")
WRONG: tuple[tuple[int, Any], ...] = ((2, "Chiến sĩ thi đua tỉn"), (4, None), (6, "tám lăm"), (7, "khác"))


@dataclass(frozen=True)
class Officer:
    """Who imports, and into which registration."""

    actor: Actor
    registration_id: int


def measure(bench: Bench) -> Iterator[Figure]:
    """The whole way against the bare reading; every round stages the workbook anew."""
    content = workbook()
    with bench.engine.scratch(0) as store:
        runtime = _runtime(store)
        officer = _officer(runtime)
        batch = stage(runtime, officer, content)  # once, so that both are warm
        _check(batch)
        bare, whole, staged = [], [], list[ImportBatch]()
        for _ in range(TURNS):
            bare.append(_timed(lambda: read_bare(content)))
            give_up(runtime, officer, batch)
            whole.append(_timed(lambda: staged.append(stage(runtime, officer, content))))
            batch = staged.pop()
        runtime.engine.dispose()
    ratio = median(mine / theirs for mine, theirs in zip(whole, bare, strict=True))
    detail = f"{min(whole) * 1000:.0f} and {min(bare) * 1000:.0f} ms at best of {TURNS} turns"
    yield Figure(f"import of {ROWS:,} rows with {FAULTS} faults, checked and staged, to reading it", ratio, BAR, detail)


def read_bare(content: bytes) -> int:
    """What python-calamine needs to give every cell."""
    return len(python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_name(SHEET).to_python())


def stage(runtime: Runtime, officer: Officer, content: bytes) -> ImportBatch:
    """Receive a workbook as the upload does, then let the worker read, check and keep it."""
    kind = kinds()[LINES]
    with runtime.session_factory() as session:
        target = kind.target(_work(runtime, session, officer), officer.registration_id)
    book, layout = engine.inspect(io.BytesIO(content), PackageLimits(), kind, target)
    with runtime.session_factory() as session:
        layout = engine.with_memory(_work(runtime, session, officer), kind, target.unit_id, layout)
    kept = runtime.files.put(io.BytesIO(content))
    file = FileFacts("danh-sach.xlsx", kept.sha256, book.format, layout.as_json())
    with write_mode(), runtime.session_factory() as session:
        work = _work(runtime, session, officer)
        batch = begin_import(work, LINES, officer.registration_id, target.unit_id, file)
        engine.settle(work, kind, batch, layout)
        request_reading(work, batch)
        session.commit()
    name = f"{READ}:{LINES}"
    Worker(runtime, Waker(runtime.settings), {name: handlers()[name]}).run_one()
    with runtime.session_factory() as session:
        return session.get_one(ImportBatch, batch.id)


def give_up(runtime: Runtime, officer: Officer, batch: ImportBatch) -> None:
    """Forget a staged workbook, so that the next finds the registration as it was."""
    with write_mode(), runtime.session_factory() as session:
        work = _work(runtime, session, officer)
        kind, found = engine.load_batch(work, batch.id, lock=True)
        engine.cancel_batch(work, kind, found)
        session.commit()


def workbook(rows: int = ROWS, faults: int = FAULTS) -> bytes:
    """A unit's list: people at some hundred workplaces, every fiftieth row with a fault."""
    rng, names = Random(20_000), NameGenerator("bench:imports")
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "DANH SÁCH ĐĂNG KÝ THI ĐUA NĂM 2023")
        sheet.write_row(2, 0, HEADINGS)
        for number in range(rows):
            person, kind = names.person(), rng.choice(("Lao động tiên tiến", "CSTĐ cơ sở", "Giấy khen"))
            school = f"Trường Tiểu học số {rng.randint(1, 300)}"
            gender = "Nữ" if number % 3 else "Nam"
            note = "Đăng ký đợt 1" if number % 17 == 5 else None
            values: list[Any] = [number + 1, "Cá nhân", kind, person.full_name, rng.choice(POSTS), school]
            values += [rng.randint(1965, 1999), gender, note]
            if number % (rows // faults) == 7:
                at, wrong = WRONG[number % len(WRONG)]
                values[at] = wrong
            for at, value in enumerate(values):
                if value is not None:
                    sheet.write(3 + number, at, value)
    return stream.getvalue()


def _runtime(store: Store) -> Runtime:
    app = create_app(Settings.from_env(store.env))
    found: Runtime = app.extensions["portal"]
    return replace(found)


def _officer(runtime: Runtime) -> Officer:
    """Someone who edits a registration that is still open, with as few lines as there are."""
    with runtime.session_factory() as session:
        stmt = (
            select(EmulationRegistration.id, UserAccount)
            .join(RoleAssignment, RoleAssignment.unit_id == EmulationRegistration.unit_id)
            .join(UserAccount, UserAccount.id == RoleAssignment.user_id)
            .where(EmulationRegistration.state.in_(EDITABLE), RoleAssignment.role == Role.UNIT_OFFICER)
            .order_by(EmulationRegistration.line_count, EmulationRegistration.id)
        )
        key, account = session.execute(stmt).first() or (0, None)
        if account is None:
            raise RuntimeError("Nobody edits an open registration in the demonstration's year.")
        return Officer(load_actor(session, account, runtime.clock.today()), key)


def _work(runtime: Runtime, session: Any, officer: Officer) -> Work:
    return Work(session, officer.actor, runtime.clock, "bench")


def _check(batch: ImportBatch) -> None:
    if batch.state is not ImportState.STAGED or batch.row_count != ROWS or batch.faulty_count < FAULTS:
        raise RuntimeError(f"Staged otherwise than meant: {batch.state}, {batch.row_count}, {batch.faulty_count}")


def _timed(action: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    action()
    return time.perf_counter() - began

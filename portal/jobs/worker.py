"""The worker: claims jobs under a lease, runs their handlers, keeps the leases, goes on where a killed one stopped."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.core.clock import local
from portal.core.db import write_mode
from portal.core.errors import NotAllowed, PortalError
from portal.core.job_queue import (
    Claim,
    LeaseLost,
    claim,
    enqueue,
    extend,
    fail,
    finish,
    has_work,
    note_result,
    postpone_or_fail,
    release,
)
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.queries import load_actor
from portal.jobs.api import NOBODY, JobContext, JobHandler, JobResult, Periodic, Stopping, check_reach
from portal.jobs.mailer import Mailer
from portal.jobs.notices import tell_ended
from portal.jobs.waker import Waker

log = structlog.get_logger("portal.jobs")
END_PAUSES = (0.5, 2.0, 5.0)
SCHEDULE_EVERY = 60.0  # seconds between two looks at what the house owes itself
UNEXPECTED = (
    "Công việc gặp lỗi ngoài dự kiến sau {attempts} lần thử. "
    "Xin thử lại; nếu vẫn không được, xin báo quản trị hệ thống kèm mã việc {job_id}."
)
OWNER_GONE = "Tài khoản đã yêu cầu việc này không còn hoạt động."


class Worker:
    """One process's worker. `threads` jobs at most run at a time."""

    def __init__(
        self,
        runtime: Runtime,
        waker: Waker,
        handlers: Mapping[str, JobHandler],
        periodic: Sequence[Periodic] = (),
        threads: int = 2,
    ) -> None:
        self.runtime = runtime
        self.waker = waker
        self.handlers = handlers
        self.periodic = periodic
        self.threads = threads
        self.mailer = Mailer(runtime)
        self.stopping = threading.Event()
        self._name = f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._turns = count(1)
        self._held: dict[str, Claim] = {}
        self._lock = threading.Lock()
        self._work_came = threading.Event()

    def serve(self) -> None:
        """Work until `stopping` is set; running jobs are given back at their next step."""
        helpers = [threading.Thread(target=self._run_loop, name=f"job-{n}") for n in range(self.threads)]
        helpers += [threading.Thread(target=self._beat_loop, name="heartbeat")]
        helpers += [threading.Thread(target=self._mail_loop, name="mail")]
        for thread in helpers:
            thread.start()
        looked = float("-inf")
        while not self.stopping.is_set():
            if time.monotonic() - looked >= SCHEDULE_EVERY:
                looked = time.monotonic()
                with suppress(SQLAlchemyError):
                    self.schedule()
            if self.waker.wait(self._poll_seconds):
                self._work_came.set()
        self._work_came.set()
        for thread in helpers:
            thread.join()

    def run_pending(self) -> int:
        """Run everything that is due, one after the other, and send what waits; returns how many jobs ran."""
        self.schedule()
        ran = 0
        while self.run_one():
            ran += 1
        self.mailer.send_due()
        return ran

    def schedule(self) -> None:
        """Ask for the house's own jobs that are due: each once in its span, however many workers there are."""
        now = local(self.runtime.clock.now())
        with write_mode(), self.runtime.session_factory() as session:
            for entry in self.periodic:
                if entry.at is not None and now.time() < entry.at(self.runtime.settings):
                    continue
                seconds = now.hour * 3600 + now.minute * 60 + now.second
                span = int(seconds // entry.every.total_seconds())
                key = f"{entry.kind}:{now:%Y-%m-%d}:{span}"
                enqueue(
                    session, self.runtime.clock, kind=entry.kind, payload={"day": f"{now:%Y-%m-%d}"}, unique_key=key
                )
            session.commit()

    def run_one(self) -> bool:
        """Claim and run one job; False when none is due."""
        held = self._claim()
        if held is None:
            return False
        with self._lock:
            self._held[held.token] = held
        try:
            self._run(held)
        finally:
            with self._lock:
                self._held.pop(held.token, None)
        return True

    def beat(self) -> None:
        """Prolong the leases of the jobs that run here. A busy database is asked again at the next beat."""
        with self._lock:
            held = list(self._held.values())
        for one in held:
            try:
                with write_mode(), self.runtime.session_factory() as session:
                    extend(session, one, self.runtime.clock.real() + self.runtime.settings.job_lease)
                    session.commit()
            except LeaseLost:
                log.warning("lease_lost", job=one.job_id)
            except SQLAlchemyError as error:
                log.warning("heartbeat_failed", job=one.job_id, error=type(error).__name__)

    def _claim(self) -> Claim | None:
        now = self.runtime.clock.real()
        with self.runtime.session_factory() as session:
            if not has_work(session, now, self.handlers.keys()):
                return None
        token = f"{self._name}/{next(self._turns)}"
        with write_mode(), self.runtime.session_factory() as session:
            lease, kinds = self.runtime.settings.job_lease, self.handlers.keys()
            held = claim(session, now, token, lease, kinds, lambda own, job: self._tell(own, job.id))
            session.commit()
        return held

    def _run(self, held: Claim) -> None:
        bound = log.bind(job=held.job_id, kind=held.kind, attempt=held.attempts)
        started = time.monotonic()
        try:
            result = self._handle(held)
        except Stopping:
            self._end(release, held)
            bound.info("job_given_back")
        except LeaseLost:
            bound.warning("lease_lost")
        except PortalError as error:
            self._end(fail, held, self.runtime.clock.now(), error.message)
            bound.info("job_refused", error=type(error).__name__)
        except Exception as error:  # a handler may raise anything; the worker must outlive it
            bound.exception("job_error", error=type(error).__name__)
            self._retry_or_fail(held)
        else:
            bound.info("job_done", seconds=round(time.monotonic() - started, 2))
            self._end(finish, held, self.runtime.clock.now(), result)

    def _handle(self, held: Claim) -> dict[str, object]:
        handler = self.handlers[held.kind]
        owner = self._owner(held)
        kept: dict[str, object] = {}
        if handler.permission is not None:
            if owner is None:
                raise NotAllowed
            kept["reach"] = check_reach(owner, handler.permission, held.result.get("reach"))
            with write_mode(), self.runtime.session_factory() as session:
                note_result(session, held, kept)
                session.commit()
        result: JobResult = handler.run(JobContext(self.runtime, held, owner, self.stopping.is_set, handler.permission))
        return {**result.as_json(), **kept}

    def _owner(self, held: Claim) -> Actor | None:
        """The person who asked, with the rights that they hold now. Raises NotAllowed when the account is closed."""
        if held.owner_id is None:
            return None
        with self.runtime.session_factory() as session:
            account = session.get(UserAccount, held.owner_id)
            if account is None or account.disabled_at is not None:
                raise NotAllowed(OWNER_GONE)
            return load_actor(session, account, self.runtime.clock.today())

    def _retry_or_fail(self, held: Claim) -> None:
        clock = self.runtime.clock
        message = UNEXPECTED.format(attempts=held.max_attempts, job_id=held.job_id)
        self._end(postpone_or_fail, held, clock.real(), clock.now(), message)

    def _end(self, action: Callable[..., object], held: Claim, *values: object) -> None:
        """Write how the run ended. A busy database is asked again; after that the lease runs out."""
        for pause in END_PAUSES:
            try:
                with write_mode(), self.runtime.session_factory() as session:
                    action(session, held, *values)
                    self._tell(session, held.job_id)
                    session.commit()
            except LeaseLost:
                log.warning("lease_lost", job=held.job_id)
            except SQLAlchemyError as error:
                log.warning("job_end_not_written", job=held.job_id, error=type(error).__name__)
                time.sleep(pause)
                continue
            return

    def _tell(self, session: Session, job_id: int) -> None:
        """Tell a job's owner that it has ended, in the same transaction; words that fail do not keep it open."""
        work = Work(session, NOBODY, self.runtime.clock, f"job-{job_id}")
        try:
            tell_ended(work, job_id, self.handlers)
        except SQLAlchemyError:
            raise
        except Exception as error:  # a handler's words may fail as its run may; the worker must outlive it
            log.exception("job_end_not_told", job=job_id, error=type(error).__name__)

    @property
    def _poll_seconds(self) -> float:
        return self.runtime.settings.job_poll.total_seconds()

    def _run_loop(self) -> None:
        while not self.stopping.is_set():
            self._work_came.clear()
            try:
                ran = self.run_one()
            except SQLAlchemyError as error:
                log.warning("claim_failed", error=type(error).__name__)
                ran = False
            if not ran and not self.stopping.is_set():
                self._work_came.wait(self._poll_seconds)

    def _beat_loop(self) -> None:
        while not self.stopping.wait(self.runtime.settings.job_lease.total_seconds() / 3):
            self.beat()

    def _mail_loop(self) -> None:
        while not self.stopping.is_set():
            try:
                self.mailer.send_due(self.stopping.is_set)
            except SQLAlchemyError as error:
                log.warning("mail_not_looked_for", error=type(error).__name__)
            self.stopping.wait(self._poll_seconds)

"""What a background job is made of: its handler, what the handler is given, and what it gives back.

A module of this package that names `HANDLERS` adds kinds of jobs; nothing lists them by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from time import monotonic
from typing import Any, BinaryIO, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from portal.config import Settings
from portal.core.db import write_mode
from portal.core.errors import NotAllowed
from portal.core.job_queue import Claim, Saved, save
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission

NOBODY = Actor(0, "worker", "Tác vụ nền", 0)
PROGRESS_EVERY = 0.5  # seconds between two figures of a progress bar


class Stopping(Exception):
    """The worker was asked to stop: the job goes back to the queue and on from its checkpoint."""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file that a job made: content in the file store, and the name that its owner sees."""

    sha256: str
    size: int
    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended: a Vietnamese sentence for its owner, perhaps a file to fetch, perhaps a page to go to."""

    message: str = ""
    file: ResultFile | None = None
    link: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values for the job's row."""
        return {"message": self.message, "file": asdict(self.file) if self.file else None, "link": self.link}


class Step:
    """One transaction of a job: its effect goes through `session`, and what `save` is told is committed with it."""

    def __init__(self, session: Session, work: Work) -> None:
        self.session = session
        self.work = work
        self.saved = Saved()

    def save(
        self, checkpoint: Mapping[str, Any] | None = None, progress: int | None = None, total: int | None = None
    ) -> None:
        """Say how far the job is once this step is committed; a job that starts again finds it as `ctx.checkpoint`."""
        self.saved = Saved(checkpoint, progress, total)


class JobContext:
    """What a handler is given.

    It may be run again after a kill: it goes on from `checkpoint`, and every effect stands in a `step` with the one
    that says that it is done. Nothing else makes "once" true.
    """

    def __init__(
        self,
        runtime: Runtime,
        claim: Claim,
        owner: Actor | None = None,
        stopping: Callable[[], bool] = lambda: False,
        permission: Permission | None = None,
    ) -> None:
        self.runtime = runtime
        self.claim = claim
        self.owner = owner
        self.checkpoint: dict[str, Any] = dict(claim.checkpoint)
        self._stopping = stopping
        self._giver_id = owner.giver_behind(permission) if owner and permission else None
        self._in_step = False
        self._told = 0.0

    @property
    def job_id(self) -> int:
        return self.claim.job_id

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.claim.payload

    @property
    def actor(self) -> Actor:
        """Who acts: the owner with the rights they hold now, or nobody for the house's own jobs."""
        return self.owner or NOBODY

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A unit of work that only reads."""
        with self.runtime.session_factory() as session:
            yield self._work(session)

    @contextmanager
    def step(self) -> Iterator[Step]:
        """A transaction that writes: it commits effect and checkpoint together, or neither.

        Raises Stopping at its start when the worker stops, LeaseLost at its end when another has taken the job over.
        """
        self.check_stop()
        with write_mode(), self.runtime.session_factory() as session:
            step = Step(session, self._work(session))
            self._in_step = True
            try:
                yield step
            finally:
                self._in_step = False
            session.flush()
            save(session, self.claim, self._lease_end(), step.saved)
            session.commit()
        if step.saved.checkpoint is not None:
            self.checkpoint = dict(step.saved.checkpoint)

    def progress(self, done: int, total: int) -> None:
        """Move the progress bar, at most twice a second; also where a long job looks whether it must stop.

        Inside a step it does nothing: there the figures go with `Step.save`.
        """
        if self._in_step:
            return
        self.check_stop()
        now = monotonic()
        if now - self._told < PROGRESS_EVERY and done < total:
            return
        self._told = now
        with write_mode(), self.runtime.session_factory() as session:
            save(session, self.claim, self._lease_end(), Saved(progress=done, total=total))
            session.commit()

    def check_stop(self) -> None:
        """Raise Stopping when the worker was asked to stop."""
        if self._stopping():
            raise Stopping

    def keep_file(self, stream: BinaryIO, name: str, content_type: str) -> ResultFile:
        """Put the job's file into the store, synced to the disk, before the result names it."""
        content = self.runtime.files.put(stream)
        return ResultFile(content.sha256, content.size, name, content_type)

    def _work(self, session: Session) -> Work:
        clock, request_id = self.runtime.clock, f"job-{self.job_id}"
        return Work(session, self.actor, clock, request_id, on_behalf_of_id=self._giver_id)

    def _lease_end(self) -> Any:
        return self.runtime.clock.real() + self.runtime.settings.job_lease


class JobHandler(Protocol):
    """One kind of job.

    `permission` is what its owner must hold while it runs and when the file is fetched; None: the house's own.
    """

    @property
    def kind(self) -> str: ...

    @property
    def permission(self) -> Permission | None: ...

    def title(self, payload: Mapping[str, Any]) -> str:
        """What the job is called on its page, in Vietnamese."""
        ...

    def run(self, ctx: JobContext) -> JobResult:
        """Do the work from `ctx.checkpoint` on. A PortalError ends the job, another error is tried again."""
        ...


@dataclass(frozen=True, slots=True)
class DoneNotice:
    """What a job's owner is told when it went well: of which kind, in which words, and the page that goes on."""

    kind: str
    text: str
    endpoint: str
    values: Mapping[str, Any]


@runtime_checkable
class TellsDone(Protocol):
    """A handler whose good end is told in its own words."""

    def done_notice(self, payload: Mapping[str, Any]) -> DoneNotice: ...


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job of the house that is asked for once in each `every` (a whole day at most); its payload has the `day`.

    `at`: not before this time of day.
    """

    kind: str
    every: timedelta
    at: Callable[[Settings], time] | None = None


def reach_of(actor: Actor, permission: Permission) -> list[list[Any]]:
    """The grants that a job's content rests on, as plain values: where the owner holds the permission, and how far."""
    return sorted([grant.unit_id, grant.reach.value] for grant in actor.grants_of(permission))


def check_reach(actor: Actor, permission: Permission, before: list[list[Any]] | None) -> list[list[Any]]:
    """The owner's present reach. Raises NotAllowed when they hold nothing now, or less than the job began with."""
    present = reach_of(actor, permission)
    if not present or any(grant not in present for grant in before or []):
        raise NotAllowed("Quyền của ông/bà đã thay đổi sau khi yêu cầu việc này nên kết quả không còn mở được.")
    return present

"""A worker with one more kind of job: it writes one line a step, so that every effect can be counted afterwards."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from portal import create_app
from portal.cli.worker import _stop_on_signals
from portal.core.outbox import queue_mail
from portal.core.runtime import Runtime
from portal.jobs.api import JobContext, JobResult
from portal.jobs.registry import handlers, periodic
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

KIND = "test.count"
INSIDE, BETWEEN = 0.004, 0.02  # seconds: a kill may come into a step and between two


class Counting:
    """Writes `payload["steps"]` messages, each in a step of its own."""

    kind = KIND
    permission = None

    def title(self, payload: Mapping[str, Any]) -> str:
        return f"Đếm {payload['steps']} dòng"

    def run(self, ctx: JobContext) -> JobResult:
        steps = ctx.payload["steps"]
        for number in range(ctx.checkpoint.get("done", 0), steps):
            with ctx.step() as step:
                queue_mail(
                    step.session,
                    ctx.runtime.clock,
                    unique_key=secrets.token_hex(8),  # a second writing would be a second message
                    to=["dem@hungyen.example"],
                    subject=f"{ctx.job_id}/{number}",
                    body="",
                )
                time.sleep(INSIDE)
                step.save({"done": number + 1}, number + 1, steps)
            time.sleep(BETWEEN)
        return JobResult(f"Đã đếm {steps} dòng.")


def main() -> None:
    """Work until SIGTERM."""
    runtime: Runtime = create_app().extensions["portal"]
    waker = Waker(runtime.settings)
    worker = Worker(runtime, waker, {**handlers(), KIND: Counting()}, periodic())
    _stop_on_signals(worker)
    worker.serve()
    waker.close()


if __name__ == "__main__":
    main()

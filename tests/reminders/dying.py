"""A worker that does the jobs that wait; with a number as its argument it dies by kill -9 in that effect."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from portal import create_app
from portal.core.manifest import DueItem, Manifest, Shown
from portal.core.runtime import Runtime
from portal.domain.notifications import digest as made
from portal.domain.reminders import services
from portal.jobs import digest, reminders
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

DAY = date(2023, 1, 19)
OPEN = Shown("Chưa xong", "idle", "circle-dashed")


def due(_work: Any, _first: date, _last: date) -> list[DueItem]:
    """One thing that is everybody's."""
    return [DueItem("t:1", "Việc chung", "Thi đua", "home.show_home", {}, DAY, OPEN)]


def dying(action: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The action, after whose `at`-th time the process is gone: its transaction is still open."""
    calls = count(1)

    def act(*given: Any) -> Any:
        result = action(*given)
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return act


def main() -> None:
    """Work until nothing is due for as long as a dead worker's lease lasts."""
    for module in (services, made):
        vars(module)["manifests"] = lambda: (Manifest("t", "Thi đua", due=due),)
    for job, name in ((reminders, "remind"), (digest, "queue_digest")):
        vars(job)["AT_A_TIME"] = 2
        if len(sys.argv) > 1:
            vars(job)[name] = dying(vars(job)[name], int(sys.argv[1]))
    runtime: Runtime = create_app().extensions["portal"]
    kinds = {reminders.KIND: reminders.RemindAll(), digest.KIND: digest.SendDigests()}
    worker = Worker(runtime, Waker(runtime.settings), kinds)  # type: ignore[arg-type] # both are handlers
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        if not worker.run_one():
            time.sleep(0.05)


if __name__ == "__main__":
    main()

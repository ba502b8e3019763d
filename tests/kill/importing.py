"""A worker that keeps and applies imports slowly, in small pieces, so that a kill comes into the middle of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from portal import create_app
from portal.cli.worker import _stop_on_signals
from portal.domain.staging import services
from portal.imports.emulation import LineTarget
from portal.jobs import imports
from portal.jobs.registry import handlers
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

PIECE = 250
KEEPING, APPLYING = 0.04, 0.5  # seconds between the writing and the commit of a piece, and of the whole list


def main() -> None:
    """Work until SIGTERM. Nothing of the imports is changed but their pace."""
    imports.PIECE = PIECE
    for owner, name, seconds in ((services, "put_rows", KEEPING), (LineTarget, "apply", APPLYING)):
        setattr(owner, name, slow(getattr(owner, name), seconds))
    runtime = create_app().extensions["portal"]
    waker = Waker(runtime.settings)
    worker = Worker(runtime, waker, handlers(), threads=1)
    _stop_on_signals(worker)
    worker.serve()
    waker.close()


def slow(action: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """The same, with a pause before the transaction can end."""

    def paused(*args: Any, **kwargs: Any) -> Any:
        result = action(*args, **kwargs)
        time.sleep(seconds)
        return result

    return paused


if __name__ == "__main__":
    main()

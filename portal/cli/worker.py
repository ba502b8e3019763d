"""flask worker: background jobs and mail."""

from __future__ import annotations

import signal
from typing import Any

import click
from flask.cli import AppGroup

from portal.jobs.registry import handlers, periodic
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from portal.web.context import runtime

group = AppGroup("worker", help="Chạy việc nền: kết xuất lớn, nhập lớn, gửi thư, dọn dẹp hằng ngày.")


@group.command("run")
@click.option("--once", is_flag=True, help="Chạy hết việc đang chờ rồi dừng.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 16), help="Số việc chạy cùng lúc.")
def run(once: bool, threads: int) -> None:
    """Work until SIGTERM or Ctrl-C; jobs that run then go back to the queue and on from their checkpoint."""
    house = runtime()
    waker = Waker(house.settings)
    worker = Worker(house, waker, handlers(), periodic(), threads)
    try:
        if once:
            click.echo(f"Đã chạy {worker.run_pending()} việc.")
            return
        _stop_on_signals(worker)
        worker.serve()
    finally:
        waker.close()


def _stop_on_signals(worker: Worker) -> None:
    def stop(_number: int, _frame: Any) -> None:
        worker.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

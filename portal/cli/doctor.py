"""flask doctor: look at everything that the portal stands on, say what is wrong and what to do."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.jobs.doctor import Doctor, Level
from portal.web.context import runtime


@click.command(
    "doctor", help="Khám toàn bộ: cấu hình, cơ sở dữ liệu, tệp, đồng hồ, đĩa, nhật ký, sao lưu. Không sửa gì."
)
@click.option("--full", is_flag=True, help="Đọc từng tệp lưu trữ và so mã băm.")
@click.option("--quiet", is_flag=True, help="Chỉ in cảnh báo và lỗi.")
@with_appcontext
def group(full: bool, quiet: bool) -> None:
    """Print the findings; exit code 1 when there is an error."""
    worst = Level.GOOD
    order = list(Level)
    for finding in Doctor(runtime(), full).findings():
        worst = max(worst, finding.level, key=order.index)
        if not quiet or finding.level in (Level.WARNING, Level.ERROR):
            click.echo(f"[{finding.level.label}] {finding.area}: {finding.text}")
    if worst is Level.ERROR:
        raise click.exceptions.Exit(1)

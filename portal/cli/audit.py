"""flask audit: check the chain, put its end on record outside the database."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.domain.audit.heads import BadHead, ChainHead, dump_head, load_head
from portal.domain.audit.queries import chain_head
from portal.domain.audit.verification import find_faults
from portal.web.context import runtime

group = AppGroup("audit", help="Nhật ký: kiểm tra chuỗi, xuất mốc cuối chuỗi.")
MOST_SHOWN = 100


@group.command("verify", help="Kiểm tra toàn bộ chuỗi nhật ký; mã thoát 1 khi có sai lệch.")
@click.option(
    "--head",
    "head_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp mốc đã xuất: phát hiện phần cuối bị cắt.",
)
def verify(head_file: Path | None) -> None:
    """Walk the chain and name every fault."""
    expected = _expected(head_file) if head_file else None
    count = 0
    with runtime().session_factory() as session:
        for fault in find_faults(session, runtime().keyring, expected):
            count += 1
            if count <= MOST_SHOWN:
                click.echo(str(fault), err=True)
        head = session.execute(chain_head()).one_or_none()
    if count:
        raise click.ClickException(f"Nhật ký có {count} sai lệch.")
    click.echo(f"Nhật ký nguyên vẹn: {head.seq if head else 0} mắt xích.")


@group.command("export-head", help="Xuất mốc cuối chuỗi, có ký, ra tệp FILE.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_head(file: Path) -> None:
    """Write the chain's end as a signed file, replaced as a whole."""
    with runtime().session_factory() as session:
        head = session.execute(chain_head()).one()
    partial = file.with_name(file.name + ".part")
    partial.write_text(dump_head(runtime().keyring, ChainHead(head.seq, head.hash), runtime().clock.now()), "utf-8")
    partial.replace(file)
    click.echo(f"Đã xuất mốc ở mắt xích {head.seq} vào {file}.")


def _expected(file: Path) -> ChainHead:
    try:
        return load_head(runtime().keyring, file.read_text(encoding="utf-8"))
    except (BadHead, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from error

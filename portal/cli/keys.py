"""flask keys: the key ring's lines.

`python -m portal.cli.keys new` does the same without any configuration: the first key is made before there is one.
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from portal.config import KEY_BYTES
from portal.core.backups import new_identity
from portal.core.clock import SystemClock, local
from portal.core.db import write_mode
from portal.domain.accounts import totp
from portal.domain.accounts.models import UserAccount
from portal.web.context import runtime

KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")


@click.group("keys", help="Vòng khóa: mã hóa dữ liệu nhạy cảm, xác thực nhật ký.")
def group() -> None:
    """Plain commands without the app, so that they run before the portal can start."""


@group.command("new")
@click.option("--id", "key_id", default="", help="Tên của khóa; để trống thì lấy giờ này, ví dụ k20230315-090000.")
def new(key_id: str) -> None:
    """Print a line for the key ring: a name and a random key of 32 bytes."""
    name = key_id or f"k{local(SystemClock().now()):%Y%m%d-%H%M%S}"
    if not KEY_ID.fullmatch(name) or name == "demo":
        raise click.ClickException("Tên khóa gồm chữ thường, chữ số và dấu gạch nối, dài nhất 39 ký tự, khác demo.")
    click.echo(f"{name}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}")


@group.command("backup")
@click.argument("file", type=click.Path(exists=False, dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Make the key pair of the backups: the secret key goes to FILE, to be kept away from the server."""
    secret, recipient = new_identity()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(f"# Khóa mở bản sao lưu của Cổng Nội vụ; khóa nhận: {recipient}\n{secret}\n")
    click.echo(f"PORTAL_BACKUP_RECIPIENT={recipient}")
    click.echo(
        f"Khóa mở nằm trong {file}: cất ở nơi khác máy chủ, ít nhất hai bản. Mất nó là mất mọi bản sao lưu.", err=True
    )


@group.command("reseal")
@with_appcontext
def reseal() -> None:
    """Seal every second factor again with the first key of the ring.

    Recovery codes made before and the audit log still need the old key: it stays in the ring.
    """
    place = runtime()
    moved = 0
    with write_mode(), place.session_factory() as session:
        stmt = select(UserAccount).where(UserAccount.totp_secret.is_not(None)).order_by(UserAccount.id)
        for user in session.scalars(stmt.with_for_update()):
            sealed = user.totp_secret or ""
            if sealed.partition(":")[0] != place.keyring.current:
                plain = totp.unseal(place.keyring, user.id, sealed)
                user.totp_secret = totp.seal(place.keyring, user.id, plain)
                moved += 1
        session.commit()
    click.echo(f"Đã niêm phong lại {moved} khóa xác thực bằng khóa {place.keyring.current}.")
    click.echo("Mã dự phòng đã phát và nhật ký vẫn cần khóa cũ: giữ khóa đó trong vòng khóa.")


if __name__ == "__main__":
    group()

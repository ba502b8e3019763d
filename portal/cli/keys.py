"""flask keys: the key ring's lines.

`python -m portal.cli.keys new` does the same without any configuration: the first key is made before there is one.
"""

from __future__ import annotations

import base64
import os
import re

import click

from portal.config import KEY_BYTES
from portal.core.clock import SystemClock

KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")


@click.group("keys", help="Vòng khóa: mã hóa dữ liệu nhạy cảm, xác thực nhật ký.")
def group() -> None:
    """Plain commands without the app, so that they run before the portal can start."""


@group.command("new")
@click.option("--id", "key_id", default="", help="Tên của khóa; nếu để trống thì lấy ngày hôm nay, ví dụ k20230315.")
def new(key_id: str) -> None:
    """Print a line for the key ring: a name and a random key of 32 bytes."""
    name = key_id or f"k{SystemClock().today():%Y%m%d}"
    if not KEY_ID.fullmatch(name) or name == "demo":
        raise click.ClickException("Tên khóa gồm chữ thường, chữ số và dấu gạch nối, dài nhất 39 ký tự, khác demo.")
    click.echo(f"{name}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}")


if __name__ == "__main__":
    group()

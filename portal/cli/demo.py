"""flask demo: the demonstration's data and accounts. Refused wherever real data may be."""

from __future__ import annotations

import time
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from portal.config import DEMO_PASSWORD
from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.accounts import totp
from portal.domain.accounts.demo_mark import holds_real_accounts
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.passwords import passwords
from portal.domain.accounts.queries import by_username, roles_in_force
from portal.web.context import runtime
from seed.accounts import demo_usernames, load_demo_accounts
from seed.demo.difficulties import load_difficulties
from seed.demo.generate import load_demo
from seed.demo.large import load_large
from seed.loader import load_base, seed_work

group = AppGroup("demo", help="Bản dùng thử: dữ liệu minh họa, tài khoản, mã xác thực.")


def demo_runtime() -> Runtime:
    """The process's runtime; refused unless this is a demonstration or a test."""
    found = runtime()
    if found.settings.environment not in ("demo", "test"):
        raise click.ClickException("Lệnh này chỉ chạy với PORTAL_ENV=demo.")
    return found


def writable_runtime() -> Runtime:
    """The same for what writes; refused beside real accounts, whose production would then never start again."""
    found = demo_runtime()
    if holds_real_accounts(found.engine):
        raise click.ClickException("Cơ sở dữ liệu này có tài khoản thật; không nạp dữ liệu minh họa vào.")
    return found


@group.command("seed")
@click.option("--if-empty", is_flag=True, help="Bỏ qua khi đã có tài khoản.")
def seed(if_empty: bool) -> None:
    """Load the start data, the demo accounts and the demonstration's year; idempotent."""
    place = demo_runtime()
    with place.session_factory() as session:
        there = session.scalar(select(func.count()).select_from(UserAccount)) or 0
    if if_empty and there:
        click.echo("Đã có dữ liệu, bỏ qua.")
        return
    writable_runtime()
    began = time.monotonic()
    password_hash = passwords(cheap=place.settings.environment == "test").hash(DEMO_PASSWORD)
    with write_mode(), place.session_factory() as session:
        load_base(session, place.clock)
        made = load_demo_accounts(seed_work(session, place.clock), password_hash, place.keyring)
        session.commit()
    click.echo(f"Đã nạp dữ liệu khởi tạo và {len(made)} tài khoản mới ({time.monotonic() - began:.1f} giây).")
    _write_year(place)


def _write_year(place: Runtime) -> None:
    """The demonstration's year, where no registration is there yet."""
    began = time.monotonic()
    year = load_demo(place.session_factory, place.clock, place.files)
    if year.registrations:
        spent = time.monotonic() - began
        click.echo(f"Đã nạp {year.registrations} bản đăng ký với {year.lines} dòng của năm 2023 ({spent:.1f} giây).")
    raised = load_difficulties(place.session_factory, place.clock)
    if raised:
        click.echo(f"Đã nạp {raised} vướng mắc, kiến nghị.")


@group.command("large")
@click.option("--lines", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="Tổng số dòng cần có.")
def large(lines: int) -> None:
    """Fill the demonstration's year up to so many lines, for measuring; it needs `flask demo seed` before."""
    place = writable_runtime()
    try:
        filled = load_large(place.session_factory, place.clock, lines, lambda done: click.echo(f"… {done} dòng"))
    except ValueError as error:
        raise click.ClickException(f"Không đủ bản đăng ký để chứa {lines} dòng.") from error
    click.echo(f"Đã thêm {filled.lines} dòng trong {filled.seconds:.0f} giây, {filled.lines_per_second:.0f} dòng/giây.")


@group.command("accounts")
def accounts() -> None:
    """Print the demo accounts: name, roles, password, and for those that need it the secret and the present code."""
    place = demo_runtime()
    with place.session_factory() as session:
        rows = [
            (user.username, user.full_name, _roles(session, place, user.id), *_factor(place, user))
            for name in demo_usernames()
            if (user := session.scalars(by_username(name)).one_or_none()) is not None
        ]
    if not rows:
        raise click.ClickException("Chưa có tài khoản dùng thử. Chạy: flask demo seed")
    header = ("Tài khoản", "Họ và tên", "Vai trò", "Khóa xác thực", "Mã lúc này")
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    click.echo(f"Mật khẩu chung: {DEMO_PASSWORD}")
    for row in (header, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@group.command("totp")
@click.argument("username")
def code(username: str) -> None:
    """Print the present code of a demo account's second factor, alone on a line."""
    place = demo_runtime()
    with place.session_factory() as session:
        user = session.scalars(by_username(username)).one_or_none()
        if user is None:
            raise click.ClickException(f"Không có tài khoản {username}.")
        if user.totp_secret is None:
            raise click.ClickException(f"Tài khoản {username} không dùng xác thực hai bước.")
        click.echo(_factor(place, user)[1])


def _roles(session: Any, place: Runtime, user_id: int) -> str:
    found = session.execute(roles_in_force([user_id], place.clock.today()))
    return ", ".join(f"{row.role.label} ({row.unit_name})" for row in found)


def _factor(place: Runtime, user: UserAccount) -> tuple[str, str]:
    if user.totp_secret is None:
        return "", ""
    secret = totp.unseal(place.keyring, user.id, user.totp_secret)
    return secret, totp.code_at(secret, place.clock.real())

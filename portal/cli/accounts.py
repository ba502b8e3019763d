"""flask accounts: the first administrator, and the way back in, for those who hold the server; all of it audited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import select

from portal.core.db import write_mode
from portal.core.errors import InvalidInput
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.passwords import passwords
from portal.domain.accounts.queries import by_username
from portal.domain.accounts.services import (
    UserData,
    assign_role,
    create_user,
    drop_factor,
    first_password,
    put_password,
)
from portal.domain.units.models import Unit
from portal.web.context import runtime

group = AppGroup("accounts", help="Tài khoản: quản trị viên đầu tiên, cấp lại quyền vào, giao vai trò từ máy chủ.")
SERVER = Actor(0, "server", "Máy chủ", 0)


@contextmanager
def server_work() -> Iterator[Work]:
    """A unit of work of whoever holds the server's shell."""
    place = runtime()
    with write_mode(), place.session_factory() as session:
        yield Work(session, SERVER, place.clock, "cli")
        session.commit()


@group.command("create")
@click.argument("username")
@click.argument("full_name")
@click.argument("unit_code")
@click.option("--role", type=click.Choice([r.value for r in Role]), default=Role.SYSTEM_ADMIN.value, show_default=True)
@click.option("--over", "over_code", default=None, help="Mã đơn vị mà vai trò bao trùm; mặc định là tỉnh (33).")
@click.option("--post", default="", help="Chức vụ.")
def create(username: str, full_name: str, unit_code: str, role: str, over_code: str | None, post: str) -> None:
    """Make an account with a role and print its first password, once. Made for the first administrator."""
    first = first_password()
    hashed = _hash(first)
    with server_work() as work:
        home, over = _unit(work, unit_code), _unit(work, over_code or "33")
        _check_level(Role(role), over)
        try:
            user = create_user(work, UserData(username, full_name, home.id, post), hashed)
        except InvalidInput as error:
            raise click.ClickException(" ".join(text for texts in error.errors.values() for text in texts)) from error
        assign_role(work, user.id, Role(role), over.id, work.today())
    click.echo(f"Đã tạo {user.username}, vai trò {Role(role).label} ({over.name}).")
    click.echo(f"Mật khẩu lần đầu, chỉ hiện lần này: {first}")


@group.command("grant")
@click.argument("username")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@click.argument("unit_code")
@click.option("--until", type=click.DateTime(["%d/%m/%Y"]), default=None, help="Ngày cuối (dd/mm/yyyy).")
def grant(username: str, role: str, unit_code: str, until: datetime | None) -> None:
    """Give a role from the server: for the first person of a confidential module, whom nobody can confirm yet."""
    with server_work() as work:
        user, unit = _user(work, username), _unit(work, unit_code)
        _check_level(Role(role), unit)
        assign_role(work, user.id, Role(role), unit.id, work.today(), until.date() if until else None)
    click.echo(f"Đã giao vai trò {Role(role).label} ({unit.name}) cho {user.username}.")


@group.command("reset")
@click.argument("username")
@click.option("--factor", is_flag=True, help="Đặt lại cả xác thực hai bước.")
def reset(username: str, factor: bool) -> None:
    """Give someone a new first password (and forget the second factor): the way back for the last administrator."""
    first = first_password()
    hashed = _hash(first)
    with server_work() as work:
        user = _user(work, username)
        put_password(work, user, hashed)
        if factor:
            drop_factor(work, user)
    click.echo(f"Đã cấp lại mật khẩu cho {user.username}. Chỉ hiện lần này: {first}")


def _hash(password: str) -> str:
    return passwords(cheap=runtime().settings.environment == "test").hash(password)


def _user(work: Work, username: str) -> UserAccount:
    found = work.session.scalars(by_username(username)).one_or_none()
    if found is None:
        raise click.ClickException(f"Không có tài khoản {username}.")
    return found


def _unit(work: Work, code: str) -> Unit:
    found = work.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if found is None:
        raise click.ClickException(f"Không có đơn vị mang mã {code}. Cần nạp trước: flask db load-start-data")
    return found


def _check_level(role: Role, unit: Unit) -> None:
    if unit.level_code not in ROLES[role].levels:
        raise click.ClickException(f"Vai trò {role.label} không giao được ở cấp của đơn vị {unit.name}.")

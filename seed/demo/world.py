"""The units that register, in the wording that lines and posts need, and the accounts that act for them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.core.text import fold, person_sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.passwords import passwords
from portal.domain.units.models import Unit, UnitClosure, UnitKind
from portal.domain.units.queries import closure_on, valid_on
from seed.demo.bulk import insert_many
from seed.names import NameGenerator, PostRank, Workplace
from seed.tables import read_table

FIRST_DAY = date(2022, 1, 1)
OFFICERS = (Role.UNIT_OFFICER, Role.COMMUNE_OFFICER)
COMMUNE_POST = "Công chức Văn phòng - Thống kê"
OFFICE_POST = "Chuyên viên Văn phòng"


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit that owes a registration. `title` is its own name in lists, `depth` its distance from the province."""

    id: int
    code: str
    parent_id: int
    depth: int
    kind: str
    education: bool
    head_review: bool
    title: str
    symbol: str
    workplace: Workplace


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts for a unit: the officer, the head (where one decides in the portal), and the signer of its papers."""

    officer_id: int
    head_id: int | None
    signer_name: str
    signer_title: str


def units_that_register(work: Work, on: date) -> list[DemoUnit]:
    """Every unit that owes a registration on that day, those lowest down first."""
    above, top = aliased(UnitClosure), aliased(UnitClosure)
    rows = work.session.execute(
        select(Unit, UnitKind.head_review, above.ancestor_id, top.depth)
        .join(UnitKind, UnitKind.code == Unit.kind_code)
        .join(above, above.descendant_id == Unit.id)
        .join(top, top.descendant_id == Unit.id)
        .join(UnitClosure, UnitClosure.descendant_id == Unit.id)
        .where(
            UnitKind.owes_registration,
            valid_on(on),
            UnitClosure.depth == 0,
            closure_on(on),
            above.depth == 1,
            above.valid_from <= on,
            above.valid_to.is_(None),
            top.valid_to.is_(None),
            top.ancestor_id == select(Unit.id).where(Unit.level_code == "province").scalar_subquery(),
        )
        .order_by(top.depth.desc(), Unit.code)
    ).all()
    names = {row["code"]: row["name"] for row in read_table("units")}
    children: dict[int, list[str]] = {}
    for unit, _, parent_id, _ in rows:
        children.setdefault(parent_id, []).append(_bare(names.get(unit.code, unit.name)))
    return [
        DemoUnit(
            id=unit.id,
            code=unit.code,
            parent_id=parent_id,
            depth=depth,
            kind=unit.kind_code,
            education=unit.sector == "education",
            head_review=head_review,
            title=names.get(unit.code, unit.name),
            symbol=unit.symbol or "UBND",
            workplace=Workplace(
                unit.kind_code,
                unit=_in_sentence(names.get(unit.code, unit.name), unit.level_code),
                head_title=unit.head_title,
                children=tuple(children.get(unit.id, ())) if unit.kind_code == "district" else (),
            ),
        )
        for unit, head_review, parent_id, depth in rows
    ]


def people_of(work: Work, units: Iterable[DemoUnit]) -> dict[int, Acting]:
    """Who acts for each unit, by its id. Units without accounts get them, with a password that nobody knows."""
    units = list(units)
    officers, heads = _assigned(work, OFFICERS), _assigned(work, (Role.UNIT_HEAD,))
    wanted = [
        (unit, role)
        for unit in units
        for role, known in ((_officer_role(unit), officers), (Role.UNIT_HEAD, heads))
        if unit.id not in known and (role is not Role.UNIT_HEAD or unit.head_review)
    ]
    made = _make_accounts(work, wanted)
    for (unit, role), user_id in zip(wanted, made, strict=True):
        (heads if role is Role.UNIT_HEAD else officers)[unit.id] = user_id
    names = dict(work.session.execute(select(UserAccount.id, UserAccount.full_name)).all())
    acting = {}
    for unit in units:
        head_id = heads.get(unit.id) if unit.head_review else None
        generator = NameGenerator(f"signer:{unit.code}")
        post = generator.post(unit.workplace, PostRank.DEPUTY if head_id else PostRank.HEAD)
        signer = names[head_id] if head_id else generator.person(post.gender).full_name
        acting[unit.id] = Acting(officers[unit.id], head_id, signer, post.title)
    return acting


def _assigned(work: Work, roles: tuple[Role, ...]) -> dict[int, int]:
    rows = work.session.execute(
        select(RoleAssignment.unit_id, RoleAssignment.user_id)
        .where(RoleAssignment.role.in_(roles), RoleAssignment.ended_at.is_(None))
        .order_by(RoleAssignment.id.desc())
    )
    return dict(rows.all())


def _make_accounts(work: Work, wanted: list[tuple[DemoUnit, Role]]) -> list[int]:
    now = work.clock.now()
    unknown = passwords().hash(secrets.token_urlsafe(32)) if wanted else ""
    accounts = [_account(unit, role, unknown) | {"created_at": now} for unit, role in wanted]
    ids = insert_many(work.session, UserAccount, accounts)
    assignments = [
        {
            "user_id": user_id,
            "role": role,
            "unit_id": unit.id,
            "valid_from": FIRST_DAY,
            "reason": "",
            "created_at": now,
            "version": 1,
        }
        for (unit, role), user_id in zip(wanted, ids, strict=True)
    ]
    insert_many(work.session, RoleAssignment, assignments)
    return ids


def _account(unit: DemoUnit, role: Role, password_hash: str) -> dict[str, object]:
    head = role is Role.UNIT_HEAD
    username = f"{'ld' if head else 'dk'}.{unit.code.lower()}"
    generator = NameGenerator(f"account:{username}")
    if head:
        post = generator.post(unit.workplace, PostRank.DEPUTY)
        person, title = generator.person(post.gender), post.title
    else:
        person = generator.person()
        title = f"{COMMUNE_POST} {unit.workplace.unit}" if unit.kind in COMMUNES else OFFICE_POST
    return {
        "username": username,
        "full_name": person.full_name,
        "folded": fold(f"{person.full_name} {username}"),
        "sort_key": person_sort_key(person.full_name),
        "post": title[:120],
        "email": f"{username}@hungyen.example",
        "home_unit_id": unit.id,
        "password_hash": password_hash,
        "must_change_password": False,
        "totp_last_step": 0,
        "theme": "light",
        "version": 1,
    }


COMMUNES = frozenset({"commune", "ward", "town"})


def _officer_role(unit: DemoUnit) -> Role:
    return Role.UNIT_OFFICER if unit.head_review else Role.COMMUNE_OFFICER


def _in_sentence(name: str, level: str) -> str:
    """Huyện Văn Giang begins a line, huyện Văn Giang stands in one; bodies keep their capital."""
    return name[0].lower() + name[1:] if level in ("district", "commune") else name


def _bare(name: str) -> str:
    """The place alone: Xã Xuân Quan is Xuân Quan."""
    for kind in ("Xã ", "Phường ", "Thị trấn "):
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name

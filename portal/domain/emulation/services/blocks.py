"""Emulation blocks (cụm, khối thi đua) of a year and their members; a unit is in one block a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from portal.core.confidence import Confidence
from portal.core.errors import NotFound
from portal.core.text import sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import BlockMember, EmulationBlock
from portal.domain.emulation.enums import BlockRole
from portal.domain.emulation.services.catalogue_shared import (
    Errors,
    InUse,
    audit,
    changed_fields,
    check_right,
    locked,
    new_code,
    refuse,
    text_in,
    year_in,
)
from portal.domain.units.models import Unit

BLOCK = "emulation_block"


@dataclass(frozen=True, slots=True)
class BlockData:
    """A block as it is typed."""

    name: str
    year: int
    confidence: Confidence = Confidence.UNSURE


def create_block(work: Work, data: BlockData) -> EmulationBlock:
    """Add a block to a year. Raises NotAllowed, InvalidInput (name, year)."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    errors: Errors = {}
    year_in(errors, "year", data.year)
    values = _values(work, data, data.year, None, errors)
    made = EmulationBlock(code=new_code(f"K{data.year}"), year=data.year, **values)
    work.session.add(made)
    work.session.flush()
    audit(work, "block.created", BLOCK, made.id, {"code": made.code, "name": made.name})
    return made


def update_block(work: Work, block_id: int, version: int, data: BlockData) -> EmulationBlock:
    """Correct a block's name; its year stays. Raises NotAllowed, NotFound, VersionConflict, InvalidInput."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    block = locked(work, EmulationBlock, block_id, version)
    fields = changed_fields(block, _values(work, data, block.year, block, {}))
    if fields:
        audit(work, "block.updated", BLOCK, block.id, {"fields": fields})
        work.session.flush()
    return block


def delete_block(work: Work, block_id: int, version: int) -> None:
    """Remove a block without members. Raises NotAllowed, NotFound, VersionConflict, InUse."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    block = locked(work, EmulationBlock, block_id, version)
    if work.session.scalars(select(BlockMember.id).where(BlockMember.block_id == block.id)).first() is not None:
        raise InUse("Khối còn thành viên nên không xóa được. Xin bỏ các thành viên trước.")
    audit(work, "block.deleted", BLOCK, block.id, {"code": block.code, "name": block.name})
    work.session.delete(block)
    work.session.flush()


def add_member(work: Work, block_id: int, unit: Unit, role: BlockRole) -> BlockMember:
    """Put a unit into a block. Raises NotAllowed, NotFound, InvalidInput (unit, role)."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    block = _locked_block(work, block_id)
    stmt = (
        select(EmulationBlock.name)
        .join(BlockMember, BlockMember.block_id == EmulationBlock.id)
        .where(BlockMember.unit_id == unit.id, EmulationBlock.year == block.year)
    )
    errors: Errors = {}
    present = work.session.scalars(stmt).first()
    if present is not None:
        errors["unit"] = [f"{unit.short_name} đang thuộc “{present}” năm {block.year}; mỗi đơn vị ở một khối."]
    _check_leader(work, block, role, None, errors)
    refuse(errors)
    made = BlockMember(block_id=block.id, unit_id=unit.id, role=role)
    work.session.add(made)
    block.version += 1
    audit(work, "block.member_added", BLOCK, block.id, {"unit": unit.id, "role": role.value})
    work.session.flush()
    return made


def set_member_role(work: Work, block_id: int, member_id: int, role: BlockRole) -> BlockMember:
    """Change a member's part in the block. Raises NotAllowed, NotFound, InvalidInput (role)."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    block = _locked_block(work, block_id)
    member = _member(work, block, member_id)
    errors: Errors = {}
    _check_leader(work, block, role, member, errors)
    refuse(errors)
    if member.role is not role:
        member.role = role
        block.version += 1
        audit(work, "block.role_changed", BLOCK, block.id, {"unit": member.unit_id, "role": role.value})
        work.session.flush()
    return member


def remove_member(work: Work, block_id: int, member_id: int) -> None:
    """Take a unit out of a block. Raises NotAllowed, NotFound."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    block = _locked_block(work, block_id)
    member = _member(work, block, member_id)
    block.version += 1
    audit(work, "block.member_removed", BLOCK, block.id, {"unit": member.unit_id})
    work.session.execute(delete(BlockMember).where(BlockMember.id == member.id))
    work.session.flush()


def copy_blocks(work: Work, source_year: int, year: int) -> int:
    """Copy the blocks of a year, with those members that still exist as members; returns how many.

    Leaders are elected anew each year. Raises NotAllowed, InvalidInput (year: it has blocks, or the other has none).
    """
    check_right(work, Permission.CATALOGUE_MANAGE)
    errors: Errors = {}
    year_in(errors, "year", year)
    sources = list(work.session.scalars(select(EmulationBlock).where(EmulationBlock.year == source_year)))
    if work.session.scalars(select(EmulationBlock.id).where(EmulationBlock.year == year)).first() is not None:
        errors.setdefault("year", []).append(f"Năm {year} đã có cụm, khối.")
    elif not sources:
        errors.setdefault("year", []).append(f"Năm {source_year} chưa có cụm, khối nào để chép.")
    refuse(errors)
    for source in sorted(sources, key=lambda block: block.id):
        _copy(work, source, year)
    audit(work, "block.copied", BLOCK, year, {"from": source_year, "blocks": len(sources)})
    work.session.flush()
    return len(sources)


def _copy(work: Work, source: EmulationBlock, year: int) -> None:
    made = EmulationBlock(code=new_code(f"K{year}"), name=source.name, year=year, confidence=source.confidence)
    work.session.add(made)
    work.session.flush()
    stmt = (
        select(Unit.id)
        .join(BlockMember, BlockMember.unit_id == Unit.id)
        .where(BlockMember.block_id == source.id, Unit.valid_to.is_(None))
        .order_by(Unit.id)
    )
    work.session.add_all(
        BlockMember(block_id=made.id, unit_id=unit_id, role=BlockRole.MEMBER) for unit_id in work.session.scalars(stmt)
    )


def _values(work: Work, data: BlockData, year: int, block: EmulationBlock | None, errors: Errors) -> dict[str, Any]:
    name = text_in(errors, "name", data.name, 200, "Nhập tên cụm, khối.")
    stmt = select(EmulationBlock.id, EmulationBlock.name).where(EmulationBlock.year == year)
    own = block.id if block else None
    others = (known for row_id, known in work.session.execute(stmt) if row_id != own)
    if name and any(sort_key(known) == sort_key(name) for known in others):
        errors.setdefault("name", []).append(f"Năm {year} đã có cụm, khối này.")
    refuse(errors)
    return {"name": name, "confidence": data.confidence}


def _locked_block(work: Work, block_id: int) -> EmulationBlock:
    """The block, locked with all blocks of its year: a unit is in one of them."""
    year = select(EmulationBlock.year).where(EmulationBlock.id == block_id).scalar_subquery()
    stmt = select(EmulationBlock).where(EmulationBlock.year == year).order_by(EmulationBlock.id).with_for_update()
    found = {block.id: block for block in work.session.scalars(stmt.execution_options(populate_existing=True))}
    if block_id not in found:
        raise NotFound
    return found[block_id]


def _member(work: Work, block: EmulationBlock, member_id: int) -> BlockMember:
    stmt = select(BlockMember).where(BlockMember.block_id == block.id, BlockMember.id == member_id)
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    return found


def _check_leader(
    work: Work, block: EmulationBlock, role: BlockRole, member: BlockMember | None, errors: Errors
) -> None:
    """A block has one leader."""
    if role is not BlockRole.LEADER:
        return
    stmt = (
        select(BlockMember.id, Unit.short_name)
        .join(Unit, Unit.id == BlockMember.unit_id)
        .where(BlockMember.block_id == block.id, BlockMember.role == BlockRole.LEADER)
    )
    for member_id, name in work.session.execute(stmt):
        if member is None or member_id != member.id:
            errors["role"] = [f"Khối đã có trưởng khối là {name}; xin đổi vai trò của đơn vị đó trước."]

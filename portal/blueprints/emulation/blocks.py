"""Cụm, khối thi đua: the blocks of a year, their members and who leads them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._catalogue import (
    catalogue_tabs,
    named_unit,
    one,
    small_number,
    year_args,
)
from portal.blueprints.emulation._catalogue_lists import BLOCKS
from portal.blueprints.emulation.catalogue_forms import BlockForm, CopyForm, MemberForm, RoleForm
from portal.core.errors import InvalidInput, RuleBroken, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationBlock
from portal.domain.emulation.enums import BlockRole
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services import blocks as services
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, work
from portal.web.drafts import NEW, keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import ListView, open_list, see_list
from portal.web.menu import year_in_view

P = Permission


@bp.get("/cum-khoi")
@requires(P.CATALOGUE_VIEW)
def list_blocks() -> Response:
    """The blocks of the year in view."""
    view = open_list(BLOCKS)
    return _list_page(view, CopyForm(formdata=None, year=year_in_view())) if isinstance(view, ListView) else view


@bp.get("/cum-khoi/moi")
@requires(P.CATALOGUE_MANAGE)
def new_block() -> Response:
    """An empty form for the year in view."""
    return _edit_page(None, BlockForm(formdata=None, year=year_in_view()))


@bp.post("/cum-khoi/moi")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.block", check=lambda: None)
def create_block() -> Response:
    """Add it, then its members."""
    form = BlockForm()
    if not form.validate():
        return _edit_page(None, form, status=422)
    try:
        made = services.create_block(work(), form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(None, form, status=422)
    flash(f"Đã thêm “{made.name}”. Xin thêm các đơn vị thành viên.", "ok")
    return see_other(url_for("emulation.show_block", block_id=made.id))


@bp.post("/cum-khoi/chep")
@requires(P.CATALOGUE_MANAGE)
def copy_blocks() -> Response:
    """Copy the blocks of the year before into a year that has none."""
    form = CopyForm()
    valid = form.validate()
    current = work()
    if not valid:
        return _list_page(see_list(BLOCKS), form, status=422)
    year = form.year.data or 0
    try:
        count = services.copy_blocks(current, year - 1, year)
    except InvalidInput as error:
        put_errors(form, error)
        return _list_page(see_list(BLOCKS), form, status=422)
    flash(f"Đã chép {count} cụm, khối sang năm {year}. Trưởng khối do khối bầu lại.", "ok")
    return see_other(url_for("emulation.list_blocks", nam=year))


@bp.get("/cum-khoi/<int:block_id>")
@requires(P.CATALOGUE_VIEW)
def show_block(block_id: int) -> Response:
    """A block and its members."""
    current = work()
    return _show_page(current, one(current, queries.one_block(block_id)), MemberForm(formdata=None))


@bp.get("/cum-khoi/<int:block_id>/sua")
@requires(P.CATALOGUE_MANAGE)
def edit_block(block_id: int) -> Response:
    """The block in a form."""
    block = one(work(), queries.one_block(block_id))
    return _edit_page(block, BlockForm(formdata=None, obj=block))


@bp.post("/cum-khoi/<int:block_id>/sua")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.block", check=lambda block_id: one(work(), queries.one_block(block_id)))
def update_block(block_id: int) -> Response:
    """Save corrections; who saves second sees both versions."""
    form = BlockForm()
    valid = form.validate()
    current = work()
    block = one(current, queries.one_block(block_id))
    if not valid:
        return _edit_page(block, form, status=422)
    try:
        services.update_block(current, block_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(block, form, status=422)
    except VersionConflict:
        conflict = conflict_of(form, BlockForm(formdata=None, obj=block), last_saved(services.BLOCK, block_id))
        return _edit_page(block, form, conflict=conflict, status=409)
    flash("Đã lưu.", "ok")
    return see_other(url_for("emulation.show_block", block_id=block_id))


@bp.post("/cum-khoi/<int:block_id>/xoa")
@requires(P.CATALOGUE_MANAGE)
def delete_block(block_id: int) -> Response:
    """Remove a block without members."""
    current = work()
    block = one(current, queries.one_block(block_id))
    name, year = block.name, block.year
    try:
        services.delete_block(current, block_id, small_number(request.form.get("version")))
    except RuleBroken as error:
        return _edit_page(block, BlockForm(formdata=None, obj=block), problem=error.message, status=409)
    flash(f"Đã xóa “{name}”.", "ok")
    return see_other(url_for("emulation.list_blocks", nam=year))


@bp.post("/cum-khoi/<int:block_id>/thanh-vien")
@requires(P.CATALOGUE_MANAGE)
def add_block_member(block_id: int) -> Response:
    """Put a unit into the block."""
    form = MemberForm()
    valid = form.validate()
    current = work()
    block = one(current, queries.one_block(block_id))
    if not valid:
        return _show_page(current, block, form, status=422)
    try:
        unit = named_unit(current, form.unit.data or "", P.CATALOGUE_MANAGE)
        services.add_member(current, block_id, unit, BlockRole(form.role.data))
    except InvalidInput as error:
        put_errors(form, error)
        return _show_page(current, block, form, status=422)
    flash(f"Đã thêm {unit.short_name}.", "ok")
    return see_other(url_for("emulation.show_block", block_id=block_id))


@bp.post("/cum-khoi/<int:block_id>/thanh-vien/<int:member_id>/vai-tro")
@requires(P.CATALOGUE_MANAGE)
def set_member_role(block_id: int, member_id: int) -> Response:
    """Who leads, who is deputy."""
    form = RoleForm()
    valid = form.validate()
    current = work()
    block = one(current, queries.one_block(block_id))
    problem = "" if valid else "Xin chọn vai trò trong danh sách."
    if valid:
        try:
            services.set_member_role(current, block_id, member_id, BlockRole(form.role.data))
        except InvalidInput as error:
            problem = " ".join(error.errors["role"])
    if problem:
        return _show_page(current, block, MemberForm(formdata=None), problem=problem, status=422)
    flash("Đã lưu vai trò.", "ok")
    return see_other(url_for("emulation.show_block", block_id=block_id))


@bp.post("/cum-khoi/<int:block_id>/thanh-vien/<int:member_id>/bo")
@requires(P.CATALOGUE_MANAGE)
def remove_block_member(block_id: int, member_id: int) -> Response:
    """Take a unit out of the block."""
    services.remove_member(work(), block_id, member_id)
    flash("Đã bỏ đơn vị khỏi khối.", "ok")
    return see_other(url_for("emulation.show_block", block_id=block_id))


def _list_page(view: ListView, form: CopyForm, status: int = 200) -> Response:
    return page(
        "emulation/list_blocks.html",
        block="region" if status == HTTPStatus.OK else None,
        status=status,
        view=view,
        tabs=catalogue_tabs(),
        year=view.more,
        form=form,
        manages=actor().can(P.CATALOGUE_MANAGE),
        new_url=url_for("emulation.new_block", **year_args()),
    )


def _show_page(
    current: Work, block: EmulationBlock, form: MemberForm, *, problem: str = "", status: int = 200
) -> Response:
    return page(
        "emulation/show_block.html",
        status=status,
        record=block,
        members=current.session.execute(queries.members_of(block.id)).all(),
        roles=list(BlockRole),
        form=form,
        problem=problem,
        manages=actor().can(P.CATALOGUE_MANAGE),
        suggest_url=url_for("units.find_units"),
        list_url=url_for("emulation.list_blocks", nam=block.year),
    )


def _edit_page(
    block: EmulationBlock | None,
    form: BlockForm,
    *,
    problem: str = "",
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    own = url_for("emulation.edit_block", block_id=block.id) if block else url_for("emulation.new_block")
    return page(
        "emulation/edit_block.html",
        status=status,
        record=block,
        form=form,
        draft=of_form("emulation.block", block.id if block else NEW, form, back=own, conflict=conflict),
        problem=problem,
        conflict=conflict,
        list_url=url_for("emulation.list_blocks", **year_args()),
    )

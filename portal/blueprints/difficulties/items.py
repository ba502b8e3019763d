"""One item: write it, look at it, change it while that is open."""

from __future__ import annotations

from flask import Response, flash, url_for

from portal.blueprints.difficulties import bp
from portal.blueprints.difficulties._forms import ItemForm
from portal.blueprints.difficulties._page import load_show, readable, visible
from portal.core.errors import InvalidInput, NotAllowed, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.difficulties import policies, services
from portal.domain.difficulties.models import Difficulty
from portal.domain.units.queries import visible_to
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other

P = Permission
NEW, EDIT = "difficulties.new", "difficulties.edit"
CHANGED = "Người khác vừa sửa nội dung này. Nội dung ông/bà nhập còn nguyên ở dưới; bấm Lưu lần nữa để thay bản kia."


@bp.get("/moi")
@requires(P.DIFFICULTY_EDIT)
def new_item() -> Response:
    """An empty form."""
    return _form_page(_offered(ItemForm(formdata=None)))


def _may_write() -> None:
    if not work().actor.can(P.DIFFICULTY_EDIT):
        raise NotAllowed


@bp.post("/moi")
@requires(P.DIFFICULTY_EDIT)
@keeps(NEW, check=_may_write)
def create_item() -> Response:
    """Keep it as a draft of the unit; files are added and it is sent from its page."""
    form = _offered(ItemForm())
    if not form.validate():
        return _form_page(form, 422)
    try:
        made = services.write_item(work(), form.for_unit(), form.item())
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(form, 422)
    flash("Đã lưu bản nháp. Thêm tệp nếu cần, rồi bấm Gửi Sở Nội vụ.", "ok")
    return see_other(url_for("difficulties.show_item", item_id=made.id))


@bp.get("/<int:item_id>")
@requires(P.DIFFICULTY_VIEW)
def show_item(item_id: int) -> Response:
    """The item, where it stands, what can be done; of one that nobody at the Sở has received only what it is about."""
    current = work()
    return page("difficulties/show_item.html", show=load_show(current, visible(current, item_id)))


@bp.get("/<int:item_id>/sua")
@requires(P.DIFFICULTY_EDIT)
def edit_item(item_id: int) -> Response:
    """What the unit wrote, to be changed."""
    found = _editable(item_id)
    form = _offered(ItemForm(formdata=None, obj=found), found)
    form.unit_id.data, form.version.data = str(found.unit_id), str(found.version)
    return _form_page(form, item=found)


def _editable(item_id: int) -> Difficulty:
    found = readable(work(), item_id)
    if policies.can_edit(work().actor, found):
        return found
    raise services.NotEditable if work().actor.holds_at(P.DIFFICULTY_EDIT, found.unit_id) else NotAllowed


@bp.post("/<int:item_id>/sua")
@requires(P.DIFFICULTY_EDIT)
@keeps(EDIT, check=_editable)
def save_item(item_id: int) -> Response:
    """Keep the change."""
    form, current = ItemForm(), work()
    found = services.load_for_write(current, item_id)
    _offered(form, found)
    form.unit_id.data = str(found.unit_id)
    if not policies.is_own(current.actor, found):
        raise NotAllowed
    if not form.validate():
        return _form_page(form, 422, found)
    try:
        services.save_item(current, found, form.given_version, form.item())
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(form, 422, found)
    except VersionConflict:
        form.over(found.version)
        return _form_page(form, 409, found, CHANGED)
    flash("Đã lưu.", "ok")
    return see_other(url_for("difficulties.show_item", item_id=item_id))


def _offered(form: ItemForm, item: Difficulty | None = None) -> ItemForm:
    current = work()
    units = _units(current)
    return form.offer([pair for pair in units if item is None or pair[0] == item.unit_id])


def _units(current: Work) -> list[tuple[int, str]]:
    """The units that the actor may write for."""
    stmt = visible_to(current.actor, current.today(), P.DIFFICULTY_EDIT)
    return [(unit.id, unit.name) for unit in current.session.scalars(stmt)]


def _form_page(form: ItemForm, status: int = 200, item: Difficulty | None = None, problem: str = "") -> Response:
    address = (
        url_for("difficulties.save_item", item_id=item.id) if item is not None else url_for("difficulties.create_item")
    )
    home = (
        url_for("difficulties.show_item", item_id=item.id) if item is not None else url_for("difficulties.list_items")
    )
    return page(
        "difficulties/edit_item.html",
        status=status,
        form=form,
        action_url=address,
        back_url=home,
        title="Sửa vướng mắc, kiến nghị" if item is not None else "Nêu vướng mắc, kiến nghị",
        draft=of_form(EDIT, item.id, form) if item is not None else of_form(NEW, "moi", form),
        problem=problem,
    )

"""The lists: items, and the answers that are open to every unit."""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.difficulties import bp
from portal.blueprints.difficulties._lists import ANSWERS, ITEMS
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.domain.difficulties.queries import one_published
from portal.web.access import requires
from portal.web.context import work
from portal.web.formats import moment
from portal.web.htmx import page
from portal.web.lists import ListView, list_page, open_list


@bp.get("")
@requires(Permission.DIFFICULTY_VIEW)
def list_items() -> Response:
    """The items of one's unit; at the Sở those of all units."""
    view = open_list(ITEMS)
    if not isinstance(view, ListView):
        return view
    new_url = url_for("difficulties.new_item") if work().actor.can(Permission.DIFFICULTY_EDIT) else ""
    return page("difficulties/list_items.html", block="region", view=view, new_url=new_url)


@bp.get("/hoi-dap")
@requires(Permission.PORTAL_USE)
def list_answers() -> Response:
    """Questions that the Sở has answered for every unit."""
    return list_page(ANSWERS, "difficulties/list_answers.html")


@bp.get("/hoi-dap/<int:item_id>")
@requires(Permission.PORTAL_USE)
def show_answer(item_id: int) -> Response:
    """One question with its answer; who asked only where that was chosen."""
    current = work()
    row = current.session.execute(one_published(item_id, current.today())).one_or_none()
    if row is None:
        raise NotFound
    item = row.Difficulty
    meta = [("Lĩnh vực", item.work_field.label), ("Trả lời lúc", moment(item.decided_at))]
    if item.name_shown:
        meta.insert(0, ("Đơn vị đã nêu", row.unit_name))
    return page("difficulties/show_answer.html", item=item, meta=meta)

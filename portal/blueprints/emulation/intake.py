"""The units below: who has sent, taking their lines into one's own registration, what differs afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import SLUGS, Frame, load_frame, readable, visible
from portal.blueprints.emulation._show import Opened, load_show
from portal.core.errors import NotAllowed, NotFound
from portal.core.text import whole_number
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import policies, queries
from portal.domain.emulation.enums import IntakeStatus
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.intake import IntakeLine
from portal.domain.emulation.services import intake as services
from portal.domain.emulation.services.registrations import load_for_write
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import page, see_other

FIELD_LABELS = {
    "subject": "loại",
    "name": "họ tên",
    "post": "chức vụ",
    "division": "phòng, đơn vị",
    "birth_year": "năm sinh",
    "gender": "giới tính",
    "title_id": "danh hiệu",
    "note": "ghi chú",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A child's registration beside the unit's own."""

    own: Frame
    source: Frame
    rows: list[IntakeLine]
    can_take_in: bool
    action_url: str
    accept_url: str
    return_url: str

    @property
    def new(self) -> int:
        return sum(row.status is IntakeStatus.NEW for row in self.rows)

    @property
    def count_text(self) -> str:
        """12 dòng: 10 đã lấy, 2 chưa lấy."""
        counts = {status: sum(row.status is status for row in self.rows) for status in IntakeStatus}
        parts = [f"{count} {status.label[:1].lower()}{status.label[1:]}" for status, count in counts.items() if count]
        return f"{len(self.rows)} dòng: {', '.join(parts)}" if parts else "không có dòng nào"

    def fields_text(self, row: IntakeLine) -> str:
        """What of a line differs from its copy, in words."""
        return ", ".join(FIELD_LABELS[name] for name in row.fields)


@bp.get("/dang-ky/<int:registration_id>/cap-duoi")
@requires(Permission.REGISTRATION_RECEIVE)
def list_children(registration_id: int) -> Response:
    """The units below: who has sent and what was taken in."""
    w = work()
    found = readable(w, registration_id)
    if not w.actor.holds_at(Permission.REGISTRATION_RECEIVE, found.unit_id):
        raise NotAllowed
    return page("emulation/children.html", show=load_show(w, found, Opened()), comparison=None)


@bp.get("/dang-ky/<int:registration_id>/cap-duoi/<int:source_id>")
@requires(Permission.REGISTRATION_RECEIVE)
def show_child(registration_id: int, source_id: int) -> Response:
    """A child's lines beside what the unit's own registration has of them."""
    w = work()
    own, source = readable(w, registration_id), _source(w, registration_id, source_id)
    return page("emulation/children.html", show=None, comparison=_compare(w, own, source))


@bp.post("/dang-ky/<int:registration_id>/cap-duoi/<int:source_id>")
@requires(Permission.REGISTRATION_EDIT)
def take_in(registration_id: int, source_id: int) -> Response:
    """Copy the child's lines, all or the chosen ones, or bring chosen copies up to date; safe to repeat."""
    wanted = request.form.get("viec", "")
    chosen = [number for key in request.form.getlist("id") if (number := whole_number(key)) is not None]
    w = work()
    own = load_for_write(w, registration_id)
    source = _source(w, registration_id, source_id)
    if wanted == "lay-tat-ca":
        count = services.take_in(w, own, source)
        said = f"Đã lấy {count} dòng vào bản đăng ký." if count else "Không còn dòng nào chưa lấy."
    elif wanted == "cap-nhat":
        count = services.update_copies(w, own, source, chosen)
        said = f"Đã cập nhật {count} dòng theo cấp dưới." if count else "Các dòng đã chọn không có gì khác."
    else:
        count = services.take_in(w, own, source, chosen)
        said = f"Đã lấy {count} dòng đã chọn." if count else "Chưa chọn dòng nào, hoặc các dòng đã chọn đã được lấy."
    flash(said, "ok" if count else "run")
    return see_other(url_for("emulation.show_child", registration_id=own.id, source_id=source.id))


def _source(w: Work, registration_id: int, source_id: int) -> EmulationRegistration:
    """The child's registration, when it was sent to the unit of the other one; NotFound otherwise."""
    own, source = visible(w, registration_id), visible(w, source_id)
    if source.receiver_unit_id != own.unit_id:
        raise NotFound
    if not policies.can_view_content(w.actor, source):
        raise NotAllowed
    return source


def _compare(w: Work, own: EmulationRegistration, source: EmulationRegistration) -> Comparison:
    editors = queries.editors_of(w.session, source)

    def step(action: str, allowed: bool) -> str:
        address = url_for("emulation.show_step", registration_id=source.id, step=SLUGS[action])
        return address if allowed else ""

    return Comparison(
        own=load_frame(w, own),
        source=load_frame(w, source),
        rows=queries.intake_lines(w.session, own, source, w.today()),
        can_take_in=policies.can_take_in(w.actor, own, source),
        action_url=url_for("emulation.take_in", registration_id=own.id, source_id=source.id),
        accept_url=step("accept", policies.can_accept(w.actor, source, editors)),
        return_url=step("return", policies.can_return(w.actor, source, editors)),
    )

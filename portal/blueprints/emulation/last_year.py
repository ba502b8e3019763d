"""/thi-dua/dang-ky/<id>/nam-truoc: lines of the year before, chosen and taken into this year's registration."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import editable, load_frame
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import CarryStatus
from portal.domain.emulation.services.last_year import LastYear, copy_lines, last_year
from portal.domain.emulation.services.registrations import load_for_write
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import page, see_other

MOST_SHOWN = 500
ALL, SOME = "lay-tat-ca", "lay"


@bp.get("/dang-ky/<int:registration_id>/nam-truoc")
@requires(Permission.REGISTRATION_EDIT)
def show_last_year(registration_id: int) -> Response:
    """What the unit, and the units that it was formed of, registered the year before; what can be taken over."""
    w = work()
    registration = editable(w, registration_id)
    found = last_year(w, registration)
    frame = load_frame(w, registration)
    return page(
        "emulation/last_year.html",
        frame=frame,
        found=found,
        lines=found.lines[:MOST_SHOWN],
        free=found.count(CarryStatus.FREE),
        more=max(0, len(found.lines) - MOST_SHOWN),
        count_text=_count_text(found),
        others=[unit.name for unit in found.units if unit.id != frame.unit.id],
        action_url=url_for("emulation.copy_last_year", registration_id=frame.id),
    )


@bp.post("/dang-ky/<int:registration_id>/nam-truoc")
@requires(Permission.REGISTRATION_EDIT)
def copy_last_year(registration_id: int) -> Response:
    """Take the chosen lines over, or all that can be; safe to repeat."""
    chosen = [int(key) for key in request.form.getlist("id") if key.isascii() and key.isdecimal() and len(key) < 10]
    w = work()
    registration = load_for_write(w, registration_id)
    count = copy_lines(w, registration, None if request.form.get("viec") == ALL else chosen)
    if not count:
        flash("Không có dòng nào được lấy: chưa chọn dòng nào lấy được, hoặc các dòng đã có.", "run")
        return see_other(url_for("emulation.show_last_year", registration_id=registration.id))
    flash(f"Đã lấy {count} dòng từ năm trước. Xin rà lại chức vụ, danh hiệu của từng người.", "ok")
    return see_other(f"{url_for('emulation.show_registration', registration_id=registration.id)}#danh-sach")


def _count_text(found: LastYear) -> str:
    """12 dòng: 9 lấy được, 2 đã có, 1 không lấy."""
    counts = [(found.count(status), status.label) for status in CarryStatus]
    parts = ", ".join(f"{count} {label[:1].lower()}{label[1:]}" for count, label in counts if count)
    return f"{len(found.lines)} dòng: {parts}" if parts else "không có dòng nào"

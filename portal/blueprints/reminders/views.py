"""The rules in a table; adding, changing, pausing and deleting one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, request, url_for

from portal.blueprints.reminders import bp
from portal.blueprints.reminders.forms import EVERYWHERE, RuleForm
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.core.manifest import Shown
from portal.domain.access.enums import Permission
from portal.domain.reminders import services
from portal.domain.reminders.models import ReminderRule
from portal.domain.reminders.queries import all_rules, one_rule
from portal.web.access import requires
from portal.web.context import work
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other

P = Permission
RUNNING, PAUSED = Shown("Đang nhắc", "ok", "circle-check"), Shown("Tạm dừng", "idle", "ban")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the page lists it."""

    rule: ReminderRule
    area: str
    state: Shown


@bp.get("")
@requires(P.REMINDER_MANAGE)
def list_rules() -> Response:
    """Every rule."""
    labels = _areas()
    rows = [
        RuleRow(rule, labels.get(rule.area, rule.area), PAUSED if rule.paused else RUNNING)
        for rule in work().session.scalars(all_rules())
    ]
    return page("reminders/list_rules.html", rows=rows)


@bp.get("/them")
@requires(P.REMINDER_MANAGE)
def new_rule() -> Response:
    """A form for a rule."""
    return _form_page(RuleForm(formdata=None))


@bp.post("/them")
@requires(P.REMINDER_MANAGE)
def create_rule() -> Response:
    """Write the rule."""
    form = RuleForm()
    if not form.validate():
        return _form_page(form, status=422)
    try:
        made = services.add_rule(work(), form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(form, status=422)
    flash(f"Đã thêm quy tắc “{made.label}”.", "ok")
    return see_other(url_for("reminders.list_rules"))


@bp.get("/<int:rule_id>/sua")
@requires(P.REMINDER_MANAGE)
def edit_rule(rule_id: int) -> Response:
    """The rule in a form."""
    rule, form = _rule(rule_id), RuleForm(formdata=None)
    form.show(rule)
    return _form_page(form, rule)


@bp.post("/<int:rule_id>/sua")
@requires(P.REMINDER_MANAGE)
def update_rule(rule_id: int) -> Response:
    """Save; who saves second sees both versions."""
    form = RuleForm()
    valid, rule = form.validate(), _rule(rule_id)
    if not valid:
        return _form_page(form, rule, status=422)
    try:
        services.update_rule(work(), rule_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(form, rule, status=422)
    except VersionConflict:
        return _form_page(form, rule, 409)
    flash(f"Đã lưu quy tắc “{rule.label}”.", "ok")
    return see_other(url_for("reminders.list_rules"))


@bp.post("/<int:rule_id>/tam-dung")
@requires(P.REMINDER_MANAGE)
def pause_rule(rule_id: int) -> Response:
    """Let the rule rest, or let it remind again."""
    rule = services.pause_rule(work(), rule_id, _version(), request.form.get("paused") == "1")
    flash(f"{'Đã tạm dừng' if rule.paused else 'Dùng lại'} quy tắc “{rule.label}”.", "ok")
    return see_other(url_for("reminders.list_rules"))


@bp.post("/<int:rule_id>/xoa")
@requires(P.REMINDER_MANAGE)
def delete_rule(rule_id: int) -> Response:
    """Take the rule away; the toast can put it back."""
    rule = services.delete_rule(work(), rule_id, _version())
    toast = {
        "title": f"Đã xóa quy tắc “{rule.label}”",
        "undo_url": url_for("reminders.create_rule"),
        "undo_fields": {
            "area": rule.area,
            "side": rule.side.value,
            "amount": rule.amount or "",
            "unit": rule.unit.value,
        },
    }
    flash(toast, "ok")  # type: ignore[arg-type] # a toast with its undo
    return see_other(url_for("reminders.list_rules"))


def _version() -> int:
    given = request.form.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _areas() -> dict[str, str]:
    return {"": EVERYWHERE, **{one.name: one.label for one in services.areas()}}


def _rule(rule_id: int) -> ReminderRule:
    found: ReminderRule | None = work().session.scalars(one_rule(rule_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _form_page(form: RuleForm, rule: ReminderRule | None = None, status: int = 200) -> Response:
    """The form; what is stored by now stands beside what was typed."""
    theirs = []
    if status == 409 and rule is not None:
        data = form.to_data()
        mine = ReminderRule(area=data.area, side=data.side, amount=data.amount, unit=data.unit)
        pairs = (("Lĩnh vực", *(_areas().get(r.area, r.area) for r in (mine, rule))), ("Nhắc", mine.label, rule.label))
        theirs = [{"label": label, "mine": own, "theirs": other} for label, own, other in pairs if own != other]
        form.version.data, form.version.raw_data = rule.version, None
    return page("reminders/edit_rule.html", status=status, form=form, rule=rule, theirs=theirs, conflict=status == 409)

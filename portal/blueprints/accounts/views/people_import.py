"""/quan-tri/nguoi-dung/nhap and /cap-mat-khau: people from a workbook, and first passwords for those who have none."""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.views.common import hasher
from portal.core.errors import InvalidInput, RuleBroken
from portal.core.pagination import bounded_count
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services
from portal.domain.accounts.people_import import managed_units
from portal.domain.audit.services import record
from portal.exports.people import FirstPassword, write_first_passwords, write_people_template
from portal.imports.kinds import kinds
from portal.imports.people import ASSIGNABLE, PEOPLE
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import actor, today, work
from portal.web.downloads import send_made
from portal.web.htmx import page, see_other
from portal.web.imports import ImportForm, earlier_imports, limits_text, receive_workbook
from portal.web.transaction import own_reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 200  # passwords hashed in one request: a few seconds
TEMPLATE_UNITS = 2_000


class NobodyWaits(RuleBroken):
    """Everybody has a password."""

    message = "Không có tài khoản nào đang chờ mật khẩu lần đầu."


@bp.get("/quan-tri/nguoi-dung/nhap")
@requires(Permission.USER_MANAGE)
def new_people_import() -> Response:
    """Choose a workbook; what waits for a decision is shown too."""
    return _upload_page(ImportForm())


@bp.post("/quan-tri/nguoi-dung/nhap")
@requires(Permission.USER_MANAGE)
def create_people_import() -> Response:
    """Take the workbook in and go on to its columns, or to what it would do."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _upload_page(form, 422)
    try:
        address = receive_workbook(PEOPLE, None, form.file.data)
    except InvalidInput as error:
        form.file.errors = [text for texts in error.errors.values() for text in texts]
        return _upload_page(form, 422)
    return see_other(address)


@bp.get("/quan-tri/nguoi-dung/mau.xlsx")
@requires(Permission.USER_MANAGE)
def download_people_template() -> Response:
    """The workbook to be filled in, with the units and roles that can be named."""
    units = [(unit.code, unit.name) for unit in managed_units(work())[:TEMPLATE_UNITS]]
    roles = [role.label for role in ASSIGNABLE]
    record_read("account.people_template_downloaded", "user_account", "", unit_id=actor().home_unit_id, detail={})
    return send_made(lambda stream, _: write_people_template(stream, units, roles), "nguoi-dung.xlsx", XLSX)


@bp.get("/quan-tri/nguoi-dung/cap-mat-khau")
@requires(Permission.USER_MANAGE)
def first_passwords() -> Response:
    """Who waits for a first password, and how they are given out."""
    session, stmt = work().session, queries.without_password(actor(), today())
    people = session.execute(queries.with_unit_names(stmt).limit(AT_ONCE)).all()
    return page("accounts/first_passwords.html", people=people, count=bounded_count(session, stmt), at_once=AT_ONCE)


@bp.post("/quan-tri/nguoi-dung/cap-mat-khau")
@requires(Permission.USER_MANAGE)
def give_first_passwords() -> Response:
    """Make first passwords for those who wait, as a workbook that is made this once."""
    with own_reading() as reading:
        stmt = queries.with_unit_names(queries.without_password(reading.actor, reading.today())).limit(AT_ONCE)
        waiting = [(user.id, user.full_name, unit, user.username) for user, unit in reading.session.execute(stmt)]
    made = {user_id: services.first_password() for user_id, *_ in waiting}
    hashes = {user_id: hasher().hash(password) for user_id, password in made.items()}
    given = [
        FirstPassword(full_name, unit, username, made[user_id])
        for user_id, full_name, unit, username in waiting
        if services.give_first_password(work(), user_id, hashes[user_id]) is not None
    ]
    if not given:
        raise NobodyWaits
    record(work(), "account.first_passwords_given", unit_id=actor().home_unit_id, detail={"accounts": len(given)})
    return send_made(lambda stream, _: write_first_passwords(stream, given), "mat-khau-lan-dau.xlsx", XLSX)


def _upload_page(form: ImportForm, status: int = 200) -> Response:
    return page(
        "accounts/people_import.html",
        status=status,
        form=form,
        limits=limits_text(kinds()[PEOPLE]),
        earlier=earlier_imports(PEOPLE, None, actor().user_id),
        template_url=url_for("accounts.download_people_template"),
        action=url_for("accounts.create_people_import"),
    )

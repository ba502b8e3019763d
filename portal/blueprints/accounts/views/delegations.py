"""/tai-khoan/uy-quyen: what one hands on and receives for a time; /quan-tri/uy-quyen: those of all in reach."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.admin_forms import VersionForm
from portal.blueprints.accounts.delegation_forms import DelegationForm
from portal.blueprints.accounts.lists import DELEGATIONS
from portal.blueprints.accounts.shown import Confirm
from portal.blueprints.accounts.shown_delegations import delegation_row, delegation_rows, done_rows, pending_rows
from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts import delegation_queries as queries
from portal.domain.accounts import policies, services
from portal.domain.accounts.queries import own_requests
from portal.domain.accounts.services import DelegationData
from portal.web.access import requires
from portal.web.context import actor, runtime, today, work
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.lists import Listing, list_page

SEVERAL = "Có nhiều người trùng tên. Xin chọn trong gợi ý."
NOBODY = "Không thấy người này trong số những người ông/bà ủy quyền được. Xin gõ rồi chọn trong gợi ý."
ASKED = "Vai trò hạn chế đã gửi yêu cầu: có hiệu lực khi người thứ hai của mảng đó xác nhận."


class DoneListing(Listing):
    """What was done under one delegation, page by page."""

    def __init__(self, delegation_id: int) -> None:
        self._id = delegation_id
        super().__init__("accounts.show_delegation", (), (queries.ENTRIES_NEWEST,))

    def url(self, endpoint: str | None = None, **changes: str | None) -> str:
        """The page of this delegation."""
        return super().url(endpoint, delegation_id=str(self._id), **changes)


@bp.get("/tai-khoan/uy-quyen")
@requires(Permission.PORTAL_USE)
def list_own_delegations() -> Response:
    """What the actor gave, what they received, and what waits for a second person."""
    session, on = work().session, today()
    return page(
        "accounts/list_own_delegations.html",
        given=delegation_rows(session.execute(queries.given_by(actor(), on)), on),
        received=delegation_rows(session.execute(queries.received_by(actor(), on)), on),
        pending=pending_rows(session.execute(own_requests(actor())), runtime().clock.now()),
        may_delegate=session.execute(queries.delegable_of(actor(), on)).first() is not None,
    )


@bp.get("/tai-khoan/uy-quyen/moi")
@requires(Permission.PORTAL_USE)
def new_delegation() -> Response:
    """An empty form, from today; without a role to hand on the page says so."""
    return _form_page(DelegationForm(formdata=None, valid_from=today()))


@bp.post("/tai-khoan/uy-quyen")
@requires(Permission.PORTAL_USE)
def create_delegation() -> Response:
    """Hand the roles on."""
    form = _offered(DelegationForm())
    if not form.validate():
        return _form_page(form, 422)
    try:
        done = services.delegate(work(), _data(form))
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(form, 422)
    if done.made:
        flash("Đã ủy quyền. Người nhận được báo ở trang Việc của tôi.", "ok")
    if done.asked:
        flash(ASKED, "ok")
    return see_other(url_for("accounts.list_own_delegations"))


@bp.get("/tai-khoan/uy-quyen/goi-y")
@requires(Permission.PORTAL_USE)
def suggest_receivers() -> Response:
    """People who may receive, by what was typed of their name, as options of a list."""
    found = work().session.execute(queries.receivers(actor(), request.args.get("receiver", ""), today()))
    return page("accounts/receiver_options.html", people=found)


@bp.get("/tai-khoan/uy-quyen/<int:delegation_id>")
@requires(Permission.PORTAL_USE)
def show_delegation(delegation_id: int) -> Response:
    """One delegation, and what was done under it: for its giver, its receiver and the administrator."""
    found, listing = _found(delegation_id), DoneListing(delegation_id)
    stmt = queries.done_under(found.RoleAssignment)
    done = listing.fetch(stmt, lambda r: (r.id,))
    row = delegation_row(found, today())
    return page(
        "accounts/show_delegation.html",
        row=row,
        rows=done_rows(work(), done.rows),
        pager=listing.pager(done, listing.count(stmt)),
        may_revoke=row.is_live and policies.can_revoke(work(), found.RoleAssignment),
        may_acknowledge=row.is_live and row.receiver_id == actor().user_id and row.acknowledged_at is None,
        is_party=actor().user_id in (row.giver_id, row.receiver_id),
    )


@bp.post("/tai-khoan/uy-quyen/<int:delegation_id>/da-biet")
@requires(Permission.PORTAL_USE)
def acknowledge_delegation(delegation_id: int) -> Response:
    """The receiver knows of it: it waits on their start page no longer."""
    services.acknowledge(work(), _found(delegation_id).RoleAssignment.id)
    flash("Đã ghi nhận là ông/bà biết ủy quyền này.", "ok")
    return see_other(url_for("accounts.show_delegation", delegation_id=delegation_id))


@bp.route("/tai-khoan/uy-quyen/<int:delegation_id>/thu-hoi", methods=["GET", "POST"])
@requires(Permission.PORTAL_USE)
def revoke_delegation(delegation_id: int) -> Response:
    """End it at once."""
    found = _found(delegation_id)
    delegation, here = found.RoleAssignment, url_for("accounts.show_delegation", delegation_id=delegation_id)
    if request.method == "GET":
        if not policies.can_revoke(work(), delegation):
            raise NotAllowed
        confirm = Confirm(
            title=f"Thu hồi ủy quyền {delegation.role.label}",
            text=f"{found.receiver_name} không làm thay {found.giver_name} được nữa, kể cả trong phiên đang mở. "
            "Việc đã làm giữ nguyên.",
            action=url_for("accounts.revoke_delegation", delegation_id=delegation_id),
            submit_label="Thu hồi ủy quyền",
            cancel_url=here,
            danger=True,
            icon="arrow-back-up",
            hidden=[("version", delegation.version)],
        )
        return page("components/confirm_page.html", confirm=confirm)
    services.revoke(work(), delegation_id, VersionForm().number())
    flash("Đã thu hồi ủy quyền.", "ok")
    return see_other(here)


@bp.get("/quan-tri/uy-quyen")
@requires(Permission.ASSIGNMENT_MANAGE)
def list_delegations() -> Response:
    """Every delegation in the administrator's reach, the newest first."""
    return list_page(DELEGATIONS, "accounts/list_delegations.html")


def _found(delegation_id: int) -> Any:
    found = work().session.execute(queries.one_delegation(actor(), delegation_id, today())).one_or_none()
    if found is None:
        raise NotFound
    return found


def _offered(form: DelegationForm) -> DelegationForm:
    held = work().session.execute(queries.delegable_of(actor(), today()))
    return form.offer([(str(a.id), _role_text(a, unit)) for a, unit in held])


def _role_text(assignment: Any, unit: str) -> str:
    mark = ", vai trò hạn chế: cần người thứ hai xác nhận" if ROLES[assignment.role].confidential else ""
    last = f", đến hết {assignment.valid_to:%d/%m/%Y}" if assignment.valid_to else ""
    return f"{assignment.role.label} – {unit}{last}{mark}"


def _data(form: DelegationForm) -> DelegationData:
    """What the form says, the receiver's name resolved. Raises InvalidInput."""
    people = work().session.scalars(queries.receiver_named(actor(), form.receiver.data or "", today())).all()
    if len(people) != 1:
        raise InvalidInput({"receiver": [SEVERAL if people else NOBODY]})
    return DelegationData(
        receiver_id=people[0],
        assignment_ids=form.chosen(),
        valid_from=form.valid_from.data or today(),
        valid_to=form.valid_to.data,
        reason=form.reason.data or "",
    )


def _form_page(form: DelegationForm, status: int = 200) -> Response:
    return page("accounts/new_delegation.html", form=_offered(form), status=status)

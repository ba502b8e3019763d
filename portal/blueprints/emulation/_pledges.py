"""Numeric pledges as the page shows them: rows, and rows under edit."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import PledgeForm
from portal.domain.access.actor import Work
from portal.domain.emulation import queries
from portal.domain.emulation.models import RegistrationPledge
from portal.web.formats import number

NEW_ROW = "moi"


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """A pledge of the table."""

    id: int
    name: str
    amount: str
    unit_of_measure: str
    note: str
    edit_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class PledgeEdit:
    """A pledge under edit; `theirs` is what someone else saved meanwhile."""

    form: PledgeForm
    row: str
    save_url: str
    cancel_url: str
    theirs: PledgeRow | None = None
    focus: str = ""

    @property
    def label(self) -> str:
        return "chỉ tiêu mới" if self.row == NEW_ROW else f"chỉ tiêu {self.form.name.data or ''}".strip()

    @property
    def form_id(self) -> str:
        return f"bieu-chi-tieu-{self.row}"

    @property
    def anchor(self) -> str:
        return f"chi-tieu-{self.row}"

    def attrs(self, name: str) -> dict[str, object]:
        """The attributes of a control."""
        found: dict[str, object] = {"form": self.form_id, "autocomplete": "off"}
        return {**found, "data-focus": True} if self.focus == name else found


def load_pledges(work: Work, frame: Frame) -> list[PledgeRow]:
    """The rows in their order."""
    return [pledge_row(frame, pledge) for pledge in work.session.scalars(queries.pledges_of(frame.id))]


def pledge_row(frame: Frame, pledge: RegistrationPledge) -> PledgeRow:
    """One row."""
    base = f"{frame.url}/chi-tieu/{pledge.id}"
    return PledgeRow(
        id=pledge.id,
        name=pledge.name,
        amount=number(pledge.number),
        unit_of_measure=pledge.unit_of_measure,
        note=pledge.note,
        edit_url=f"{base}/sua",
        remove_url=f"{base}/xoa?version={pledge.version}",
    )


def new_pledge(frame: Frame, form: PledgeForm | None = None, focus: str = "") -> PledgeEdit:
    """The row for a new pledge."""
    form = form or PledgeForm(formdata=None)
    form.for_row(NEW_ROW)
    base = url_for("emulation.add_pledge", registration_id=frame.id)
    return PledgeEdit(form, NEW_ROW, base, f"{base}/moi", focus=focus or first_error(form))


def edit_pledge_row(frame: Frame, pledge_id: int, form: PledgeForm, theirs: PledgeRow | None = None) -> PledgeEdit:
    """A row under edit, with what was typed."""
    form.for_row(str(pledge_id))
    base = f"{frame.url}/chi-tieu/{pledge_id}"
    return PledgeEdit(form, str(pledge_id), f"{base}/sua", base, theirs, first_error(form) or "name")


def first_error(form: PledgeForm) -> str:
    """The name of the first field that cannot be taken."""
    return next((f.short_name for f in form if f.errors), "")

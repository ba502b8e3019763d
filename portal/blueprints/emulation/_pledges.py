"""Numeric pledges as the page shows them: rows, and rows under edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from portal.blueprints.emulation._changes import pledge_removed
from portal.blueprints.emulation._drafts import NEW_ROW, PLEDGE, PageDrafts, one_row
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import PledgeForm
from portal.domain.access.actor import Work
from portal.domain.emulation import queries
from portal.domain.emulation.models import RegistrationPledge
from portal.web.conflicts import Conflict, conflict_of
from portal.web.drafts import FormDraft, of_form, with_use
from portal.web.formats import number
from portal.web.last_saved import Saved

ROW = "chi-tieu-"


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """A pledge of the table; `draft`: one of it waits to be taken up."""

    id: int
    name: str
    amount: str
    unit_of_measure: str
    note: str
    edit_url: str
    remove_url: str
    draft: FormDraft | None = None

    @property
    def take_url(self) -> str:
        """The row to write in, as its draft has it."""
        return with_use(self.edit_url, f"{ROW}{self.id}")


@dataclass(frozen=True, slots=True)
class PledgeList:
    """The table: rows to read, rows under edit, the row for a new one."""

    rows: list[PledgeRow]
    editing: Mapping[int, PledgeEdit]
    gone: Sequence[PledgeEdit] = ()
    adding: PledgeEdit | None = None


@dataclass(frozen=True, slots=True)
class PledgeEdit:
    """A pledge under edit; `conflict`: someone saved it meanwhile; `gone`: someone removed it."""

    form: PledgeForm
    row: str
    save_url: str
    cancel_url: str
    draft: FormDraft
    conflict: Conflict | None = None
    gone: Saved | None = None
    focus: str = ""

    @property
    def label(self) -> str:
        if self.gone is not None:
            return "chỉ tiêu đã bị xóa"
        return "chỉ tiêu mới" if self.row == NEW_ROW else f"chỉ tiêu {self.form.name.data or ''}".strip()

    @property
    def take_url(self) -> str:
        """This row as its draft has it."""
        return with_use(self.cancel_url if self.row == NEW_ROW else self.save_url, self.anchor)

    @property
    def form_id(self) -> str:
        return f"bieu-chi-tieu-{self.row}"

    @property
    def anchor(self) -> str:
        return f"{ROW}{self.row}"

    def attrs(self, name: str) -> dict[str, object]:
        """The attributes of a control."""
        found: dict[str, object] = {"form": self.form_id, "autocomplete": "off"}
        return {**found, "data-focus": True} if self.focus == name else found


def load_pledges(
    work: Work,
    frame: Frame,
    editing: PledgeEdit | None = None,
    adding: PledgeEdit | None = None,
    drafts: PageDrafts | None = None,
) -> PledgeList:
    """The rows in their order; those whose draft was not left in good order are open."""
    opened = {int(editing.row): editing} if editing and editing.gone is None else {}
    gone = [editing] if editing and editing.gone is not None else []
    rows = []
    for pledge in work.session.scalars(queries.pledges_of(frame.id)):
        row = pledge_row(frame, pledge)
        if frame.can_edit and drafts is not None and pledge.id not in opened and drafts.row(PLEDGE, pledge.id):
            form = PledgeForm(formdata=None)
            form.fill(pledge)
            edit = edit_pledge_row(frame, pledge.id, form, drafts=drafts)
            if edit.draft.restored:
                opened[pledge.id] = edit
            elif edit.draft.offered:
                row = replace(row, draft=edit.draft)
        rows.append(row)
    if frame.can_edit and adding is None:
        adding = new_pledge(frame, drafts=drafts)
    if frame.can_edit and drafts is not None:
        gone += _gone(work, frame, drafts, {row.id for row in rows})
    return PledgeList(rows, opened, gone, adding)


def _gone(work: Work, frame: Frame, drafts: PageDrafts, there: Collection[int]) -> list[PledgeEdit]:
    """The rows of pledges that were removed while the reader's drafts of them wait."""
    found = []
    for pledge_id in drafts.rows(PLEDGE):
        removed = None if pledge_id in there else pledge_removed(work, frame.id, pledge_id)
        if removed is not None:
            taken = drafts.taken_up(PLEDGE, pledge_id)
            found.append(edit_pledge_row(frame, pledge_id, PledgeForm(formdata=None), taken, gone=removed))
    return [row for row in found if row.draft.restored]


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


def new_pledge(
    frame: Frame, form: PledgeForm | None = None, focus: str = "", drafts: PageDrafts | None = None
) -> PledgeEdit:
    """The row for a new pledge."""
    form = form or PledgeForm(formdata=None)
    form.for_row(NEW_ROW)
    base = url_for("emulation.add_pledge", registration_id=frame.id)
    draft = _draft(frame, NEW_ROW, form, drafts)
    return PledgeEdit(form, NEW_ROW, base, f"{base}/moi", draft, focus=focus or first_error(form))


def edit_pledge_row(
    frame: Frame,
    pledge_id: int,
    form: PledgeForm,
    drafts: PageDrafts | None = None,
    met: tuple[RegistrationPledge, Saved] | None = None,
    gone: Saved | None = None,
) -> PledgeEdit:
    """A row under edit, with what was typed or what its draft holds; `met`: the pledge as another saved it."""
    form.for_row(str(pledge_id))
    base = f"{frame.url}/chi-tieu/{pledge_id}"
    conflict = None
    if met is not None:
        stored = PledgeForm(formdata=None)
        stored.fill(met[0])
        conflict = conflict_of(form, stored, met[1])
    draft = _draft(frame, str(pledge_id), form, drafts, conflict)
    focus = first_error(form) or "name"
    return PledgeEdit(form, str(pledge_id), f"{base}/sua", base, draft, conflict, gone, focus)


def _draft(
    frame: Frame, row: str, form: PledgeForm, drafts: PageDrafts | None, conflict: Conflict | None = None
) -> FormDraft:
    place = f"{frame.url}#{ROW}{row}"
    kept = one_row(drafts, PLEDGE, row)
    return of_form(PLEDGE, f"{frame.id}/{row}", form, back=place, use=f"{ROW}{row}", kept=kept, conflict=conflict)


def first_error(form: PledgeForm) -> str:
    """The name of the first field that cannot be taken."""
    return next((f.short_name for f in form if f.errors), "")

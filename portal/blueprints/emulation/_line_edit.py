"""A line under edit, and the row for a new one: their forms, with what was typed or what a draft holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from portal.blueprints.emulation._drafts import LINE, NEW_ROW, PageDrafts, one_row
from portal.blueprints.emulation._line_row import ROW, page_of, page_query
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import LineForm
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.models import RegistrationLine
from portal.web.conflicts import Conflict, conflict_of
from portal.web.drafts import FormDraft, of_form, with_use
from portal.web.last_saved import Saved

LISTS = {"post": "goi-y-chuc-vu", "division": "goi-y-phong"}
SUGGESTING = {
    "list": "goi-y-ten",
    "hx-trigger": "input changed delay:250ms",
    "hx-target": "#goi-y-ten",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}


@dataclass(frozen=True, slots=True)
class EditRow:
    """A row under edit.

    `conflict`: someone else saved the line meanwhile; `gone`: someone removed it, sending the row adds it anew.
    """

    form: LineForm
    row: str
    number: int
    save_url: str
    cancel_url: str
    suggest_url: str
    draft: FormDraft
    conflict: Conflict | None = None
    gone: Saved | None = None
    focus: str = ""

    @property
    def label(self) -> str:
        if self.gone is not None:
            return "dòng đã bị xóa"
        return "dòng mới" if self.row == NEW_ROW else f"dòng {self.number}"

    @property
    def take_url(self) -> str:
        """This row as its draft has it."""
        return with_use(self.cancel_url if self.row == NEW_ROW else self.save_url, self.anchor)

    @property
    def form_id(self) -> str:
        return f"bieu-dong-{self.row}"

    @property
    def anchor(self) -> str:
        return f"{ROW}{self.row}"

    @property
    def opens_more(self) -> bool:
        """Whether the rarer fields hold something, so that they are not folded away."""
        return any(f.data or f.errors for f in (self.form.birth_year, self.form.gender, self.form.note))

    def attrs(self, name: str) -> dict[str, object]:
        """The attributes of a control: its form, its suggestions, whether the keyboard goes on from here."""
        found: dict[str, object] = {"form": self.form_id, "autocomplete": "off"}
        if self.focus == name:
            found["data-focus"] = True
        if name == "name":
            found.update(SUGGESTING, **{"hx-get": self.suggest_url})
        elif name in LISTS:
            found["list"] = LISTS[name]
        return found


def new_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    page: int,
    form: LineForm | None = None,
    focus: str = "",
    drafts: PageDrafts | None = None,
) -> EditRow:
    """The row for a new line; `form` keeps what was typed (or the title of the line before)."""
    form = form or LineForm(formdata=None)
    form.offer(titles)
    form.for_row(NEW_ROW)
    base = url_for("emulation.add_line", registration_id=frame.id)
    query = page_query(page)
    number = frame.registration.line_count + 1
    draft = _draft(frame, NEW_ROW, query, form, drafts)
    return EditRow(form, NEW_ROW, number, base + query, f"{base}/moi{query}", suggest_url(frame), draft, focus=focus)


def edit_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    line_id: int,
    number: int,
    form: LineForm,
    drafts: PageDrafts | None = None,
    met: tuple[RegistrationLine, Saved] | None = None,
) -> EditRow:
    """A row under edit, with what was typed or what its draft holds; `met`: the line as another saved it meanwhile."""
    form.offer(titles)
    form.for_row(str(line_id))
    conflict = None
    if met is not None:
        stored = LineForm(formdata=None)
        stored.offer(titles)
        stored.fill(met[0])
        conflict = conflict_of(form, stored, met[1])
    base, query = f"{frame.url}/dong/{line_id}", page_query(page_of(number))
    draft = _draft(frame, str(line_id), query, form, drafts, conflict)
    focus = next((f.short_name for f in form if f.errors), "name")
    addresses = (f"{base}/sua{query}", base + query, suggest_url(frame))
    return EditRow(form, str(line_id), number, *addresses, draft, conflict, focus=focus)


def gone_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    line_id: int,
    form: LineForm,
    saved: Saved,
    drafts: PageDrafts | None = None,
) -> EditRow:
    """The row of a line that someone removed while it was being edited: what was typed is still there."""
    total = frame.registration.line_count
    row = edit_row(frame, titles, line_id, max(total, 1), form, drafts)
    return replace(row, gone=saved)


def _draft(
    frame: Frame,
    row: str,
    query: str,
    form: LineForm,
    drafts: PageDrafts | None,
    conflict: Conflict | None = None,
) -> FormDraft:
    place = f"{frame.url}{query}#{ROW}{row}"
    kept = one_row(drafts, LINE, row)
    return of_form(LINE, f"{frame.id}/{row}", form, back=place, use=f"{ROW}{row}", kept=kept, conflict=conflict)


def suggest_url(frame: Frame) -> str:
    """Where the names come from that the unit has written before."""
    return url_for("emulation.suggest_names", registration_id=frame.id)

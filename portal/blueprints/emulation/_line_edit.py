"""A line under edit, and the row for a new one: their forms, with what was typed or what a draft holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from portal.blueprints.emulation._drafts import LINE, NEW_ROW, PageDrafts, one_row
from portal.blueprints.emulation._line_row import ROW, LineRow, detail_text, page_query
from portal.blueprints.emulation._page import Frame
from portal.blueprints.emulation.forms import LineForm
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.web.drafts import FormDraft, of_form, with_use

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
    """A row under edit. `theirs` is what someone else saved meanwhile, `changed` the fields that differ from it."""

    form: LineForm
    row: str
    number: int
    save_url: str
    cancel_url: str
    suggest_url: str
    draft: FormDraft
    theirs: LineRow | None = None
    changed: frozenset[str] = frozenset()
    focus: str = ""

    @property
    def label(self) -> str:
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


def _draft(frame: Frame, row: str, query: str, form: LineForm, drafts: PageDrafts | None) -> FormDraft:
    place = f"{frame.url}{query}#{ROW}{row}"
    kept = one_row(drafts, LINE, row)
    return of_form(LINE, f"{frame.id}/{row}", form, back=place, use=f"{ROW}{row}", kept=kept)


def suggest_url(frame: Frame) -> str:
    """Where the names come from that the unit has written before."""
    return url_for("emulation.suggest_names", registration_id=frame.id)


def edit_row(
    frame: Frame,
    titles: Sequence[EmulationTitle],
    line_id: int,
    number: int,
    page: int,
    form: LineForm,
    theirs: LineRow | None = None,
    drafts: PageDrafts | None = None,
) -> EditRow:
    """A row under edit, with what was typed or what its draft holds."""
    form.offer(titles)
    form.for_row(str(line_id))
    base, query = f"{frame.url}/dong/{line_id}", page_query(page)
    draft = _draft(frame, str(line_id), query, form, drafts)
    changed = frozenset(_differing(form, theirs)) if theirs else frozenset()
    focus = next((f.short_name for f in form if f.errors), "name")
    return EditRow(
        form,
        str(line_id),
        number,
        f"{base}/sua{query}",
        base + query,
        suggest_url(frame),
        draft,
        theirs,
        changed,
        focus,
    )


def _differing(form: LineForm, theirs: LineRow) -> Iterable[str]:
    for name, mine, their in (
        ("title", form.title_name(), theirs.title),
        ("name", form.name.data, theirs.name),
        ("post", form.post.data, theirs.post),
        ("division", form.division.data, theirs.division),
        ("detail", detail_text(form.birth_year.data, form.gender.data or "", form.note.data or ""), theirs.detail),
    ):
        if (mine or "") != their:
            yield name

"""Bring a template, let an edition take effect, go back to the built-in layout."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.core.errors import NotAllowed, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.papers.models import PaperTemplate
from portal.domain.papers.policies import can_keep

OBJECT_TYPE = "paper_template"
BUILT_IN = 0


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A checked template that lies in the store, synced."""

    name: str
    sha256: str
    size: int


def add_template(work: Work, paper: str, file: TemplateFile) -> PaperTemplate:
    """Put a checked template on record as the paper's next edition; it does not hold yet.

    The same content as the newest edition's gives that edition. Raises NotAllowed, VersionConflict.
    """
    found = _locked(work, paper)
    if found and found[-1].sha256 == file.sha256:
        return found[-1]
    made = PaperTemplate(
        paper=paper,
        edition=found[-1].edition + 1 if found else 1,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        uploaded_by_id=work.actor.user_id,
        uploaded_at=work.clock.now(),
    )
    work.session.add(made)
    try:
        work.session.flush()
    except IntegrityError as error:  # two brought the first one at once
        raise VersionConflict from error
    record(work, "paper_template.added", OBJECT_TYPE, paper, detail={"edition": made.edition, "sha256": made.sha256})
    return made


def take_effect(work: Work, paper: str, edition: int, seen: int) -> None:
    """Let an edition hold from now on, `BUILT_IN` the portal's own layout; `seen` is what the page showed as holding.

    Raises NotAllowed, NotFound, VersionConflict.
    """
    found = _locked(work, paper)
    chosen = next((one for one in found if one.edition == edition), None)
    if chosen is None and edition != BUILT_IN:
        raise NotFound
    before = next((one.edition for one in found if one.is_current), BUILT_IN)
    if before == edition:
        return
    if before != seen:
        raise VersionConflict
    for one in found:
        one.is_current = one is chosen
    if chosen is not None:
        chosen.effective_at = work.clock.now()
    work.session.flush()
    record(work, "paper_template.took_effect", OBJECT_TYPE, paper, detail={"edition": [before, edition]})


def _locked(work: Work, paper: str) -> list[PaperTemplate]:
    """Every edition, locked, the oldest first."""
    if not can_keep(work.actor):
        raise NotAllowed
    stmt = select(PaperTemplate).where(PaperTemplate.paper == paper).order_by(PaperTemplate.edition)
    return list(work.session.scalars(stmt.with_for_update().execution_options(populate_existing=True)))

"""Templates of papers, as pages and papers ask for them."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.core.pagination import AnySelect
from portal.domain.accounts.models import UserAccount
from portal.domain.papers.models import PaperTemplate

UNSCOPED = {
    "current_template": "the one that holds makes every unit's papers",
    "current_templates": "templates are the whole province's; their pages ask for the permission",
    "editions_of": "templates are the whole province's; their pages ask for the permission",
    "one_edition": "templates are the whole province's; their pages ask for the permission",
}


def current_template(paper: str) -> Select[PaperTemplate]:
    """The edition that holds now; no row: the built-in layout does."""
    return select(PaperTemplate).where(PaperTemplate.paper == paper, PaperTemplate.is_current.is_(True))


def current_templates() -> Select[PaperTemplate]:
    """The editions that hold now, of every paper."""
    return select(PaperTemplate).where(PaperTemplate.is_current.is_(True))


def editions_of(paper: str) -> AnySelect:
    """Every edition with the name of who brought it, the newest first."""
    return (
        select(PaperTemplate, UserAccount.full_name.label("who"))
        .join(UserAccount, UserAccount.id == PaperTemplate.uploaded_by_id)
        .where(PaperTemplate.paper == paper)
        .order_by(PaperTemplate.edition.desc())
    )


def one_edition(paper: str, edition: int) -> Select[PaperTemplate]:
    """One edition."""
    return select(PaperTemplate).where(PaperTemplate.paper == paper, PaperTemplate.edition == edition)

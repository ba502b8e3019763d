"""What search finds of the channel: an item by its words, for those who read it, and open answers for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from portal.core.search.documents import Document
from portal.core.search.kinds import AnyRow, AnySelect, Hit, Searchable
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.difficulties.enums import ANSWERED
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import in_scope, is_public
from portal.domain.units.models import Unit

D = Difficulty


def records() -> AnySelect:
    """Items with what their documents are made of."""
    return select(D.id, D.unit_id, D.year, D.title, D.body, D.answer, D.state)


def document(row: AnyRow) -> Document:
    """The question, and its answer once that is out. Without a unit: of an open answer it may not be told."""
    return Document(row.title, f"{row.body} {row.answer if row.state in ANSWERED else ''}", year=row.year)


def visible(actor: Actor, on: date) -> AnySelect:
    """What the actor reads, and what every unit reads."""
    return select(D.id).where(or_(in_scope(actor, on, content=True), is_public()))


def hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    """Items as search shows them (one query): one's own with its state, others as questions and answers."""
    mine = in_scope(work.actor, work.today(), content=True).label("mine")
    rows = work.session.execute(
        select(D.id, D.title, D.state, D.kind, D.work_field, Unit.short_name, mine)
        .join(Unit, Unit.id == D.unit_id)
        .where(D.id.in_(ids), or_(in_scope(work.actor, work.today(), content=True), is_public()))
    )
    return [_hit(row) for row in rows]


def _hit(row: AnyRow) -> Hit:
    if row.mine:
        detail = f"{row.kind.label}, {row.work_field.label}, {row.short_name}"
        return Hit(row.id, row.title, detail, "difficulties.show_item", {"item_id": row.id}, row.state)
    return Hit(row.id, row.title, f"Hỏi đáp, {row.work_field.label}", "difficulties.show_answer", {"item_id": row.id})


SEARCHABLE = (
    Searchable(
        number=8,
        label="Vướng mắc, kiến nghị",
        icon="messages",
        permission=Permission.PORTAL_USE,
        model=D,
        records=records,
        document=document,
        visible=visible,
        hits=hits,
        attributes=frozenset({"title", "body", "answer", "state", "year"}),
    ),
)

"""Loads the first edition of each kind's chain where the kind has none: the office publishes its own after it."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import select

from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.approvals.enums import StepRelation
from portal.domain.approvals.models import ChainDefinition, ChainStep
from seed.tables import read_table


def load_chains(work: Work) -> None:
    """The chains that are missing, published; a kind that has one stays as the office has it."""
    known = set(work.session.scalars(select(ChainDefinition.kind_code)))
    now = work.clock.now()
    for kind, rows in groupby(read_table("approval_chains"), key=lambda r: r["kind"]):
        if kind in known:
            continue
        made = ChainDefinition(
            kind_code=kind,
            edition=1,
            note="Quy trình khởi tạo, cần đối chiếu với quy chế làm việc của Sở",
            created_at=now,
            changed_at=now,
            published_at=now,
        )
        work.session.add(made)
        work.session.flush()
        work.session.add_all(_step(made.id, row) for row in rows)
    work.session.flush()


def _step(definition_id: int, r: dict[str, str]) -> ChainStep:
    return ChainStep(
        definition_id=definition_id,
        position=int(r["position"]),
        label=r["label"],
        role=Role(r["role"]),
        relation=StepRelation(r["relation"]),
        may_skip=r["may_skip"] == "yes",
        may_finish=r["may_finish"] == "yes",
        days=int(r["days"]) if r["days"] else None,
    )

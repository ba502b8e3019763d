"""Add chains as data, edition after edition, and papers on their way with their trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0019_add_approvals"
down_revision = "0018_add_comments"
branch_labels = None
depends_on = None


def _fk(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=f"fk_{table}_{column}_{referred}")


def upgrade() -> None:
    _definitions()
    _approvals()
    _trail()


def _definitions() -> None:
    op.create_table(
        "chain_definition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_code", KeyText(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_chain_definition_edition")),
        _fk("chain_definition", "created_by_id", "user_account"),
        _fk("chain_definition", "published_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_chain_definition"),
        sa.UniqueConstraint("kind_code", "edition", name="uq_chain_definition_kind_code_edition"),
    )
    op.create_table(
        "chain_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("relation", sa.String(12), nullable=False),
        sa.Column("may_skip", sa.Boolean(), nullable=False),
        sa.Column("may_finish", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint("position >= 1", name=op.f("ck_chain_step_position")),
        sa.CheckConstraint("days IS NULL OR days BETWEEN 1 AND 60", name=op.f("ck_chain_step_days")),
        _fk("chain_step", "definition_id", "chain_definition"),
        sa.PrimaryKeyConstraint("id", name="pk_chain_step"),
        sa.UniqueConstraint("definition_id", "position", name="uq_chain_step_definition_id_position"),
    )


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_code", KeyText(40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("folded", KeyText(460), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_for_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("arrived_at", UTCDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('running', 'approved', 'issued') OR definition_id IS NOT NULL",
            name=op.f("ck_approval_chain"),
        ),
        sa.CheckConstraint("state <> 'running' OR position >= 1", name=op.f("ck_approval_position")),
        _fk("approval", "unit_id", "unit"),
        _fk("approval", "division_id", "unit"),
        _fk("approval", "definition_id", "chain_definition"),
        _fk("approval", "drafted_by_id", "user_account"),
        _fk("approval", "drafted_for_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
        sa.UniqueConstraint("kind_code", "record_id", name="uq_approval_kind_code_record_id"),
    )
    op.create_index("ix_approval_state", "approval", ["state", "definition_id", "position"])
    op.create_index("ix_approval_unit", "approval", ["unit_id", "id"])
    op.create_index("ix_approval_updated", "approval", ["updated_at", "id"])
    op.create_index("ix_approval_drafter", "approval", ["drafted_by_id", "id"])
    op.create_index("ix_approval_division_id", "approval", ["division_id"])
    op.create_index("ix_approval_definition_id", "approval", ["definition_id"])


def _trail() -> None:
    op.create_table(
        "approval_hand",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        _fk("approval_hand", "approval_id", "approval"),
        _fk("approval_hand", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("approval_id", "user_id", name="pk_approval_hand"),
    )
    op.create_table(
        "approval_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("from_position", sa.Integer(), nullable=False),
        sa.Column("to_position", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        _fk("approval_move", "approval_id", "approval"),
        _fk("approval_move", "actor_id", "user_account"),
        _fk("approval_move", "on_behalf_of_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_move"),
    )
    op.create_index("ix_approval_move_approval", "approval_move", ["approval_id", "id"])
    op.create_index("ix_approval_move_actor", "approval_move", ["actor_id", "approval_id"])
    op.create_index("ix_approval_move_behalf", "approval_move", ["on_behalf_of_id", "approval_id"])


def downgrade() -> None:
    for table in ("approval_move", "approval_hand", "approval", "chain_step", "chain_definition"):
        op.drop_table(table)

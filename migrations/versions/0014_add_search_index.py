"""Add the search index: a document a record; FTS5 kept by triggers on SQLite, a GIN index on PostgreSQL.

The index comes empty: `flask db upgrade` builds it after the migrations, and `flask search rebuild` at any time.
Do not change search_document in batch mode: the copied table would lose its triggers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.core.db import KeyText, UTCDateTime

revision = "0014_add_search_index"
down_revision = "0013_share_imports"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOKENS = "string_to_array(tokens, ' ')"
SQLITE = (
    # Each row once, by its words alone: no positions, no sizes. Tokens hold letters, digits and signs above ASCII.
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "tokens, content='search_document', content_rowid='id', tokenize='ascii', detail=none, columnsize=0)",
    "CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN "
    "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN "
    "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER search_document_changed AFTER UPDATE OF tokens ON search_document BEGIN "
    "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
    "INSERT INTO search_index (rowid, tokens) VALUES (new.id, new.tokens); END",
    # The words that there are: what a word begins with is looked up here, FTS5 would read all their documents first.
    "CREATE TABLE search_word (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
)


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("tokens", KeyText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
    )
    op.create_table(
        "search_build",
        sa.Column("kind", KeyText(40), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_build")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    else:
        # A short list of entries that wait to be merged: reading stays quick, many rows at once stay cheap.
        op.execute(
            f"CREATE INDEX ix_search_document_tokens ON search_document USING gin (array_to_tsvector({TOKENS})) "
            "WITH (fastupdate = on, gin_pending_list_limit = 512)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_word")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_build")
    op.drop_table("search_document")

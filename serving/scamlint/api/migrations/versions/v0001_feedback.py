"""The table of feedback.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64)),
        sa.Column("expected_label", sa.String(64)),
        sa.Column("score", sa.Float()),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("model_name", sa.String(256)),
        sa.Column("model_version", sa.String(256)),
    )
    op.create_index("ix_feedback_created", "feedback", ["created"])
    op.create_index("ix_feedback_kind", "feedback", ["kind"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("feedback")

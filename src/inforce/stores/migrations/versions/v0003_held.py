"""Corrections that wait for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """A column of the positions."""
    op.add_column("positions", sa.Column("held", sa.Text))

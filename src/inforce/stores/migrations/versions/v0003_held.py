"""Corrections that wait for approval, beneficiaries who were paid, and where a missing price stopped a position."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Three columns of the positions."""
    for name in ("held", "proved"):
        op.add_column("positions", sa.Column(name, sa.Text))
    op.add_column("positions", sa.Column("reached", sa.Date))

"""Corrections that wait for approval, and what a stalled position has received."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Two columns of the positions."""
    for name in ("held", "taken"):
        op.add_column("positions", sa.Column(name, sa.Text))

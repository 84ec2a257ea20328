"""No notes are taken any more of facts that no rights rest on, for which nobody listened.

What an account or an emergency opening opens, the statement that reads a record finds in their rows, as they are at
that instant. The table of these notes stays, and that of the documents of encounters, for the version before, which
empties the one and reads the other: the release after this one takes both away.
"""

from alembic import op

revision = "clinical_0021"
down_revision = "clinical_0020"
branch_labels = None
depends_on = None


NOTED = ("account", "emergency_opening")
ON = (("insert", "new"), ("update", "new"), ("update", "old"), ("delete", "old"))


def upgrade() -> None:
    """Take the triggers away."""
    for table in NOTED:
        for name in (*(f"{table}_{event}_{state}_noted" for event, state in ON), f"{table}_truncate_noted"):
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")

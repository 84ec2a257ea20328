"""Of a submitted application the form that its applicant signs: since when it is to be made, and which it is.

One that could not be made is tried again later.
"""

from alembic import op

revision = "accreditation_0012"
down_revision = "accreditation_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was submitted before has no form, and none is wanted."""
    op.execute(
        "ALTER TABLE application ADD COLUMN form_wanted_at timestamptz, ADD COLUMN form_id bigint, "
        "ADD COLUMN form_sha256 text CHECK (form_sha256 ~ '^[0-9a-f]{64}$'), "
        "ADD COLUMN form_attempts integer NOT NULL DEFAULT 0, ADD COLUMN form_again_at timestamptz"
    )
    op.execute("CREATE INDEX application_form_wanted ON application (id) WHERE form_wanted_at IS NOT NULL")

"""Where a record of accreditation was given for: the one organisation in which it counts."""

from alembic import op

revision = "accreditation_0008"
down_revision = "accreditation_0007"
branch_labels = None
depends_on = None

# What stands on a record counts where that one does; of other records the application says where. Of those that came
# without one, the first of the organisations is the main place of work, as renewals have always taken it.
PLACE = """
coalesce(
    {row}.holder_organization_id,
    (SELECT b.place_id FROM accreditation b WHERE b.id = {row}.base_id),
    (SELECT p.organization_id FROM application p WHERE p.id = {row}.application_id),
    {row}.organization_ids[1]
)
"""
# The version before grants records without saying so.
FUNCTION = f"""
CREATE FUNCTION accreditation_placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.place_id := {PLACE.format(row="NEW")};
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER accreditation_placed BEFORE INSERT ON accreditation
FOR EACH ROW WHEN (NEW.place_id IS NULL) EXECUTE FUNCTION accreditation_placed()
"""


def upgrade() -> None:
    op.execute("ALTER TABLE accreditation ADD COLUMN place_id bigint")
    place = PLACE.format(row="a")
    for which in ("IS NULL", "IS NOT NULL"):
        op.execute(f"UPDATE accreditation a SET place_id = {place} WHERE base_id {which}")  # noqa: S608 - our own
    op.execute(FUNCTION)
    op.execute(TRIGGER)

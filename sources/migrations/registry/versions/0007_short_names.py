"""Short names of organisations can be searched as names are."""

from alembic import op

revision = "registry_0007"
down_revision = "registry_0006"
branch_labels = None
depends_on = None

# As the program makes `sort_name` of a name: lower case, ё as е, one space between words.
FUNCTION = r"""
CREATE FUNCTION sort_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT btrim(regexp_replace(
        translate(
            lower(value),
            'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё' || chr(160),
            'абвгдеежзийклмнопрстуфхцчшщъыьэюяе '
        ), '\s+', ' ', 'g'
    ))
$$
"""


def upgrade() -> None:
    """The version before knows neither, and loses nothing."""
    op.execute(FUNCTION)
    op.execute("CREATE INDEX organization_by_short_name ON organization (sort_key(short_name))")

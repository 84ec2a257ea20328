"""A search by a word that few documents have goes by the index of words, and not through all that the viewer sees.

PostgreSQL takes the beginning of a word to be in one document of 200 at least, however rare it is, and then looks for
the newest of them one by one. A word that is not among the frequent ones of its statistics is asked for twice, which
finds the same, and is taken for rare.
"""

from alembic import op

revision = "documents_0014"
down_revision = "documents_0013"
branch_labels = None
depends_on = None

# What is found is the same whatever the statistics say, so that it is immutable: the planner has to know what it gives.
SOUGHT = """
CREATE OR REPLACE FUNCTION document_sought(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    WITH frequent AS MATERIALIZED (
        SELECT unnest(most_common_elems::text::text[]) AS word FROM pg_stats
        WHERE schemaname = current_schema() AND tablename = 'document' AND attname = 'words'
    )
    SELECT coalesce(
        string_agg(
            quote_literal(sought) || ':*' || CASE
                WHEN EXISTS (SELECT FROM frequent WHERE starts_with(frequent.word, sought)) THEN ''
                ELSE ' & ' || quote_literal(sought) || ':*'
            END,
            ' & '
        ),
        ''
    )::tsquery
    FROM unnest(document_words_of(given)) AS sought
)
"""


def upgrade() -> None:
    """Whoever is older asks as he did, and finds the same."""
    op.execute(SOUGHT)

"""A word is taken for frequent by how many documents have it, not for standing in the statistics.

Statistics name rare words too, where their sample happened on a few of them; PostgreSQL then took the beginning of
such a word to be in one document of fifty, and looked for the newest of them one by one.
"""

from alembic import op

revision = "documents_0015"
down_revision = "documents_0014"
branch_labels = None
depends_on = None

# At 0.5 % a page of the newest costs as much through the list as through the index of words, if a million are seen.
# What is found is the same whatever the statistics say, so that it is immutable: the planner has to know what it gives.
SOUGHT = """
CREATE OR REPLACE FUNCTION document_sought(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    WITH known AS MATERIALIZED (
        SELECT of.word, of.share
        FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS of (word, share)
        WHERE schemaname = current_schema() AND tablename = 'document' AND attname = 'words'
    )
    SELECT coalesce(
        string_agg(
            quote_literal(sought) || ':*' || CASE
                WHEN (SELECT sum(share) FROM known WHERE starts_with(known.word, sought)) >= 0.005 THEN ''
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

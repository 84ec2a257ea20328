"""The catalogue: documents are found by words of title and number, and the newest of many come without a sort."""

from alembic import op

revision = "documents_0011"
down_revision = "documents_0010"
branch_labels = None
depends_on = None

# The database may have a collation that knows no letters but those of ASCII, so that capitals are named here. Latin
# letters that look like Cyrillic ones are those: in a number nobody can tell them apart.
SPELLED = """
CREATE FUNCTION document_spelled(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    translate(
        lower(translate(given, 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе')),
        'abcehkmoptxy', 'авсенкмортху'
    )
"""
# Whatever separates words: signs, blanks, dashes and quotation marks of every kind.
SEPARATORS = r"[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\ufeff]+"
WORDS_OF = rf"""
CREATE FUNCTION document_words_of(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    array_remove(regexp_split_to_array(left(document_spelled(given), 400), '{SEPARATORS}'), '')
"""
# However a number is divided, it is the same, and so are words of it that stand beside each other.
NUMBER_KEY = """
CREATE FUNCTION document_number_key(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    array_to_string(document_words_of(given), '')
"""
NUMBER_WORDS = """
CREATE FUNCTION document_number_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (SELECT coalesce(array_agg(DISTINCT array_to_string(words[first:last], '')), '{}')
    FROM document_words_of(given) AS words, generate_series(1, least(cardinality(words), 8)) AS first,
        generate_series(first, least(cardinality(words), 8)) AS last)
"""
# The number of a paper that identifies a person is no word of it: not everybody who sees it may read that.
WORDS = """
CREATE FUNCTION document_words(title text, kind text, number text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    array_to_tsvector(
        document_words_of(title) || CASE
            WHEN kind IN ('PASSPORT', 'SNILS') OR number IS NULL THEN '{}'::text[]
            ELSE document_number_words(number)
        END
    )
"""
# All words that are looked for have to be there, each at least as the beginning of one.
SOUGHT = """
CREATE FUNCTION document_sought(given text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (SELECT coalesce(string_agg(quote_literal(word) || ':*', ' & '), '') FROM unnest(document_words_of(given)) AS word)
    ::tsquery
"""
STATEMENTS = (
    SPELLED,
    WORDS_OF,
    NUMBER_KEY,
    NUMBER_WORDS,
    WORDS,
    SOUGHT,
    """
    ALTER TABLE document
        ADD COLUMN first_given_id bigint GENERATED ALWAYS AS (shared_organization_ids[1]) STORED,
        ADD COLUMN given_widely boolean GENERATED ALWAYS AS (cardinality(shared_organization_ids) > 1) STORED,
        ADD COLUMN words tsvector GENERATED ALWAYS AS (document_words(title, kind, number)) STORED,
        ADD COLUMN number_key text COLLATE "C" GENERATED ALWAYS AS (document_number_key(number)) STORED
    """,
    # Documents are looked for more often than they come: what came last is not left in a list that every search reads.
    "CREATE INDEX document_by_words ON document USING gin (words) WITH (fastupdate = off)",
    "ALTER INDEX document_by_share SET (fastupdate = off)",
    "CREATE INDEX document_by_first_given ON document (first_given_id, created_at, id)",
    """
    CREATE INDEX document_given_widely ON document USING gin (shared_organization_ids) WITH (fastupdate = off)
    WHERE given_widely
    """,
    "CREATE INDEX document_by_number ON document (number_key)",
    "CREATE INDEX document_by_creation ON document (created_at, id)",
    "CREATE INDEX document_by_title ON document (title, id)",
    "CREATE INDEX document_by_size ON document (byte_size, id)",
)


def upgrade() -> None:
    """Every row is written anew once, for its words."""
    for statement in STATEMENTS:
        op.execute(statement)

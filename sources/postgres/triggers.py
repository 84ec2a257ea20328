"""What a migration executes so that a store notes what changed, whoever wrote it, and gives word to whoever listens.

The first stores wrote these statements out in their migrations, which stay as they were applied.
"""

from collections.abc import Iterator, Mapping
from typing import Final

FACTS: Final = "fact_change"
OBJECTS: Final = "object_change"
# More rows of one statement than so many are noted as one note, which means any of them.
MOST: Final = 100

_FACTS = """
CREATE TABLE fact_change (
    transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    subject text,
    practitioner_id bigint,
    at timestamptz NOT NULL DEFAULT now()
)
"""
_OBJECTS = """
CREATE TABLE object_change (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    object_id bigint,
    practitioner_id bigint,
    organization_id bigint,
    department_id bigint,
    shared_organization_ids bigint[],
    at timestamptz NOT NULL DEFAULT now()
)
"""
_LEFT = r"""
CREATE TABLE event (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    transaction bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    relayed_at timestamptz,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamptz,
    dead_at timestamptz,
    last_error text,
    PRIMARY KEY (id)
);
CREATE INDEX event_by_transaction ON event (transaction);
CREATE INDEX event_failed ON event (at) WHERE relayed_at IS NULL AND attempts > 0;
CREATE INDEX event_to_relay ON event (at) WHERE relayed_at IS NULL;

CREATE TABLE audit_entry (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    at timestamptz NOT NULL,
    subject text NOT NULL,
    act text NOT NULL,
    object text,
    grounds jsonb NOT NULL,
    relayed_at timestamptz,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamptz,
    dead_at timestamptz,
    last_error text,
    PRIMARY KEY (id)
);
CREATE INDEX audit_entry_failed ON audit_entry (at) WHERE relayed_at IS NULL AND attempts > 0;
CREATE INDEX audit_entry_to_relay ON audit_entry (at) WHERE relayed_at IS NULL;

CREATE TABLE idempotency_key (
    key text NOT NULL,
    subject text NOT NULL,
    act text NOT NULL,
    digest bytea NOT NULL,
    outcome jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (key)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (at);
"""
_FACT_EVENTS = (("insert", "NEW"), ("update", "NEW"), ("update", "OLD"), ("delete", "OLD"))
_OBJECT_EVENTS = {
    "insert": ("NEW TABLE AS after", "after", "after"),
    "update": ("OLD TABLE AS before NEW TABLE AS after", "after", "(TABLE before UNION ALL TABLE after)"),
    "delete": ("OLD TABLE AS before", "before", "before"),
}
_FEW_OR_ANY = """
    IF (SELECT count(*) FROM (SELECT FROM {counted} LIMIT {most} + 1) AS few) > {most} THEN
        INSERT INTO object_change DEFAULT VALUES;
    ELSE
        INSERT INTO object_change {note};
    END IF;
    RETURN NULL;
"""


def facts_noted(notes: Mapping[str, str]) -> Iterator[str]:
    """The statements by which changes of facts that rights rest on are noted: the table of notes and its triggers.

    `notes` has for each table a SELECT of subject and practitioner whom its `changed` rows are about. One note is
    made for each statement that writes, not for each row; TRUNCATE is noted as a change for everybody.
    """
    yield _FACTS
    yield _by_transaction(FACTS)
    yield from facts_noted_too(notes)


def facts_noted_too(notes: Mapping[str, str]) -> Iterator[str]:
    """The statements by which changes of further tables are noted, where the table of notes is there already."""
    for table, whose in notes.items():
        for event, state in _FACT_EVENTS:
            name = f"{table}_{event}_{state.lower()}_noted"
            yield _function(name, f"INSERT INTO fact_change (subject, practitioner_id) {whose}; RETURN NULL;")
            yield _trigger(name, event, f"{table} REFERENCING {state} TABLE AS changed", name)
        name = f"{table}_truncate_noted"
        yield _function(name, "INSERT INTO fact_change DEFAULT VALUES; RETURN NULL;")
        yield _trigger(name, "TRUNCATE", table, name)


def left_by_acts() -> Iterator[str]:
    """The statements that make the tables of what acts leave beside their effect, and give word of each event."""
    yield from (statement for statement in _LEFT.split(";\n") if statement.strip())
    yield from told("event")


def objects_noted(notes: Mapping[str, str]) -> Iterator[str]:
    """The statements by which changes of objects are noted, and word is given of each note.

    `notes` has for each table the columns of a note and a SELECT of them from `{changed}`, in which a changed row is
    called `c`: as it was, and as it is.
    """
    yield _OBJECTS
    yield _by_transaction(OBJECTS)
    yield _function("any_object_changed", "INSERT INTO object_change DEFAULT VALUES; RETURN NULL;")
    yield from objects_noted_too(notes)
    yield from told(OBJECTS)


def objects_noted_too(notes: Mapping[str, str]) -> Iterator[str]:
    """The statements by which changes of further tables are noted, where the table of notes is there already."""
    for table, note in notes.items():
        for event, (states, _, _) in _OBJECT_EVENTS.items():
            name = _noting(table, event)
            yield _function(name, _noted(event, note))
            yield _trigger(name, event, f"{table} REFERENCING {states}", name)
        yield _trigger(f"{table}_truncate_object_noted", "TRUNCATE", table, "any_object_changed")


def objects_noted_otherwise(notes: Mapping[str, str]) -> Iterator[str]:
    """The statements by which tables whose changes are noted have other columns noted from then on."""
    for table, note in notes.items():
        for event in _OBJECT_EVENTS:
            yield _function(_noting(table, event), _noted(event, note), how="CREATE OR REPLACE")


def told(table: str) -> Iterator[str]:
    """The statements by which whoever listens on the channel of a table's name gets word of each insert into it."""
    name = f"{table}_told"
    yield _function(name, f"PERFORM pg_notify('{table}', ''); RETURN NULL;")
    yield _trigger(name, "INSERT", table, name)


def _by_transaction(table: str) -> str:
    return f"CREATE INDEX {table}_by_transaction ON {table} (transaction)"


def _noting(table: str, event: str) -> str:
    return f"{table}_{event}_object_noted"


def _noted(event: str, note: str) -> str:
    _, counted, rows = _OBJECT_EVENTS[event]
    return _FEW_OR_ANY.format(counted=counted, most=MOST, note=note.format(changed=f"{rows} AS c"))


def _function(name: str, body: str, *, how: str = "CREATE") -> str:
    return f"{how} FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, event: str, on: str, function: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {event} ON {on} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"

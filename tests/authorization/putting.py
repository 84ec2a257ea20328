"""How facts made up by chance are put into the stores: by SQL, patients and notes sealed as the world's are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from gateway.world.batch import Batch
from gateway.world.numbers import insurance_number, snils
from gateway.world.patients import COLUMNS
from gateway.world.sealing import Sealing
from sources.clinical.note import note
from sources.clinical.patient import patient
from sources.stores import Stores
from tests.authorization.situating import AT, AUTHOR, HOUR, Row, Situation
from tests.keys import KEYRING

REPRESENTED = """
INSERT INTO representative (id, patient_id, organization_id, kind, family_name, given_name, basis, starts_at,
                            changed_at)
OVERRIDING SYSTEM VALUE VALUES ($1, $2, 1, 'PARENT', 'x', 'x', 'x', $3, $3)
"""
HORIZON = "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', $1)"


async def put(stores: Stores, made: Situation) -> None:
    """Put everything into the stores."""
    everybody = [AUTHOR, *(person.id for person in made.people)]
    subjects = {person.id: person.subject for person in made.people}
    practitioners = [
        {
            "id": key, "subject": subjects.get(key), "registry_number": f"chance {key}", "family_name": "Случай",
            "given_name": "Ян", "sort_name": "случай ян", "birth_on": date(1980, 1, 1), "snils": snils(key),
        }
        for key in everybody
    ]  # fmt: skip
    agreed = [
        {"practitioner_id": one.id, "confirmed_at": AT - 900 * HOUR, "version": "2023.1"}
        for one in made.people if one.agreed
    ]  # fmt: skip
    await insert(stores.registry, "practitioner", practitioners)
    await insert(stores.registry, "employment", [row for one in made.people for row in one.posts])
    for person in made.people:
        if person.heads:
            await stores.registry.execute("UPDATE organization SET head_id = $1 WHERE id = $2", person.id, person.heads)
    await stores.registry.execute("UPDATE department SET head_id = NULL")
    for person in made.people:
        for unit in person.units:
            await stores.registry.execute("UPDATE department SET head_id = $1 WHERE id = $2", person.id, unit)
    await insert(stores.accreditation, "accreditation", [row for one in made.people for row in one.records])
    await insert(stores.accreditation, "access_consent", agreed)
    await insert(stores.journal, "appointment", [one.function for one in made.people if one.function])
    sealing = Sealing(KEYRING, stores.identity)
    names = ("Случай", "Ян", None, date(1980, 1, 1))
    patients = Batch(
        "patient", COLUMNS,
        [
            (row["id"], row["organization_id"], "MALE", *names, insurance_number(row["id"]), None, None, None, AT)
            for row in made.rows["patient"]
        ],
    )  # fmt: skip
    await stores.clinical.copy(patient, sealing.columns(patients), sealing.rows(patients))
    # The patients of the village lie in the same departments: of them nothing is judged here.
    await stores.clinical.execute("DELETE FROM care_relation")
    for table in ("encounter", "condition", "observation"):
        await insert(stores.clinical, table, made.rows[table])
    columns = tuple(made.rows["note"][0])
    notes = Batch("note", columns, [tuple(row[name] for name in columns) for row in made.rows["note"]])
    await stores.clinical.copy(note, columns, sealing.rows(notes))
    for table in ("care_relation", "consent", "allowed_reader", "emergency_opening", "inquiry"):
        await insert(stores.clinical, table, made.rows[table])
    for row in made.rows["account"]:
        await stores.clinical.execute(REPRESENTED, row["id"], row["patient_id"], AT)
    await insert(stores.clinical, "account", [row | {"representative_id": row["id"]} for row in made.rows["account"]])
    await stores.clinical.execute(HORIZON, AT + 99 * HOUR)


async def insert(store: Any, table: str, rows: Sequence[Row]) -> None:
    """Rows of one table, all with the same columns."""
    if not rows:
        return
    names = list(rows[0])
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    text = f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({places})"  # noqa: S608 - ours
    async with store.connection() as connection:
        await connection.executemany(text, [[row[name] for name in names] for row in rows])

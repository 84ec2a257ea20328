"""What of the made-up world is sealed on its way into the stores, under keys made on the way."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.world.batch import Batch
from sources.clinical.finding import insurance_hash, name_hash
from sources.clinical.opening import KEY, named
from sources.clinical.sealed import SEALED
from sources.identity import sealed_text
from sources.sealed_store import SealedStore
from sources.sealing import Keyring, PersonalKey, new_key

PATIENT = "patient"
FOUND_BY = (KEY, "name_hash", "insurance_hash")
# What people wrote, by the tables of the identity store; each row has a key of its own.
WRITTEN = {"account_lock": ("proposal",), "support_ticket": ("subject", "text", "answer")}


class Sealing:
    """Seals batches in the order in which they are made: the keys of a block of patients serve until the next one."""

    def __init__(self, keyring: Keyring, identity: SealedStore) -> None:
        self._keyring = keyring
        self._identity = identity
        self._keys: dict[int, bytes] = {}

    def columns(self, batch: Batch) -> tuple[str, ...]:
        """The columns of a batch as it is stored."""
        if batch.table in WRITTEN:
            return (*batch.columns, sealed_text.KEY)
        return (*batch.columns, *FOUND_BY) if batch.table == PATIENT else batch.columns

    def rows(self, batch: Batch) -> Iterator[tuple[object, ...]]:
        """The rows of a batch as they are stored.

        Raises:
            KeyMissing: the ring has no key to seal with.
        """
        sealed = SEALED.get(batch.table)
        if batch.table in WRITTEN:
            yield from self._written(batch)
            return
        if sealed is None:
            yield from batch.rows
            return
        places = [(place, name) for place, name in enumerate(batch.columns) if name in sealed.columns]
        row_places = [batch.columns.index(name) for name in sealed.row]
        whose = batch.columns.index(sealed.patient_id)
        if batch.table == PATIENT:
            self._keys = {key: new_key() for key in (row[whose] for row in batch.rows) if isinstance(key, int)}
        last, key = None, PersonalKey(new_key())
        for row in batch.rows:
            patient: Any = row[whose]
            if patient != last:
                last, key = patient, PersonalKey(self._keys[patient])
            made, place_of = list(row), named(*(row[place] for place in row_places))
            for place, name in places:
                if row[place] is not None:
                    made[place] = key.seal(str(row[place]), sealed.table, name, place_of)
            yield (*made, *self._found_by(batch.columns, row, patient)) if batch.table == PATIENT else tuple(made)

    def _written(self, batch: Batch) -> Iterator[tuple[object, ...]]:
        """Rows with what somebody wrote; where the store has no ring, those are left out that have any."""
        for row in batch.rows:
            one: dict[str, Any] = dict(zip(batch.columns, row, strict=True))
            texts = {name: str(one[name]) for name in WRITTEN[batch.table] if one[name] is not None}
            if not texts:
                yield (*row, None)
            elif self._identity.keyring.wraps_with:
                one |= sealed_text.sealed(self._identity, batch.table, one["id"], texts)
                yield tuple(one[name] for name in self.columns(batch))

    def _found_by(self, columns: Sequence[str], row: Sequence[object], patient: int) -> tuple[object, ...]:
        one: dict[str, Any] = dict(zip(columns, row, strict=True))
        wrapped = self._keyring.wrap(self._keys[patient], PATIENT, KEY, patient)
        number = one["insurance_number"]
        by_name = name_hash(self._keyring, one["family_name"], one["given_name"], one["birth_on"])
        return wrapped, by_name, None if number is None else insurance_hash(self._keyring, number)

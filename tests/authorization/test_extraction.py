"""What the fields refuse, nothing else tells: by no filter, order, lookup, cursor or act can anybody find it out.

Something that is hidden is made otherwise in the stores. Whoever may not read it has to get the same answers as before,
to every question that the graph allows; whoever may read everything gets another one.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from engine import executor
from engine.request import documents
from tests.authorization.conftest import Desk
from tests.authorization.extracting import blurred
from tests.authorization.hiding import Secret
from tests.authorization.table import CAST, FIELDS, INPUTS, OBJECTS
from tests.authorization.village import Village


@asynccontextmanager
async def otherwise(desk: Desk, secret: Secret) -> AsyncIterator[None]:
    """The secret is otherwise for a while."""
    stores = desk.gateway.application.stores
    for store, text, values in secret.made:
        await getattr(stores, store).execute(text, *values)
    try:
        yield
    finally:
        for store, text, values in secret.undone:
            await getattr(stores, store).execute(text, *values)


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions may be as large as they are."""
    monkeypatch.setattr(executor, "MAX_COST", 10_000_000)
    monkeypatch.setattr(documents, "MAX_TOKENS", 20_000)
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 200_000)
    monkeypatch.setattr(documents, "MAX_COMPARED", 10_000_000)


# It asks for everything as everybody: two minutes where nothing else runs.
@pytest.mark.timeout(1_200)
async def test_nobody_finds_out_what_he_may_not_read(desk: Desk, unbounded: None) -> None:
    village = Village(desk)
    acts, reads = [*village.acts()], [*village.questions(desk)]
    # Whoever may do everything would do it.
    asked = {persona: reads if persona == "census" else [*reads, *acts] for persona in CAST}
    before = {persona: [await told(desk, persona, one) for one in texts] for persona, texts in asked.items()}
    secrets, found = village.secrets(), []
    for together in apart(secrets.values()):
        for persona in CAST:
            oracle = desk.oracle(persona)
            async with AsyncExitStack() as stack:
                for secret in together:
                    if not any(oracle.allows(one, ties) for one in secret.permissions for ties in secret.ties):
                        await stack.enter_async_context(otherwise(desk, secret))
                for text, known in zip(asked[persona], before[persona], strict=True):
                    if await told(desk, persona, text) != known:
                        found.append((persona, text))
    for name, secret in secrets.items():
        async with otherwise(desk, secret):
            whole = [await told(desk, "census", one) for one in reads]
            assert whole != before["census"], f"{name}: nothing asks for it"
    assert found == []


def apart(secrets: Iterable[Secret]) -> list[list[Secret]]:
    """Secrets in as few groups as there must be for none of a group to write a row of another."""
    groups: list[tuple[set[tuple[str, object]], list[Secret]]] = []
    for secret in secrets:
        rows: set[tuple[str, object]] = {(text.split(" WHERE ")[0], values[0]) for _, text, values in secret.undone}
        found = next((group for group in groups if not group[0] & rows), None)
        if found is None:
            found = (set(), [])
            groups.append(found)
        found[0].update(rows)
        found[1].append(secret)
    return [group for _, group in groups]


async def told(desk: Desk, persona: str, text: str) -> bytes:
    """The answer, without what differs from request to request."""
    return blurred((await desk.ask(persona, text)).content)


def test_every_secret_filter_order_and_lookup_is_tried(desk: Desk) -> None:
    village = Village(desk)
    hidden = {permission for secret in village.secrets().values() for permission in secret.permissions}
    asked = {*FIELDS, *OBJECTS.values()}
    # What is fetched by an act is no field; that it is asked for a hidden document is tried with the acts. What the
    # viewer has of his own is hidden from nobody else, sums are no objects, what was submitted never changes, and how
    # stores are is no row of theirs.
    apart = ("Mutation.", "Viewer.", "Query.reporting", "Query.procedureReport", "Query.serviceStatus")
    others = {permission for permission, what in FIELDS.items() if what.startswith(apart)}
    reading = {permission for permission in asked - others if permission.endswith((":read", ":masked"))}
    assert hidden == reading
    probes = village.probes(desk)
    assert [*probes.documents()]
    assert set(INPUTS) <= probes.tried
    assert {*village.values()} <= probes.tried

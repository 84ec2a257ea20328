"""Acts at a store that refuses: the caller may repeat them, nothing is done, and readiness says how the store is."""

from tests.acts.office import Office, complete

READ_ONLY = "ALTER DATABASE office_accreditation {} default_transaction_read_only"


async def states(office: Office) -> dict[str, str]:
    found: dict[str, str] = (await office.client.get("/health/ready")).json()["stores"]
    return found


async def test_an_act_at_a_primary_that_was_demoted_can_be_repeated(office: Office) -> None:
    store = office.application.stores.accreditation
    asked = {**complete("applicant"), "idempotencyKey": "demoted"}
    before = await office.everything()
    await store.execute(READ_ONLY.format("SET") + " = on")
    await store.close()
    try:
        answer = await office.try_to("applicant", "createApplication", **asked)
        (error,) = answer.errors
        told = {name: error["extensions"][name] for name in ("code", "store", "retryable")}
        assert told == {"code": "SOURCE_UNAVAILABLE", "store": "accreditation", "retryable": True}
        read = await office.ask("applicant", "{ applications(first: 1) { nodes { id } } }")
        assert read.errors == []
        assert await states(office) == {
            "registry": "answers",
            "accreditation": "answers, and takes no acts",
            "documents": "answers",
            "schedule": "answers",
            "clinical": "answers",
            "journal": "answers",
            "identity": "answers",
        }
        assert await office.everything() == before
    finally:
        await office.application.stores.registry.execute(READ_ONLY.format("RESET"))
    # The connections that stood are those of the old days: each is left as it refuses.
    for _ in range(10):
        answer = await office.try_to("applicant", "createApplication", **asked)
        if not answer.errors:
            break
    assert answer.data["createApplication"]["problems"] == []
    await store.close()
    assert (await states(office))["accreditation"] == "answers"


async def test_readiness_asks_the_store_and_not_what_became_of_the_last_statement(office: Office) -> None:
    store = office.application.stores.documents
    store.answers = False
    assert (await states(office))["documents"] == "answers"
    url, store.url = store.url, store.url.replace("office_documents", "no_such_database")
    await store.close()
    try:
        assert (await states(office))["documents"] == "does not answer"
    finally:
        store.url = url
        await store.close()
    assert (await states(office))["documents"] == "answers"

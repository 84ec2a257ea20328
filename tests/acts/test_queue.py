"""The place of an application in the queue: for the applicant who waits, and for the experts who take what is due."""

from collections import defaultdict
from typing import Any

from tests.acts.office import Office

PLACE = "query($by: ApplicationBy!) { application(by: $by) { queuePosition } }"
QUEUE = "{ applications(orderBy: DEADLINE, first: 100) { nodes { id kind claimed queuePosition } } }"


async def place(office: Office, persona: str, application: str) -> Any:
    answer = await office.ask(persona, PLACE, {"by": {"id": application}})
    assert answer.errors == []
    return answer.data["application"]["queuePosition"]


async def queue(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.ask("expert", QUEUE)).data["applications"]["nodes"]
    return found


async def test_the_queue_of_each_kind_is_counted_from_what_is_due_first(office: Office) -> None:
    await office.submitted("applicant")
    await office.submitted("lapsed")
    places = defaultdict(list)
    for node in await queue(office):
        places[node["kind"]].append(node["queuePosition"])
    assert len(places["PERMANENT"]) >= 2
    for found in places.values():
        waiting = [one for one in found if one is not None]
        assert waiting == list(range(1, len(waiting) + 1))


async def test_who_waits_moves_up_as_others_are_taken_and_back_as_they_are_returned(office: Office) -> None:
    before = await office.submitted("applicant")
    draft = await office.drafted("lapsed")
    assert await place(office, "lapsed", draft["id"]) is None
    behind = await office.act("lapsed", "submitApplication", id=draft["id"], expectedVersion=draft["version"])
    after = behind["application"]["id"]
    last = await place(office, "lapsed", after)
    assert await place(office, "applicant", before["id"]) == last - 1
    await office.act("expert", "claimApplication", id=before["id"])
    assert await place(office, "applicant", before["id"]) is None
    assert await place(office, "head", before["id"]) is None
    assert await place(office, "head", after) == last - 1
    await office.act("expert", "releaseApplication", "application { id }", id=before["id"])
    assert await place(office, "lapsed", after) == last
    # What is due earlier comes first, whatever came first.
    await office.rows("UPDATE application SET latest_on = '2020-01-01' WHERE id = $1", int(after[4:]))
    assert (await place(office, "lapsed", after), await place(office, "applicant", before["id"])) == (1, last)

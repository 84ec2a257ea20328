"""Somebody comes in through the portal, is known by his account, and goes out again."""

from tests.gateway.http.auth.surfing import Surfer

THERAPIST, REGULATOR = 1_000_000_001, 1_000_000_014
WHO = "{ viewer { subject roles { name } practitioner { id } assurance { level secondFactorAt } } }"


async def test_whoever_comes_in_with_a_code_is_the_person_of_the_register(surfer: Surfer) -> None:
    came = await surfer.comes_in(THERAPIST, return_to="/graphiql")
    assert (came.status_code, came.headers["location"]) == (303, "/graphiql"), came.text
    viewer = (await surfer.asks(WHO))["data"]["viewer"]
    assert viewer["practitioner"]["id"] == "prac_1"

import pytest

from tests.conftest import Gateway
from tests.house import pages
from tests.house.pages import Asked


@pytest.mark.parametrize("asked", [pytest.param(one, id=one.place) for one in pages.asked()])
async def test_a_query_of_a_page_has_the_answer_that_the_page_shows(gateway: Gateway, asked: Asked) -> None:
    headers = dict(asked.headers)
    if asked.persona != "anonymous":
        token = gateway.token(asked.persona, second_factor=asked.second_factor)
        headers["authorization"] = f"Bearer {token}"
    answer = await gateway.client.request(asked.method, asked.path, content=asked.body, headers=headers)
    assert pages.in_order(answer.content) == asked.answer

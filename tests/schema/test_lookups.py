"""Lookups name their object in one way."""

import pytest

from tests.conftest import Ask


@pytest.mark.parametrize("argument", ["", '(by: {id: "doc_1"}, id: "doc_1")'])
async def test_a_document_is_named_in_one_way(ask: Ask, argument: str) -> None:
    answer = await ask("census", f"{{ document{argument} {{ id }} }}")
    (error,) = answer.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["argument"] == "by"


@pytest.mark.parametrize("argument", ['by: {id: "doc_1"}', 'id: "doc_1"'])
async def test_a_document_is_looked_up_like_everything_else(ask: Ask, argument: str) -> None:
    assert (await ask("therapist", f"{{ document({argument}) {{ id }} }}")).data == {"document": {"id": "doc_1"}}
    assert (await ask("surgeon", f"{{ document({argument}) {{ id }} }}")).data == {"document": None}
    nothing = argument.replace("doc_1", "prac_1")
    assert (await ask("therapist", f"{{ document({nothing}) {{ id }} }}")).data == {"document": None}

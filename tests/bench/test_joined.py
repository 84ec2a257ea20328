import pytest
from graphql import parse, print_ast

from bench.figures import Ratio
from bench.joined import foreign, missed
from bench.operations import OPERATIONS


@pytest.mark.parametrize("name", ["card", "list"])
def test_a_joined_operation_is_an_own_one_with_one_field_more_of_each_practitioner(name: str) -> None:
    own = OPERATIONS[name]
    joined = foreign(own)
    assert joined.document.count("workload { hours week plan { rate note } }") == 1
    without = joined.document.replace("workload { hours week plan { rate note } }", "")
    assert print_ast(parse(without)) == print_ast(parse(own.document))
    assert (joined.name, joined.of) == (own.name, own.of)


def test_what_is_promised_is_missed_where_the_upper_bound_is_above_it() -> None:
    found = {"card": Ratio(0.9, 0.8, 1.05), "cabinet": Ratio(0.9, 0.8, 1.06), "list": Ratio(0.9, None, None)}
    assert missed(found, {"card": 1.05, "cabinet": 1.05, "list": 1.05}) == ["cabinet", "list"]

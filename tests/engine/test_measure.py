"""What an operation costs before it runs."""

from engine.executor import Executor
from engine.request.request import Request
from schema.built import graph

WIDE = (
    "practitioners(first: 100) { nodes { documents(first: 100) { nodes { id } } shifts(first: 100) { nodes { id } } } }"
)
LEFT_OUT = f"""query($far: Boolean!) {{
  a: practitioners(first: 10) {{ nodes {{ id documents(first: 10) @include(if: $far) {{ nodes {{ id }} }} }} }}
  b: {WIDE} ... @skip(if: true) {{ {WIDE} }}
}}""".replace("b: practitioners(first: 100)", "b: practitioners(first: 100) @skip(if: true)")


def test_what_is_left_out_costs_nothing() -> None:
    executor = Executor(graph(), introspection=False, explain=False, compiled=True)
    assert [executor.cost(Request(LEFT_OUT, None, {"far": far})) for far in (False, True, False)] == [10, 110, 10]

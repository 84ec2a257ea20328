"""The dialect that statements are written in."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect


class _Writer(asyncpg_dialect.statement_compiler):  # type: ignore[misc, valid-type]
    """Writes what never varies into the text, where the planner sees it; values of requests have no value yet."""

    def visit_bindparam(self, bindparam: Any, literal_binds: bool = False, **given: Any) -> str:
        text: str = super().visit_bindparam(
            bindparam, literal_binds=literal_binds or bindparam.value is not None, **given
        )
        return text


DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]
DIALECT.statement_compiler = _Writer


def written(expression: ColumnElement[Any]) -> str:
    """The text of an expression that takes no values, for a statement that is written by hand."""
    return str(expression.compile(dialect=DIALECT))

"""Statements that are planned anew each time: how they are best done depends on what they look for."""


class Anew(str):
    """The text of such a statement: a connection keeps it not, or PostgreSQL would come to keep one plan for all."""

    __slots__ = ()

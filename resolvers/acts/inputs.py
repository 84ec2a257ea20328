"""What inputs of acts have in common; the graph shows the key last, whatever an act asks for beside it."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class ActInput:
    """An act that may be repeated: under the same key it is done once."""

    idempotency_key: str | None = None


@dataclass(kw_only=True)
class ObjectInput(ActInput):
    """An act on one object, named by its global id."""

    id: str


@dataclass(kw_only=True)
class VersionInput(ObjectInput):
    """An act on one object as it was read: on another version than that it is not done."""

    expected_version: int

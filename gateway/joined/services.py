"""A joined service as the engine asks it: operations over HTTP, within one deadline for each operation of a caller."""

from collections.abc import Mapping
from typing import Any

from engine.joining.acting import HEADER
from engine.joining.own import Caller
from engine.joining.services import Reply
from engine.joining.steps import Asked
from gateway.joined.configuration import JoinedService
from gateway.remote_sources import opened
from sources.postgres.failure import SourceContradicts


class JoinedDoor:
    """One service; what it is asked counts as statements of a store of its name."""

    def __init__(self, service: JoinedService) -> None:
        self.batch = service.batch
        (self.door,) = opened([service.source])

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Caller) -> Reply:
        """What the service answers to an operation; its texts go no further.

        Raises:
            SourceFailure: it does not answer in time, or makes no sense.
        """
        content: dict[str, Any] = {"query": asked.text, "variables": dict(variables)}
        if asked.name is not None:
            content["operationName"] = asked.name
        headers = {} if run.key is None else {HEADER.lower(): run.key}
        said = await self.door.post("", content, run.context.errand, headers=headers, reads=asked.reads)
        if not isinstance(said, dict):
            raise SourceContradicts(self.door.name)
        errors = said.get("errors")
        return Reply(said.get("data"), errors if isinstance(errors, list) else ())

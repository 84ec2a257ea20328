"""A plan followed: services are asked, their answers put together, and what is missing is told of at its place.

Whatever a service says is looked at as something that anybody could have said: what is not of the form that was asked
for is left out, and is a trouble of the places that it was for.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from engine.joining.expecting import MAX_TROUBLES, Errors, leading
from engine.joining.merging import Merging, copied, objects, spread
from engine.joining.narrowing import Part, asks_anything, narrowed, part_alias, part_variable
from engine.joining.reading import KEY, TYPE, TYPENAME
from engine.joining.representing import Represented, represented
from engine.joining.services import Contradicts, Group, Manners, Reply, Representation, Service, Told, Trouble
from engine.joining.steps import Asked, Condition, Entities, Fetch, Parallel, Place, RenameKey, Rewrite, Selected, Step
from engine.joining.steps import Sequence as InTurn
from engine.joining.supergraph import Supergraph
from engine.path import Path


class NoService(Exception):
    """Nobody answers for a service."""


class Following:
    """One operation while its plan is followed.

    Attributes:
        data: what was put together so far; beside what was asked for it holds what only the services need.
        told: the errors of places, in no order.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        services: Mapping[str, Service],
        variables: Mapping[str, Any],
        manners: Manners,
        run: Any,
    ) -> None:
        self.data: dict[str, Any] = {}
        self.told: list[Told] = []
        self._supergraph = supergraph
        self._merging = Merging(supergraph)
        self._services = services
        self._variables = variables
        self._manners = manners
        self._run = run
        # What befell objects, by their identity: what rests on it cannot be asked for.
        self._befell: dict[int, Trouble] = {}
        # Objects of which a service knows nothing, and has said so.
        self._unknown: set[int] = set()

    async def follow(self, step: Step | None) -> None:
        """Carry out a step with all below it; raises nothing but what cancels it."""
        if isinstance(step, Fetch):
            await (self._look_up(step) if step.entities else self._root(step))
        elif isinstance(step, InTurn):
            for one in step.steps:
                await self.follow(one)
        elif isinstance(step, Parallel):
            await asyncio.gather(*map(self.follow, step.steps))
        elif isinstance(step, Condition):
            await self.follow(step.yes if self._variables.get(step.variable) else step.no)

    def objects(self, place: Place) -> list[dict[str, Any]]:
        """The objects at a place of the data, in their order."""
        values: list[Any] = [self.data]
        for part in place:
            if isinstance(part, str):
                values = [one[part] for one in objects(values) if one.get(part) is not None]
            elif part is not None:
                values = [one for one in objects(values) if self._is_of(one.get(TYPENAME), part)]
        return list(objects(values))

    def paths(self, place: Place) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The same with the path of each, whatever its type has become since."""
        values: list[tuple[Path, Any]] = [([], self.data)]
        for part in place:
            if isinstance(part, str):
                values = [([*path, part], one.get(part)) for path, one in spread(values)]
        return spread(values)

    async def _ask(self, fetch: Fetch, asked: Asked, variables: Mapping[str, Any]) -> Reply | Exception:
        service = self._services.get(fetch.service)
        if service is None:
            return NoService()
        try:
            return await service.ask(asked, variables, run=self._run)
        except Exception as failed:  # noqa: BLE001 - whatever it is, this service gave no answer, and others did
            return failed

    async def _root(self, fetch: Fetch) -> None:
        reply = await self._ask(fetch, fetch.asked, self._used(fetch.usages))
        keys = [key for one in fetch.selected for key in one.fields]
        everything: list[Path] = [[key] for key in keys]
        if isinstance(reply, Exception):
            self._lose(fetch, everything, failure=reply)
            return
        expected = fetch.expected
        errors = Errors(reply.errors, None if expected is None else expected.leads)
        data = reply.data
        if data.__class__ is not dict:
            if data is not None or not errors.all:
                self._lose(fetch, everything, failure=Contradicts())
                return
            data = {}
        if expected is not None:
            expected.keep(data)
        for change in fetch.after:
            self._merging.rewrite(data, change)
        told = set[Any]()
        for path, error in errors.placed:
            told.add(path[0])
            self._trouble(Trouble(fetch.service, _renamed(path, fetch.after), error))
        lost = [path for path in everything if data.get(path[0]) is None and path[0] not in told]
        if errors.first is not None and (errors.loose or not data):
            self._lose(fetch, lost or ([] if errors.placed else [[]]), error=errors.first)
        else:
            self._lose(fetch, [path for path in lost if path[0] not in data], failure=Contradicts())
        if not self._merging.into(self.data, data):
            self._lose(fetch, everything, failure=Contradicts())

    async def _look_up(self, fetch: Fetch) -> None:
        shares: list[_Share] = []
        for entities in fetch.entities:
            targets = [one for place in entities.places for one in self.objects(place)]
            made = represented(targets, entities, self._merging, self._supergraph, self._variables)
            looked = _Looked(self, entities, targets, made)
            for one in made.unmet:
                self._unmet(fetch, looked, one)
            if made.representations:
                groups = self._manners.grouping(fetch, entities, made.representations, looked)
                shares += [_Share(looked, group) for group in groups if asks_anything(entities, group.without)]
        batch = self._services[fetch.service].batch if fetch.service in self._services else 1
        requests = list(_requests(shares, batch))
        if len(requests) == 1:
            await self._request(fetch, requests[0])
        else:
            await asyncio.gather(*[self._request(fetch, request) for request in requests])

    async def _request(self, fetch: Fetch, shares: "list[_Share]") -> None:
        numbers = [share.looked.entities.number for share in shares]
        if len(set(numbers)) == len(numbers) and not any(share.group.without for share in shares):
            asked, variables = fetch.asked, self._used(fetch.usages)
            variables |= {entities.variable: [] for entities in fetch.entities}
            variables |= {one.looked.entities.variable: one.group.representations for one in shares}
            aliases = [one.looked.entities.alias for one in shares]
            expected = tuple([one.looked.entities.expected for one in shares])
        else:
            parts: tuple[Part, ...] = tuple([(one.looked.entities.number, one.group.without) for one in shares])
            narrow = narrowed(fetch, parts)
            asked, variables = narrow.asked, self._used(narrow.usages)
            variables |= {part_variable(number): one.group.representations for number, one in enumerate(shares)}
            aliases = [part_alias(number) for number in range(len(shares))]
            expected = narrow.expected
        reply = await self._ask(fetch, asked, variables)
        if isinstance(reply, Exception):
            for share in shares:
                self._lose_entities(fetch, share, range(len(share.group.numbers)), failure=reply)
            return
        by_alias = dict(zip(aliases, expected, strict=True))
        errors = Errors(reply.errors, leading(by_alias))
        unplaced = bool(errors.loose)
        for (alias, one), share in zip(by_alias.items(), shares, strict=True):
            said = reply.data.get(alias) if reply.data.__class__ is dict else None
            if one is not None and said.__class__ is list:
                for entity in objects(said):
                    one.keep(entity, entity.get(TYPE))
            unplaced &= not self._received(fetch, share, said, errors, alias)
        if unplaced:
            self._trouble(Trouble(fetch.service, [], errors.first))

    def _received(self, fetch: Fetch, share: "_Share", said: Any, errors: Errors, alias: str) -> bool:
        """Put in what was said of entities; whether an error without a place has found one."""
        everybody = range(len(share.group.numbers))
        if said.__class__ is not list or len(said) != len(everybody):
            if said is None and errors.first is not None:
                self._lose_entities(fetch, share, everybody, error=errors.first)
                return True
            self._lose_entities(fetch, share, everybody, failure=Contradicts())
            return False
        lost = self._failed(fetch, share, said, errors, alias)
        unknown = [at for at in everybody if said[at] is None and at not in lost]
        if errors.loose:
            lost |= dict.fromkeys(unknown, errors.loose[0])
        else:
            for at in unknown:
                self._unknown.update(map(id, share.looked.targets_of(share.group.numbers[at])))
        odd = [at for at in everybody if said[at] is not None and not self._put(share, at, said[at])]
        for at, error in lost.items():
            self._lose_entities(fetch, share, [at], error=error)
        self._lose_entities(fetch, share, odd, failure=Contradicts())
        return bool(errors.loose and unknown)

    def _failed(self, fetch: Fetch, share: "_Share", said: list[Any], errors: Errors, alias: str) -> dict[int, Any]:
        """The entities that were lost with their errors; errors of what is below an entity are told at once."""
        lost: dict[int, Any] = {}
        for path, error in errors.placed:
            at, rest = path[1] if len(path) > 1 else None, path[2:]
            if path[0] != alias or not isinstance(at, int) or not 0 <= at < len(said):
                continue
            if not rest or said[at] is None or str(rest[0]).startswith(KEY) or rest[0] == TYPE:
                lost.setdefault(at, error)
                continue
            if len(self.told) >= MAX_TROUBLES:
                continue
            below = _renamed(rest, share.looked.entities.after)
            for place in share.looked.paths(share.group.numbers[at]):
                self._trouble(Trouble(fetch.service, [*place, *below], error))
        return lost

    def _put(self, share: "_Share", at: int, entity: Any) -> bool:
        """Put an entity into all objects that it is of; whether it was theirs, and fits into all of them."""
        entities, group = share.looked.entities, share.group
        if entity.__class__ is not dict or not self._is_whose(entity, entities, group.representations[at]):
            return False
        for change in entities.after:
            self._merging.rewrite(entity, change)
        fits = True
        first, *others = share.looked.targets_of(group.numbers[at])
        for target in others:
            fits &= self._merging.into(target, copied(entity))
        return self._merging.into(first, entity) and fits

    def _is_whose(self, entity: dict[str, Any], entities: Entities, representation: Representation) -> bool:
        """Whether an entity is the one that was asked for, as far as it says so; what it says for that is taken out."""
        if not entities.told_type:
            return True
        asked, name = str(representation[TYPENAME]), entity.pop(TYPE, None)
        fits = isinstance(name, str) and self._supergraph.is_of(name, asked)
        for echo in entities.echoes.get(asked, ()):
            # Whether it was asked for its key besides or not: it is the one that it was asked for, or another one.
            for said in (entity.pop(echo.alias, None), entity.get(echo.key)):
                fits &= said is None or _same(said, representation.get(echo.key))
        return fits

    def _unmet(self, fetch: Fetch, looked: "_Looked", one: dict[str, Any]) -> None:
        """An object cannot be looked up, for what it is known by was not brought: the reason is the one of that."""
        if id(one) in self._unknown:
            return
        befell = self._befell.get(id(one)) or Trouble(fetch.service, [], failure=Contradicts())
        name = one.get(TYPENAME)
        for place in looked.places_of(one):
            for key in self._keys(looked.entities.selected, name, frozenset()):
                self._trouble(Trouble(befell.service, [*place, key], befell.error, befell.failure))

    def _lose(
        self, fetch: Fetch, paths: Iterable[Path], *, error: Any = None, failure: BaseException | None = None
    ) -> None:
        for path in paths:
            self._trouble(Trouble(fetch.service, path, error, failure))

    def _lose_entities(
        self,
        fetch: Fetch,
        share: "_Share",
        which: Iterable[int],
        *,
        error: Any = None,
        failure: BaseException | None = None,
    ) -> None:
        """Tell of entities that were not given, at each of their places of each field that was asked for."""
        looked, group = share.looked, share.group
        for at in which:
            for target in looked.targets_of(group.numbers[at]):
                self._befell[id(target)] = Trouble(fetch.service, [], error, failure)
                keys = list(self._keys(looked.entities.selected, target.get(TYPENAME), group.without))
                for place in looked.places_of(target):
                    self._lose(fetch, [[*place, key] for key in keys], error=error, failure=failure)

    def _keys(self, selected: Iterable[Selected], name: Any, without: frozenset[str]) -> Iterator[str]:
        for one in selected:
            if one.condition is None or name is None or self._supergraph.is_of(name, one.condition):
                yield from (key for key, coordinate in one.coordinates() if coordinate not in without)

    def _trouble(self, trouble: Trouble) -> None:
        if len(self.told) < MAX_TROUBLES:
            told = self._manners.telling(replace(trouble, path=self._supergraph.aliases.seen(trouble.path)))
            if told is not None:
                self.told.append(told)

    def _used(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: self._variables[name] for name in names if name in self._variables}

    def _is_of(self, name: Any, conditions: frozenset[str]) -> bool:
        return name in conditions or any(self._supergraph.is_of(name, one) for one in conditions)


class _Looked:
    """Objects that are looked up in one place of a fetch: which they are, and where they stand."""

    def __init__(
        self, following: Following, entities: Entities, targets: list[dict[str, Any]], made: Represented
    ) -> None:
        self.entities = entities
        self._following = following
        self._targets = targets
        self._index = made.index

    def targets_of(self, number: int) -> list[dict[str, Any]]:
        """The objects that a representation is of, each once."""
        return self._by_number[number]

    def places_of(self, target: dict[str, Any]) -> list[Path]:
        """Where an object stands."""
        return self._by_identity.get(id(target), [])

    def paths(self, number: int) -> list[Path]:
        """Where all objects of a representation stand."""
        return [path for target in self.targets_of(number) for path in self.places_of(target)]

    @cached_property
    def _by_number(self) -> list[list[dict[str, Any]]]:
        found: list[dict[int, dict[str, Any]]] = [
            {} for _ in range(1 + max([at or 0 for at in self._index], default=0))
        ]
        for target, at in zip(self._targets, self._index, strict=True):
            if at is not None:
                found[at][id(target)] = target
        return [list(one.values()) for one in found]

    @cached_property
    def _by_identity(self) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        for place in self.entities.places:
            for path, one in self._following.paths(place):
                found.setdefault(id(one), []).append(path)
        return found


@dataclass(frozen=True, slots=True)
class _Share:
    """A group of representations in one request."""

    looked: _Looked
    group: Group


def _requests(shares: list[_Share], batch: int) -> Iterator[list[_Share]]:
    """Shares put into requests, none of which has too many representations."""
    request, room = list[_Share](), batch
    for share in shares:
        group = share.group
        for start in range(0, len(group.numbers), batch):
            end = min(start + batch, len(group.numbers))
            if request and end - start > room:
                yield request
                request, room = [], batch
            numbers, representations = group.numbers[start:end], group.representations[start:end]
            request.append(_Share(share.looked, Group(numbers, representations, group.without)))
            room -= end - start
    if request:
        yield request


def _renamed(path: Path, after: Sequence[Rewrite]) -> Path:
    """A path of a service as it is in the joined data."""
    names: dict[Any, str] = {one.key: one.to for one in after if isinstance(one, RenameKey)}
    return [names.get(part, part) for part in path]


def _same(said: Any, sent: Any) -> bool:
    """Whether a key that came back is the one that was sent; scalars are compared as they are written."""
    if said.__class__ is dict and sent.__class__ is dict:
        return all(_same(one, sent[key]) for key, one in said.items() if key in sent)
    if said.__class__ is list and sent.__class__ is list:
        return len(said) == len(sent) and all(map(_same, said, sent))
    return said == sent or str(said) == str(sent)

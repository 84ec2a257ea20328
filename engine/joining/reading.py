"""Plans read from JSON, once: kinds that are not known are refused before anything is asked.

To each lookup of entities is added what tells whose an entity is: its type, and the key that was sent. A service that
gives them in another order, or somebody else's, is found out by that.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from engine.joining.expecting import Expected
from engine.joining.nodes import changed, inside_of, key_of, written
from engine.joining.owing import owe
from engine.joining.steps import (
    Asked,
    Condition,
    Echo,
    Entities,
    Fetch,
    Parallel,
    Part,
    Place,
    RenameKey,
    Required,
    RequiredField,
    RequiredOf,
    Rewrite,
    Selected,
    Sequence,
    SetValue,
    Step,
    Steps,
)
from engine.joining.supergraph import Key, Supergraph

TYPENAME: Final = "__typename"
# Under which names entities say what they are; no name of a service's schema begins like these by chance.
TYPE: Final = "_kabinet_type"
KEY: Final = "_kabinet_key"
ENTITIES: Final = "_entities"
REPRESENTATIONS: Final = "representations"
# Deeper plans do not come of documents that are within their bounds.
MAX_DEPTH: Final = 100


class PlanUnfit(Exception):
    """A plan cannot be followed; `str` says why, for developers."""


def read(plan: Any, supergraph: Supergraph, *, trusted: frozenset[str] = frozenset()) -> Steps:
    """A plan as the planner wrote it (`{"kind": "QueryPlan", "node": …}`), as data.

    Services that are `trusted` give entities in the order in which they are asked for them: they do not say whose
    they are.

    Raises:
        PlanUnfit: there is a kind of step that is not known, or what is known is not of its form.
    """
    reader = _Reader(supergraph, trusted)
    try:
        if plan["kind"] != "QueryPlan":
            raise PlanUnfit(f"The kind of plan is not known: {plan['kind']}.")
        node = plan.get("node")
        first = None if node is None else reader.step(node, ())
    except (KeyError, TypeError, ValueError, AttributeError, GraphQLError, RecursionError) as unfit:
        raise PlanUnfit(f"The plan is not of its form: {type(unfit).__name__} {unfit}") from unfit
    owe(first)
    return Steps(first, tuple(reader.fetches))


class _Reader:
    def __init__(self, supergraph: Supergraph, trusted: frozenset[str]) -> None:
        self.fetches: list[Fetch] = []
        self._supergraph = supergraph
        self._trusted = trusted

    def step(self, node: Any, place: Place, depth: int = 0) -> Step:
        if depth > MAX_DEPTH:
            raise PlanUnfit("The plan is nested too deeply.")
        kind = node["kind"]
        if kind in {"Sequence", "Parallel"}:
            steps = tuple([self.step(one, place, depth + 1) for one in node["nodes"]])
            return Sequence(steps) if kind == "Sequence" else Parallel(steps)
        if kind == "Condition":
            yes, no = (
                None if node.get(clause) is None else self.step(node[clause], place, depth + 1)
                for clause in ("ifClause", "elseClause")
            )
            return Condition(_text(node["condition"]), yes, no)
        if kind == "Flatten":
            return self.step(node["node"], place + _place(node["path"], below=place), depth + 1)
        if kind not in {"Fetch", "BatchFetch"}:
            raise PlanUnfit(f"The kind of step is not known: {kind}.")
        fetch = self._fetch(node, place)
        self.fetches.append(fetch)
        return fetch

    def _fetch(self, node: Any, place: Place) -> Fetch:
        service = self._supergraph.services[node["serviceName"]].name
        trusted = service in self._trusted
        operation, fragments = _document(node["operation"])
        after = tuple(map(_rewrite, node.get("outputRewrites") or ()))
        if node["kind"] == "BatchFetch":
            given = [
                (one, tuple(map(_place, one["paths"])), one["alias"], one["representationsVariableName"])
                for one in node["entityBatch"]["aliases"]
            ]
        elif node.get("requires") is not None:
            given = [(node, (place,), ENTITIES, REPRESENTATIONS)]
        elif place:
            raise PlanUnfit("A root is asked below the root.")
        else:
            given = []
        lookups: list[Entities] = []
        selections = list(operation.selection_set.selections)
        for number, (one, places, alias, variable) in enumerate(given):
            at = next(
                i for i, field in enumerate(selections) if isinstance(field, FieldNode) and key_of(field) == alias
            )
            field: Any = selections[at]
            selected = tuple(_selected(field.selection_set, fragments))
            requires = tuple(map(_required, one["requires"]))
            before = tuple(map(_rewrite, one.get("inputRewrites") or ()))
            echoes: dict[str, tuple[Echo, ...]] = {}
            if not trusted:
                echoes, added = self._echoes(service, requires, before)
                selections[at] = _with(field, added)
            after_one = tuple(map(_rewrite, one.get("outputRewrites") or ()))
            expected = None if trusted else self._expected(selections[at], fragments)
            lookups.append(
                Entities(
                    number,
                    alias,
                    variable,
                    places,
                    requires,
                    before,
                    after_one,
                    selected,
                    echoes,
                    not trusted,
                    expected,
                )
            )
        text = node["operation"]
        if lookups and not trusted:
            operation = changed(operation, selection_set=SelectionSetNode(selections=tuple(selections)))
            text = written(operation, fragments)
        root = () if lookups else tuple(_selected(operation.selection_set, fragments))
        usages = tuple(map(_text, node.get("variableUsages") or ()))
        name = None if operation.name is None else operation.name.value
        asked = Asked(text, name, operation.operation)
        whole = None if lookups or trusted else self._expected(operation, fragments)
        after = () if lookups else after
        return Fetch(service, asked, usages, tuple(lookups), after, root, operation, fragments, whole)

    def _expected(self, holder: Any, fragments: Mapping[str, FragmentDefinitionNode]) -> Expected:
        """What an answer to what a field, or an operation, selects may hold."""
        return Expected((holder.selection_set,), fragments, self._supergraph)

    def _echoes(
        self, service: str, requires: Iterable[Required], before: Iterable[Rewrite]
    ) -> tuple[dict[str, tuple[Echo, ...]], list[SelectionNode]]:
        """Which keys entities say again, and what is asked of them for that."""
        echoes: dict[str, tuple[Echo, ...]] = {}
        added: list[SelectionNode] = [_field(TYPENAME, TYPE)]
        for one in requires:
            if not isinstance(one, RequiredOf):
                continue
            name = one.condition
            for change in before:
                if isinstance(change, SetValue) and change.key == TYPENAME and self._meets(change.place, name):
                    name = change.value
            sent = {part.sent for part in one.inside if isinstance(part, RequiredField)}
            key = next(
                (key for key in self._supergraph.keys(service, name) if self._says(service, name, key, sent)), None
            )
            if key is None or name in echoes:
                continue
            echoes[name] = tuple([Echo(_alias(name, field), field) for field in sorted(_names(key))])
            fields: tuple[SelectionNode, ...] = tuple(
                [changed(field, alias=NameNode(value=_alias(name, key_of(field)))) for field in _fields(key)]
            )
            added.append(
                InlineFragmentNode(
                    type_condition=NamedTypeNode(name=NameNode(value=name)),
                    directives=(),
                    selection_set=SelectionSetNode(selections=fields),
                )
            )
        return echoes, added

    def _says(self, service: str, name: str, key: Key, sent: set[str]) -> bool:
        """Whether a key is sent, and a service can say it of its own knowledge."""
        names = _names(key)
        return names <= sent and not any(self._supergraph.is_external(service, name, one) for one in names)

    def _meets(self, place: Place, name: str) -> bool:
        """Whether a change is made to representations of a type."""
        return all(
            isinstance(part, frozenset) and any(self._supergraph.is_of(name, one) for one in part) for part in place
        )


def _document(text: str) -> tuple[OperationDefinitionNode, dict[str, FragmentDefinitionNode]]:
    document = parse(text, no_location=True)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return operation, fragments


def _selected(whole: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[Selected]:
    """What is asked of objects, by the types for which it is asked: their own type only where nothing else is."""
    found: dict[str | None, dict[str, str]] = {}
    left: list[tuple[str | None, SelectionSetNode]] = [(None, whole)]
    while left:
        condition, selections = left.pop(0)
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found.setdefault(condition, {})[key_of(node)] = node.name.value
            else:
                inner, inside = inside_of(node, fragments)
                left.append((inner or condition, inside))
    told = {key: {one: name for one, name in fields.items() if name != TYPENAME} for key, fields in found.items()}
    if not any(told.values()):
        told = found
    return (Selected(condition, fields) for condition, fields in told.items() if fields)


def _required(given: Any) -> Required:
    kind = given["kind"]
    if kind == "Field":
        inside = given.get("selections")
        below = tuple(map(_required, inside)) if inside else None
        return RequiredField(_text(given["name"]), _text(given.get("alias") or given["name"]), below)
    if kind == "InlineFragment":
        inside = tuple(map(_required, given["selections"]))
        return RequiredOf(_text(given["typeCondition"]), inside, given.get("skipIf"), given.get("includeIf"))
    raise PlanUnfit(f"The kind of requirement is not known: {kind}.")


def _rewrite(given: Any) -> Rewrite:
    for kind in ("ValueSetter", "KeyRenamer"):
        if kind in given:
            given = given[kind]
            break
    else:
        kind = given["kind"]
    *place, last = map(_rewritten, given["path"])
    if not isinstance(last, str):
        raise PlanUnfit("A rewrite ends at a type.")
    if kind == "ValueSetter":
        return SetValue(tuple(place), last, _text(given["setValueTo"]))
    if kind == "KeyRenamer":
        return RenameKey(tuple(place), last, _text(given["renameKeyTo"]))
    raise PlanUnfit(f"The kind of rewrite is not known: {kind}.")


def _rewritten(part: Any) -> Part:
    ((kind, value),) = part.items()
    if kind == "Key":
        return _text(value)
    if kind == "TypenameEquals":
        return frozenset(map(_text, value))
    raise PlanUnfit(f"The part of a path is not known: {kind}.")


def _place(path: Any, below: Place = ()) -> Place:
    """A place; what it says of the type of the root is known of that, which does not say so itself."""
    found = tuple(map(_part, path))
    while not below and found and isinstance(found[0], frozenset):
        found = found[1:]
    return found


def _part(part: Any) -> Part:
    if part == "@":
        return None
    ((kind, value),) = part.items()
    if kind == "Field":
        return _text(value)
    if kind == "TypeCondition":
        return frozenset(map(_text, value))
    raise PlanUnfit(f"The part of a path is not known: {kind}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise PlanUnfit("A name of the plan is no text.")
    return value


def _names(key: Key) -> frozenset[str]:
    return frozenset(map(key_of, _fields(key)))


def _fields(key: Key) -> list[FieldNode]:
    return [
        field for field in key.selection.selections if isinstance(field, FieldNode) and field.name.value != TYPENAME
    ]


def _alias(type_name: str, field: str) -> str:
    return f"{KEY}_{type_name}_{field}"


def _field(name: str, alias: str) -> FieldNode:
    return FieldNode(name=NameNode(value=name), alias=NameNode(value=alias), arguments=(), directives=())


def _with(field: FieldNode, added: Iterable[SelectionNode]) -> FieldNode:
    known = field.selection_set.selections if field.selection_set else ()
    return changed(field, selection_set=SelectionSetNode(selections=(*known, *added)))

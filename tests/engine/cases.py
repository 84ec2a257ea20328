"""Cases of the semantics of execution: what is asked of the tiny graph, and what the specification says comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.engine.tiny import ALL, Down, HomeRow, NoteRow, PersonRow, PetRow, RobotRow
from tests.engine.tiny_rights import Holds, Says

CONTRADICTS = "SOURCE_CONTRADICTS"
UNAVAILABLE = "SOURCE_UNAVAILABLE"
INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL_SERVER_ERROR"
REFUSED = "UNAUTHORIZED_FIELD_OR_TYPE"

Error = tuple[str, str]  # code, and the path with dots


@dataclass(frozen=True)
class Case:
    """One operation over some rows, its data, and its errors as (code, path)."""

    name: str
    document: str
    data: Any
    errors: tuple[Error, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    rights: Holds = ALL
    broken: Mapping[str, Exception] = field(default_factory=dict)


def people(*rows: PersonRow) -> dict[str, Any]:
    """Only people."""
    return {"people": rows}


ONE = people(PersonRow(1, name="Ann", tags=["x", "y"], home=HomeRow("Main")))
TWO = people(PersonRow(1, name="Ann", boss_id=2, friend_ids=[2, 9, 1]), PersonRow(2, name="Bob"))
NAMELESS = people(PersonRow(1, name="Ann", boss_id=2, friend_ids=[1, 2]), PersonRow(2, name=None))
PETS = {
    "people": (PersonRow(1, name="Ann", pet_id=1), PersonRow(2, robot_id=1), PersonRow(3)),
    "pets": (PetRow(1, "Rex", 1), PetRow(2, None, 1), PetRow(3, "null", 2)),
    "robots": (RobotRow(1),),
}
NOTES = {
    "people": (PersonRow(1, name="Ann"), PersonRow(2, name="Bob")),
    "notes": [NoteRow(1, 1, "a"), NoteRow(2, 1, "b"), NoteRow(3, 1, "c")],
}

VALUES = [
    Case("a leaf", "{ person(id: 1) { id name nick mood tags born } }",
         {"person": {"id": "p_1", "name": "Ann", "nick": None, "mood": "CALM", "tags": ["x", "y"],
                     "born": "2026-01-01T00:00:00+00:00"}}, content=ONE),
    Case("derived values, with the clock too", "{ person(id: 1) { shouted loud since } }",
         {"person": {"shouted": "ANN", "loud": "ANN", "since": True}}, content=ONE),
    Case("an object made of the row", "{ person(id: 1) { home { street number __typename } address { street } } }",
         {"person": {"home": {"street": "Main", "number": 1, "__typename": "Home"}, "address": {"street": "Main"}}},
         content=ONE),
    Case("nobody of that key", "{ person(id: 5) { id } }", {"person": None}, content=ONE),
    Case("no key at all", "{ person(id: 0) { id } }", {"person": None}, content=ONE),
    Case("the name of the type alone", "{ __typename person(id: 1) { __typename } }",
         {"__typename": "Query", "person": {"__typename": "Person"}}, content=ONE),
]  # fmt: skip

MERGING = [
    Case("the same field twice is one", "{ person(id: 1) { boss { id } boss { name } } }",
         {"person": {"boss": {"id": "p_2", "name": "Bob"}}}, content=TWO),
    Case("fields keep the order in which they are first met",
         "{ person(id: 1) { name ...F id } } fragment F on Person { id nick name }",
         {"person": {"name": "Ann", "id": "p_1", "nick": None}}, content=TWO),
    Case("fragments within fragments merge below too",
         "{ person(id: 1) { ...A boss { nick } } } fragment A on Person { boss { ...B } } fragment B on Node { id }",
         {"person": {"boss": {"id": "p_2", "nick": None}}}, content=TWO),
    Case("two aliases of one edge", "{ person(id: 1) { a: boss { id } b: boss { name } } }",
         {"person": {"a": {"id": "p_2"}, "b": {"name": "Bob"}}}, content=TWO),
    Case("an alias that is the name of another field", "{ person(id: 1) { id: name name: nick boss: id } }",
         {"person": {"id": "Ann", "name": None, "boss": "p_1"}}, content=TWO),
    Case("root fields merge", "{ person(id: 1) { id } ...Q } fragment Q on Query { person(id: 1) { name } }",
         {"person": {"id": "p_1", "name": "Ann"}}, content=TWO),
    Case("a fragment spread twice counts once, and a typeless one is a part of its place",
         "{ person(id: 1) { ...F ... { boss { name } } ...F } } fragment F on Person { boss { id } }",
         {"person": {"boss": {"id": "p_2", "name": "Bob"}}}, content=TWO),
    Case("equal edges with equal arguments merge whatever the order of these",
         "{ person(id: 1) { notes(first: 1, after: null) { totalCount } notes(after: null, first: 1) { nodes { text } } } }",
         {"person": {"notes": {"totalCount": 3, "nodes": [{"text": "a"}]}}}, content=NOTES),
    Case("an object made of the row merges", "{ person(id: 1) { home { street } home { number } } }",
         {"person": {"home": {"street": "Main", "number": 1}}}, content=ONE),
]  # fmt: skip

DIRECTIVES = [
    Case("skip and include by literals", "{ person(id: 1) { id @skip(if: true) name @include(if: true) nick @include(if: false) } }",
         {"person": {"name": "Ann"}}, content=ONE),
    Case("skip wins over include", "query($t: Boolean!) { person(id: 1) { id name @skip(if: $t) @include(if: $t) } }",
         {"person": {"id": "p_1"}}, content=ONE, variables={"t": True}),
    Case("a default of a flag", "query($t: Boolean = false) { person(id: 1) { id ... @include(if: $t) { name } } }",
         {"person": {"id": "p_1"}}, content=ONE),
    Case("a value against the default", "query($t: Boolean = false) { person(id: 1) { id ...F @include(if: $t) } } fragment F on Person { name }",
         {"person": {"id": "p_1", "name": "Ann"}}, content=ONE, variables={"t": True}),
    Case("nothing is left", "{ person(id: 1) { id @skip(if: true) } }", {"person": {}}, content=ONE),
    Case("nothing is left of a page", "{ person(id: 1) { notes { totalCount @skip(if: true) } } }",
         {"person": {"notes": {}}}, content=ONE),
    Case("nothing is left at the root", "{ person(id: 1) @skip(if: true) { id } }", {}, content=ONE),
    Case("on spreads and on fragments in place",
         "query($t: Boolean!) { person(id: 1) { id ...N @skip(if: $t) ... on Person @include(if: $t) { nick } } } fragment N on Person { name }",
         {"person": {"id": "p_1", "nick": None}}, content=ONE, variables={"t": True}),
    Case("a field left out of one fragment stays in another",
         "{ person(id: 1) { ...A ...B } } fragment A on Person { boss @skip(if: true) { id } } fragment B on Person { boss { name } }",
         {"person": {"boss": {"name": "Bob"}}}, content=TWO),
    Case("what is left out has no arguments to be wrong",
         "query($n: Int!) { person(id: 1) { id notes(first: $n) @include(if: false) { totalCount } } }",
         {"person": {"id": "p_1"}}, content=NOTES, variables={"n": 0}),
    Case("one of two is kept", "{ person(id: 1) { boss { id } boss @skip(if: true) { name } } }",
         {"person": {"boss": {"id": "p_2"}}}, content=TWO),
]  # fmt: skip

VARIABLES = [
    Case("an argument by variable", "query($id: Int!) { person(id: $id) { id } }", {"person": {"id": "p_1"}},
         content=ONE, variables={"id": 1}),
    Case("a default", "query($id: Int! = 1) { person(id: $id) { id } }", {"person": {"id": "p_1"}}, content=ONE),
    Case("a variable in a list", "query($a: String!) { nodes(ids: [$a, \"x\"]) { id } }",
         {"nodes": [{"id": "p_1"}, None]}, content=ONE, variables={"a": "p_1"}),
    Case("an optional argument whose variable is absent", "query($n: String) { person(id: 1) { pets(named: $n) { id } } }",
         {"person": {"pets": [{"id": "a_1"}, {"id": "a_2"}]}}, content=PETS),
    Case("an optional argument whose variable is null", "query($n: String) { person(id: 1) { pets(named: $n) { id } } }",
         {"person": {"pets": [{"id": "a_1"}, {"id": "a_2"}]}}, content=PETS, variables={"n": None}),
    Case("equal arguments by different variables", "query($n: String, $m: String) { person(id: 1) { a: pets(named: $n) { id } b: pets(named: $m) { name } } }",
         {"person": {"a": [{"id": "a_1"}], "b": [{"name": "Rex"}]}}, content=PETS, variables={"n": "Rex", "m": "Rex"}),
    Case("a default gives way to null", "query($n: String = \"nobody\") { person(id: 1) { pets(named: $n) { id } } }",
         {"person": {"pets": [{"id": "a_1"}, {"id": "a_2"}]}}, content=PETS, variables={"n": None}),
    Case("and is taken where nothing is given", "query($n: String = \"Rex\") { person(id: 1) { pets(named: $n) { id } } }",
         {"person": {"pets": [{"id": "a_1"}]}}, content=PETS),
    Case("one value for a list of them", "query($a: [String!]!) { nodes(ids: $a) { id } }", {"nodes": [{"id": "p_1"}]},
         content=ONE, variables={"a": "p_1"}),
    Case("a variable inside a fragment", "query($n: String) { person(id: 1) { ...F } } fragment F on Person { pets(named: $n) { id } }",
         {"person": {"pets": [{"id": "a_1"}]}}, content=PETS, variables={"n": "Rex"}),
    Case("different arguments under two aliases", "{ person(id: 1) { a: pets(named: \"Rex\") { id } b: pets(named: \"Tom\") { id } } }",
         {"person": {"a": [{"id": "a_1"}], "b": []}}, content=PETS),
    Case("an argument that the key refuses", "query($a: [String!]!) { nodes(ids: $a) { id } person(id: 1) { id } }",
         None, ((INPUT, "nodes"),), content=ONE, variables={"a": ["x"] * 6}),
    Case("an argument that the batch refuses", "{ person(id: 1) { id somePets(named: \"bad\") { id } } }",
         {"person": {"id": "p_1", "somePets": None}}, ((INPUT, "person.somePets"),), content=PETS),
    Case("a page of no size", "{ person(id: 1) { notes(first: 0) { totalCount } } }",
         {"person": {"notes": None}}, ((INPUT, "person.notes"),), content=NOTES),
    Case("a cursor of elsewhere", "{ person(id: 1) { notes(after: \"zz\") { totalCount } } }",
         {"person": {"notes": None}}, ((INPUT, "person.notes"),), content=NOTES),
    Case("a bad argument where there is no parent", "{ person(id: 9) { notes(first: 0) { totalCount } } }",
         {"person": None}, content=NOTES),
]  # fmt: skip

NULLS = [
    Case("a null where a value is promised takes the object", "{ person(id: 2) { id name } }", {"person": None},
         ((CONTRADICTS, "person.name"),), content=NAMELESS),
    Case("and goes up to the first place that may be null", "{ person(id: 1) { id chief { name } } }", {"person": None},
         ((CONTRADICTS, "person.chief.name"),), content=NAMELESS),
    Case("and no further", "{ person(id: 1) { id boss { name } } }", {"person": {"id": "p_1", "boss": None}},
         ((CONTRADICTS, "person.boss.name"),), content=NAMELESS),
    Case("up to the root", "{ must(id: 2) { name } }", None, ((CONTRADICTS, "must.name"),), content=NAMELESS),
    Case("the root is promised and absent", "{ must(id: 9) { name } }", None, ((CONTRADICTS, "must"),), content=ONE),
    Case("an absent object where one is promised", "{ person(id: 1) { chief { id } } }", {"person": None},
         ((CONTRADICTS, "person.chief"),), content=ONE),
    Case("an item that is promised takes the list", "{ person(id: 1) { id friends { name } } }",
         {"person": {"id": "p_1", "friends": None}}, ((CONTRADICTS, "person.friends.1.name"),), content=NAMELESS),
    Case("an item that may be null stays alone", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { name } } }",
         {"nodes": [{"name": "Ann"}, None]}, ((CONTRADICTS, "nodes.1.name"),), content=NAMELESS),
    Case("a promised list goes with its item", "{ person(id: 1) { pets { name } } }", {"person": None},
         ((CONTRADICTS, "person.pets.1.name"),), content=PETS),
    Case("a list of nullable items keeps its place", "{ person(id: 1) { somePets { name } } }",
         {"person": {"somePets": [{"name": "Rex"}, None]}}, ((CONTRADICTS, "person.somePets.1.name"),), content=PETS),
    Case("a null in a list of promised items", "{ person(id: 2) { pets { id } } }", {"person": None},
         ((CONTRADICTS, "person.pets.0"),), content=PETS),
    Case("a null in a list of nullable items", "{ person(id: 2) { somePets { id } } }",
         {"person": {"somePets": [None]}}, content=PETS),
    Case("a null among the items of a leaf", "{ person(id: 1) { tags } }", {"person": None},
         ((CONTRADICTS, "person.tags.1"),), content=people(PersonRow(1, tags=["a", None]))),
    Case("no list at all", "{ person(id: 1) { tags } }", {"person": None}, ((CONTRADICTS, "person.tags"),),
         content=people(PersonRow(1, tags=None))),
    Case("a value that its type cannot hold", "{ person(id: 1) { mood } }", {"person": None},
         ((CONTRADICTS, "person.mood"),), content=people(PersonRow(1, mood="GLAD"))),
    Case("within an object made of the row", "{ person(id: 1) { id home { street } } }",
         {"person": {"id": "p_1", "home": None}}, ((CONTRADICTS, "person.home.street"),),
         content=people(PersonRow(1, home=HomeRow(None)))),
    Case("a nullable value within such an object", "{ person(id: 1) { home { number street } } }",
         {"person": {"home": {"number": None, "street": "M"}}},
         content=people(PersonRow(1, home=HomeRow("M", None)))),
    Case("a value of such an object that cannot be had", "{ person(id: 1) { home { number street } } }",
         {"person": {"home": {"number": None, "street": "M"}}}, ((CONTRADICTS, "person.home.number"),),
         content=people(PersonRow(1, home=HomeRow("M", "many")))),
    Case("such an object, promised and absent", "{ person(id: 1) { address { street } } }", {"person": None},
         ((CONTRADICTS, "person.address"),), content=people(PersonRow(1))),
    Case("only the first loss of an object is told", "{ person(id: 2) { name chief { id } } }", {"person": None},
         ((CONTRADICTS, "person.name"),), content=NAMELESS),
    Case("losses of two nullable neighbours are two errors", "{ person(id: 1) { id boss { name } b: boss { name } } }",
         {"person": {"id": "p_1", "boss": None, "b": None}},
         ((CONTRADICTS, "person.boss.name"), (CONTRADICTS, "person.b.name")), content=NAMELESS),
    Case("a list within a list loses its own item alone", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { id boss { name } } } }",
         {"nodes": [{"id": "p_1", "boss": None}, {"id": "p_2", "boss": None}]}, ((CONTRADICTS, "nodes.0.boss.name"),), content=NAMELESS),
    Case("every place of a shared row is lost", "{ a: person(id: 1) { boss { name } } b: person(id: 1) { boss { name } } }",
         {"a": {"boss": None}, "b": {"boss": None}},
         ((CONTRADICTS, "a.boss.name"), (CONTRADICTS, "b.boss.name")), content=NAMELESS),
]  # fmt: skip

FAILURES = [
    Case("a derived value that fails", "{ person(id: 1) { id shouted } }", {"person": {"id": "p_1", "shouted": None}},
         ((CONTRADICTS, "person.shouted"),), content=people(PersonRow(1, name=7))),
    Case("a promised one", "{ person(id: 1) { id loud } }", {"person": None}, ((CONTRADICTS, "person.loud"),),
         content=people(PersonRow(1, name=7))),
    Case("an object made of the row that cannot be made", "{ person(id: 1) { id home { street } } }",
         {"person": {"id": "p_1", "home": None}}, ((CONTRADICTS, "person.home"),),
         content=people(PersonRow(1, home=HomeRow("Fail Street")))),
    Case("a batch that fails", "{ person(id: 1) { id companion { __typename } } }",
         {"person": {"id": "p_1", "companion": None}}, ((UNAVAILABLE, "person.companion"),), content=PETS,
         broken={"animals": Down()}),
    Case("only where it was needed", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { companion { __typename } } } }",
         {"nodes": [{"companion": None}, {"companion": {"__typename": "Robot"}}]},
         ((UNAVAILABLE, "nodes.0.companion"),), content=PETS, broken={"animals": Down()}),
    Case("a promised edge that fails", "{ person(id: 1) { id pets { id } } }", {"person": None},
         ((UNAVAILABLE, "person.pets"),), content=PETS, broken={"pets_of": Down()}),
    Case("a failure nobody foresaw", "{ person(id: 1) { id somePets { id } } }",
         {"person": {"id": "p_1", "somePets": None}}, ((INTERNAL, "person.somePets"),), content=PETS,
         broken={"pets_of": ValueError("what?")}),
    Case("a page that fails", "{ person(id: 1) { id notes { nodes { text } } } }", {"person": {"id": "p_1", "notes": None}},
         ((UNAVAILABLE, "person.notes"),), content=NOTES, broken={"notes_of": Down()}),
    Case("a count that fails", "{ person(id: 1) { notes(first: 1) { totalCount nodes { text } } } }",
         {"person": {"notes": {"totalCount": None, "nodes": [{"text": "a"}]}}},
         ((UNAVAILABLE, "person.notes.totalCount"),), content=NOTES, broken={"count": Down()}),
    Case("one error for many rows", "{ nodes(ids: [\"p_1\", \"p_2\", \"p_3\"]) { ... on Person { notes { totalCount } } } }",
         {"nodes": [{"notes": None}, {"notes": None}, {"notes": None}]}, ((UNAVAILABLE, "nodes.0.notes"),),
         content=PETS, broken={"notes_of": Down()}),
    Case("a list of nodes one of whose stores fails", "{ nodes(ids: [\"p_1\", \"a_1\"]) { id } }", None,
         ((UNAVAILABLE, "nodes"),), content=PETS, broken={"animals": Down()}),
]  # fmt: skip

ABSTRACT = [
    Case("each concrete type has its selection",
         "{ nodes(ids: [\"p_1\", \"a_1\", \"r_1\", \"z\", \"p_9\"]) { __typename id ... on Pet { owner { id } } ... on Person { name } } }",
         {"nodes": [{"__typename": "Person", "id": "p_1", "name": "Ann"},
                    {"__typename": "Pet", "id": "a_1", "owner": {"id": "p_1"}},
                    {"__typename": "Robot", "id": "r_1"}, None, None]}, content=PETS),
    Case("a union by the first key", "{ a: person(id: 1) { companion { __typename ... on Pet { name } ... on Robot { n: name } } } "
         "b: person(id: 2) { companion { __typename ... on Pet { name } ... on Robot { n: name } } } c: person(id: 3) { companion { __typename } } }",
         {"a": {"companion": {"__typename": "Pet", "name": "Rex"}},
          "b": {"companion": {"__typename": "Robot", "n": "robot"}}, "c": {"companion": None}}, content=PETS),
    Case("a type that asks for nothing is an empty object", "{ nodes(ids: [\"p_1\", \"a_1\"]) { ... on Pet { name } } }",
         {"nodes": [{}, {"name": "Rex"}]}, content=PETS),
    Case("a fragment on an interface inside a union", "{ person(id: 1) { companion { ... on Node { id } } } }",
         {"person": {"companion": {"id": "a_1"}}}, content=PETS),
    Case("one key with another field for each type", "{ nodes(ids: [\"p_1\", \"a_1\"]) { ... on Person { x: loud } ... on Pet { x: name } } }",
         {"nodes": [{"x": "ANN"}, {"x": "Rex"}]}, content=PETS),
    Case("fragments on an interface and on its types merge", "{ nodes(ids: [\"a_1\", \"r_1\"]) { ...N ... on Pet { name } ... on Robot { id name } } } fragment N on Node { id ... on Pet { owner { id } } }",
         {"nodes": [{"id": "a_1", "owner": {"id": "p_1"}, "name": "Rex"}, {"id": "r_1", "name": "robot"}]}, content=PETS),
    Case("an interface asked for below one of its types", "{ person(id: 1) { ... on Node { id ... on Person { name } ... on Pet { owner { id } } } } }",
         {"person": {"id": "p_1", "name": "Ann"}}, content=PETS),
    Case("a promised value lost in one member of a list of several types",
         "{ nodes(ids: [\"a_2\", \"r_1\"]) { ... on Pet { name } ... on Robot { name } } }",
         {"nodes": [None, {"name": "robot"}]}, ((CONTRADICTS, "nodes.0.name"),), content=PETS),
    Case("the same id twice", "{ nodes(ids: [\"p_1\", \"p_1\"]) { id } }", {"nodes": [{"id": "p_1"}, {"id": "p_1"}]},
         content=PETS),
    Case("no ids", "{ nodes(ids: []) { id } }", {"nodes": []}, content=PETS),
]  # fmt: skip

LISTS = [
    Case("rows by a column of keys, the absent left out", "{ person(id: 1) { friends { id } } }",
         {"person": {"friends": [{"id": "p_2"}, {"id": "p_1"}]}}, content=TWO),
    Case("no keys", "{ person(id: 2) { friends { id } } }", {"person": {"friends": []}}, content=TWO),
    Case("no rows", "{ person(id: 3) { pets { id } somePets { id } } }", {"person": {"pets": [], "somePets": []}}, content=PETS),
    Case("a page with everything", "{ person(id: 1) { notes(first: 2) { __typename totalCount t: totalCount nodes { text } "
         "edges { __typename node { text writer { id } } n: node { text } } pageInfo { hasNextPage hasPreviousPage } } } }",
         {"person": {"notes": {"__typename": "NoteConnection", "totalCount": 3, "t": 3, "nodes": [{"text": "a"}, {"text": "b"}],
                               "edges": [{"__typename": "NoteEdge", "node": {"text": "a", "writer": {"id": "p_1"}}, "n": {"text": "a"}},
                                         {"__typename": "NoteEdge", "node": {"text": "b", "writer": {"id": "p_1"}}, "n": {"text": "b"}}],
                               "pageInfo": {"hasNextPage": True, "hasPreviousPage": False}}}}, content=NOTES),
    Case("an empty page", "{ person(id: 2) { notes { totalCount nodes { text } edges { cursor } pageInfo { startCursor endCursor hasNextPage } } } }",
         {"person": {"notes": {"totalCount": 0, "nodes": [], "edges": [],
                               "pageInfo": {"startCursor": None, "endCursor": None, "hasNextPage": False}}}}, content=NOTES),
    Case("only the count of a page", "{ person(id: 1) { notes { totalCount } } }", {"person": {"notes": {"totalCount": 3}}},
         content=NOTES),
    Case("a row lost in a page", "{ person(id: 1) { id notes { nodes { text } } } }", {"person": {"id": "p_1", "notes": None}},
         ((CONTRADICTS, "person.notes.nodes.1.text"),),
         content={**NOTES, "notes": [NoteRow(1, 1), NoteRow(2, 1, None)]}),
    Case("a row lost in the edges of a page", "{ person(id: 1) { id notes { edges { n: node { text } } } } }",
         {"person": {"id": "p_1", "notes": None}}, ((CONTRADICTS, "person.notes.edges.1.n.text"),),
         content={**NOTES, "notes": [NoteRow(1, 1), NoteRow(2, 1, None)]}),
]  # fmt: skip

OWN = Holds({"secret": Says(rules=(("own", frozenset({1})),)), "note": Says(always=True)})
RIGHTS = [
    Case("a refused value is null and told once", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { secret } } }",
         {"nodes": [{"secret": None}, {"secret": None}]}, ((REFUSED, "nodes.0.secret"),), content=TWO, rights=Holds()),
    Case("a rule looks at each row", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { secret } } }",
         {"nodes": [{"secret": "n"}, {"secret": None}]}, ((REFUSED, "nodes.1.secret"),), rights=OWN,
         content=people(PersonRow(1, nick="n"), PersonRow(2, nick="m"))),
    Case("a refused edge is not followed", "{ person(id: 1) { hidden { name pets { id } } } }", {"person": {"hidden": None}},
         ((REFUSED, "person.hidden"),), content=TWO, rights=Holds()),
    Case("an edge by a rule", "{ a: person(id: 1) { hidden { id } } b: person(id: 2) { hidden { id } } }",
         {"a": {"hidden": {"id": "p_2"}}, "b": {"hidden": None}}, ((REFUSED, "b.hidden"),), content=TWO, rights=OWN),
    Case("no parent, no refusal", "{ person(id: 9) { secret hidden { secret } } }", {"person": None}, content=TWO, rights=Holds()),
    Case("two aliases of a refused value are two refusals", "{ person(id: 1) { a: secret b: secret } }",
         {"person": {"a": None, "b": None}}, ((REFUSED, "person.a"), (REFUSED, "person.b")), content=TWO, rights=Holds()),
    Case("objects that may not be seen are not there", "{ person(id: 1) { notes { totalCount nodes { text } pageInfo { hasNextPage } } } }",
         {"person": {"notes": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}}}, content=NOTES, rights=Holds()),
    Case("objects by a rule", "{ nodes(ids: [\"p_1\", \"p_2\"]) { ... on Person { notes { nodes { text } } } } }",
         {"nodes": [{"notes": {"nodes": []}}, {"notes": {"nodes": [{"text": "z"}]}}]},
         content={**NOTES, "notes": [NoteRow(1, 1), NoteRow(2, 2, "z")]},
         rights=Holds({"note": Says(rules=(("own", frozenset({2})),))})),
    Case("a rule that only the children know lets the edge be followed", "{ person(id: 1) { hidden { id } } }",
         {"person": {"hidden": {"id": "p_2"}}}, content=TWO, rights=Holds({"secret": Says(rules=(("elsewhere", frozenset({7})),))})),
    Case("what is lost takes its refusals along", "{ person(id: 1) { boss { secret name } } }", {"person": {"boss": None}},
         ((CONTRADICTS, "person.boss.name"),), content=NAMELESS, rights=Holds()),
]  # fmt: skip

CASES = [*VALUES, *MERGING, *DIRECTIVES, *VARIABLES, *NULLS, *FAILURES, *ABSTRACT, *LISTS, *RIGHTS]

"""A file of joined services that does not fit is refused, and every fault has its place."""

from pathlib import Path

import pytest

from engine.graph import GraphRefused
from gateway.hospital.graph import SDL
from gateway.joined.composing import CannotCompose, composed
from gateway.joined.configuration import JoinedInvalid, JoinedService, read_joined
from gateway.joined.foreign import understood
from gateway.joined.joining import joined
from gateway.remote_sources import RemoteSource
from gateway.settings import Settings, SettingsInvalid
from schema.built import graph
from tests.gateway.joined.conftest import LINES, joining
from tests.gateway.joined.services import LINK

WHOLE = '[mis]\nurl = "https://mis.example/graphql"\nschema = "mis.graphql"\n'
FILES = {
    "no file of services": ("x", "expected a TOML file with a table for each service"),
    "nobody": ("", "expected 1 to 20 services, each a table under its name"),
    "our name": (WHOLE.replace("[mis]", "[kabinet]"), "kabinet: expected a name of small letters, digits and underscores that no store has"),
    "no schema": ('[mis]\nurl = "https://x.example"\n', "mis.schema: expected a readable file in UTF-8"),
    "a missing file": (WHOLE.replace("mis.graphql", "none.graphql"), "mis.schema: expected a readable file in UTF-8"),
    "a password in the address": (WHOLE.replace("//", "//me:secret@"), "mis.url: expected an https address without a query; http only on this machine"),
    "no deadline": (WHOLE + "deadline = 0\n", "mis.deadline: expected seconds above 0 and up to 60, such as 0.8"),
    "no batch": (WHOLE + "batch = 0\n", "mis.batch: expected a whole number from 1 to 10000"),
    "a token in the file": (WHOLE + 'token = "secret"\n', "mis.token: expected none, caller, or file: with the whole path of a file"),
    "no coordinates": (WHOLE + 'gives = ["snils"]\n', "mis.gives: expected a list of coordinates, such as Practitioner.registryNumber"),
    "no coordinate": (WHOLE + '[mis.reads]\nwards = "public"\n', "mis.reads: expected coordinates, such as Practitioner.workload or Workload.*"),
    "no permission": (WHOLE + '[mis.reads]\n"Query.wards" = true\n', 'mis.reads."Query.wards": expected the name of a permission, inherits or public'),
    "no act": (WHOLE + '[mis.acts]\n"Mutation.bookBed" = "schedule:slot:write"\n', "mis.acts: expected a table of fields of Mutation, such as bookBed"),
    "an act of everybody": (WHOLE + '[mis.acts]\nbookBed = "public"\n', 'mis.acts."bookBed": expected the name of a permission'),
    "an act of nobody": (WHOLE + '[mis.acts]\nbookBed = "inherits"\n', 'mis.acts."bookBed": expected the name of a permission'),
    "no cost": (WHOLE + '[mis.cost]\n"Query.wards" = -1\n', 'mis.cost."Query.wards": expected a whole number from 0 to 1000'),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_does_not_fit_says_where(tmp_path: Path, name: str) -> None:
    lines, expected = FILES[name]
    with pytest.raises(JoinedInvalid) as refused:
        joining(tmp_path, "", lines)
    assert refused.value.faults == [expected]


def faults(schema: str, reads: dict[str, str] | None = None, **more: object) -> list[str]:
    service = JoinedService(RemoteSource("mis", "https://mis.example"), LINK + schema, reads=reads or {}, **more)  # type: ignore[arg-type]
    return understood(service, graph()).faults


PRACTITIONER = 'type Practitioner @key(fields: "id") { id: ID! %s }'
SCHEMAS = {
    "an unknown permission": (PRACTITIONER % "load: Int", {"Practitioner.load": "no:such:right"}, 'mis.reads."Practitioner.load": there is no such permission'),
    "a line without a field": (PRACTITIONER % "load: Int", {"Practitioner.hours": "public"}, 'mis.reads."Practitioner.hours": the service gives no such field'),
    "a line without a type": (PRACTITIONER % "load: Int", {"Ward.*": "inherits"}, 'mis.reads."Ward.*": the service gives no such field'),
    "a field of ours": (PRACTITIONER % "fullName: String!", {}, "mis.schema: Practitioner.fullName is ours, and nobody else may give it"),
    "a root field of ours": ("type Query { practitioners: [Int] }", {}, "mis.schema: Query.practitioners is ours, and nobody else may give it"),
    "a type of ours": ("enum QualificationLevel { LOW }", {}, "mis.schema: QualificationLevel is a type of ours, which nobody else may define"),
    "an interface of ours": ("interface Node { id: ID! }", {}, "mis.schema: Node is a type of ours, which nobody else may define"),
    "whoever asks": ("type Viewer { load: Int }", {}, "mis.schema: Viewer is a type of ours, which nobody else may define"),
    "a slip": (PRACTITIONER % "_load: Int", {}, "mis.schema: Practitioner._load is ours, and nobody else may give it"),
    "a stream": ("type Query { _kabinet_told_shiftChanged: Int }", {}, "mis.schema: Query._kabinet_told_shiftChanged is ours, and nobody else may give it"),
    "another key": ('type Practitioner @key(fields: "registryNumber") { registryNumber: String! @external }', {}, "mis.schema: Practitioner: expected the key id"),
    "what it may not require": (PRACTITIONER % 'snils: String @external load: Int @requires(fields: "snils")', {}, "mis.schema: Practitioner.load requires Practitioner.snils, which gives does not name"),
    "what it may not require below": (
        PRACTITIONER % 'organization: Organization @external load: Int @requires(fields: "organization { name }")' + ' type Organization @key(fields: "id") { id: ID! name: String @external }',
        {},
        "mis.schema: Practitioner.load requires Practitioner.organization, which gives does not name",
        "mis.schema: Practitioner.load requires Organization.name, which gives does not name",
    ),
    "what it may not provide": ('type Query { top: Practitioner @federation__provides(fields: "fullName") } ' + PRACTITIONER % "fullName: String! @external", {}, "mis.schema: Query.top provides Practitioner.fullName, which is ours, and nobody else may give it"),
    "what leads nowhere": ("type Query { wards: Int }", {"Query.wards": "inherits"}, 'mis.reads."Query.wards": nothing of the service leads here; name a permission or public'),
    "no schema": ("type Query {", {}, "mis.schema: it cannot be parsed"),
}  # fmt: skip


ACTS = {
    "an unknown permission": ("bookBed: Int", {"bookBed": "no:such:right"}, 'mis.acts."bookBed": there is no such permission'),
    "an act of ours": ("bookAppointment: Int", {"bookAppointment": "schedule:slot:write"}, "mis.schema: Mutation.bookAppointment is ours, and nobody else may give it"),
    "what it does not do": ("bookBed: Int", {"freeBed": "schedule:slot:write"}, 'mis.acts."freeBed": the service does no such thing'),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_what_a_service_may_not_do_is_refused(name: str) -> None:
    given, acts, expected = ACTS[name]
    assert faults(f"type Mutation {{ {given} }}", acts=acts) == [expected]


def test_what_no_line_speaks_of_is_left_out_and_told(tmp_path: Path) -> None:
    schema = LINK + "type Query { one: Int } type Mutation { bookBed: Int! freeBed: Int! bookAppointment: Int }"
    service = JoinedService(RemoteSource("mis", "https://mis.example"), schema, acts={"bookBed": "schedule:slot:write"})
    found = understood(service, graph())
    assert found.acts == {"bookBed": "schedule:slot:write", "freeBed": None, "bookAppointment": None}
    assert "type Mutation {\n  bookBed: Int\n}" in found.sdl
    service = JoinedService(RemoteSource("mis", "https://mis.example"), schema)
    assert "Mutation" not in understood(service, graph()).sdl


@pytest.mark.parametrize("acts", ["", '[mis.acts]\nbookBed = "schedule:slot:write"\n'])
def test_a_schema_may_name_its_roots(tmp_path: Path, acts: str) -> None:
    roots = 'schema @link(url: "https://specs.apollo.dev/federation/v2.3") { query: Query mutation: Mutation }'
    schema = f"{roots} type Query {{ one: Int }} type Mutation {{ bookBed: Int freeBed: Int }} type Subscription {{ one: Int }}"
    made = joined(joining(tmp_path, "https://mis.example", WHOLE + acts, schema), graph(), tmp_path)
    fields = made.joint.schema.mutation_type.fields  # type: ignore[union-attr]
    assert ("bookBed" in fields, "freeBed" in fields) == (bool(acts), False)


def test_two_services_do_not_do_the_same(tmp_path: Path) -> None:
    schema = LINK + "type Query { %s: Int } type Mutation { bookBed: Int }"
    (tmp_path / "mis.graphql").write_text(schema % "one")
    (tmp_path / "lab.graphql").write_text(schema % "two")
    text = '[{0}]\nurl = "https://x.example"\nschema = "{0}.graphql"\n[{0}.acts]\nbookBed = "schedule:slot:write"\n'
    (tmp_path / "joined.toml").write_text(text.format("mis") + text.format("lab"))
    with pytest.raises(GraphRefused) as refused:
        joined(read_joined(tmp_path / "joined.toml"), graph(), tmp_path)
    assert refused.value.faults == ['lab.acts."bookBed": mis does it']


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_that_does_not_fit_says_why(name: str) -> None:
    schema, reads, *expected = SCHEMAS[name]
    assert faults(schema, reads) == expected  # type: ignore[arg-type]


def test_a_schema_of_another_federation_is_refused() -> None:
    service = JoinedService(RemoteSource("mis", "https://mis.example"), "type Query { wards: Int }")
    assert understood(service, graph()).faults == [
        "mis.schema: expected a schema of Federation 2, which links https://specs.apollo.dev/federation"
    ]


def test_what_it_may_require_it_may() -> None:
    schema = PRACTITIONER % 'registryNumber: String! @external load: Int @requires(fields: "registryNumber id")'
    assert faults(schema, gives=frozenset({"Practitioner.registryNumber"})) == []


def test_services_that_do_not_compose_are_refused_before_anybody_is_served(tmp_path: Path) -> None:
    wrong = SDL.replace("head: Practitioner", "head: Nobody")
    with pytest.raises(GraphRefused) as refused:
        joined(joining(tmp_path, "https://mis.example", LINES, wrong), graph(), tmp_path)
    assert any("Nobody" in fault for fault in refused.value.faults)


def test_a_supergraph_that_was_kept_needs_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [{"name": "one", "url": "", "typeDefs": LINK + "type Query { one: Int }"}]
    made = composed(asked, tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    assert composed(asked, tmp_path) == made
    asked[0]["name"] = "another"
    with pytest.raises(CannotCompose):
        composed(asked, tmp_path)


def test_the_settings_name_the_file_and_refuse_its_faults(tmp_path: Path) -> None:
    environ = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path), "KABINET_JOINED": str(tmp_path / "none.toml")}
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment(environ)
    assert refused.value.faults == ["KABINET_JOINED: expected a TOML file with a table for each service"]
    joining(tmp_path, "https://mis.example:8443/graphql")
    found = Settings.from_environment({**environ, "KABINET_JOINED": str(tmp_path / "joined.toml")})
    assert found.shown()["KABINET_JOINED"] == "mis (mis.example)"
    (tmp_path / "joined.toml").write_text(
        LINES.replace("mis.reads", "registry.reads").replace("mis.cost", "registry.cost").replace("[mis]", "[registry]")
    )
    text = (tmp_path / "joined.toml").read_text().replace("{url}", "https://mis.example")
    (tmp_path / "joined.toml").write_text(text)
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment({**environ, "KABINET_JOINED": str(tmp_path / "joined.toml")})
    assert refused.value.faults == ["KABINET_JOINED: registry: a store has this name"]

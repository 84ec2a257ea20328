from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.commands.check import source_states
from gateway.remote_sources import SourcesInvalid, opened, read_sources
from gateway.settings import Settings, SettingsInvalid
from sources.postgres.failure import SourceUnavailable
from sources.postgres.store import State
from sources.remote.errand import Errand
from sources.stores import NAMES, Stores
from tests.sources.remote.misbehaving import misbehaving, never, says

FULL = """
[hospital]
url = "https://fhir.hospital.example/r4"
deadline = 1.5
token = "file:/run/secrets/hospital"
private = true

[laboratory_2]
url = "http://127.0.0.1:8090"
"""


def read(tmp_path: Path, text: str) -> Mapping[str, object]:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return {one.name: (one.url, one.deadline, one.private) for one in read_sources(path, NAMES)}


def test_services_are_listed_with_their_addresses(tmp_path: Path) -> None:
    assert read(tmp_path, FULL) == {
        "hospital": ("https://fhir.hospital.example/r4", 1.5, True),
        "laboratory_2": ("http://127.0.0.1:8090", 0.8, True),
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "expected a table for each service"),
        ("[hospital", "expected a file of TOML"),
        ("url = 'https://a.example'", "table 1: expected a table with url"),
        ("[registry]\nurl = 'https://a.example'", "table 1: expected a name"),
        ("[Hospital]\nurl = 'https://a.example'", "table 1: expected a name"),
        ("[a]\ndeadline = 1", "table 1: expected a table with url"),
        ("[a]\nurl = 'https://a.example'\nretries = 3", "table 1: expected a table with url"),
        ("[a]\nurl = 'http://a.example'", "table 1.url: expected an https address"),
        ("[a]\nurl = 'https://user:secret@a.example'", "table 1.url: expected an https address"),
        ("[a]\nurl = 'https://a.example/?key=secret'", "table 1.url: expected an https address"),
        ("[a]\nurl = 'https://a.example:99999'", "table 1.url: expected an https address"),
        ("[a]\nurl = 5", "table 1.url: expected an https address"),
        ("[a]\nurl = 'https://a.example'\ndeadline = 0", "table 1.deadline: expected seconds"),
        ("[a]\nurl = 'https://a.example'\ndeadline = true", "table 1.deadline: expected seconds"),
        ("[a]\nurl = 'https://a.example'\nprivate = 'yes'", "table 1.private: expected true or false"),
        ("[a]\nurl = 'https://a.example'\ntoken = 'secret'", "table 1.token: expected none, caller, or file:"),
        ("[a]\nurl = 'https://a.example'\nauthority = 'none.pem'", "table 1.authority: expected a file of cert"),
    ],
)
def test_a_fault_of_the_list_stops_the_start_and_tells_no_value(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(SourcesInvalid) as caught:
        read(tmp_path, text)
    (said,) = caught.value.faults
    assert said.startswith(fault)
    assert "secret" not in said
    environ = {
        "KABINET_PROFILE": "demo",
        "KABINET_DATA": str(tmp_path),
        "KABINET_SOURCES": str(tmp_path / "sources.toml"),
    }
    with pytest.raises(SettingsInvalid, match="KABINET_SOURCES: "):
        Settings.from_environment(environ)


def test_the_settings_show_their_names(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(FULL)
    environ = {
        "KABINET_PROFILE": "demo",
        "KABINET_DATA": str(tmp_path),
        "KABINET_SOURCES": str(tmp_path / "sources.toml"),
    }
    assert Settings.from_environment(environ).shown()["KABINET_SOURCES"] == "hospital, laboratory_2"


async def test_a_service_is_beside_the_stores_and_one_that_no_setting_names_is_lost(tmp_path: Path) -> None:
    urls = {name: f"postgresql://nobody@127.0.0.1:9/{name}" for name in NAMES}
    async with misbehaving(says("[]")) as well, misbehaving(never) as silent:
        listed = f"[hospital]\nurl = '{well.url}'\n[silent]\nurl = '{silent.url}'\ndeadline = 0.1\n"
        (tmp_path / "sources.toml").write_text(listed)
        stores = Stores.from_urls(urls, services=opened(read_sources(tmp_path / "sources.toml", NAMES)))
        assert await stores.service("hospital").get("x", Errand()) == []
        assert await stores.service("hospital").state() is State.ANSWERS
        assert await stores.service("silent").state() is State.SILENT
        checked = await source_states(read_sources(tmp_path / "sources.toml", NAMES))
        assert checked == [("source hospital", True, "answers"), ("source silent", False, "does not answer")]
        with pytest.raises(SourceUnavailable, match="SOURCE_UNAVAILABLE: laboratory"):
            stores.service("laboratory")
        await stores.close()

import re
from typing import Any

from tests.house import tree

# The journal is written by every act; the graph knows it not.
UNREAD = {"journal"}
BESIDE = {"tests", "bench"}
# A store that is a room of many kinds of rows has the name of the store; what it is about has one name elsewhere.
ABOUT = {"documents": "document"}
# What no room can promise alone.
WHOLE = {"acts", "authorization", "browser", "clients", "house", "notices", "served", "subgraphs"}


def domains() -> set[str]:
    """What the stores hold: the modules of `sources` that define tables."""
    found = set()
    for path in tree.files(".py"):
        inside = path.relative_to(tree.ROOT).parts
        if inside[0] == "sources" and "migrations" not in inside and re.search(r"= Table\(", tree.text(path)):
            found.add(inside[1].removesuffix(".py"))
    return found


def about() -> set[str]:
    """What the graph has of them, by its name on the floors above."""
    return {ABOUT.get(domain, domain) for domain in domains() - UNREAD}


def contracts() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tree.project()["tool"]["importlinter"]["contracts"]
    return listed


def test_a_domain_has_one_name_on_all_floors() -> None:
    named = {floor: {ABOUT.get(name, name) for name in tree.modules(floor)} for floor in tree.FLOORS}
    missing = {f"{floor}/{domain}" for floor in tree.FLOORS for domain in about() - named[floor]}
    assert missing == set()


def test_names_of_domains_are_singular() -> None:
    plural = {domain + "s" for domain in about()}
    assert {floor: tree.modules(floor) & plural for floor in ("resolvers", "schema")} == {
        "resolvers": set(),
        "schema": set(),
    }


def test_every_domain_is_in_a_contract_that_keeps_stores_apart() -> None:
    kept = {module for one in contracts() for module in one.get("source_modules", one.get("modules", []))}
    assert {f"sources.{domain}" for domain in domains()} - kept == set()


def test_every_domain_is_in_the_contract_that_keeps_resolvers_apart() -> None:
    kept = {module for one in contracts() if one["type"] == "independence" for module in one["modules"]}
    assert {f"resolvers.{domain}" for domain in about()} - kept == set()


def test_every_top_level_package_is_installed_and_has_contracts() -> None:
    packages = {path.relative_to(tree.ROOT).parts[0] for path in tree.files(".py") if path.parent != tree.ROOT} - BESIDE
    settings = tree.project()["tool"]
    assert {f"{name}*" for name in packages} == set(settings["setuptools"]["packages"]["find"]["include"])
    assert packages == set(settings["importlinter"]["root_packages"])


def test_tests_stand_in_rooms_that_there_are() -> None:
    files = [path.relative_to(tree.ROOT) for path in tree.files()]
    rooms = {path.parent for path in files if path.parts[0] != "tests"}
    tested = {
        path.parent.relative_to("tests") for path in files if path.match("tests/*") or path.name.startswith("test_")
    }
    assert {room for room in tested - rooms if room.parts and room.parts[0] not in WHOLE} == set()


def test_the_locks_pin_what_the_project_asks_for() -> None:
    asked = tree.project()["project"]["dependencies"]
    lock = (tree.ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = set(re.findall(r"^([\w.-]+==[\w.]+)", lock, re.MULTILINE))
    assert {re.sub(r"\[.*\]", "", one) for one in asked} - pins == set()


def test_both_locks_agree() -> None:
    versions = [
        dict(re.findall(r"^([\w.-]+)==([\w.]+)", (tree.ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    ]
    assert versions[0].items() <= versions[1].items()

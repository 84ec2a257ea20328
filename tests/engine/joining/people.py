"""A made-up clinic of four services: who works in it, its wards, who is on duty, what people are paid."""

from typing import Any

from tests.engine.joining.services import Row, Subgraph, sdl

NORTH = {"__typename": "Ward", "code": "A", "site": {"id": "north"}}
SOUTH = {"__typename": "Ward", "code": "A", "site": {"id": "south!"}}
WARDS = {("A", "north"): NORTH, ("A", "south!"): SOUTH}
# Who heads a ward, as the service of wards tells of him.
HEADS = {"north": {"licence": "L1", "name": "Ada, head", "teaches": True}, "south!": None}


def clinic() -> dict[str, Subgraph]:
    """The services by their names, each with a memory of its own."""
    return {"staff": _staff(), "wards": _wards(), "rota": _rota(), "pay": _pay()}


def _people() -> dict[str, Row]:
    ada: Row = {"__typename": "Doctor", "id": "1", "name": "Ada", "licence": "L1", "level": "SENIOR", "salary": 100}
    bob: Row = {"__typename": "Doctor", "id": "2", "name": "Bob", "licence": "L2", "level": "SECRET", "salary": None}
    eve: Row = {"__typename": "Nurse", "id": "3", "name": "Eve", "ward": SOUTH}
    robot: Row = {"__typename": "Robot", "id": "4", "name": "R2"}
    ada |= {"ward": NORTH, "room": "room of old", "colleagues": [bob, eve, ada]}
    bob |= {"ward": None, "room": "room of old", "colleagues": [robot, eve]}
    return {str(one["id"]): one for one in (ada, bob, eve, robot)}


def _staff() -> Subgraph:
    people = _people()
    ada, bob, eve, robot = people.values()

    def person(_info: Any, id: str) -> Row | None:
        return people.get(id)

    def doctor(_info: Any, licence: str) -> Row | None:
        return next((one for one in people.values() if one.get("licence") == licence), None)

    def rename(_info: Any, id: str, name: str) -> Row | None:
        found = people.get(id)
        return None if found is None else found | {"name": name}

    def find(one: Row) -> Row | None:
        if "id" in one:
            return people.get(one["id"])
        return doctor(None, one["licence"]) if "licence" in one else WARDS.get((one["code"], one["site"]["id"]))

    listed = {"people": [ada, bob, eve], "found": [ada, NORTH, robot, bob]}
    return Subgraph(sdl("staff"), {**listed, "person": person, "doctor": doctor, "rename": rename}, find)


def _wards() -> Subgraph:
    def beds(ward: Row) -> Row:
        # Free beds and all of them: by the length of the name of the site.
        return ward | {"beds": lambda _info, free: (0 if free else 10) + len(ward["site"]["id"])}

    def find(one: Row) -> Row | None:
        if "licence" in one:
            return {"licence": one["licence"], "teaches": one["licence"] == "L1"}
        return beds(one) if (one["code"], one["site"]["id"]) in WARDS else None

    wards = [beds(ward | {"head": HEADS[site]}) for (_, site), ward in WARDS.items()]
    return Subgraph(sdl("wards"), {"wards": wards}, find)


def _rota() -> Subgraph:
    def find(one: Row) -> Row | None:
        if "code" in one:
            return one | {"load": None if one["beds"] is None else 10 * one["beds"]}
        return {"id": one["id"], "shifts": 10 + int(one["id"])}

    on_duty = [{"__typename": "Person", "id": id, "shifts": 10 + int(id)} for id in ("3", "1")]
    return Subgraph(sdl("rota"), {"onDuty": on_duty}, find)


def _pay() -> Subgraph:
    def find(one: Row) -> Row | None:
        paid = {"bonus": None if one.get("salary") is None else one["salary"] // 10, "room": f"room {one['id']}"}
        return {"id": one["id"], "paid": {"amount": 7, "days": [1, 15]}, **paid}

    return Subgraph(sdl("pay"), {}, find)

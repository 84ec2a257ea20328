"""Who does which work by his accreditation: kind, direction and post against each act, every cell typed here.

An order is of a direction and for organisation 1, or takes none; its patient is in the care of who asks, or of others.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Facts, Post, Terms
from auth.permissions import Permission as P
from auth.rules import Rule
from auth.viewer import Viewer
from auth.workplace import ORDINARY, Acting
from tests.auth.facts import DESK, DOCTORS, HIGHER, NOTHING, NURSES, SECONDARY

# Results of orders: what he records of his own patient by the direction of the order (`+` he does, `d` he is told which
# direction it takes, `.` he may not), and of a patient of others. Then what he does for his patient: a prescription and
# a referral are drawn up (d) and signed (s); of sessions from afar he may be told which accreditation is missing (R).
CELLS = """
kind                     | post    | own patient: | of others:   | prescribes | refers | records   | consults  | orders
                         |         | L R S none   | L R S none   |            |        | procedure | from afar |
none                     | doctor  | .  .  .  .   | .  .  .  .   |            |        |           |           |
none                     | nurse   | .  .  .  .   | .  .  .  .   |            |        |           |           |
none                     | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
none                     | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY                | doctor  | .  .  .  .   | .  .  .  .   | d          | d      |           | R         |
TEMPORARY                | nurse   | .  .  .  .   | .  .  .  .   | d          | d      |           | R         |
TEMPORARY                | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY                | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
PERMANENT                | doctor  | d  d  d  +   | .  .  .  .   | d s        | d s    | +         | R         | +
PERMANENT                | nurse   | .  .  .  .   | .  .  .  .   |            |        | +         | R         |
PERMANENT                | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
PERMANENT                | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
LABORATORY               | doctor  | +  d  d  +   | +  .  .  .   | d s        | d s    | +         | R         | +
LABORATORY               | nurse   | +  .  .  .   | +  .  .  .   |            |        | +         | R         |
LABORATORY               | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
LABORATORY               | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
RADIATION_DIAGNOSTICS    | doctor  | d  +  d  +   | .  +  .  .   | d s        | d s    | +         | R         | +
RADIATION_DIAGNOSTICS    | nurse   | .  +  .  .   | .  +  .  .   |            |        | +         | R         |
RADIATION_DIAGNOSTICS    | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
RADIATION_DIAGNOSTICS    | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
SURGERY                  | doctor  | d  d  +  +   | .  .  +  .   | d s        | d s    | +         | R         | +
SURGERY                  | nurse   | .  .  +  .   | .  .  +  .   |            |        | +         | R         |
SURGERY                  | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
SURGERY                  | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
REMOTE                   | doctor  | d  d  d  +   | .  .  .  .   | d s        | d s    | +         | +         | +
REMOTE                   | nurse   | .  .  .  .   | .  .  .  .   |            |        | +         |           |
REMOTE                   | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
REMOTE                   | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY, LABORATORY    | doctor  | +  .  .  .   | +  .  .  .   | d          | d      |           | R         |
TEMPORARY, LABORATORY    | nurse   | +  .  .  .   | +  .  .  .   | d          | d      |           | R         |
TEMPORARY, LABORATORY    | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY, LABORATORY    | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY, REMOTE        | doctor  | .  .  .  .   | .  .  .  .   | d          | d      |           |           |
TEMPORARY, REMOTE        | nurse   | .  .  .  .   | .  .  .  .   | d          | d      |           |           |
TEMPORARY, REMOTE        | desk    | .  .  .  .   | .  .  .  .   |            |        |           |           |
TEMPORARY, REMOTE        | other   | .  .  .  .   | .  .  .  .   |            |        |           |           |
"""
ME, SUPERVISOR, HERE, ELSEWHERE = 1, 2, 1, 2
NOON, SINCE = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
TICK = timedelta.resolution
DIRECTIONS = ("LABORATORY", "RADIATION_DIAGNOSTICS", "SURGERY")
POSTS = {"doctor": DOCTORS, "nurse": NURSES, "desk": DESK, "other": NOTHING}
# What is left of each without the record that it is named after.
BASED = {
    "none": "none", "TEMPORARY": "none", "PERMANENT": "none", "REMOTE": "PERMANENT",
    **dict.fromkeys(DIRECTIONS, "PERMANENT"),
    "TEMPORARY, LABORATORY": "TEMPORARY", "TEMPORARY, REMOTE": "TEMPORARY",
}  # fmt: skip
ME_HERE = f"{ME}@{HERE}"
# For each rule the column that it looks at; nothing is specially protected, opened in an emergency, or handed on.
KEYS: dict[str, str | None] = {
    **dict.fromkeys(Rule, None),
    Rule.CARES: "carers", Rule.SUPERVISED: "carers", Rule.NURSING: "carers", Rule.TUTORED: "tutors",
    Rule.DIRECTED: "directed", Rule.CONDUCTS: "carers",
}  # fmt: skip

Row = dict[str, str]


def cells() -> dict[tuple[str, str], Row]:
    """What the table says, by kind and post."""
    _, _, *lines = CELLS.strip("\n").splitlines()
    found = {}
    for line in lines:
        kind, post, own, foreign, drugs, referrals, procedure, remote, orders = (one.strip() for one in line.split("|"))
        row = {f"own {name}": cell for name, cell in zip((*DIRECTIONS, "none"), own.split(), strict=True)}
        row |= {f"of others {name}": cell for name, cell in zip((*DIRECTIONS, "none"), foreign.split(), strict=True)}
        row |= {"prescribes": drugs, "refers": referrals, "procedure": procedure, "consults": remote, "orders": orders}
        found[kind, post] = row
    return found


def patient(*carers: str, directed: str | None = None) -> Any:
    """A patient, or an order for him, as a store gives its keys."""
    return SimpleNamespace(carers=list(carers), tutors=[f"{one}>{ME}" for one in carers], directed=directed)


# He and whoever supervises him care for it; others do.
MINE, THEIRS = (ME_HERE, f"{SUPERVISOR}@{HERE}"), (f"9@{HERE}", f"{ME}@{ELSEWHERE}")


def records(kind: str, post: str, place: int = HERE) -> tuple[Accredited, ...]:
    """The records of somebody in a post; what stands on another one has the greater key."""
    specialty = SECONDARY if post == "nurse" else HIGHER
    stands_on, _, name = kind.rpartition(", ")
    base = Accredited(1, "PERMANENT", "ACTIVE", SINCE, None, None, place, None, specialty)
    if "TEMPORARY" in {stands_on, name}:
        base = replace(base, kind="TEMPORARY", supervisor_id=SUPERVISOR)
    match name:
        case "none":
            return ()
        case "TEMPORARY" | "PERMANENT":
            return (base,)
        case "REMOTE":
            return base, replace(base, id=2, kind="REMOTE", base_id=1, attested=((SINCE, None),))
        case _:
            return base, replace(base, id=2, kind="SPECIAL", base_id=1, directions=(name,))


def somebody(kind: str, post: str, at: datetime = NOON, place: int = HERE) -> Facts:
    """Who he is; his second factor was just shown."""
    return Facts(
        "1000000001",
        Assurance(Level.CONFIRMED, SINCE, at),
        ME,
        (Post(HERE, 10, POSTS[post], date(2020, 1, 1), None, 1, main=True),),
        (),
        records(kind, post, place),
        terms=Terms("1", SINCE, None),
    )


def row_of(viewer: Viewer) -> Row:
    """What the rights of a viewer come to, in the words of the table."""
    return dict(_cells(viewer))


def _cells(viewer: Viewer) -> Iterator[tuple[str, str]]:
    held = dict(viewer[P.CLINICAL_PROTOCOL_WRITE].rules).get(Rule.DIRECTED, frozenset())
    for name, carers in (("own", MINE), ("of others", THEIRS)):
        for direction in DIRECTIONS:
            key = f"{direction}@{HERE}"
            reached = viewer[P.CLINICAL_PROTOCOL_WRITE].allows(patient(*carers, directed=key), KEYS)
            yield f"{name} {direction}", "." if not reached else "+" if key in held else "d"
        yield f"{name} none", "+" if viewer[P.CLINICAL_PROTOCOL_WRITE].allows(patient(*carers), KEYS) else "."
    for name, draft, sign in (
        ("prescribes", P.CLINICAL_PRESCRIPTION_DRAFT, P.CLINICAL_PRESCRIPTION_SIGN),
        ("refers", P.CLINICAL_REFERRAL_DRAFT, P.CLINICAL_REFERRAL_SIGN),
    ):
        yield name, " ".join(letter for letter, one in (("d", draft), ("s", sign)) if _may(viewer, one))
    yield "procedure", "+" if _may(viewer, P.CLINICAL_PROCEDURE_WRITE) else ""
    remote = viewer[P.CLINICAL_TELECONSULTATION_CONDUCT]
    told = remote.refusal(patient(*MINE), KEYS).word == "REMOTE_ACCREDITATION"
    yield "consults", "+" if remote.allows(patient(*MINE), KEYS) else "R" if told else ""
    yield "orders", "+" if _may(viewer, P.CLINICAL_ORDER_WRITE) else ""
    # Of a patient of others nobody does anything by these.
    for one in (P.CLINICAL_PRESCRIPTION_DRAFT, P.CLINICAL_REFERRAL_DRAFT, P.CLINICAL_PROCEDURE_WRITE,
                P.CLINICAL_TELECONSULTATION_CONDUCT, P.CLINICAL_ORDER_WRITE):  # fmt: skip
        assert not viewer[one].allows(patient(*THEIRS), KEYS), one


def _may(viewer: Viewer, permission: P) -> bool:
    return viewer[permission].allows(patient(*MINE), KEYS)


@pytest.mark.parametrize(("kind", "post"), [*cells()])
def test_each_kind_in_each_post_does_what_the_table_says(kind: str, post: str) -> None:
    expected = cells()[kind, post]
    assert row_of(Viewer(somebody(kind, post), NOON)) == expected
    # What was given for another organisation counts for nothing here.
    assert row_of(Viewer(somebody(kind, post, place=ELSEWHERE), NOON)) == cells()["none", post]
    # It is signed by the record that has the direction, and by no other.
    viewer = Viewer(somebody(kind, post), NOON)
    for direction in DIRECTIONS:
        found = viewer.standing.relied_on(P.CLINICAL_PROTOCOL_WRITE, direction)
        assert (found.id if found else None) == (2 if expected[f"of others {direction}"] == "+" else None)


@pytest.mark.parametrize(("kind", "post"), [one for one in cells() if one[0] != "none"])
def test_each_of_them_ends_to_the_instant_with_what_it_stands_on(kind: str, post: str) -> None:
    """At the last instant all is as before; at the next one what the record gave is gone, and nothing else."""
    table, whole = cells(), records(kind, post)
    last = whole[-1]
    ended: list[tuple[Facts, str]] = [
        (replace(somebody(kind, post), accreditations=(*whole[:-1], replace(last, valid_to=NOON))), BASED[kind]),
        (replace(somebody(kind, post), accreditations=(replace(whole[0], valid_to=NOON), *whole[1:])), "none"),
        (replace(somebody(kind, post), terms=Terms("1", SINCE, NOON)), "none"),
    ]
    if last.attested is not None:
        over = replace(last, attested=((SINCE, NOON),))
        ended.append((replace(somebody(kind, post), accreditations=(*whole[:-1], over)), BASED[kind]))
    for facts, left in ended:
        shown = replace(facts, assurance=replace(facts.assurance, second_factor_at=NOON - TICK))
        assert row_of(Viewer(shown, NOON - TICK)) == table[kind, post]
        assert row_of(Viewer(shown, NOON)) == table[left, post]
    for state, left in (("UNDER_REVIEW", kind), ("SUSPENDED", BASED[kind]), ("REVOKED", BASED[kind])):
        facts = replace(somebody(kind, post), accreditations=(*whole[:-1], replace(last, state=state)))
        assert row_of(Viewer(facts, NOON)) == table[left, post], state
    # With the last day of the post all of it ends, at midnight of the authority.
    midnight = datetime(2026, 11, 22, 21, tzinfo=UTC)
    facts = somebody(kind, post, midnight - TICK)
    facts = replace(facts, posts=tuple(replace(one, ends_on=date(2026, 11, 22)) for one in facts.posts))
    assert row_of(Viewer(facts, midnight - TICK)) == table[kind, post]
    assert row_of(Viewer(facts, midnight)) == table["none", post]


# Without a second factor of the last quarter of an hour: what a signature is by, and the rest goes on.
WITHOUT: dict[str, Row] = {
    "PERMANENT": {"own none": ".", "prescribes": "d", "refers": "d"},
    "REMOTE": {"own none": ".", "prescribes": "d", "refers": "d"},
    **{
        direction: {
            f"own {direction}": ".", f"of others {direction}": ".", "own none": ".", "prescribes": "d", "refers": "d",
        }
        for direction in DIRECTIONS
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", [*WITHOUT])
def test_what_signs_takes_a_second_factor_of_a_quarter_of_an_hour(kind: str) -> None:
    whole = cells()[kind, "doctor"]
    unreached = {name: "." for name, cell in whole.items() if name.startswith("own") and cell == "d"}
    quarter = timedelta(minutes=15)
    assert row_of(Viewer(somebody(kind, "doctor", NOON - quarter), NOON)) == whole
    late = row_of(Viewer(somebody(kind, "doctor", NOON - quarter - TICK), NOON))
    assert late == {**whole, **unreached, **WITHOUT[kind]}


def test_a_program_does_on_behalf_what_he_could_and_signs_nothing() -> None:
    system = Facts(
        "9000000001", Assurance(Level.SERVICE, SINCE, None), appointments=(Appointment("MIS", HERE, SINCE, None),)
    )
    for (kind, post), expected in cells().items():
        acting = Acting(principal=somebody(kind, post))
        viewer = Viewer(system, NOON, acting=acting)
        unsigned = {name: expected[name].replace("s", "").strip() for name in ("prescribes", "refers")}
        # What is missing is said of who asks; a program lacks no accreditation.
        found = row_of(viewer)
        found["consults"] = found["consults"].replace("R", "")
        assert found == {**expected, **unsigned, "consults": expected["consults"].replace("R", "")}, (kind, post)
        assert not _may(viewer, P.CLINICAL_PROTOCOL_SIGN)
        assert not viewer[P.CLINICAL_PROTOCOL_SIGN].allows(patient(directed=f"LABORATORY@{HERE}"), KEYS)
    assert all(cell in {"", "."} for cell in row_of(Viewer(system, NOON, acting=ORDINARY)).values())

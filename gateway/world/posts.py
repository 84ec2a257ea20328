"""Employments of the world: one main post for everybody, further and former ones for some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import OTHER_HOSPITAL
from gateway.world.days import DAY, days_before
from gateway.world.people import Person
from gateway.world.places import Place
from gateway.world.scale import Scale

# Who of the cast prescribes medicines of list II in his posts.
NARCOTIC = frozenset({"therapist", "surgeon"})
COLUMNS = (
    "id",
    "practitioner_id",
    "organization_id",
    "department_id",
    "position_code",
    "kind",
    "rate",
    "starts_on",
    "ends_on",
    "accreditation_id",
    "prescribes_narcotics",
)
FULL, THREE_QUARTERS, HALF, QUARTER = (Decimal(rate) for rate in ("1.00", "0.75", "0.50", "0.25"))
FURTHER = ("FORMER", "INTERNAL_PART_TIME", "EXTERNAL_PART_TIME", "COMBINATION")
FURTHER_SHARES = (40, 18, 27, 15)


@dataclass(frozen=True, slots=True)
class Post:
    """One employment before it gets its key and the record that justifies it."""

    person: Person
    organization: int
    department: int
    kind: str
    rate: Decimal
    starts_on: date
    ends_on: date | None


def assign(people: Sequence[Person], places: Sequence[Place], scale: Scale, today: date, stream: Random) -> list[Post]:
    """All employments; tells each person where the posts in force are."""
    posts: list[Post] = []
    crowd = [person for person in people if not person.persona]
    former = [person for person in people if person.persona == "therapist"]
    further = set(stream.sample(range(len(crowd)), scale.employments - len(people) - len(former)))
    with_more = {crowd[index].id for index in further}
    for person in people:
        rate = FULL if person.persona or stream.random() < 0.8 else THREE_QUARTERS
        posts.append(Post(person, person.place.id, person.department, "MAIN", rate, person.hired_on, person.left_on))
        if person.persona == "therapist":
            posts.append(_former(person, places[OTHER_HOSPITAL - 1], stream))
        elif person.id in with_more:
            posts.append(_further(person, places, today, stream))
    for post in posts:
        if post.ends_on is None:
            person = post.person
            if post.organization not in person.organization_ids:
                person.organization_ids.append(post.organization)
            if post.department not in person.department_ids:
                person.department_ids.append(post.department)
    return posts


def employments(posts: Sequence[Post], today: date) -> Batch:
    """One row per post; a post in force stands on the person's record of accreditation."""
    rows: list[tuple[object, ...]] = []
    for key, post in enumerate(posts, start=1):
        person = post.person
        backed = person.base is not None and (post.ends_on is None or post.ends_on > days_before(today, 60))
        rows.append(
            (
                key,
                person.id,
                post.organization,
                post.department,
                person.trade.position,
                post.kind,
                post.rate,
                post.starts_on,
                post.ends_on,
                person.base.id if backed and person.base else None,
                person.persona in NARCOTIC,
            )
        )
    return Batch("employment", COLUMNS, rows)


def _former(person: Person, place: Place, stream: Random) -> Post:
    ended_on = person.hired_on - DAY
    started_on = days_before(ended_on, stream.randint(200, 1_500))
    return Post(person, place.id, place.department(person.trade.ward), "MAIN", FULL, started_on, ended_on)


def _further(person: Person, places: Sequence[Place], today: date, stream: Random) -> Post:
    kind = stream.choices(FURTHER, FURTHER_SHARES)[0]
    if kind == "FORMER" or person.left_on is not None:
        return _former(person, stream.choice(places), stream)
    place = person.place
    department = person.department
    rate = QUARTER
    if kind == "INTERNAL_PART_TIME":
        department = stream.choice(list(place.wards.values()))
        rate = HALF
    elif kind == "EXTERNAL_PART_TIME":
        place = places[(place.id + stream.randrange(len(places) - 1)) % len(places)]
        department = place.department(person.trade.ward)
        rate = HALF
        person.second = (place.id, department)
    latest = (today - person.hired_on).days
    starts_on = days_before(today, stream.randint(min(30, latest), max(31, min(900, latest))))
    return Post(person, place.id, department, kind, rate, starts_on, None)

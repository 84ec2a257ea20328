"""Makes a whole world: the same rows for the same scale, seed and anchor."""

from collections.abc import Iterator
from datetime import date
from random import Random

from gateway.world import (
    applications,
    files,
    messages,
    officers,
    papers,
    people,
    places,
    posts,
    records,
    shifts,
    study,
)
from gateway.world.batch import Batch
from gateway.world.scale import Scale

VERSION = 6  # raise it with every change of what is made, so that loaded worlds are made anew


def generate(scale: Scale, seed: int, today: date) -> Iterator[Batch]:
    """All rows table by table, each table after those it points at; `today` is the anchor, a day in Moscow."""

    def stream(name: str) -> Random:
        return Random(f"{seed}/{scale.name}/{name}")

    all_places = places.build(scale, stream("places"))
    everybody = people.build(scale, all_places, today, stream("people"))
    all_posts = posts.assign(everybody, all_places, scale, today, stream("posts"))
    papers.allot(everybody, scale, stream("allotment"))
    all_records = records.build(everybody, all_places, scale, today, stream("records"))
    all_files = files.build(everybody, all_records, scale, today, stream("files"))

    yield places.organizations(all_places, today)
    yield places.departments(all_places, people.department_heads(everybody), today, stream("departments"))
    yield places.licences(all_places, today, stream("licences"))
    yield people.practitioners(everybody, stream("practitioners"))
    yield study.education(everybody, today, stream("education"))
    yield study.certificates(everybody, stream("certificates"))
    yield study.qualifications(everybody, today, stream("qualifications"))
    yield posts.employments(all_posts, today)
    yield records.accreditations(all_records, today)
    yield records.decisions(all_records)
    yield records.consents(all_records, today)
    yield applications.applications(all_files)
    yield applications.events(all_files)
    yield applications.comments(all_files, stream("comments"))
    yield applications.review_cases(all_files, everybody, scale, today, stream("cases"))
    yield from papers.documents(everybody, today, stream("papers"), seed)
    yield shifts.shifts(everybody, scale, today, stream("shifts"))
    yield officers.appointments(everybody, all_places, scale, today, stream("officers"))
    yield messages.messages(all_files, all_records, today)
    yield messages.service_notices(today)

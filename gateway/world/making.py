"""Makes a whole world: the same rows for the same scale, seed and anchor."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from random import Random

from gateway.world import (
    applications,
    appointments,
    asked,
    attestations,
    care,
    charts,
    external,
    files,
    grants,
    inquiries,
    messages,
    officers,
    orders,
    papers,
    patients,
    people,
    places,
    posts,
    prescriptions,
    procedures,
    records,
    referrals,
    shifts,
    study,
    telemedicine,
)
from gateway.world.batch import Batch
from gateway.world.charting import Charting
from gateway.world.people import Person
from gateway.world.places import Place
from gateway.world.scale import Scale

BLOCK = 20_000
VERSION = 14  # raise it with every change of what is made, so that loaded worlds are made anew


def generate(scale: Scale, seed: int, today: date, *, charted: bool = True) -> Iterator[Batch]:
    """All rows table by table, each table after those it points at; `today` is the anchor, a day in Moscow.

    Where nothing is charted there are no patients, and every document is a worker's or an institution's.
    """

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
    yield external.services(all_places, today)
    yield people.practitioners(everybody, stream("practitioners"))
    yield study.education(everybody, today, stream("education"))
    yield study.certificates(everybody, stream("certificates"))
    yield study.qualifications(everybody, today, stream("qualifications"))
    yield posts.employments(all_posts, today)
    yield records.accreditations(all_records, today)
    yield records.decisions(all_records)
    yield attestations.attestations(everybody, all_records, today)
    yield records.consents(all_records, today)
    yield applications.applications(all_files)
    yield applications.events(all_files)
    yield applications.comments(all_files, stream("comments"))
    yield applications.review_cases(all_files, everybody, scale, today, stream("cases"))
    # Documents about patients come with their charts; what was checked and signed comes after all documents.
    documents = [*papers.documents(everybody, today, stream("papers"), seed)]
    others, of_whom, of_care = papers.clinical(documents[0])
    yield others
    yield from asked.of_register(all_posts, documents[0], today)
    all_shifts = shifts.shifts(everybody, scale, today, stream("shifts"))
    yield all_shifts
    yield officers.appointments(everybody, all_places, scale, today, stream("officers"))
    yield grants.grants(everybody, today)
    yield from asked.of_accounts(today)
    yield messages.messages(all_files, all_records, today)
    yield messages.service_notices(today)
    if charted:
        staff = charts.staff_of(everybody, all_posts, all_shifts, of_whom, today)
        ordering = orders.Ordering(everybody, all_records, staff, today)
        clinical = _clinical(
            scale, everybody, all_places, all_records, staff, ordering, of_care, today, stream("patients")
        )
        yield from clinical
    yield papers.left(of_care)
    yield from documents[1:]


def _clinical(
    scale: Scale,
    people: Sequence[Person],
    all_places: Sequence[Place],
    all_records: Sequence[records.Record],
    staff: charts.Staff,
    ordering: orders.Ordering,
    of_care: dict[int, tuple[object, ...]],
    today: date,
    stream: Random,
) -> Iterator[Batch]:
    """Patients with all that is known of them, block by block: all at once they would be too many to hold."""
    long = patients.regulars(scale.regulars)
    shares = {
        name: charts.Share(getattr(scale, name), scale.patients, long, each) for name, each in charts.LONG.items()
    }
    charting = Charting(staff, shares, people, today)
    share = charts.Share(scale.bookings, scale.patients)
    appointing = appointments.Appointing(staff, share, people, today)
    caring = care.Caring(people, staff.posts, today)
    referring = referrals.Referring(people, staff.posts, today)
    keys = count(1)
    for first in range(1, scale.patients + 1, BLOCK):
        block_keys = range(first, min(first + BLOCK, scale.patients + 1))
        block = patients.build(block_keys, people, all_places, long, today, stream)
        chart = charting.charts(block, stream)
        expected = [*appointing.batches(block, chart, stream)]
        for batch in (
            patients.patients(block, today, stream),
            *patients.families(block, today, stream, keys),
            *chart.batches(),
            *ordering.batches(block, chart),
            papers.charted(of_care, chart.documents),
            *caring.batches(block, chart, appointing.opened, stream),
            *expected,
            inquiries.inquiries(block, today),
            *procedures.procedures(block, people, today),
            *prescriptions.prescriptions(block, chart, people, staff, today),
            referring.batch(block),
            *telemedicine.telemedicine(block, people, all_records, staff.posts, today),
        ):
            yield replace(batch, more=batch.table == "document" or block_keys.stop <= scale.patients)

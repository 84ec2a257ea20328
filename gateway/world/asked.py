"""What people asked the register and support for, how they were tied to organisations, and whose account was locked."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.days import midnight
from gateway.world.posts import Post

REQUEST_COLUMNS = (
    "id", "kind", "field", "subject", "practitioner_id", "organization_id", "employment_id", "said", "found",
    "document_id", "state", "reason", "made_at", "changed_at", "decided_by", "version",
)  # fmt: skip
ORIGIN_COLUMNS = ("practitioner_id", "field", "origin", "as_of", "request_id")
LINK_COLUMNS = (
    "id", "subject", "practitioner_id", "organization_id", "consent_version", "state", "diagnosis", "reason",
    "employment_id", "made_at", "changed_at", "decided_by", "version",
)  # fmt: skip
LOCK_COLUMNS = (
    "id", "account", "reason", "locked_at", "until", "version", "proposed_by", "proposed_at", "proposal", "lifted_by",
    "lifted_at",
)  # fmt: skip
TICKET_COLUMNS = (
    "id", "account", "state", "request_ids", "subject", "text", "answer", "opened_at", "changed_at", "operator",
    "version",
)  # fmt: skip
MATCH_COLUMNS = ("account", "state", "practitioner_id", "field", "reason", "since", "checked_at")
CONSENT = "2026.1"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Who asked what to be corrected, and what came of it, so many days ago; what waits shows the officer what waits.
CORRECTED = (
    ("supervisor", "PATRONYMIC", "APPROVED", None, 70),
    ("surgeon", "PATRONYMIC", "REJECTED", "В документе другое отчество", 40),
    ("nurse", "EMPLOYER", "PENDING", None, 3),
    ("stranger", "FAMILY_NAME", "PENDING", None, 5),
)
# Whose link to which hospital stands how.
LINKED = (
    ("therapist", MAIN_HOSPITAL, "CONFIRMED", None, 300),
    ("nurse", MAIN_HOSPITAL, "CONFIRMED", None, 200),
    ("stranger", OTHER_HOSPITAL, "CONFIRMED", None, 150),
    ("surgeon", OTHER_HOSPITAL, "REFUSED", "NOT_EMPLOYED", 30),
    ("stranger", MAIN_HOSPITAL, "PENDING", None, 2),
)
# Whose account was locked, why, for how long; one of the locks was lifted before its time. All of them are over.
LOCKED = (
    ("applicant", "WRONG_CODES", 15, 20, False),
    ("lapsed", "FAILED_SIGN_INS", 15, 12, False),
    ("surgeon", "DENIED_READS", 60, 8, True),
)
# What was asked, in which words, and the answer.
TICKETS = (
    ("newcomer", "CLOSED", "Не нахожу себя в реестре", "Вошёл через Госуслуги, но специальность не показана.",
     "Попросите кадровика внести вас: действие registerPractitioner.", 18),
    ("therapist", "ANSWERED", "Не приходит код", "Код подтверждения почты не приходит со вчерашнего дня.",
     "Проверьте папку «Спам» и запросите код ещё раз.", 6),
    ("suspended", "OPEN", "Приостановлена аккредитация", "Где посмотреть, почему?", None, 1),
)  # fmt: skip
MATCHED = (
    ("therapist", "MATCHED", None, "EXACT", 300),
    ("surgeon", "MATCHED", None, "HAS_AN_ACCOUNT", 90),
    ("newcomer", "NONE", None, "NOT_IN_REGISTER", 19),
)


def of_register(posts: Sequence[Post], documents: Batch, today: date) -> Iterator[Batch]:
    """Requests, where fields came from, and links; the paper of a correction is the person's first."""
    papers: dict[object, object] = {}
    for row in documents.rows:
        papers.setdefault(row[1], row[0])
    post_of = {(post.person.persona, post.organization): key for key, post in enumerate(posts, 1) if not post.ends_on}
    officer = CAST["registrar"].subject
    requests: list[tuple[object, ...]] = []
    for number, (name, field, state, reason, ago) in enumerate(CORRECTED, 1):
        one, at, decided = CAST[name], _at(today, ago), state != "PENDING"
        place = OTHER_HOSPITAL if name == "stranger" else MAIN_HOSPITAL
        said = {"POSITION": "109"} if field == "EMPLOYER" else {field: "Иной"}
        changed = at + 5 * HOUR if decided else at
        requests.append(
            (
                number, "CORRECTION", field, one.subject, one.practitioner_id, place,
                post_of[name, place] if field == "EMPLOYER" else None, json.dumps(said, ensure_ascii=False), "{}",
                None if field == "EMPLOYER" else papers[one.practitioner_id], state, reason, at, changed,
                officer if decided else None, 1 + decided,
            )
        )  # fmt: skip
    yield Batch("registry_request", REQUEST_COLUMNS, requests)
    origins = [
        (row[4], row[2], "EMPLOYER", row[13], row[0]) for row in requests if row[10] == "APPROVED"
    ]  # fmt: skip
    yield Batch("field_origin", ORIGIN_COLUMNS, origins)
    links: list[tuple[object, ...]] = []
    for number, (name, place, state, diagnosis, ago) in enumerate(LINKED, 1):
        one, at, decided = CAST[name], _at(today, ago), state != "PENDING"
        links.append(
            (
                number, one.subject, one.practitioner_id, place, CONSENT, state, diagnosis,
                "В штате не состоит" if diagnosis else None, post_of[name, place] if state == "CONFIRMED" else None,
                at, at + 3 * HOUR if decided else at, officer if decided else None, 1 + decided,
            )
        )  # fmt: skip
    yield Batch("organization_link", LINK_COLUMNS, links)


def of_accounts(today: date) -> Iterator[Batch]:
    """Locks, tickets and matches of accounts."""
    support, second = CAST["support"].subject, CAST["cosupport"].subject
    locks: list[tuple[object, ...]] = []
    for number, (name, reason, minutes, ago, lifted) in enumerate(LOCKED, 1):
        at = _at(today, ago)
        half = at + timedelta(minutes=minutes) / 2
        by = (support, half, "Сообщил по телефону, кто он.", second, half) if lifted else (None,) * 5
        until = half if lifted else at + timedelta(minutes=minutes)
        locks.append((number, CAST[name].subject, reason, at, until, 3 if lifted else 1, *by))
    yield Batch("account_lock", LOCK_COLUMNS, locks)
    tickets = [
        (
            number, CAST[name].subject, state, [f"{number:032x}"], subject, text, answer, _at(today, ago),
            _at(today, ago) + (4 * HOUR if answer else timedelta(0)), support if answer else None,
            {"OPEN": 1, "ANSWERED": 2, "CLOSED": 3}[state],
        )
        for number, (name, state, subject, text, answer, ago) in enumerate(TICKETS, 1)
    ]  # fmt: skip
    yield Batch("support_ticket", TICKET_COLUMNS, tickets)
    matches = [
        (
            CAST[name].subject, state, CAST[name].practitioner_id if state == "MATCHED" else None, field, reason,
            _at(today, ago), _at(today, ago),
        )
        for name, state, field, reason, ago in MATCHED
    ]  # fmt: skip
    yield Batch("registry_match", MATCH_COLUMNS, matches)


def _at(today: date, ago: int) -> datetime:
    return midnight(today - ago * DAY) + 9 * HOUR

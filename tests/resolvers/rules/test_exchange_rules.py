"""Rules of exchange, of answers and of certificates: a file that cannot be used says where."""

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import RulesAreWrong, certificate_rules
from resolvers.rules.certificate import PatientCertificate, read_certificates
from resolvers.rules.exchange import read_exchange, read_exchange_codes
from resolvers.rules.reading import FOLDER

EXCHANGE, ANSWERS, CERTIFICATES = "exchange-2026.1.json", "answers-2026.1.json", "certificates-2026.1.json"
READERS: dict[str, Callable[[Path], Sequence[Any]]] = {
    EXCHANGE: read_exchange, ANSWERS: read_exchange_codes, CERTIFICATES: read_certificates,
}  # fmt: skip
GONE = object()
AGAIN = object()


@pytest.mark.parametrize(
    ("file", "place", "value", "fault"),
    [
        (EXCHANGE, ("mostDocuments",), 0, "mostDocuments: a whole number from 1"),
        (EXCHANGE, ("price",), 1, "price means nothing here"),
        (EXCHANGE, ("consent", "version"), GONE, "consent.version: is missing"),
        (EXCHANGE, ("consent", "text", "en"), GONE, "consent.text"),
        (EXCHANGE, ("recipients", 0), AGAIN, "recipients: INSURER stands twice"),
        (EXCHANGE, ("recipients", 0), GONE, "recipients: nothing is said of INSURER"),
        (EXCHANGE, ("recipients", 0, "kind"), "BANK", "kind: 'BANK' is none of"),
        (EXCHANGE, ("recipients", 0, "documents", 0), "NOVEL", "documents: NOVEL cannot stand here"),
        (EXCHANGE, ("recipients", 0, "metadata", 0), "patient", "metadata: patient cannot stand here"),
        (EXCHANGE, ("recipients", 0, "purposes", 0), "GOSSIP", "purposes: GOSSIP cannot stand here"),
        (EXCHANGE, ("bases", 0), GONE, "bases: nothing is said of CONSENT"),
        (EXCHANGE, ("bases", 1, "paper"), "yes", "paper"),
        (EXCHANGE, ("signed", 0), "NOVEL", "signed: NOVEL cannot stand here"),
        (EXCHANGE, ("registered", "documents", 0), "NOVEL", "registered.documents: NOVEL cannot stand here"),
        (EXCHANGE, ("registered", "recipients", 0), "BANK", "registered.recipients: BANK cannot stand here"),
        (EXCHANGE, ("requests", "leastDays"), 0, "requests.leastDays: a whole number from 1"),
        (EXCHANGE, ("delivery", "attempts"), "often", "delivery.attempts: a whole number from 1"),
        (ANSWERS, ("codes", 0), AGAIN, "codes: RATE_LIMIT stands twice"),
        (ANSWERS, ("codes", 0, "mender"), "SOMEBODY", "mender: 'SOMEBODY' is none of"),
        (ANSWERS, ("codes", 0, "text", "ru"), GONE, "text"),
        (CERTIFICATES, ("certificates", "SPA"), GONE, "certificates.SPA: is missing"),
        (CERTIFICATES, ("certificates", "TRAVEL"), {}, "certificates: TRAVEL means nothing here"),
        (
            CERTIFICATES,
            ("certificates", "SPA", "specialties", 0),
            "99.99.99",
            "specialties: 99.99.99 cannot stand here",
        ),
        (CERTIFICATES, ("certificates", "SPA", "goodMonths"), 0, "SPA.goodMonths: a whole number from 1 to 120"),
        (CERTIFICATES, ("inForceFrom",), "soon", "inForceFrom"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(
    tmp_path: Path, file: str, place: tuple[str | int, ...], value: Any, fault: str
) -> None:
    shutil.copy(FOLDER / file, tmp_path)
    content: Any = json.loads((tmp_path / file).read_text(encoding="utf-8"))
    assert READERS[file](tmp_path)
    target = content
    for part in place[:-1]:
        target = target[part]
    if value is GONE:
        del target[place[-1]]
    elif value is AGAIN:
        target.append(target[place[-1]])
    else:
        target[place[-1]] = value
    (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RulesAreWrong) as refused:
        READERS[file](tmp_path)
    assert fault in str(refused.value)
    assert file in str(refused.value)


def test_who_issues_which_certificate_is_said_of_each() -> None:
    found = certificate_rules(datetime(2026, 11, 29, tzinfo=UTC)).certificates
    assert {one: (rule.form, rule.good_months) for one, rule in found.items()} == {
        PatientCertificate.ATTENDANCE: (None, None),
        PatientCertificate.ILLNESS: ("095/у", None),
        PatientCertificate.FITNESS: ("086/у", 6),
        PatientCertificate.SPA: ("070/у", 12),
    }
    assert found[PatientCertificate.ATTENDANCE].specialties is None
    assert "31.08.49" in (found[PatientCertificate.FITNESS].specialties or ())
    assert "31.08.67" not in (found[PatientCertificate.FITNESS].specialties or ())

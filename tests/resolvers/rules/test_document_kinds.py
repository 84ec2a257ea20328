"""What is asked of each kind of document, by the dated rules."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import RulesAreWrong, document_kinds
from resolvers.rules.document_kind import DocumentClass, DocumentKind, read_document_kinds
from resolvers.rules.reading import FOLDER
from sources.documents.document import IDENTITY_PAPERS, KINDS

NOW = datetime(2026, 11, 29, tzinfo=UTC)
FILE = "document-kinds-2026.1.json"
# Kinds of the federal book of electronic medical documents, with the number of the edition.
REGISTERED = {"CASE_HISTORY": ("195", 2), "DISCHARGE_SUMMARY": ("147", 3), "REFERRAL": ("177", 2)}


def test_clinical_kinds_have_their_codes_and_identity_papers_their_class() -> None:
    kinds = document_kinds(NOW).kinds
    medical = "1.2.643.5.1.13.13.11.1520"
    coded = {kind: one.code for kind, one in kinds.items() if one.code is not None and one.code.book == medical}
    assert {kind: (code.code, code.edition) for kind, code in coded.items()} == REGISTERED
    passport = kinds[DocumentKind.PASSPORT].code
    assert passport is not None
    assert (passport.book, passport.code) == ("1.2.643.5.1.13.13.99.2.48", "1")
    identifying = {kind for kind, one in kinds.items() if one.sensitivity is DocumentClass.IDENTIFIERS}
    assert identifying == set(IDENTITY_PAPERS)
    assert {kind for kind, one in kinds.items() if not one.put_in} == {
        "APPLICATION_FORM", "DECISION", "QUALIFICATION_CERTIFICATE",
    }  # fmt: skip


def test_the_store_knows_the_same_kinds_and_what_needs_a_signature_has_somebody_who_signs() -> None:
    assert {f"'{kind}'" for kind in DocumentKind} == set(KINDS.split(","))
    for one in document_kinds(NOW).kinds.values():
        assert not one.signatures.needed or one.signatures.roles


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("PASSPORT",), None, "kinds.PASSPORT: is missing"),
        (("PASSPORT", "owners"), [], "PASSPORT.owners: nobody could own it"),
        (("PASSPORT", "mediaTypes"), ["text/html"], "PASSPORT.mediaTypes: text/html cannot stand here"),
        (("PASSPORT", "mostMegabytes"), 101, "PASSPORT.mostMegabytes: a whole number from 1 to 100"),
        (("PASSPORT", "number"), "YES", "PASSPORT.number: 'YES' is none of"),
        (("PASSPORT", "code"), {"book": "1.2", "code": "1", "edition": 1}, "PASSPORT.code.edition: electronic"),
        (("REFERRAL", "code", "edition"), None, "REFERRAL.code.edition: electronic"),
        (("REFERRAL", "price"), 1, "REFERRAL: price means nothing here"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, place: tuple[str, ...], value: Any, fault: str) -> None:
    shutil.copy(FOLDER / FILE, tmp_path)
    content = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    target = content["kinds"]
    for part in place[:-1]:
        target = target[part]
    if value is None:
        del target[place[-1]]
    else:
        target[place[-1]] = value
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RulesAreWrong) as refused:
        read_document_kinds(tmp_path)
    assert fault in str(refused.value)

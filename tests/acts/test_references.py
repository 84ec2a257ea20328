"""«Справка о квалификации», the form of an application, and what whoever has the code of a document is told."""

import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.forms import Forms
from gateway.jobs.relay import Relay
from sources.documents.kept_signature import kept_under, opened_cms
from tests import papers
from tests.acts.office import Office

MOSCOW = ZoneInfo("Europe/Moscow")
DOCUMENT = "document { id kind title status number issuer mediaType byteSize sha256 signatures { format verdict } }"
VERIFY = """
query($code: String!) {
  verifyReference(code: $code) {
    checkedAt againAt
    reference { kind number issuedAt authority holder inForce sha256 }
  }
}
"""
PERSON = "SELECT family_name, given_name, patronymic, registry_number FROM practitioner WHERE id = $1"
FORM = "SELECT form_id, form_sha256, form_wanted_at FROM application WHERE number = $1"
UNFORMED = "UPDATE application SET form_wanted_at = now(), form_id = NULL, form_sha256 = NULL WHERE number = $1"
ISSUER = "Министерство здравоохранения Российской Федерации"


async def issued(office: Office, persona: str, **given: Any) -> dict[str, Any]:
    payload = await office.act(persona, "issueQualificationCertificate", f"number {DOCUMENT}", **given)
    assert payload["problems"] == []
    return payload


async def verified(office: Office, code: str, persona: str = "anonymous") -> dict[str, Any]:
    answer = await office.ask(persona, VERIFY, {"code": code})
    assert answer.errors == [], answer.body
    found: dict[str, Any] = answer.data["verifyReference"]
    return found


def code_of(content: bytes) -> str:
    found = re.search(r"Код проверки ([0-9A-Z-]{19}) ", papers.text(content))
    assert found is not None
    return found[1]


@pytest.fixture(autouse=True)
async def nobody_failed(office: Office) -> None:
    await office.rows("TRUNCATE failure_slice", store="identity")


async def test_a_certificate_says_what_the_graph_says_of_its_owner(office: Office) -> None:
    made = await issued(office, "therapist", purpose="  Для\u00a0предъявления работодателю ")
    document = made["document"]
    content = await office.content(document["id"])
    asked = """{ viewer { practitioner {
        fullName registryNumber specialty { code name }
        accreditations { registryNumber status specialty { code name } place { name } validFrom }
        education { institution documentNumber completedOn }
        category { level lastOn }
        employments { organization { name } department { name } position { name } startsOn lastOn }
    } } }"""
    answer = await office.ask("therapist", asked)
    assert answer.errors == [], answer.body
    known, said = answer.data["viewer"]["practitioner"], papers.text(content)
    number = made["number"]
    assert re.fullmatch(r"СК-20\d\d-\d{8}", number)
    assert said.startswith(f"{ISSUER} СПРАВКА О КВАЛИФИКАЦИИ № {number} от ")
    assert f"Работник {known['fullName']} Номер в регистре {known['registryNumber']} " in said
    active = [one for one in known["accreditations"] if one["status"] in {"ACTIVE", "UNDER_REVIEW"}]
    assert active
    for one in active:
        since = datetime.fromisoformat(one["validFrom"]).astimezone(MOSCOW)
        assert f"Реестровый номер {one['registryNumber']} " in said
        assert f"Организация {one['place']['name']} Срок действия с {since:%d.%m.%Y}" in said
    for one in known["education"]:
        day = datetime.fromisoformat(one["completedOn"])
        assert f"Документ {one['documentNumber']} от {day:%d.%m.%Y}" in said
    for one in known["employments"]:
        assert (f"Должность {one['position']['name']} " in said) or one["lastOn"] is not None
    assert "Цель выдачи Для предъявления работодателю Электронный документ." in said
    assert document | {"id": "", "byteSize": 0, "sha256": "", "status": "", "signatures": []} == {
        "id": "", "kind": "QUALIFICATION_CERTIFICATE", "title": f"Справка о квалификации № {number}", "status": "",
        "number": number, "issuer": ISSUER, "mediaType": "application/pdf", "byteSize": 0, "sha256": "",
        "signatures": [],
    }  # fmt: skip
    assert document["byteSize"] == len(content)


async def test_anybody_with_the_code_is_told_the_public_fact_and_nothing_of_the_person(office: Office) -> None:
    made = await issued(office, "therapist")
    content = await office.content(made["document"]["id"])
    code = code_of(content)
    (person,) = await office.rows(PERSON, 1, store="registry")
    initials = " ".join(f"{person[name][0]}." for name in ("family_name", "given_name", "patronymic"))
    found = await verified(office, code.lower().replace("-", " "))
    assert found["againAt"] is None
    assert found["reference"] == {
        "kind": "QUALIFICATION_CERTIFICATE",
        "number": made["number"],
        "issuedAt": found["reference"]["issuedAt"],
        "authority": ISSUER,
        "holder": initials,
        "inForce": True,
        "sha256": made["document"]["sha256"],
    }
    said = str(found)
    for name in ("family_name", "given_name", "patronymic", "registry_number"):
        assert person[name] not in said
    # Neither has the store the code, and the journal neither code nor name.
    for store, text in (
        ("documents", "SELECT reference::text FROM reference"),
        ("documents", "SELECT event::text FROM event UNION ALL SELECT audit_entry::text FROM audit_entry"),
    ):
        kept = " ".join(str(row) for row in await office.rows(text, store=store))
        for secret in (code, code.replace("-", ""), person["family_name"]):
            assert secret not in kept
    # Once what it names is no longer in force, the paper is what it was, and says less.
    await office.rows("UPDATE accreditation SET state = 'REVOKED' WHERE practitioner_id = 1 RETURNING id")
    assert (await verified(office, code))["reference"] == {**found["reference"], "inForce": False}


async def test_codes_that_nobody_has_are_answered_alike_until_there_were_too_many(office: Office) -> None:
    code = code_of(await office.content((await issued(office, "therapist"))["document"]["id"]))
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    for wrong in ("1000-0000-0000-000Z", mistyped, "", "я" * 5_000):
        found = await verified(office, wrong)
        assert (found["reference"], found["againAt"]) == (None, None)
    pages = {}
    for wrong in ("1000-0000-0000-000Z", mistyped):
        page = await office.client.get("/verify", params={"code": wrong}, headers={"accept-language": "ru"})
        pages[wrong] = (page.status_code, page.text)
    assert len(set(pages.values())) == 1
    assert "Документа с таким кодом нет." in pages[mistyped][1]
    many = " ".join(f'a{n}: verifyReference(code: "x{n}") {{ checkedAt }}' for n in range(30))
    assert (await office.ask("anonymous", f"{{ {many} }}")).errors == []
    late = await verified(office, code)
    assert late["reference"] is None
    assert late["againAt"] > late["checkedAt"]
    page = await office.client.get("/verify", params={"code": code}, headers={"accept": "application/json"})
    assert (page.status_code, page.json()["reference"]) == (429, None)


async def test_the_page_shows_what_the_graph_shows(office: Office) -> None:
    made = await issued(office, "therapist")
    code = code_of(await office.content(made["document"]["id"]))
    empty = await office.client.get("/verify")
    assert empty.status_code == 200
    assert '<form method="get" action="/verify">' in empty.text
    assert "form-action 'self'" in empty.headers["content-security-policy"]
    russian = await office.client.get("/verify", params={"code": code})
    assert f"<dd>{made['number']}</dd>" in russian.text
    assert "<dd>справка о квалификации</dd>" in russian.text
    english = await office.client.get("/verify", params={"code": code}, headers={"accept-language": "en"})
    assert "<dd>certificate of qualification</dd>" in english.text
    told = (await office.client.get("/verify", params={"code": code}, headers={"accept": "application/json"})).json()
    shown = (await verified(office, code))["reference"]
    assert told["reference"] | {"issuedAt": ""} == shown | {"issuedAt": ""}
    assert (await office.client.post("/verify", params={"code": code})).status_code == 405


async def test_a_certificate_of_one_record_names_no_other_and_none_of_somebody_else(office: Office) -> None:
    records = await office.rows(
        "SELECT id, registry_number FROM accreditation WHERE practitioner_id = 2 AND state = 'ACTIVE' ORDER BY id"
    )
    first, *others = records
    assert others
    made = await issued(office, "surgeon", accreditationId=f"acc_{first['id']}")
    said = papers.text(await office.content(made["document"]["id"]))
    assert first["registry_number"] in said
    assert not [one for one in others if one["registry_number"] in said]
    for wrong in ("acc_1", "acc_99999999", "doc_1", ""):
        payload = await office.act("surgeon", "issueQualificationCertificate", "number", accreditationId=wrong)
        assert [(one["code"], one["path"]) for one in payload["problems"]] == [("NOT_FOUND", ["accreditationId"])]
    long = await office.act("surgeon", "issueQualificationCertificate", "number", purpose="я" * 301)
    assert [one["code"] for one in long["problems"]] == ["FIELD_TOO_LONG"]
    # Whoever is nobody of the register has no qualification there.
    for persona in ("patient", "expert", "anonymous"):
        answer = await office.try_to(persona, "issueQualificationCertificate", "number")
        assert [one["extensions"]["code"] for one in answer.errors] == ["UNAUTHORIZED_FIELD_OR_TYPE"]


async def test_a_certificate_is_issued_once_under_its_key_and_not_too_often(office: Office) -> None:
    keyed = [
        (await office.try_to("nurse", "issueQualificationCertificate", "number", key="certificate-1")).data[
            "issueQualificationCertificate"
        ]["number"]
        for _ in range(2)
    ]
    assert len(set(keyed)) == 1
    await office.rows(
        "INSERT INTO document (practitioner_id, kind, title, status, media_type, byte_size, sha256, created_at) "
        "SELECT 3, 'QUALIFICATION_CERTIFICATE', 'x', 'CHECKED', 'application/pdf', 1, repeat('0', 64), now() "
        "FROM generate_series(1, 19)",
        store="documents",
    )
    payload = await office.act("nurse", "issueQualificationCertificate", "number")
    assert [one["code"] for one in payload["problems"]] == ["TOO_OFTEN"]
    assert (await issued(office, "therapist"))["number"]


@pytest.mark.gost
async def test_the_authority_signs_certificates_and_openssl_alone_verifies_them(office: Office, tmp_path: Path) -> None:
    made = await issued(office, "therapist")
    assert made["document"]["status"] == "SIGNED"
    assert {"format": "CADES_BES", "verdict": "VALID"} in made["document"]["signatures"]
    key = int(made["document"]["id"].removeprefix("doc_"))
    store = office.application.stores.documents
    (signed,) = await kept_under(store, key, 1)
    (tmp_path / "a.pdf").write_bytes(await office.content(key))
    (tmp_path / "a.sig").write_bytes(opened_cms(store, signed))
    verify = (
        "openssl", "cms", "-engine", "gost", "-verify", "-inform", "DER", "-in", "a.sig", "-content", "a.pdf",
        "-binary", "-noverify", "-out", "out.pdf",
    )  # fmt: skip
    done = subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False)  # noqa: ASYNC221
    assert done.returncode == 0, done.stderr
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    assert subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False).returncode != 0  # noqa: ASYNC221


async def test_the_extract_of_a_decision_is_verified_by_its_code(office: Office) -> None:
    made = await office.examined("applicant", "APPROVAL")
    await office.act("expert", "approveApplication", id=made["id"], expectedVersion=made["version"])
    relay = Relay(office.application.stores)
    while await relay.events():
        pass
    (kept,) = await office.rows(
        "SELECT id, number, sha256 FROM document WHERE kind = 'DECISION' AND practitioner_id = 6 AND id >= 10000000",
        store="documents",
    )
    content = await office.content(kept["id"])
    found = (await verified(office, code_of(content)))["reference"]
    assert (found["kind"], found["number"], found["inForce"], found["sha256"]) == (
        "DECISION", kept["number"], True, kept["sha256"],
    )  # fmt: skip
    (person,) = await office.rows(PERSON, 6, store="registry")
    assert found["holder"].split()[0] == f"{person['family_name'][0]}."
    assert person["family_name"] not in str(found)


async def test_a_submitted_application_gets_its_form_which_its_applicant_and_the_expert_see(office: Office) -> None:
    made = await office.submitted("applicant", phone="+79991234567")
    forms = Forms(office.application.stores, office.application.log)
    fields = "form { id kind title sha256 status } documents { id }"
    form = f'{{ application(by: {{id: "{made["id"]}"}}) {{ {fields} }} }}'
    assert (await office.ask("applicant", form)).data["application"]["form"] is None
    assert await forms.run() == 1
    assert await forms.run() == 0
    shown = (await office.ask("applicant", form)).data["application"]
    document = shown["form"]
    assert (document["kind"], document["status"]) == ("APPLICATION_FORM", "CHECKED")
    assert shown["documents"][-1] == {"id": document["id"]}
    said = papers.text(await office.content(document["id"]))
    (person,) = await office.rows(PERSON, 6, store="registry")
    name = f"{person['family_name']} {person['given_name']} {person['patronymic']}"
    assert said.startswith(f"Центральная аккредитационная комиссия ЗАЯВЛЕНИЕ № {made['number']} подано ")
    assert f"Вид постоянная аккредитация Заявитель {name} Номер в регистре {person['registry_number']} " in said
    assert "Телефон +79991234567 Приложенные документы 1. " in said
    assert "Согласие на обработку персональных данных, версия 2025.1 Я даю согласие на обработку моих " in said
    (row,) = await office.rows(
        "SELECT form_id, form_sha256, form_wanted_at FROM application WHERE number = $1", made["number"]
    )
    assert row == {
        "form_id": int(document["id"].removeprefix("doc_")),
        "form_sha256": document["sha256"],
        "form_wanted_at": None,
    }
    await office.act("expert", "claimApplication", id=made["id"])
    assert (await office.ask("expert", form)).data["application"]["form"] == document
    assert (await office.ask("stranger", form)).data["application"] is None
    # Whoever died after the document was there makes no second one.
    await office.rows(
        "UPDATE application SET form_wanted_at = now(), form_id = NULL, form_sha256 = NULL WHERE number = $1",
        made["number"],
    )
    assert await forms.run() == 1
    assert (await office.ask("applicant", form)).data["application"] == shown

"""What is told of an act beforehand is what the act itself says: everybody, each act, objects in many states."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNonNull, get_named_type

from gateway.world.cast import CAST
from resolvers.acts import acting
from tests.acts.clinic import Clinic
from tests.acts.notes import added, done
from tests.acts.office import Office
from tests.answer import Answer

STATES_OF = "SELECT DISTINCT ON ({0}) id, version, {0} FROM"
# Of each kind an object in each state that the stores have; by the prefix of its ids.
OBJECTS = {
    "app": ("accreditation", f"{STATES_OF.format('stage, queue, outcome')} application ORDER BY 3, 4, 5, id DESC"),
    "acc": ("accreditation", "SELECT DISTINCT ON (state, kind) id, version FROM accreditation WHERE id < 40"),
    "note": ("clinical", f"{STATES_OF.format('state, practitioner_id < 13')} note ORDER BY 3, 4, id DESC"),
    "case": ("clinical", "SELECT DISTINCT ON (ends_at IS NULL) id, version FROM episode WHERE practitioner_id < 13"),
    "enc": ("clinical", "SELECT DISTINCT ON (practitioner_id) id, version FROM encounter WHERE practitioner_id < 4"),
    "cond": ("clinical", "SELECT DISTINCT ON (practitioner_id) id, version FROM condition WHERE practitioner_id < 3"),
    "obs": ("clinical", "SELECT DISTINCT ON (practitioner_id) id, version FROM observation WHERE practitioner_id < 4"),
    "lab": ("clinical", "SELECT id, version FROM laboratory_result WHERE practitioner_id = 1 LIMIT 1"),
    "pat": ("clinical", "SELECT id, 1 AS version FROM patient WHERE id < 5"),
    "emrg": ("clinical", "SELECT id, version FROM emergency_opening LIMIT 3"),
    "link": ("registry", "SELECT DISTINCT ON (state) id, version FROM organization_link ORDER BY state, id DESC"),
    "regreq": ("registry", "SELECT DISTINCT ON (kind, state) id, version FROM registry_request"),
    "rx": ("clinical", "SELECT DISTINCT ON (state, practitioner_id) id, version FROM prescription"),
    "lock": ("identity", "SELECT id, version FROM account_lock"),
    "order": ("clinical", f"{STATES_OF.format('state, direction, given')} service_order ORDER BY 3, 4, 5, id DESC"),
    "proc": ("clinical", "SELECT DISTINCT ON (practitioner_id) id, version FROM procedure LIMIT 4"),
    "procrep": ("clinical", f"{STATES_OF.format('status')} procedure_report ORDER BY 3, id DESC"),
    "ref": ("clinical", f"{STATES_OF.format('state, to_organization_id')} referral ORDER BY 3, 4, id DESC"),
    "tele": ("clinical", f"{STATES_OF.format('outcome, started_at IS NULL')} teleconsultation ORDER BY 3, 4, id DESC"),
    "att": ("accreditation", f"{STATES_OF.format('ended_at IS NULL, valid_to > now()')} attestation ORDER BY 3, 4, id"),
    "rtpl": ("identity", "SELECT id, version FROM report_template"),
    "inq": ("clinical", "SELECT id, 1 AS version FROM inquiry WHERE id < 1000 LIMIT 4"),
    "grant": ("identity", "SELECT DISTINCT ON (module, kind) id, version FROM access_grant"),
    "tick": ("identity", "SELECT DISTINCT ON (state) id, version FROM support_ticket ORDER BY state, id DESC"),
}  # fmt: skip
ABSENT = 99_999_999
# What an act says of the object itself; any other problem is of what was said, or found out as it is done.
FORESEEN = {
    "NOT_FOUND", "ILLEGAL_TRANSITION", "NOT_CLAIMED", "ALREADY_CLAIMED", "OWN_NOTE", "OPENED_BY_YOURSELF",
    "WRONG_WORKPLACE", "EPISODE_CLOSED", "OWN_REQUEST", "SECOND_PERSON_REQUIRED", "ORDER_NOT_IN_STATE",
    "DIRECTION_REQUIRED",
}  # fmt: skip
# Of an encounter only the act itself finds that out.
FORESEEN_OF_ORDERS = {"RECORDS_REMAIN", "SERVICE_NOT_OF_ORDER"}
# What an act needs besides, to come to the object at all; and what of it is not the object.
SOON = str((datetime.now(UTC) + timedelta(days=30)).date())
BESIDES: dict[str, dict[str, Any]] = {
    "answerReferral": {"conclusion": "Без патологии."},
    "acknowledgeProcedureReport": {"status": "ACCEPTED"},
    "renewAttestation": {"lastOn": SOON},
    "saveReportTemplate": {"filter": {"of": "SELF", "last": 4}},
}
NOT_THE_OBJECT = {"noteId"}
MISSING = {"NEEDS_SECOND_FACTOR", "NEEDS_CONSENT", "NEEDS_GRANT", "NOT_ALLOWED"}
AT_ONCE = 40
ASK = """query($acts: [ActName!]!, $objects: [ID!]!) { viewer { canAct(acts: $acts, objects: $objects) {
  act object state reason until stepUp { url maxAge } } } }"""
ACTED: dict[str, tuple[str, ...]] = {
    "app": ("updateApplication", "discardApplication", "validateApplication", "submitApplication",
            "withdrawApplication", "answerClarification", "resubmitApplication", "claimApplication",
            "releaseApplication", "requestClarification", "advanceApplication", "approveApplication",
            "rejectApplication", "commentApplication"),
    "acc": ("renewAccreditation", "suspendAccreditation", "reinstateAccreditation", "revokeAccreditation",
            "requestRecheck"),
    "note": ("updateNote", "discardNote", "signNote", "cosignNote", "correctNote", "restrictRecord",
             "markEnteredInError"),
    "case": ("closeEpisode", "restrictRecord"),
    **dict.fromkeys(("enc", "cond", "obs", "lab"), ("restrictRecord", "markEnteredInError")),
    "pat": ("openEpisode", "recordEncounter", "askConsultation", "startTeleconsultation"),
    "emrg": ("confirmEmergencyAccess", "closeEmergencyAccess", "reviewEmergencyAccess"),
    "link": ("withdrawOrganizationLink", "decideOrganizationLink"),
    "regreq": ("decideRegistration", "decideRegistryCorrection"),
    "tick": ("answerTicket", "closeTicket"),
    "inq": ("closeInquiry",),
    "rx": ("updatePrescription", "discardPrescription", "signPrescription", "cosignPrescription", "annulPrescription"),
    "lock": ("proposeUnlock", "confirmUnlock"),
    "order": ("cancelOrder", "recordResult", "signResult", "acknowledgeResult", "recordAdministration",
              "markEnteredInError"),
    "proc": ("markEnteredInError",),
    "procrep": ("acknowledgeProcedureReport",),
    "ref": ("discardReferral", "issueReferral", "annulReferral", "acceptReferral", "declineReferral",
            "answerReferral"),
    "tele": ("startTeleconsultation", "finishTeleconsultation", "cancelTeleconsultation",
             "withdrawTeleconsultation"),
    "att": ("renewAttestation", "endAttestation"),
    "rtpl": ("saveReportTemplate", "deleteReportTemplate"),
    "grant": ("confirmAccess", "refuseAccess", "revokeAccess", "reviewEmergencyGrant"),
}  # fmt: skip
ASKED_TOGETHER = (
    ("rx",),
    ("app", "acc"),
    ("note", "case", "enc", "cond", "obs", "lab", "pat"),
    ("emrg", "link", "regreq", "tick", "inq", "grant", "lock"),
    ("order", "proc"),
    ("ref", "tele", "procrep", "att", "rtpl"),
)


class Undone(Exception):
    """The act would be done: its transaction is rolled back instead."""


def _undone(point: str) -> None:
    if point == "written":
        raise Undone


def _said(kind: Any) -> Any:
    """Something of a type that an input asks for."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return next((one for one in ("NORMAL", "ASSIGNMENT") if one in named.values), next(iter(named.values)))
    if isinstance(named, GraphQLInputObjectType):
        return {}
    words = {"Int": 1, "Boolean": True, "ID": "prac_5", "Base64": "MAo="}
    found = words.get(named.name, "Причина указана подробно")
    return [found] if str(kind).startswith("[") else found


def given(office: Office, act: str, thing: str, version: int) -> tuple[str, dict[str, Any]]:
    """The type of the input of an act, and an input that names an object."""
    root: Any = office.application.operating.executor.graph.core.mutation_type
    kind = root.fields[act].args["input"].type
    fields = get_named_type(kind).fields
    needed = {name: one.type for name, one in fields.items() if isinstance(one.type, GraphQLNonNull)}
    named = "id" if "id" in fields else next(name for name in needed if name.endswith("Id"))
    if act == "startTeleconsultation" and thing.startswith("pat_"):
        named = "patientId"
    said = {name: BESIDES.get(act, {}).get(name) or _said(one) for name, one in needed.items()}
    said |= BESIDES.get(act, {})
    if "expectedVersion" in fields:
        said["expectedVersion"] = version
    return str(kind), {**said, named: thing}


def outcomes(answer: Answer, things: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """What became of each act: DONE, or refused with the reason, or hindered with the code."""
    for number, thing in enumerate(things):
        name = f"a{number}"
        errors = [one["extensions"] for one in answer.errors if one["path"][0] == name]
        if errors:
            (error,) = errors
            done_it = error["code"] == "INTERNAL_SERVER_ERROR"
            yield ("DONE", None) if done_it else ("REFUSED", error.get("reason", error["code"]))
        else:
            problems = answer.data[name]["problems"]
            codes = [one["code"] for one in problems if NOT_THE_OBJECT.isdisjoint(one["path"])]
            told = FORESEEN | FORESEEN_OF_ORDERS if thing.startswith("order_") else FORESEEN
            yield ("HINDERED", codes[0]) if codes and codes[0] in told else ("DONE", None)


async def objects_of(office: Office) -> dict[str, int]:
    """Objects by their global ids, each with its version; and one of each kind that is not there."""
    found: dict[str, int] = {}
    for prefix, (store, text) in OBJECTS.items():
        rows = await office.rows(text, store=store)
        found |= {f"{prefix}_{row['id']}": row["version"] for row in rows}
        found[f"{prefix}_{ABSENT}"] = 1
    return found


async def foreseen(office: Office, persona: str, objects: dict[str, int]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is told of each act on each object that it is done to."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kinds in ASKED_TOGETHER:
        acts = [*dict.fromkeys(act for kind in kinds for act in ACTED[kind])]
        things = [one for one in objects if one.split("_")[0] in kinds]
        answer = await office.ask(persona, ASK, {"acts": acts, "objects": things})
        assert answer.errors == [], answer.body
        if answer.data["viewer"] is None:
            return {}
        told = answer.data["viewer"]["canAct"]
        assert len(told) == len(acts) * len(things)
        for one in told:
            if one["act"] in ACTED[one["object"].split("_")[0]]:
                found[one["act"], one["object"]] = one
            else:  # it is nothing that the act is done to
                assert (one["state"], one["reason"]) != ("ALLOWED", None)
    return found


async def acted(office: Office, persona: str, pairs: list[tuple[str, str, int]]) -> list[tuple[str, str | None]]:
    """What the acts themselves say, none of them kept."""
    found: list[tuple[str, str | None]] = []
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        inputs = [given(office, *pair) for pair in some]
        heads = ", ".join(f"$i{n}: {kind}" for n, (kind, _) in enumerate(inputs))
        acts = " ".join(
            f"a{n}: {act}(input: $i{n}) {{ problems {{ code path }} }}" for n, (act, _, _) in enumerate(some)
        )
        variables = {f"i{n}": said for n, (_, said) in enumerate(inputs)}
        answer = await office.ask(persona, f"mutation({heads}) {{ {acts} }}", variables)
        assert answer.data is not None, answer.body
        found += outcomes(answer, [thing for _, thing, _ in some])
    return found


async def situated(clinic: Clinic) -> None:
    """Objects in states that the world has none of."""
    office = clinic.office
    await office.drafted("surgeon")
    await office.submitted("lapsed")
    await office.examined("applicant", stage="CHECK")
    signed = await done(clinic, "therapist", "signNote", await added(clinic))
    assert signed["state"] == "SIGNED"
    await added(clinic)
    await clinic.act("intern", "addNote", "note { id }", encounterId=await clinic.encounter(10), kind="EXAMINATION",
                     text="Жалоб нет.")  # fmt: skip
    opened = {"subject": "Вопрос", "text": "Не вижу отчёт"}
    await office.act("therapist", "supportTicket", "ticket { id }", **opened)
    template = {"name": "Мои посещения", "metric": "VISITS", "filter": {"of": "SELF", "last": 4}}
    await office.act("therapist", "saveReportTemplate", "template { id }", **template)
    await office.act("therapist", "linkOrganization", "link { id }", organizationId="org_2", consentVersion="2026.1")


def _worth_trying(told: dict[tuple[str, str], dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What is tried: of an act that is refused alike on whatever object, one of them."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for act, thing in told:
        kinds.setdefault((act, thing.split("_")[0]), []).append(thing)
    for (act, _), things in kinds.items():
        said = {told[act, one]["reason"] for one in things}
        yield from ((act, one) for one in (things[:1] if len(said) == 1 and said != {None} else things))


async def test_what_is_told_beforehand_is_what_the_act_says(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    office = clinic.office
    await situated(clinic)
    objects = await objects_of(office)
    monkeypatch.setattr(acting, "reach", _undone)
    told_of: dict[str, int] = {}
    differing = []
    for persona in CAST:
        told = await foreseen(office, persona, objects)
        pairs = [(act, thing, objects[thing]) for act, thing in _worth_trying(told)]
        for (act, thing, _), (outcome, why) in zip(pairs, await acted(office, persona, pairs), strict=True):
            one = told[act, thing]
            told_of[one["state"]] = told_of.get(one["state"], 0) + 1
            expected = one["state"] == "ALLOWED" if outcome == "DONE" else one["state"] in MISSING
            if not expected or one["reason"] != why:
                differing.append((persona, act, thing, one["state"], one["reason"], outcome, why))
    assert differing == []
    assert told_of["ALLOWED"] > 100, told_of
    assert told_of.keys() >= {"NOT_ALLOWED", "ALLOWED"}

"""The parts make one graph again: composed as others compose it, by the library that the npm gateways use."""

import pytest

from gateway.settings import PARTS, STORES
from schema.built import graph
from schema.subgraph import parts, subgraph
from tests.subgraphs.composing import composed, written

pytestmark = pytest.mark.clients

# What the interface of filings promises of licences, wherever a filing can be had.
FILING = ("filingKind", "dated", "filingStatus")
# What no store has.
STORELESS = (
    "viewer", "specialties", "positions", "regions", "medicines", "services", "patientConsentTexts",
    "requiredAttestations", "signInMethods", "applicationRules", "documentKinds", "exchangePartners", "supportContacts",
    "serviceStatus",
)  # fmt: skip
VIEWERS = ("assurance", "roles", "workplaces", "permissions", "canAct", "complianceIssues", "accessTerms")
DONE = {
    "registry": ("registerPractitioner", "linkOrganization", "confirmContact", "disableExternalService"),
    "accreditation": ("suspendAccreditation", "confirmAccessTerms", "createApplication", "addAttestation"),
    "identity": ("signOut", "forgetDevice", "requestContactCode", "grantAccess", "proposeUnlock", "supportTicket"),
    "clinical": ("addNote", "recordDispensing", "restrictRecord", "registerPatient", "askConsultation"),
    "schedule": ("bookAppointment", "publishSlots"),
    "documents": ("requestUpload", "requestDownload", "issuePatientCertificate", "sendDocument"),
    "journal": ("exportAudit", "markMessagesRead", "changeNotificationSettings", "proposeAppointment"),
}


def described(*groups: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {
            "name": "-".join(names),
            "url": f"http://{names[0]}.test/graphql",
            "sdl": subgraph(names).sdl if len(names) > 1 else written(*names),
        }
        for names in groups
    ]


@pytest.mark.parametrize(
    "groups",
    [
        [(name,) for name in PARTS],
        [("accreditation", "registry"), ("clinical", "schedule"), ("documents", "identity", "journal")],
        [PARTS],
    ],
    ids=["each", "some", "whole"],
)
def test_parts_compose_without_an_error_or_a_hint(groups: list[tuple[str, ...]]) -> None:
    found = composed(described(*groups))
    assert (found["errors"], found["hints"]) == ([], [])
    assert found["supergraph"] is not None


def test_a_part_without_keys_does_not_compose() -> None:
    """Else the test above could not fail."""
    given = described(*[(name,) for name in PARTS])
    given[0]["sdl"] = given[0]["sdl"].replace(
        'type Practitioner implements Node @key(fields: "id")', "type Practitioner"
    )
    assert composed(given)["errors"] != []


def test_each_store_has_a_part() -> None:
    assert parts().names == PARTS == tuple(sorted(STORES))


def test_together_they_offer_the_whole_graph() -> None:
    """What only subscriptions tell aside; each field of roots and entities once, but for those below."""
    offers = [parts().offer([name]) for name in PARTS]
    times = {
        f"{bound.name}.{name}": sum(name in offer.get(bound.name, ()) for offer in offers)
        for bound in graph().types.values()
        for name in bound.fields
    }
    left_out = {coordinate.partition(".")[0] for coordinate, number in times.items() if not number}
    assert "Subscription" in left_out
    assert {name for name in left_out if not name.endswith("Change")} == {"Subscription", "ReferralReceived"}
    owned = [name for name in graph().types if name in {"Query", "Mutation"} or parts().is_entity(name)]
    several = {one for one, number in times.items() if number > 1 and one.partition(".")[0] in owned}
    assert {one for one in several if not one.endswith(".id")} == {
        *(f"{name}.{field}" for name in ("Licence", "QualificationCategory") for field in FILING),
        *(f"Query.{name}" for name in STORELESS),
        *(f"Viewer.{name}" for name in VIEWERS),
    }


def test_an_act_belongs_to_the_store_in_which_it_is_done() -> None:
    for name in PARTS:
        assert set(DONE[name]) <= set(parts().offer([name])["Mutation"])

"""Inputs of what people ask of the register: plain dataclasses of the resolvers, with what each field means."""

from typing import Any

import strawberry

from resolvers.registering import contact, correction, deciding, link, registration
from resolvers.registering.asked import RegistryField, RegistryRequestFilter, RequestKind, RequestState
from resolvers.registering.deciding import RequestDecision
from resolvers.registering.link import LinkDecision, LinkDiagnosis, LinkState, OrganizationLinkFilter
from resolvers.registering.preview import OrganizationNumber
from resolvers.registering.reached import ContactKind
from schema.act_inputs import VERSION, act_input
from schema.employment import EmploymentKind
from schema.enums import enum
from schema.inputs import graph_input
from schema.practitioner import EducationLevel
from schema.scalars import Inn, Ogrn, Oid, Snils

ID: Any = strawberry.ID
REQUEST = (ID, "Global id of the request.")
LINK = (ID, "Global id of the link.")

enum(
    RequestDecision,
    "What is decided of a request to the register.",
    name="RegistryRequestDecision",
    APPROVE="The register is changed as asked (одобрить).",
    REJECT="Nothing is changed (отклонить).",
)
enum(
    LinkDecision,
    "What is decided of a link.",
    name="OrganizationLinkDecision",
    CONFIRM="The person works there (подтвердить).",
    REFUSE="He does not, or it cannot be told (отклонить).",
)

graph_input(
    OrganizationNumber,
    "Names an organisation by a number: exactly one of the fields.",
    one_of=True,
    ogrn=(Ogrn, "ОГРН."),
    inn=(Inn, "ИНН; branches have that of their institution."),
    oid=(Oid, "Object identifier in the register."),
)
graph_input(
    RegistryRequestFilter,
    "Which requests are wanted: all conditions must hold.",
    state=(list[RequestState], "In any of these states."),
    kind=(list[RequestKind], "Of any of these kinds."),
    mine="Whether they are the viewer's own.",
)
graph_input(
    OrganizationLinkFilter,
    "Which links are wanted: all conditions must hold.",
    state=(list[LinkState], "In any of these states today."),
)
act_input(
    registration.RegisterPractitionerInput,
    "Who asks to be entered, as what, and whose personnel office is to decide.",
    snils=(Snils, "СНИЛС."),
    family_name="Family name (фамилия).",
    given_name="Given name (имя).",
    patronymic="Patronymic (отчество), where there is one.",
    birth_on="Date of birth (дата рождения).",
    specialty_code="Main specialty, by code.",
    position_code="Position, by code (должность).",
    organization_id=(ID, "Where he works or shall work."),
)
act_input(
    correction.EducationCorrectionInput,
    "A completed course that the register lacks.",
    level=(EducationLevel, "Level of the course."),
    institution="Where it was completed.",
    specialty_code="Specialty of training, by code.",
    document_number="Series and number of the diploma or certificate.",
    completed_on="Day of the document.",
    hours="Length in academic hours, for further training.",
)
act_input(
    correction.EmploymentCorrectionInput,
    "What a post shall say; what is left out stays.",
    employment_id=(ID, "The post."),
    position_code="Position, by code.",
    department_id=(ID | None, "Department, of the same organisation."),
    last_on="Last day of work.",
)
act_input(
    correction.RequestRegistryCorrectionInput,
    "What is wrong, what shall be there instead, and the paper that shows it.",
    field=(RegistryField, "What is wrong: a name, EDUCATION or EMPLOYER; all else is REGISTRY_OWNED."),
    value="The name as it shall be; left out of PATRONYMIC, there shall be none.",
    education="With EDUCATION, the course.",
    employment="With EMPLOYER, the post.",
    document_id=(ID | None, "One of the viewer's documents that shows it; of a post none is needed."),
    organization_id=(ID | None, "Whose personnel office shall decide, where he works at several."),
)
act_input(
    deciding.DecideRegistryRequestInput,
    "The request, what is decided, and why.",
    id=REQUEST,
    expected_version=VERSION,
    decision=(RequestDecision, "What is decided."),
    reason="Why; of a rejection it has to be said.",
)
act_input(
    link.LinkOrganizationInput,
    "To which organisation, and to which text the person agrees.",
    organization_id=(ID, "The organisation, or the branch that was chosen."),
    consent_version="Version of the text that was read, from `organizationPreview`.",
)
act_input(link.WithdrawOrganizationLinkInput, "The link that is taken back.", id=LINK, expected_version=VERSION)
act_input(
    link.LinkedEmploymentInput,
    "The post that the person has, where the register lacks it.",
    position_code="Position, by code.",
    department_id=(ID | None, "Department, of the same organisation."),
    kind=(EmploymentKind, "How the post is held."),
    rate="Share of a full post (ставка): 0.01 to 2.",
    starts_on="First day of work.",
)
act_input(
    link.DecideOrganizationLinkInput,
    "The request, what is decided, and why.",
    id=LINK,
    expected_version=VERSION,
    decision=(LinkDecision, "What is decided."),
    employment="With CONFIRM, the post, where the register lacks it; a post that it has is not changed.",
    diagnosis=(LinkDiagnosis | None, "With REFUSE, why; NOT_EMPLOYED unless said."),
    reason="The same in words, for the person to read; with REFUSE it has to be said.",
)
act_input(
    contact.UpdateContactsInput,
    "The contacts that shall be there instead; a code goes to each.",
    phone="Telephone; blanks, dashes and brackets do not matter.",
    email="E-mail address.",
)
act_input(contact.RequestContactCodeInput, "For which contact another code is wanted.", kind=(ContactKind, "Which."))
act_input(
    contact.ConfirmContactInput,
    "The code that came.",
    kind=(ContactKind, "For which contact."),
    code="Six digits.",
)

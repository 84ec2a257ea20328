"""What people ask of the register and what a personnel officer decides, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.registering import contact, correction, deciding, link, registration
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.registering import (
        ContactChallengePayload,
        ContactPayload,
        OrganizationLinkPayload,
        RegistryRequestPayload,
    )


@shows(Root)
class RegisteringActs:
    """Acts on what the register says of people: asked for by them, decided by their personnel office."""

    register_practitioner: "RegistryRequestPayload | None" = act(
        registration.register,
        "Ask to be entered in the register; the personnel office decides (зарегистрироваться).",
        permission=P.REGISTRY_REQUEST_WRITE,
        arguments=INPUT,
    )
    request_registry_correction: "RegistryRequestPayload | None" = act(
        correction.request_correction,
        "Ask to have corrected what the register says of the viewer (запросить исправление).",
        permission=P.REGISTRY_REQUEST_WRITE,
        arguments=INPUT,
    )
    decide_registration: "RegistryRequestPayload | None" = act(
        deciding.decide_registration,
        "Enter somebody in the register and tie his account to the row, or refuse that (решить о регистрации).",
        permission=P.REGISTRY_REQUEST_DECIDE,
        arguments=INPUT,
        on=deciding.ON_REGISTRATION,
    )
    decide_registry_correction: "RegistryRequestPayload | None" = act(
        deciding.decide_correction,
        "Correct what the register says of somebody, or refuse that (решить об исправлении).",
        permission=P.REGISTRY_REQUEST_DECIDE,
        arguments=INPUT,
        on=deciding.ON_CORRECTION,
    )
    link_organization: "OrganizationLinkPayload | None" = act(
        link.link,
        "Ask to be tied to an organisation; its personnel office decides (привязать организацию).",
        permission=P.ORGANIZATION_LINK_WRITE,
        arguments=INPUT,
    )
    withdraw_organization_link: "OrganizationLinkPayload | None" = act(
        link.withdraw,
        "Take a link back: nothing rests on the posts there any more (отозвать привязку).",
        permission=P.ORGANIZATION_LINK_WRITE,
        arguments=INPUT,
        on=link.ON_WITHDRAWING,
    )
    decide_organization_link: "OrganizationLinkPayload | None" = act(
        link.decide,
        "Confirm that somebody works there, and enter his post where the register lacks it; or refuse "
        "(решить о привязке).",
        permission=P.ORGANIZATION_LINK_DECIDE,
        arguments=INPUT,
        on=link.ON_DECIDING,
    )
    update_contacts: "ContactChallengePayload | None" = act(
        contact.update,
        "Send a code to a new phone or address; the register has it once the code is shown (изменить контакты).",
        permission=P.PRACTITIONER_CONTACT_WRITE,
        arguments=INPUT,
    )
    request_contact_code: "ContactChallengePayload | None" = act(
        contact.request_code,
        "Send another code in the place of the last (отправить код ещё раз).",
        permission=P.PRACTITIONER_CONTACT_WRITE,
        arguments=INPUT,
    )
    confirm_contact: "ContactPayload | None" = act(
        contact.confirm,
        "Show the code that came (подтвердить контакт).",
        permission=P.PRACTITIONER_CONTACT_WRITE,
        arguments=INPUT,
    )

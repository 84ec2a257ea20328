"""The root of acting: everything that can be done."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers import access
from resolvers import accreditation as accreditations
from resolvers import audit_package as packages
from resolvers import message as messages
from resolvers import notification as notifications
from resolvers.accreditation import oversight
from resolvers.application import deciding, drafting, examining, submitting, targets
from resolvers.appointment import acts as appointing
from resolvers.document import downloading
from resolvers.identity import device as devices
from resolvers.identity import signing_out, ticket_acts, unlocking
from schema.act_inputs import INPUT
from schema.attestation import AttestationActs
from schema.clinical.mutation import ClinicalActs
from schema.clinical.referral_act import ReferralActs
from schema.document.mutation import DocumentActs
from schema.external_service import ExternalServiceActs
from schema.grant import AccessActs
from schema.registering_mutation import RegisteringActs
from schema.report_template_act import ReportTemplateActs

if TYPE_CHECKING:
    from schema.access import AccessTermsPayload
    from schema.appointment import AppointmentPayload
    from schema.audit_package import ExportAuditPayload
    from schema.document.download import RequestDownloadPayload
    from schema.identity.session import SessionsPayload
    from schema.notification import ChangeNotificationSettingsPayload, MarkMessagesReadPayload
    from schema.payload import (
        AccreditationPayload,
        ApplicationPayload,
        DecisionPayload,
        DiscardPayload,
        SubmissionPayload,
    )
    from schema.support import SupportTicketPayload, UnlockPayload


@shows(Root)
class Mutation(
    ClinicalActs,
    ReferralActs,
    RegisteringActs,
    AccessActs,
    DocumentActs,
    AttestationActs,
    ExternalServiceActs,
    ReportTemplateActs,
):
    """Everything that can be done; of several acts in one operation each is done, and lasts, before the next begins."""

    create_application: "ApplicationPayload | None" = act(
        drafting.create, "Begin a draft (черновик).", permission=P.APPLICATION_FILE_WRITE, arguments=INPUT
    )
    update_application: "ApplicationPayload | None" = act(
        drafting.update,
        "Change what a draft says.",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.DRAFT,
    )
    discard_application: "DiscardPayload | None" = act(
        drafting.discard,
        "Delete a draft, which was never submitted (удалить черновик).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.DRAFT,
    )
    validate_application: "ApplicationPayload | None" = act(
        submitting.validate,
        "Say what submission would say, and change nothing (проверить).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.SUBMIT,
    )
    submit_application: "SubmissionPayload | None" = act(
        submitting.submit,
        "Submit a draft that lacks nothing; its term begins (подать).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.SUBMIT,
    )
    withdraw_application: "ApplicationPayload | None" = act(
        submitting.withdraw,
        "Take an application back, whatever its stage (отозвать).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.WITHDRAW,
    )
    answer_clarification: "ApplicationPayload | None" = act(
        submitting.answer,
        "Answer what the expert asked (ответить на запрос).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.ANSWER,
    )
    resubmit_application: "ApplicationPayload | None" = act(
        drafting.resubmit,
        "Begin the next attempt after a rejection, with what the last one said.",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.RESUBMIT,
    )
    renew_accreditation: "ApplicationPayload | None" = act(
        drafting.renew,
        "Begin the application for the record that follows one, filled in from it (продлить).",
        permission=P.APPLICATION_FILE_WRITE,
        arguments=INPUT,
        on=targets.renewable(accreditations.by_id),
    )
    claim_application: "ApplicationPayload | None" = act(
        examining.claim,
        "Take an application from the queue (взять в работу).",
        permission=P.APPLICATION_CASE_CLAIM,
        arguments=INPUT,
        on=targets.CLAIM,
    )
    release_application: "ApplicationPayload | None" = act(
        examining.release,
        "Put an application back into the queue (вернуть в очередь).",
        permission=P.APPLICATION_CASE_EXAMINE,
        arguments=INPUT,
        on=targets.RELEASE,
    )
    request_clarification: "ApplicationPayload | None" = act(
        examining.request_clarification,
        "Ask the applicant to put something right; the decision is due later by as much (запросить уточнение).",
        permission=P.APPLICATION_CASE_EXAMINE,
        arguments=INPUT,
        on=targets.REQUEST_CLARIFICATION,
    )
    advance_application: "ApplicationPayload | None" = act(
        examining.advance,
        "Pass an application on to its next stage (перевести на следующую стадию).",
        permission=P.APPLICATION_CASE_EXAMINE,
        arguments=INPUT,
        on=targets.ADVANCE,
    )
    approve_application: "DecisionPayload | None" = act(
        deciding.approve,
        "Accredit: the record is in force from this instant on (аккредитовать).",
        permission=P.APPLICATION_CASE_DECIDE,
        arguments=INPUT,
        on=targets.APPROVE,
    )
    reject_application: "DecisionPayload | None" = act(
        deciding.reject,
        "Refuse, with reasons (отказать).",
        permission=P.APPLICATION_CASE_DECIDE,
        arguments=INPUT,
        on=targets.REJECT,
    )
    comment_application: "ApplicationPayload | None" = act(
        examining.comment,
        "Remark on an application, for the applicant or for those who examine.",
        permission=P.APPLICATION_COMMENT_WRITE,
        arguments=INPUT,
        on=targets.COMMENT,
    )
    suspend_accreditation: "AccreditationPayload | None" = act(
        oversight.suspend,
        "Stop the rights of a record for the time being (приостановить).",
        permission=P.ACCREDITATION_STATE_WRITE,
        arguments=INPUT,
        on=oversight.on_record("SUSPEND"),
    )
    reinstate_accreditation: "AccreditationPayload | None" = act(
        oversight.reinstate,
        "Let a record go on that was suspended or under review (возобновить).",
        permission=P.ACCREDITATION_STATE_WRITE,
        arguments=INPUT,
        on=oversight.on_record("REINSTATE"),
    )
    revoke_accreditation: "AccreditationPayload | None" = act(
        oversight.revoke,
        "End a record for good (аннулировать).",
        permission=P.ACCREDITATION_STATE_WRITE,
        arguments=INPUT,
        on=oversight.on_record("REVOKE"),
    )
    request_recheck: "AccreditationPayload | None" = act(
        oversight.recheck,
        "Have a record checked again (назначить повторную проверку).",
        permission=P.ACCREDITATION_RECHECK_REQUEST,
        arguments=INPUT,
        on=oversight.on_record("RECHECK"),
    )
    confirm_access_terms: "AccessTermsPayload | None" = act(
        access.confirm,
        "Agree to the terms of access: from here on what the viewer is accredited for is open (подтвердить согласие).",
        permission=P.ACCESS_TERMS_WRITE,
        arguments=INPUT,
        store="accreditation",
    )
    withdraw_access_terms: "AccessTermsPayload | None" = act(
        access.withdraw,
        "Take that back; the viewer remains an employee (отозвать согласие).",
        permission=P.ACCESS_TERMS_WRITE,
        arguments=INPUT,
        store="accreditation",
    )
    sign_out: "SessionsPayload | None" = act(
        signing_out.sign_out,
        "End the session under which the viewer asks (выйти).",
        permission=P.IDENTITY_SESSION_WRITE,
        arguments=INPUT,
        store="identity",
    )
    end_session: "SessionsPayload | None" = act(
        signing_out.end_session,
        "End a session of the viewer, on whichever device it is (завершить сеанс).",
        permission=P.IDENTITY_SESSION_WRITE,
        arguments=INPUT,
        store="identity",
    )
    sign_out_everywhere: "SessionsPayload | None" = act(
        signing_out.sign_out_everywhere,
        "End every session of the viewer (выйти на всех устройствах).",
        permission=P.IDENTITY_SESSION_WRITE,
        arguments=INPUT,
        store="identity",
    )
    forget_device: "SessionsPayload | None" = act(
        devices.forget,
        "Forget a browser on which the viewer signed in, and end the sessions on it (забыть устройство).",
        permission=P.IDENTITY_SESSION_WRITE,
        arguments=INPUT,
        store="identity",
    )
    mark_messages_read: "MarkMessagesReadPayload | None" = act(
        messages.mark_read,
        "Mark messages of the viewer read; needs no key (отметить прочитанными).",
        permission=P.NOTIFICATION_MESSAGE_WRITE,
        arguments=INPUT,
    )
    request_download: "RequestDownloadPayload | None" = act(
        downloading.request,
        "Give a link by which the viewer fetches the content of a document, for ten minutes (скачать).",
        permission=P.DOCUMENT_CONTENT_READ,
        arguments=INPUT,
        store="documents",
    )
    export_audit: "ExportAuditPayload | None" = act(
        packages.export,
        "Have a sealed package made of a part of the journal, to be fetched once (выгрузить журнал); needs no key.",
        permission=P.AUDIT_EVENT_EXPORT,
        arguments=INPUT,
        store="journal",
    )
    change_notification_settings: "ChangeNotificationSettingsPayload | None" = act(
        notifications.change,
        "Change how the viewer is told; needs no key (настроить уведомления).",
        permission=P.NOTIFICATION_MESSAGE_WRITE,
        arguments=INPUT,
    )
    propose_appointment: "AppointmentPayload | None" = act(
        appointing.propose,
        "Propose somebody for a function; a second person confirms it (предложить назначение).",
        permission=P.APPOINTMENT_RECORD_WRITE,
        arguments=INPUT,
    )
    confirm_appointment: "AppointmentPayload | None" = act(
        appointing.confirm,
        "Confirm a proposal: neither who proposed it nor who is appointed does (подтвердить назначение).",
        permission=P.APPOINTMENT_RECORD_WRITE,
        arguments=INPUT,
    )
    end_appointment: "AppointmentPayload | None" = act(
        appointing.end,
        "End an appointment, or take a proposal back (прекратить назначение).",
        permission=P.APPOINTMENT_RECORD_WRITE,
        arguments=INPUT,
    )
    propose_unlock: "UnlockPayload | None" = act(
        unlocking.propose,
        "Propose that a lock of an account is lifted before its time (предложить снять блокировку).",
        permission=P.SUPPORT_LOCK_LIFT,
        arguments=INPUT,
        on=unlocking.ON_PROPOSING,
    )
    confirm_unlock: "UnlockPayload | None" = act(
        unlocking.confirm,
        "Lift a lock that another proposed to lift (снять блокировку).",
        permission=P.SUPPORT_LOCK_LIFT,
        arguments=INPUT,
        on=unlocking.ON_CONFIRMING,
    )
    support_ticket: "SupportTicketPayload | None" = act(
        ticket_acts.open_,
        "Ask support for something, with the ids of the requests that it is about (обратиться в поддержку).",
        permission=P.SUPPORT_TICKET_OPEN,
        arguments=INPUT,
    )
    answer_ticket: "SupportTicketPayload | None" = act(
        ticket_acts.answer,
        "Answer a ticket (ответить на обращение).",
        permission=P.SUPPORT_TICKET_ANSWER,
        arguments=INPUT,
        on=ticket_acts.ON_TICKETS,
    )
    close_ticket: "SupportTicketPayload | None" = act(
        ticket_acts.close,
        "Close a ticket (закрыть обращение).",
        permission=P.SUPPORT_TICKET_CLOSE,
        arguments=INPUT,
        on=ticket_acts.ON_TICKETS,
    )

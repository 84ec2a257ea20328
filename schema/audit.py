"""The journal (журнал действий и доступа) as the auditor sees it: ids and grounds, nothing of what the objects say."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import audit
from resolvers import audit_grounds as grounds
from resolvers import practitioner as practitioners
from resolvers.audit import AccessVerdict, AuditedAct
from resolvers.audit_grounds import ReadBlock
from schema.enums import enum, known
from schema.role import RoleName
from sources.audit import AuditEntryRecord

if TYPE_CHECKING:
    from schema.practitioner import Practitioner

enum(
    AuditedAct,
    "What was done; the word of the entry, as the field of `Mutation` is called, in capitals.",
    CREATE_APPLICATION="A draft was begun (создан черновик).",
    UPDATE_APPLICATION="A draft was changed (изменён черновик).",
    DISCARD_APPLICATION="A draft was thrown away (удалён черновик).",
    SUBMIT_APPLICATION="An application was submitted (подано заявление).",
    WITHDRAW_APPLICATION="An application was taken back (отозвано заявление).",
    ANSWER_CLARIFICATION="What was asked was put right (дан ответ на запрос).",
    RESUBMIT_APPLICATION="The next attempt was begun (подготовлена повторная подача).",
    RENEW_ACCREDITATION="A renewal was begun (начато продление).",
    CLAIM_APPLICATION="An expert took an application (взято в работу).",
    RELEASE_APPLICATION="An expert put it back (возвращено в очередь).",
    REQUEST_CLARIFICATION="An expert asked to put something right (запрошено уточнение).",
    ADVANCE_APPLICATION="An application went to the next stage (переведено на следующую стадию).",
    APPROVE_APPLICATION="Accreditation was given (аккредитован).",
    REJECT_APPLICATION="Accreditation was refused (отказано).",
    COMMENT_APPLICATION="A remark was made (добавлен комментарий).",
    LAPSE_CLARIFICATION="What was asked was not put right in time (истёк срок уточнения).",
    RECOMPUTE_DEADLINE="A deadline was computed anew (пересчитан срок).",
    SUSPEND_ACCREDITATION="A record was suspended (приостановлена).",
    REINSTATE_ACCREDITATION="A record was let go on (возобновлена).",
    REVOKE_ACCREDITATION="A record was ended (аннулирована).",
    REQUEST_RECHECK="A record is to be checked again (назначена повторная проверка).",
    ADD_ATTESTATION="Something was attested for work from afar (внесено подтверждение).",
    RENEW_ATTESTATION="An attestation was renewed (подтверждение продлено).",
    END_ATTESTATION="An attestation was ended before its term (подтверждение прекращено).",
    CONFIGURE_EXTERNAL_SERVICE="It was said where an external service is asked (настроен внешний сервис).",
    DISABLE_EXTERNAL_SERVICE="An external service was disabled (отключён внешний сервис).",
    ISSUE_QUALIFICATION_CERTIFICATE="A certificate of qualification was issued (выдана справка о квалификации).",
    ISSUE_PATIENT_CERTIFICATE="A certificate about a patient was issued (выдана справка пациенту).",
    DRAFT_PRESCRIPTION="A prescription was drafted (подготовлен рецепт).",
    UPDATE_PRESCRIPTION="A draft of a prescription was changed (изменён рецепт).",
    DISCARD_PRESCRIPTION="A draft of a prescription was thrown away (отменён черновик рецепта).",
    SIGN_PRESCRIPTION="A prescription was signed (подписан рецепт).",
    COSIGN_PRESCRIPTION="A prescription of another was signed (заверен рецепт).",
    ANNUL_PRESCRIPTION="A prescription was annulled (аннулирован рецепт).",
    RECORD_DISPENSING="It was told what a pharmacy dispensed (сообщено об отпуске).",
    CONFIRM_ACCESS_TERMS="The terms of access were agreed to (дано согласие с условиями доступа).",
    WITHDRAW_ACCESS_TERMS="That was taken back (отозвано согласие).",
    OPEN_EPISODE="An episode of care was opened (открыт случай).",
    CLOSE_EPISODE="It was closed (закрыт случай).",
    RECORD_ENCOUNTER="An encounter was recorded (внесено посещение).",
    ADD_NOTE="An entry of a case history was begun (начата запись).",
    UPDATE_NOTE="An entry was changed before it was signed (изменена запись).",
    DISCARD_NOTE="An entry that was not signed was thrown away (удалена запись).",
    SIGN_NOTE="An entry was signed (подписана запись).",
    COSIGN_NOTE="An entry of a trainee was signed by his supervisor (подписана запись стажёра).",
    CORRECT_NOTE="The correction of a signed entry was begun (начато исправление записи).",
    RECORD_CONDITION="A diagnosis was recorded (установлен диагноз).",
    RECORD_OBSERVATION="A vital sign was recorded (внесён показатель).",
    RECORD_LABORATORY_RESULT="A result of the laboratory was recorded (внесён результат исследования).",
    ORDER_SERVICE="A service or a medicine was ordered for a patient (назначена услуга или препарат).",
    CANCEL_ORDER="An order was cancelled (назначение отменено).",
    RECORD_RESULT="The result of an order was recorded (внесён результат назначения).",
    SIGN_RESULT="That was signed (результат назначения подписан).",
    ACKNOWLEDGE_RESULT="Whoever ordered it took note of it (врач ознакомился с результатом).",
    RECORD_ADMINISTRATION="A medicine was given as ordered (препарат введён или выдан).",
    RECORD_PROCEDURE="A procedure was recorded (внесена услуга).",
    SUBMIT_PROCEDURE_REPORT="A report on procedures was submitted (передан отчёт об услугах).",
    ACKNOWLEDGE_PROCEDURE_REPORT="A report on procedures was accepted or returned (отчёт об услугах рассмотрен).",
    REQUEUE_SERVICE_MESSAGE="An operator had the register of services told anew (сообщение поставлено в очередь).",
    MARK_ENTERED_IN_ERROR="A record was marked as entered in error (запись отмечена как ошибочная).",
    ASK_EMERGENCY_ACCESS="An emergency access was asked for, whoever was found (запрошен экстренный доступ).",
    OPEN_EMERGENCY_ACCESS="The history of a patient was opened in an emergency (открыт экстренный доступ).",
    CONFIRM_EMERGENCY_ACCESS="A second person confirmed that (экстренный доступ подтверждён).",
    CLOSE_EMERGENCY_ACCESS="It was closed before its time (экстренный доступ закрыт).",
    REVIEW_EMERGENCY_ACCESS="It was reviewed (экстренный доступ проверен).",
    GIVE_CONSENT="A patient consented (дано согласие пациента).",
    WITHDRAW_CONSENT="That was taken back (согласие пациента отозвано).",
    RESTRICT_RECORD="A record was restricted, or opened again (изменён доступ к записи).",
    ASK_CONSULTATION="A colleague was asked to consult (запрошена консультация).",
    END_CONSULTATION="That was ended (консультация завершена).",
    DRAFT_REFERRAL="A referral was drawn up (составлено направление).",
    DISCARD_REFERRAL="A referral was thrown away that was never issued (удалён черновик направления).",
    ISSUE_REFERRAL="A referral was signed and issued (выдано направление).",
    ANNUL_REFERRAL="A referral was taken back (аннулировано направление).",
    ACCEPT_REFERRAL="A referral was accepted (принято направление).",
    DECLINE_REFERRAL="A referral was declined (отклонено направление).",
    ANSWER_REFERRAL="A referral was answered (дано заключение по направлению).",
    REQUEST_TELECONSULTATION="A patient asked to be consulted from afar (запрошена телемедицинская консультация).",
    WITHDRAW_TELECONSULTATION="He took that back (запрос консультации отозван).",
    START_TELECONSULTATION="A session of telemedicine began (начата телемедицинская консультация).",
    FINISH_TELECONSULTATION="It was concluded (телемедицинская консультация завершена).",
    CANCEL_TELECONSULTATION="It was called off (телемедицинская консультация отменена).",
    OPEN_INQUIRY="An inquiry about a patient was opened (открыт запрос сведений).",
    CLOSE_INQUIRY="It was closed (запрос сведений закрыт).",
    REGISTER_PRACTITIONER="Somebody asked to be entered in the register (заявка на регистрацию).",
    REQUEST_REGISTRY_CORRECTION="A correction of the register was asked for (заявка на исправление).",
    DECIDE_REGISTRATION="It was decided whether to enter somebody (решение о регистрации).",
    DECIDE_REGISTRY_CORRECTION="It was decided whether to correct the register (решение об исправлении).",
    LINK_ORGANIZATION="Somebody asked to be tied to an organisation (заявка на привязку).",
    WITHDRAW_ORGANIZATION_LINK="A link to an organisation was taken back (отозвана привязка).",
    DECIDE_ORGANIZATION_LINK="It was decided whether somebody works there (решение о привязке).",
    UPDATE_CONTACTS="A code was sent to a new contact (отправлен код для контакта).",
    REQUEST_CONTACT_CODE="Another code was sent (код отправлен повторно).",
    CONFIRM_CONTACT="A code was shown, the right one or not (показан код).",
    MATCH_REGISTRY="Whoever signed in was looked for in the register (сверка с реестром).",
    UNTIE_ACCOUNT="The register corrected the row, and the account is tied to it no more (связь с реестром снята).",
    UNLINK_SIGN_IN_METHOD="A way to sign in leads to an account no more (способ входа отвязан).",
    TIE_ACCOUNT="An account was tied to a row of the register (учётная запись связана с реестром).",
    GRANT_ACCESS="Access was handed on (передан доступ).",
    REVOKE_ACCESS="That was taken back (отозван переданный доступ).",
    REQUEST_ACCESS_CONFIRMATION="It was asked that access be confirmed (запрошено подтверждение доступа).",
    CONFIRM_ACCESS="That was confirmed (доступ подтверждён).",
    REFUSE_ACCESS="That was refused (в доступе отказано).",
    EMERGENCY_GRANT="Access was handed on in an emergency (доступ передан экстренно).",
    REVIEW_EMERGENCY_GRANT="That was reviewed (экстренная передача доступа проверена).",
    CHANGE_NOTIFICATION_SETTINGS="Settings of notifications were changed (изменены настройки уведомлений).",
    SIGN_IN="Somebody signed in (вход).",
    STEP_UP="Somebody showed another factor in his session (подтверждение личности).",
    REFRESH_REFUSED="Somebody had a refresh token who should not; its session has ended (отказ в обновлении).",
    CLIENT_REFUSED="An app or a machine got no token: code or proof not its own, over, or used (отказ приложению).",
    SIGN_OUT="Somebody signed out (выход).",
    END_SESSION="A session was ended (завершён сеанс).",
    FORGET_DEVICE="A device was forgotten, and its sessions ended (забыто устройство).",
    SIGN_OUT_EVERYWHERE="Somebody signed out everywhere (выход на всех устройствах).",
    REQUEST_UPLOAD="A file was announced that is to be put in (запрошена загрузка файла).",
    COMPLETE_UPLOAD="A file was put into a document (загружен файл документа).",
    SEND_DOCUMENT="Documents were sent (отправлены документы).",
    RECEIVE_PACKAGE="A package came in (получен пакет).",
    RESEND_PACKAGE="A package was sent anew (пакет отправлен повторно).",
    REQUEUE_PACKAGE="An operator had a package sent anew (пакет поставлен в очередь оператором).",
    REQUEST_INFORMATION="Information was requested (запрошены сведения).",
    WITHDRAW_INFORMATION_REQUEST="A request for information was taken back (запрос сведений отозван).",
    INSPECT_DOCUMENT="Somebody said whether a document has a stamp (осмотрен документ).",
    SIGN_DOCUMENT="A signature was put under a document (документ подписан).",
    JUDGE_SIGNATURE="A signature was judged that nobody could judge before (подпись проверена повторно).",
    VERIFY_CONTENT="Content was found broken or lost (обнаружено повреждение файла).",
    EXPORT_AUDIT="A sealed package of the journal was made (подготовлена выгрузка журнала).",
    FETCH_AUDIT="It was fetched (выгрузка журнала получена).",
    ANNOUNCE="Something was announced (объявление).",
    WITHDRAW_ANNOUNCEMENT="That was withdrawn (объявление снято).",
    ANNOUNCE_WORKS="Works on the service were announced (объявлены работы).",
    CORRECT_WORKS="That was corrected (объявление о работах исправлено).",
    BOOK_APPOINTMENT="A patient was booked (запись на приём).",
    CANCEL_APPOINTMENT="A booking was called off (запись на приём отменена).",
    PUBLISH_SLOTS="Slots were published (талоны опубликованы); the object is their organisation.",
    WITHDRAW_SLOTS="Slots were withdrawn (талоны сняты с записи); the object is their organisation.",
    REGISTER_PATIENT="A patient was registered (пациент зарегистрирован).",
    WITHDRAW_WORKS="That was withdrawn (объявление о работах снято).",
    SIGN_IN_REFUSED="Somebody did not come in (отказано во входе).",
    PROPOSE_APPOINTMENT="Somebody was proposed for a function (предложено назначение).",
    CONFIRM_APPOINTMENT="A second person confirmed that (назначение подтверждено).",
    END_APPOINTMENT="An appointment was ended, or a proposal taken back (назначение прекращено).",
    APPOINT="An operator appointed somebody (назначено оператором).",
    LOCK_ACCOUNT="An account was locked after too many failures (учётная запись заблокирована).",
    PROPOSE_UNLOCK="Support proposed to lift that (предложено снять блокировку).",
    CONFIRM_UNLOCK="A second person lifted it (блокировка снята).",
    SUPPORT_TICKET="Somebody asked support (обращение в поддержку).",
    ANSWER_TICKET="Support answered (дан ответ на обращение).",
    CLOSE_TICKET="That was closed (обращение закрыто).",
    SAVE_REPORT_TEMPLATE="A template of a report was kept, or changed (сохранён шаблон отчёта).",
    DELETE_REPORT_TEMPLATE="It was thrown away (удалён шаблон отчёта).",
    READ="Clinical or identity data were read, refused or looked for (доступ к сведениям); `verdict` says which.",
)
enum(
    AccessVerdict,
    "What came of an access to clinical or identity data.",
    GIVEN="They were read (доступ предоставлен).",
    ABSENT="They were looked for, and nobody was found whom the viewer may see (не найдено).",
    SIGN_IN="Refused: nobody was signed in (нет входа).",
    ACCOUNT_BLOCKED="Refused: the account was locked (учётная запись заблокирована).",
    ACCOUNT_NOT_CONFIRMED="Refused: the account was not confirmed (учётная запись не подтверждена).",
    IDENTITY_MISMATCH="Refused: the account did not fit the register (данные не совпали с реестром).",
    REGISTRY_LINK_MISSING="Refused: the account was nobody's in the register (нет связи с реестром).",
    LINK_REQUIRED="Refused: there was no employment in force (нет места работы).",
    ORG_CLOSED="Refused: the organisation had closed (организация закрыта).",
    ROLE="Refused: no role gives it (нет роли).",
    OBJECT="Refused: a role gives it, but not on this object (чужой объект).",
    SECOND_FACTOR="Refused: for lack of a fresh second factor (нет второго фактора).",
    SECOND_FACTOR_NOT_CONFIGURED="Refused: the account had no second factor (второй фактор не подключён).",
    WORKPLACE="Refused: it would be given at another workplace (другое место работы).",
    REMOTE_ACCREDITATION="Refused: no accreditation for telemedicine was in force (нет дистанционной аккредитации).",
    MASKED="Refused: its masked form may be read (только маска).",
)


@shows(ReadBlock)
class AuditedRead:
    """Fields and inputs of the graph, and the objects of which all of them were read or refused."""

    coordinates: list[str] = public("The fields or inputs, as `Type.field`.")
    objects: list[strawberry.ID] = public("Global ids of the objects; none where there was none.")


# No rule but `all` holds on any of them.
@shows(AuditEntryRecord, prefix=audit.PREFIX, node=audit.at, gate=P.AUDIT_EVENT_READ, keys={"own": None})
class AuditEvent(Node):
    """One act that was done, or one access to clinical or identity data; never changed, never removed."""

    id: strawberry.ID = derived(Ids(audit.PREFIX), NODE_DESCRIPTION, needs=("id",))
    position: int = public("Its place in the journal: 1, 2, 3 … without gaps, in the order of arrival.", column="id")
    link: str = derived(
        grounds.hexadecimal,
        "SHA-256 over the link of the entry before and all of this one; `kabinet journal verify` makes it anew.",
        needs=("link",),
    )
    at: datetime = public("When the act was done.")
    arrived_at: datetime = public("When the entry arrived in the journal.")
    store: str = public("Name of the store in which the act was done.")
    action: AuditedAct | None = derived(
        known(AuditedAct), "What was done; null where the entry has a word that is not among these.", needs=("act",)
    )
    act: str = public(
        "The act, as the field of `Mutation` is called; or what the service does by itself.",
        deprecated="Ask for `action`, whose values are known; this is the word of the entry, whatever it is.",
    )
    actor: str = public(
        "Who did it: the account; `kabinet` is the service itself, `operator:…` who ran a command of it.",
        column="subject",
    )
    object: strawberry.ID | None = public(
        "Global id of the object that it was done to; null while that is a draft, which is its applicant's alone."
    )
    role_names: list[RoleName] = derived(
        grounds.role_names,
        "The roles that whoever did it had at that instant, as far as they are still known.",
        needs=("grounds",),
    )
    roles: list[str] = derived(
        grounds.roles,
        "The roles that whoever did it had at that instant.",
        needs=("grounds",),
        deprecated="Ask for `roleNames`, whose values are known; these are the words of the entry.",
    )
    permission: str | None = derived(
        grounds.permission, "The permission that it was done under; null for the service itself.", needs=("grounds",)
    )
    workplace: strawberry.ID | None = derived(
        grounds.workplace,
        "The employment under which it was done; null where he had none to choose.",
        needs=("grounds",),
    )
    on_behalf_of: strawberry.ID | None = derived(
        grounds.on_behalf_of, "The practitioner on whose behalf a service account did it.", needs=("grounds",)
    )
    facts_as_of: datetime | None = derived(
        grounds.as_of, "Since when the facts that the right rested on were known to hold.", needs=("grounds",)
    )
    request_id: str | None = derived(
        grounds.request_id, "Id of the request, by which the log knows it too.", needs=("grounds",)
    )
    verdict: AccessVerdict | None = derived(
        grounds.verdict, "What came of an access; null of an act.", needs=("grounds",)
    )
    reads: list[AuditedRead] = derived(
        grounds.blocks, "What was read or refused, by objects; empty of an act.", needs=("grounds",)
    )
    about: list[strawberry.ID] = derived(
        grounds.about, "Global ids of the patients and practitioners whose data it was.", needs=("grounds",)
    )
    emergency: list[strawberry.ID] = derived(
        grounds.opened, "Those of the patients whom the viewer had opened in an emergency.", needs=("grounds",)
    )
    grants: list[strawberry.ID] = derived(
        grounds.granted, "Grants (переданный доступ) by which it could be done, or reached what was read.",
        needs=("grounds",),
    )  # fmt: skip
    openings: list[strawberry.ID] = derived(
        grounds.openings, "Global ids of the emergency openings by which he read them.", needs=("grounds",)
    )
    kinds: list[str] = derived(
        grounds.kinds, "Types of which an object was looked for by its id in vain.", needs=("grounds",)
    )
    accreditations: list[strawberry.ID] = derived(
        grounds.accreditations, "Records of accreditation that counted at the workplace.", needs=("grounds",)
    )
    operation_name: str | None = derived(grounds.operation_name, "Name of the operation that read.", needs=("grounds",))
    operation_hash: str | None = derived(
        grounds.operation_hash, "Hash of the document that read, by which the log knows it too.", needs=("grounds",)
    )
    client: str | None = derived(grounds.client, "What the client's program called itself.", needs=("grounds",))
    reason: str | None = derived(
        grounds.reason,
        "Why it came so, in one word, as SNILS_DIFFERS of a match with the register; null where the entry has none.",
        needs=("grounds",),
    )
    count: int | None = derived(
        grounds.count, "How many refusals of callers without a token this entry sums up.", needs=("grounds",)
    )
    by: "Practitioner | None" = edge(
        practitioners.by_subject, "Who did it, where the register knows the account.", by="subject"
    )
    person: "Practitioner | None" = edge(
        practitioners.by_id, "The practitioner whom it is about, where that is one alone.", by="person_id"
    )
    asked: str | None = derived(
        grounds.asked,
        "By what kind of thing somebody was asked for, as INSURANCE_NUMBER or NAME; never by which.",
        needs=("grounds",),
    )
    version_before: int | None = derived(
        grounds.version_before, "Version of the object before the act.", needs=("grounds",)
    )
    version_after: int | None = derived(grounds.version_after, "Version of the object after it.", needs=("grounds",))

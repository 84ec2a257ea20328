"""What things are called: fields of inputs, slots, consents, directions, steps; one word for one thing."""

from collections.abc import Mapping

# What is not here, a number or a code of a book, stands as it is.
WORDS: Mapping[str, tuple[str, str]] = {
    # Fields of people.
    "familyName": ("фамилия", "family name"),
    "givenName": ("имя", "given name"),
    "birthOn": ("дата рождения", "date of birth"),
    "snils": ("СНИЛС", "СНИЛС"),
    "phone": ("телефон", "phone"),
    "email": ("электронная почта", "e-mail"),
    # Fields of acts.
    "id": ("идентификатор", "id"),
    "kind": ("вид", "kind"),
    "expectedVersion": ("прочитанная версия", "version that was read"),
    "idempotencyKey": ("ключ запроса", "key of the request"),
    "specialtyCode": ("специальность", "specialty"),
    "organizationId": ("организация", "organisation"),
    "supervisorId": ("наставник", "supervisor"),
    "baseId": ("основание", "record that it stands on"),
    "licenceNumber": ("номер лицензии", "number of the licence"),
    "days": ("срок в днях", "length in days"),
    "purpose": ("цель", "purpose"),
    "directions": ("направления", "directions"),
    "documents": ("документы", "documents"),
    "missingDocuments": ("недостающие документы", "missing documents"),
    "slot": ("место для документа", "slot"),
    "consents": ("согласия", "consents"),
    "version": ("версия", "version"),
    "text": ("текст", "text"),
    "what": ("что уточнить", "what has to be clarified"),
    "audience": ("кому", "for whom"),
    "reason": ("причина", "reason"),
    "reasons": ("причины", "reasons"),
    "settings": ("настройки уведомлений", "settings of notifications"),
    "channel": ("канал уведомления", "channel"),
    "enabled": ("включено", "enabled"),
    "leadDays": ("за сколько дней", "days before"),
    "mailLanguage": ("язык писем", "language of mail"),
    # Arguments of questions.
    "ids": ("идентификаторы", "ids"),
    "search": ("строка поиска", "words to search for"),
    "specialty": ("специальность", "specialty"),
    "region": ("регион", "region"),
    "organization": ("организация", "organisation"),
    "bornFrom": ("дата рождения, с", "born from"),
    "bornTo": ("дата рождения, по", "born to"),
    "issuedFrom": ("дата выдачи, с", "issued from"),
    "issuedTo": ("дата выдачи, по", "issued to"),
    "since": ("начало периода", "beginning of the period"),
    "until": ("конец периода", "end of the period"),
    "from": ("начало периода", "beginning of the period"),
    "to": ("конец периода", "end of the period"),
    "act": ("действие", "act"),
    "object": ("объект", "object"),
    "actor": ("кто действовал", "who acted"),
    "inn": ("ИНН", "ИНН"),
    "ogrn": ("ОГРН", "ОГРН"),
    "oid": ("OID", "OID"),
    "orderBy": ("порядок", "order"),
    "first": ("сколько с начала", "how many from the beginning"),
    "last": ("сколько с конца", "how many from the end"),
    "after": ("после чего", "after what"),
    "before": ("до чего", "before what"),
    # Slots.
    "PASSPORT": ("документ, удостоверяющий личность", "identity document"),
    "DIPLOMA": ("документ об образовании", "document of education"),
    "CPD": ("удостоверение о повышении квалификации", "certificate of further training"),
    "EXPERIENCE": ("отчёт о профессиональной деятельности", "report on professional activity"),
    "COMPETENCE": ("подтверждение квалификации по направлению", "proof of competence in the direction"),
    "INFRASTRUCTURE": ("подтверждение технической готовности", "proof of technical infrastructure"),
    "DATA_PROTECTION": ("подтверждение защиты персональных данных", "proof of protection of personal data"),
    "QUALIFICATION": ("диплом, удостоверение или справка о квалификации", "diploma, certificate or reference"),
    # Consents.
    "ACCESS_TERMS": ("с условиями доступа", "to the terms of access"),
    "ACCREDITATION_TERMS": ("с условиями аккредитации", "to the terms of accreditation"),
    "PERSONAL_DATA": ("на обработку персональных данных", "to the processing of personal data"),
    # What keeps a document from its place.
    "KIND": ("это документ другого вида", "it is a document of another kind"),
    "STATUS": ("документ не проверен, отклонён или аннулирован", "it is unchecked, rejected or withdrawn"),
    "EXPIRED": ("срок действия документа истёк", "it has expired"),
    # Directions.
    "SURGERY": ("хирургия", "surgery"),
    "RADIATION_DIAGNOSTICS": ("лучевая диагностика", "radiation diagnostics"),
    "LABORATORY": ("лабораторная диагностика", "laboratory diagnostics"),
    # Steps of the course.
    "SUBMIT": ("подать", "submit"),
    "CLAIM": ("взять в работу", "claim"),
    "RELEASE": ("вернуть в очередь", "put back into the queue"),
    "REQUEST_CLARIFICATION": ("запросить уточнение", "request a clarification"),
    "CLARIFY": ("ответить на запрос", "answer the request"),
    "ADVANCE": ("перевести на следующую стадию", "pass on to the next stage"),
    "APPROVE": ("аккредитовать", "accredit"),
    "REJECT": ("отказать", "refuse"),
    "WITHDRAW": ("отозвать", "take back"),
    "LAPSE": ("дождаться окончания срока", "wait for the end of the term"),
    # What can be done to a record.
    "SUSPEND": ("приостановить", "suspend"),
    "REINSTATE": ("возобновить", "reinstate"),
    "REVOKE": ("аннулировать", "revoke"),
    "RECHECK": ("назначить повторную проверку", "have it checked again"),
}


def called(name: str, place: int) -> str:
    """What something is called in the language at a place of `LANGUAGES`; its name where it has no word."""
    return WORDS[name][place] if name in WORDS else name

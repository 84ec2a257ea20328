"""The words of what can be wrong with a signature, or keeps it from being judged (замечания к подписи)."""

from collections.abc import Mapping
from typing import Final

from resolvers.acts.problem import ProblemCode

C = ProblemCode
DOCUMENT_CHANGED: Final = (
    "Документ изменился с тех пор, как вы его прочли; теперь его версия {version}.",
    "The document has changed since you read it; its version is {version} now.",
)
SIGNATURES: Mapping[ProblemCode, tuple[str, str]] = {
    C.SIGNATURE_MALFORMED: (
        "Это не отсоединённая подпись CMS в кодировке DER, или она длиннее 32 КиБ.",
        "This is no detached CMS signature in DER, or is longer than 32 KiB.",
    ),
    C.SIGNATURE_ATTACHED: (
        "Подпись содержит сам документ; нужна отсоединённая.",
        "The signature has the document inside; a detached one is needed.",
    ),
    C.SIGNATURE_SEVERAL_SIGNERS: (
        "В подписи несколько подписавших; каждая подпись подаётся отдельно.",
        "The signature has several signers; each is put in by itself.",
    ),
    C.SIGNATURE_PROFILE: (
        "Это не CAdES-BES: подпись не указывает свой сертификат среди подписанного.",
        "This is no CAdES-BES: the signature does not name its certificate in what is signed.",
    ),
    C.SIGNATURE_CERTIFICATE_MISSING: (
        "В подписи нет сертификата подписавшего.",
        "The certificate of the signer is not in the signature.",
    ),
    C.SIGNATURE_CERTIFICATE_UNSUITABLE: (
        "Сертификат не предназначен для подписи документов.",
        "The certificate is not one for signing documents.",
    ),
    C.SIGNATURE_ALGORITHM_NOT_ALLOWED: (
        "Алгоритм подписи для этого документа не допускается.",
        "The algorithm of the signature is not taken for this document.",
    ),
    C.SIGNATURE_CONTENT_DIFFERS: (
        "Подписано не то, что хранится: содержимое другое.",
        "What was signed is not what is kept: the content differs.",
    ),
    C.SIGNATURE_BROKEN: (
        "Подпись не сходится с сертификатом подписавшего.",
        "The signature does not fit the certificate of the signer.",
    ),
    C.SIGNATURE_UNTRUSTED: (
        "Сертификат выдал не удостоверяющий центр, которому здесь доверяют.",
        "The certificate was issued by nobody who is trusted here.",
    ),
    C.SIGNATURE_AUTHORITY_NOT_ACCREDITED: (
        "Удостоверяющий центр не был аккредитован, когда выдал сертификат.",
        "The authority was not accredited when it issued the certificate.",
    ),
    C.SIGNATURE_EXPIRED: ("Срок действия сертификата закончился.", "The certificate has expired."),
    C.SIGNATURE_NOT_YET_VALID: (
        "Срок действия сертификата ещё не начался.",
        "The certificate is not valid yet.",
    ),
    C.SIGNATURE_REVOKED: ("Сертификат отозван.", "The certificate is revoked."),
    C.SIGNATURE_STAMP_BROKEN: (
        "Метка времени не сходится с подписью, или её выдал не тот, кому здесь доверяют.",
        "The time stamp does not fit the signature, or is of nobody who is trusted here.",
    ),
    C.SIGNATURE_TIME_IN_FUTURE: (
        "Время подписания ещё не наступило; проверьте часы.",
        "The time of signing has not come yet; look at the clock.",
    ),
    C.SIGNATURE_WRONG_SIGNER: (
        "Сертификат принадлежит не вам и не организации этого документа.",
        "The certificate is not yours, nor of an organisation of this document.",
    ),
    C.SIGNATURE_NOT_DUE: (
        "Такая подпись под этим документом не нужна; нужны: {roles}.",
        "This document takes no such signature; due are: {roles}.",
    ),
    C.SIGNATURE_DUPLICATE: (
        "Эта подпись под документом уже есть.",
        "The document has this signature already.",
    ),
    C.SIGNATURE_ENGINE_MISSING: (
        "Проверить подпись сейчас нечем; она сохранена и будет проверена позже.",
        "There is nothing to verify the signature with now; it is kept, and verified later.",
    ),
    C.SIGNATURE_TRUST_MISSING: (
        "Список доверенных удостоверяющих центров не задан; подпись сохранена и будет проверена позже.",
        "No list of trusted authorities is set up; the signature is kept, and verified later.",
    ),
    C.SIGNATURE_REVOCATION_UNKNOWN: (
        "Список отозванных сертификатов недоступен; подпись сохранена и будет проверена позже.",
        "The list of revoked certificates is not there; the signature is kept, and verified later.",
    ),
    C.SIGNATURE_REVOCATION_STALE: (
        "Список отозванных сертификатов устарел; подпись сохранена и будет проверена позже.",
        "The list of revoked certificates is out of date; the signature is kept, and verified later.",
    ),
    C.SIGNATURE_TIMED_OUT: (
        "Проверка не закончилась вовремя; подпись сохранена и будет проверена позже.",
        "The verification did not end in time; the signature is kept, and verified later.",
    ),
    C.CONTENT_MISSING: (
        "У документа здесь нет содержимого.",
        "The document has no content here.",
    ),
    C.INTEGRITY_BROKEN: (
        "Содержимое документа повреждено: оно не то, что было сохранено.",
        "The content of the document is damaged: it is not what was kept.",
    ),
}

"""What keeps documents from being sent, in Russian and in English."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode as C

SENDING: Mapping[C, tuple[str, str]] = {
    C.RECIPIENT_UNKNOWN: (
        "Такого получателя нет среди настроенных.",
        "There is no such recipient among those of the settings.",
    ),
    C.TOO_MANY_DOCUMENTS: (
        "В одном пакете может быть не больше {most} документов.",
        "One package takes {most} documents.",
    ),
    C.DOCUMENT_NOT_FOR_RECIPIENT: (
        "Документ этого вида такому получателю не передаётся.",
        "A document of this kind is not sent to such a recipient.",
    ),
    C.DOCUMENT_NOT_IN_ORDER: (
        "Документ не проверен, отклонён или уже передаётся: отправить можно только проверенный.",
        "The document is not checked, was refused, or is on its way: only what was checked can be sent.",
    ),
    C.SIGNATURE_MISSING: (
        "Документ этого вида передаётся только с действительной подписью: подпишите его.",
        "A document of this kind is sent with a good signature alone: sign it.",
    ),
    C.SENDING_BASIS: (
        "На этом основании или для этой цели такому получателю документы не передаются.",
        "On this basis, or for this purpose, documents are not sent to such a recipient.",
    ),
    C.SENDING_CONSENT: (
        "Нужно согласие с текстом версии {version}.",
        "Consent to the text of version {version} is needed.",
    ),
}

PACKAGE_CHANGED = (
    "Пакет изменился с тех пор, как вы его прочли; теперь его версия {version}.",
    "The package has changed since you read it; its version is {version} now.",
)

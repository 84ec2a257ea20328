"""Checks of documents as the graph shows them, and what registers say of a document."""

from datetime import datetime

import strawberry

from engine.declare import derived, public, shows
from engine.global_id import Ids
from engine.relay import ROW_DESCRIPTION
from resolvers.document import reading as documents
from resolvers.document.found import (
    CheckCode,
    CheckReason,
    CheckSeverity,
    CheckVerdict,
    Register,
    VerificationResult,
)
from resolvers.wording.checks import meaning
from schema.enums import enum
from sources.documents.check import DocumentCheckRecord, VerificationRecord

enum(
    CheckCode,
    "What a check looks at.",
    name="DocumentCheckCode",
    SAFETY="Whether the file does or hides anything (безопасность файла).",
    FORMAT="Format of the file (формат).",
    SIZE="Size of the file (размер).",
    PAGES="Number of pages (число страниц).",
    RESOLUTION="Resolution of the scan (разрешение).",
    DESCRIPTION="Number and issuer, as far as the kind asks for them (реквизиты).",
    DATE="Dates: the document is not expired, nor from the future (срок действия).",
    DUPLICATE="Whether the same file was put in before (повтор).",
    REGISTER="What the registers say (сверка с реестром).",
    SIGNATURE="An electronic signature that the kind asks for (электронная подпись).",
    SIGNATURE_OR_STAMP="A signature by hand or a stamp, which somebody looks at (подпись или печать).",
)
enum(
    CheckVerdict,
    "What a check found.",
    PASSED="All is well.",
    WARNED="Fit for use, with a remark.",
    FAILED="Not fit for use.",
)
enum(
    CheckSeverity,
    "How much what a check found weighs.",
    INFO="Nothing is to be done (замечаний нет).",
    WARNING="The document can be used; somebody may have to look at it (предупреждение).",
    ERROR="The document cannot be used until it is put right (ошибка).",
)
enum(
    CheckReason,
    "What exactly a check found; `message` says it in words, with numbers and pages.",
    guards={},
    **{reason.name: meaning(reason) for reason in CheckReason},
)
enum(
    Register,
    "A register that documents are compared with.",
    WORKERS="The register of medical workers (ФРМР).",
    ORGANIZATIONS="The register of medical organisations (ФРМО).",
    ACCREDITATIONS="The register of accreditations (реестр аккредитаций).",
)
enum(
    VerificationResult,
    "What a register says of a document.",
    CONFIRMED="It has the same (подтверждено).",
    DIFFERS="It has something else (расходится).",
    NOT_FOUND="It has no such document (не найдено).",
    NOT_IN_FORCE="What it has is not in force (не действует).",
)


@shows(DocumentCheckRecord)
class DocumentCheck:
    """One check of a document (проверка)."""

    id: strawberry.ID = derived(Ids(documents.CHECK_PREFIX), ROW_DESCRIPTION, needs=("id",))
    code: CheckCode = public("What was looked at.")
    verdict: CheckVerdict = public("What was found.")
    severity: CheckSeverity = derived(documents.check_severity, "How much it weighs.", needs=("verdict",))
    reason: CheckReason | None = public("What exactly was found; null where all is well.")
    message: str = derived(
        documents.check_message,
        "The same in the language of Accept-Language: what to put right.",
        needs=("verdict", "reason", "said", "page", "language"),
    )
    page: int | None = public("On which page, from 1; null for the document as a whole.")
    by_hand: bool = public("Whether somebody looked at it himself (проверено вручную).")
    checked_at: datetime = public("When.")


@shows(VerificationRecord)
class DocumentVerification:
    """What a register says of a document (сверка с реестром)."""

    register: Register = public("Which register.")
    result: VerificationResult = public("What it says.")
    verified_at: datetime = public("When it was asked.")

"""What a renewal may say otherwise than the record that it renews, as the graph names it."""

from enum import StrEnum

from schema.enums import enum


class RenewalChange(StrEnum):
    """What differs."""

    SPECIALTY = "SPECIALTY"
    ORGANIZATION = "ORGANIZATION"
    PURPOSE = "PURPOSE"
    DAYS = "DAYS"
    SUPERVISOR = "SUPERVISOR"
    BASE = "BASE"
    DIRECTIONS = "DIRECTIONS"
    LICENCE_NUMBER = "LICENCE_NUMBER"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    DOCUMENTS = "DOCUMENTS"


enum(
    RenewalChange,
    "What a renewal says otherwise than the record that it renews (изменённые сведения).",
    SPECIALTY="The specialty (специальность).",
    ORGANIZATION="The organisation (организация).",
    PURPOSE="The purpose of a temporary accreditation (цель).",
    DAYS="The length of a temporary accreditation (срок).",
    SUPERVISOR="The supervisor (наставник).",
    BASE="The record that it stands on (основание).",
    DIRECTIONS="The directions of a special accreditation (направления).",
    LICENCE_NUMBER="The number of the organisation's licence (номер лицензии).",
    PHONE="The phone for the application (телефон).",
    EMAIL="The e-mail for the application (электронная почта).",
    DOCUMENTS="The documents (документы).",
)

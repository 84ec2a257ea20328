"""What global ids begin with, of kinds that others than their own domain name: in headers, inputs and the journal."""

ACCREDITATION = "acc"
DOCUMENT = "doc"
EMERGENCY_OPENING = "emrg"
EMPLOYMENT = "emp"
ORGANIZATION = "org"
PRACTITIONER = "prac"

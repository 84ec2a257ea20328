"""What global ids begin with, of kinds that others than their own domain name: in headers, inputs and the journal."""

ACCREDITATION = "acc"
BOOKING = "booking"
DOCUMENT = "doc"
EMPLOYMENT = "emp"
ORGANIZATION = "org"
PRACTITIONER = "prac"
SHIFT = "shift"

"""What the global ids of kinds begin with that others than their own domain name: in headers, in the journal."""

EMPLOYMENT = "emp"
PRACTITIONER = "prac"

"""The kinds of records, under what the dated table of labels asks of a reader."""

from typing import Final

from resolvers.rules import CONFIDENTIALITY
from sources.clinical.access import Labels, Said
from sources.clinical.shown import Records


def _labels() -> Labels:
    """What all versions of the table say, each while it is in force."""
    fitting: list[Said] = []
    required: list[Said] = []
    begun = sorted(CONFIDENTIALITY, key=lambda one: one.in_force_from)
    for table, until in zip(begun, [*(one.in_force_from for one in begun[1:]), None], strict=True):
        for kind, specialties in table.special.items():
            fitting += [Said((kind, code), table.in_force_from, until) for code in sorted(specialties)]
        for (label, whose), consent in table.consents.items():
            required.append(Said((label, whose, consent), table.in_force_from, until))
    return Labels(fitting, required)


RECORDS: Final = Records(_labels())

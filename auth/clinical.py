"""The clinical part of the policy: patients, their histories, what is specially protected, bookings.

All of it looks at the workplace of the viewer (`auth/workplace.py`), and a role that rests on an accreditation gives it
there alone where the accreditation is in force. Source: the access matrix of the cabinet, domain facts §9.
"""

from collections.abc import Mapping

from auth.permissions import Permission as P
from auth.role import RoleName as R
from auth.rules import Row, Rule, when

CARES = when(Rule.CARES)
SUPERVISED = when(Rule.SUPERVISED)
WARD = when(Rule.WARD)
PATIENT = when(Rule.PATIENT)
INQUIRY = when(Rule.INQUIRY)
DESK = when(Rule.DESK)
BEHALF = when(Rule.BEHALF)
ORG = when(Rule.ORG)
OWN = when(Rule.OWN)
# In an emergency a doctor reads what he opened beside those for whom he cares.
OPENED = when(Rule.CARES, Rule.EMERGENCY)
# What is specially protected stands among the rest of a history, for whoever may read it.
SPECIAL = when(Rule.TRUSTED, Rule.EMERGENCY_CONFIRMED)
SPECIAL_IN_CARE = when(Rule.TRUSTED)
SPECIAL_OF_THE_WARD = when(Rule.WARD_TRUSTED)
# Whoever carries an order out has it from the one who made it, whatever its label.
DIRECTED = when(Rule.DIRECTED)

_CARD: Row = {
    R.DOC: OPENED, R.TMP: SUPERVISED, R.NUR: CARES, R.SUP: WARD, R.HED: INQUIRY, R.REG: INQUIRY,
    R.PAT: PATIENT, R.MIS: BEHALF, R.DSK: DESK,
}  # fmt: skip
_HISTORY: Row = {
    R.DOC: OPENED + SPECIAL,
    R.TMP: when(Rule.SUPERVISED),
    R.NUR: when(Rule.NURSING),
    R.SUP: when(Rule.WARD) + SPECIAL_OF_THE_WARD,
    R.HED: INQUIRY, R.REG: INQUIRY, R.PAT: PATIENT, R.MIS: BEHALF,
}  # fmt: skip
_RESULT: Row = {**_HISTORY, R.NUR: when(Rule.CARES), R.SPC: DIRECTED}

_PRESCRIPTION: Row = {
    R.DOC: OPENED + SPECIAL,
    R.TMP: SUPERVISED,
    R.NUR: CARES,
    R.SUP: WARD + SPECIAL_OF_THE_WARD,
    R.REG: INQUIRY, R.PAT: PATIENT, R.MIS: BEHALF,
}  # fmt: skip

# A referral is its receiver's as well, once it is issued: of the desk there as far as it takes patients in.
_REFERRAL: Row = {
    R.DOC: CARES + when(Rule.TRUSTED, Rule.HERE, Rule.PARTY),
    R.TMP: SUPERVISED, R.NUR: CARES,
    R.SUP: WARD + SPECIAL_OF_THE_WARD,
    R.REG: INQUIRY, R.PAT: PATIENT, R.MIS: BEHALF,
}  # fmt: skip

# What an insurer sees of what others read in full.
_MASKED: Row = {R.INS: INQUIRY}

CLINICAL: Mapping[P, Row] = {
    P.CLINICAL_CARD_READ: _CARD,
    P.CLINICAL_CARD_MASKED: {**_CARD, **_MASKED, R.SPC: DIRECTED},
    P.CLINICAL_CARD_WRITE: {R.MIS: ORG, R.DSK: DESK},
    P.CLINICAL_CONTACT_READ: {
        R.DOC: CARES, R.TMP: SUPERVISED, R.NUR: CARES, R.SUP: WARD, R.REG: INQUIRY, R.PAT: PATIENT, R.MIS: BEHALF,
        R.DSK: DESK,
    },
    P.CLINICAL_HISTORY_READ: _HISTORY,
    P.CLINICAL_HISTORY_MASKED: {**_HISTORY, **_MASKED},
    P.CLINICAL_RESULT_READ: _RESULT,
    P.CLINICAL_RESULT_MASKED: {**_RESULT, **_MASKED},
    P.CLINICAL_ORDER_READ: _RESULT,
    P.CLINICAL_ORDER_MASKED: {**_RESULT, **_MASKED},
    P.CLINICAL_ORDER_WRITE: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.SUP: WARD + SPECIAL_OF_THE_WARD, R.MIS: BEHALF,
    },
    P.CLINICAL_PROTOCOL_WRITE: {R.DOC: CARES + SPECIAL_IN_CARE, R.SPC: DIRECTED, R.MIS: BEHALF},
    P.CLINICAL_PROTOCOL_SIGN: {R.DOC: CARES + SPECIAL_IN_CARE, R.SPC: DIRECTED},
    P.CLINICAL_SPECIAL_READ: {
        R.DOC: SPECIAL, R.SUP: SPECIAL_OF_THE_WARD,
        R.REG: INQUIRY, R.PAT: PATIENT, R.MIS: BEHALF,
    },
    P.CLINICAL_NOTE_WRITE: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.TMP: SUPERVISED, R.NUR: when(Rule.NURSING), R.SUP: WARD + SPECIAL_OF_THE_WARD,
        R.MIS: BEHALF,
    },
    P.CLINICAL_NOTE_SIGN: {
        R.DOC: when(Rule.CARES, Rule.TRUSTED),
        R.NUR: when(Rule.NURSING),
        R.SUP: when(Rule.WARD, Rule.WARD_TRUSTED),
    },
    P.CLINICAL_NOTE_COSIGN: {
        R.DOC: when(Rule.TUTORED), R.SUP: when(Rule.WARD),
    },
    P.CLINICAL_PRESCRIPTION_READ: _PRESCRIPTION,
    P.CLINICAL_PRESCRIPTION_MASKED: {**_PRESCRIPTION, **_MASKED},
    P.CLINICAL_PRESCRIPTION_DRAFT: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.TMP: SUPERVISED, R.SUP: WARD + SPECIAL_OF_THE_WARD, R.MIS: BEHALF,
    },
    P.CLINICAL_PRESCRIPTION_SIGN: {
        R.DOC: when(Rule.CARES, Rule.TRUSTED, Rule.TUTORED),
        R.SUP: when(Rule.WARD, Rule.WARD_TRUSTED),
    },
    P.CLINICAL_PRESCRIPTION_ANNUL: {R.DOC: CARES + SPECIAL_IN_CARE, R.SUP: WARD + SPECIAL_OF_THE_WARD},
    # A pharmacy's system finds one prescription by series and number, and nobody's beside it.
    P.CLINICAL_PRESCRIPTION_DISPENSE: {R.MIS: ORG},
    P.CLINICAL_OBSERVATION_WRITE: {
        R.DOC: CARES, R.TMP: SUPERVISED, R.NUR: when(Rule.NURSING), R.SUP: WARD, R.MIS: BEHALF,
    },
    P.CLINICAL_EPISODE_WRITE: {R.DOC: CARES, R.SUP: WARD, R.MIS: BEHALF, R.DSK: DESK},
    P.CLINICAL_ERROR_MARK: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.TMP: SUPERVISED, R.NUR: when(Rule.NURSING), R.SUP: WARD + SPECIAL_OF_THE_WARD,
        R.MIS: BEHALF,
    },
    # What a trainee does, whoever supervises him answers for, and records.
    P.CLINICAL_PROCEDURE_READ: {**_HISTORY, R.NUR: CARES, **_MASKED},
    P.CLINICAL_PROCEDURE_WRITE: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.NUR: when(Rule.NURSING), R.SUP: WARD + SPECIAL_OF_THE_WARD, R.MIS: BEHALF,
    },
    P.CLINICAL_EMERGENCY_OPEN: {R.DOC: when(Rule.HERE)},
    P.CLINICAL_EMERGENCY_CLOSE: {R.DOC: when(Rule.OPENER)},
    P.CLINICAL_EMERGENCY_CONFIRM: {
        R.DOC: when(Rule.HERE), R.SUP: when(Rule.WARD),
    },
    # A second doctor is asked while it is in force, and has to know what for.
    P.CLINICAL_EMERGENCY_READ: {
        R.DOC: when(Rule.OPENER) + when(Rule.HERE),
        R.SUP: when(Rule.WARD), R.HED: when(Rule.ORG), R.PAT: PATIENT,
    },
    P.CLINICAL_EMERGENCY_REVIEW: {
        R.SUP: when(Rule.WARD), R.HED: when(Rule.ORG),
    },
    P.CLINICAL_INQUIRY_OPEN: {R.HED: INQUIRY, R.INS: INQUIRY, R.REG: INQUIRY},
    P.CLINICAL_INQUIRY_CLOSE: {R.HED: INQUIRY, R.INS: INQUIRY, R.REG: INQUIRY},
    P.CLINICAL_INQUIRY_READ: {
        R.HED: INQUIRY, R.INS: INQUIRY, R.REG: INQUIRY, R.PAT: PATIENT, R.AUD: when(Rule.ALL),
    },
    P.CLINICAL_CONSENT_WRITE: {R.DOC: CARES, R.PAT: PATIENT, R.DSK: DESK},
    P.CLINICAL_CONSULTATION_WRITE: {R.DOC: CARES, R.SUP: WARD},
    P.CLINICAL_LABEL_WRITE: {R.DOC: CARES, R.SUP: WARD},
    # What was done is counted for whoever did it, who leads those who did, and who answers for them all; by a case,
    # what was done for whom it names. The registration office has what was submitted to it.
    P.REPORT_PROCEDURE_READ: {
        R.DOC: OWN, R.TMP: OWN, R.NUR: OWN, R.SUP: WARD, R.HED: ORG, R.REG: INQUIRY, R.INS: INQUIRY,
        R.MIS: ORG + BEHALF, R.DSK: DESK,
    },
    P.REPORT_PROCEDURE_SUBMIT: {R.DOC: OWN, R.HED: ORG},
    P.REPORT_PROCEDURE_ACKNOWLEDGE: {R.DSK: DESK},
    P.CLINICAL_REFERRAL_MASKED: {**_REFERRAL, **_MASKED, R.DSK: DESK},
    P.CLINICAL_REFERRAL_CARD: {**_REFERRAL, R.DSK: DESK},
    P.CLINICAL_REFERRAL_READ: _REFERRAL,
    P.CLINICAL_REFERRAL_DRAFT: {
        R.DOC: CARES + SPECIAL_IN_CARE, R.TMP: SUPERVISED, R.SUP: WARD + SPECIAL_OF_THE_WARD, R.MIS: BEHALF,
    },
    P.CLINICAL_REFERRAL_SIGN: {
        R.DOC: when(Rule.CARES, Rule.TRUSTED), R.SUP: when(Rule.WARD, Rule.WARD_TRUSTED),
    },
    P.CLINICAL_REFERRAL_ACCEPT: {R.DOC: when(Rule.HERE, Rule.PARTY), R.MIS: BEHALF, R.DSK: DESK},
    P.CLINICAL_REFERRAL_ANSWER: {R.DOC: when(Rule.PARTY), R.MIS: BEHALF},
    P.CLINICAL_REFERRAL_ANNUL: {
        R.DOC: when(Rule.PARTY), R.SUP: when(Rule.WARD, Rule.WARD_TRUSTED), R.MIS: BEHALF,
    },
    # A nurse who is accredited for telemedicine reads; what a doctor is asked for, he sees before he knows the patient.
    P.CLINICAL_TELECONSULTATION_READ: {
        R.REM: CARES + when(Rule.ASKED, Rule.HERE), R.SUP: ORG, R.PAT: PATIENT, R.MIS: BEHALF,
    },
    P.CLINICAL_TELECONSULTATION_CONDUCT: {
        R.REM: when(Rule.CONDUCTS, Rule.ASKED, Rule.HERE), R.MIS: BEHALF,
    },
    P.CLINICAL_TELECONSULTATION_REQUEST: {R.PAT: PATIENT},
    P.SCHEDULE_BOOKING_READ: {
        R.DOC: CARES, R.TMP: SUPERVISED, R.NUR: CARES, R.SUP: WARD, R.HED: ORG, R.PAT: PATIENT, R.MIS: ORG, R.DSK: DESK,
    },
    P.SCHEDULE_BOOKING_WRITE: {R.DOC: CARES, R.PAT: PATIENT, R.MIS: ORG, R.DSK: DESK},
}  # fmt: skip

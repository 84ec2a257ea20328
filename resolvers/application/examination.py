"""One application beside its evidence and its procedure at an instant, and what follows from them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from resolvers.application.evidence import Draft, Evidence, Held, Licence
from resolvers.months import months_after
from resolvers.rules import SUPPORTS, Procedure
from resolvers.rules.licensing import licence_stands

IN_FORCE = frozenset({"ACTIVE", "UNDER_REVIEW"})
# A suspended record stands in the way of a new one: applying anew is no way around the suspension.
NOT_ENDED = IN_FORCE | {"SUSPENDED"}
# A further training (ПК) keeps a specialty up and gives none.
QUALIFYING = frozenset({"SECONDARY", "HIGHER", "RESIDENCY", "RETRAINING"})


@dataclass(eq=False)
class Examination:
    """All that a requirement is checked on."""

    draft: Draft
    evidence: Evidence
    procedure: Procedure
    at: datetime

    @cached_property
    def day(self) -> date:
        """The authority's day."""
        return self.at.astimezone(self.procedure.zone).date()

    @property
    def personal(self) -> bool:
        """Whether a person is to be accredited, not an organisation."""
        return self.procedure.subject == "PERSON"

    def asked_for(self, specialty_code: str | None) -> bool:
        """Whether a specialty is the one applied for."""
        return specialty_code is not None and specialty_code == self.draft.specialty_code

    @property
    def studied(self) -> bool:
        """Whether the registry knows of any education at all; where it does not, papers are looked at."""
        return bool(self.evidence.certificates) or any(one.kind in QUALIFYING for one in self.evidence.educations)

    @property
    def permanent(self) -> list[Held]:
        """The PERMANENT records of the specialty applied for, whether in force or not."""
        return [
            record
            for record in self.evidence.accreditations
            if record.kind == "PERMANENT" and self.asked_for(record.specialty_code)
        ]

    def supported(self, specialty_code: str) -> bool:
        """Whether education, a certificate in force or an earlier accreditation supports the specialty applied for."""
        support = SUPPORTS[specialty_code]
        learned = {(one.kind, one.specialty_code) for one in self.evidence.educations if one.completed_on <= self.day}
        if self.procedure.education == "BASIC" and any(("HIGHER", basic) in learned for basic in support.after):
            return True
        return (
            any((kind, specialty_code) in learned for kind in support.by)
            or any(
                one.specialty_code == specialty_code and self.day < one.ends_on for one in self.evidence.certificates
            )
            or any(record.state != "REVOKED" for record in self.permanent)
        )

    @property
    def unsupported(self) -> bool:
        """Whether the registry knows education, and none of it supports the specialty applied for."""
        code = self.draft.specialty_code
        if not self.personal or self.procedure.education == "NONE" or code is None or code not in SUPPORTS:
            return False
        return self.studied and not self.supported(code)

    @property
    def base(self) -> Held | None:
        """The applicant's record that the draft stands on, if it is in force and of a fitting kind and specialty."""
        for record in self.evidence.accreditations:
            if record.id == self.draft.base_id:
                return record if self.bears(record) else None
        return None

    def bears(self, record: Held) -> bool:
        """Whether a record of the applicant's is one that the draft may stand on."""
        fits = record.kind in self.procedure.bases and self.asked_for(record.specialty_code)
        return fits and self.in_force(record)

    @property
    def licences_in_force(self) -> list[Licence]:
        """The licences in force of the organisation that the draft names."""
        found = self.evidence.licences
        return [one for one in found if licence_stands(one.status, one.starts_on, one.ends_on, self.day)]

    @property
    def alike(self) -> list[Held]:
        """The applicant's records that have not ended and are for the same: kind, specialty, and place or base."""
        return [
            record
            for record in self.evidence.accreditations
            if record.kind == self.draft.kind
            and (not self.personal or self.asked_for(record.specialty_code))
            and self.lasts(record)
            and (
                record.base_id == self.draft.base_id
                if self.procedure.bases
                else self.draft.organization_id == record.place_id
            )
        ]

    @property
    def suspended(self) -> bool:
        """Whether a record of the specialty applied for is suspended, whatever its kind."""
        return any(
            record.state == "SUSPENDED" and self.asked_for(record.specialty_code) and self.lasts(record)
            for record in self.evidence.accreditations
        )

    def lasts(self, record: Held) -> bool:
        """Whether a record has not come to its end, in force or held up."""
        return record.state in NOT_ENDED and (record.valid_to is None or self.at < record.valid_to)

    def in_force(self, record: Held) -> bool:
        """Whether a record itself gives rights at the instant."""
        begun = record.state in IN_FORCE and record.valid_from <= self.at
        return begun and (record.valid_to is None or self.at < record.valid_to)

    @property
    def opens_on(self) -> date | None:
        """The day from which a successor of the record that stands may be applied for; None where none stands."""
        months, years = self.procedure.renewal_months, self.procedure.legal_years
        if months is None or years is None:
            return None
        zone = self.procedure.zone
        return max(
            (
                # A record without an end of its own stands on a legal one.
                months_after(record.valid_to.astimezone(zone).date(), -months)
                if record.valid_to
                else months_after(record.valid_from.astimezone(zone).date(), 12 * years - months)
                for record in self.permanent
                if self.lasts(record) and self.draft.organization_id == record.place_id
            ),
            default=None,
        )

"""Documents that deviate from what is asked of them: a check that failed, a paper that is no longer fit."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.jobs.addressees import people_known
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from resolvers.application.enclosures import unsuitable
from resolvers.application.evidence import Paper
from resolvers.rules import procedure, procedure_of
from resolvers.telling.wishes import NotificationKind
from sources import deviating
from sources.deviating import Enclosing
from sources.documents.document import documents
from sources.postgres.ask import Ask
from sources.stores import Stores

AT_ONCE: Final = 200
KIND: Final = NotificationKind.DOCUMENT_WARNING.value


class FailedChecks:
    """Checks that a document did not pass: told to its owner."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next checks by their keys."""
        rows = await deviating.failed_checks(self._stores.documents, at - STILL_WORTH, after or 0, AT_ONCE)
        known = await people_known(self._stores, sorted({row.practitioner_id for row in rows}))
        notices = [
            Notice(
                owner, KIND, f"check_{row.id}", row.checked_at, "document_failed",
                {"paper": row.kind, "fault": row.reason or row.code, "documentId": row.document_id}, ahead=False,
            )
            for row in rows
            if (owner := known.people.get(row.practitioner_id)) is not None
        ]  # fmt: skip
        return Page(notices, rows[-1].id if rows else None)


class UnfitEnclosures:
    """Papers of applications under way that were fit at the submission and are no longer: told to the applicant."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next applications by their keys."""
        stores, ask = self._stores, Ask(at)
        rows = await deviating.enclosing(stores.accreditation, after or 0, AT_ONCE)
        filled = {row.id: _papers(row) for row in rows}
        keys = sorted({key for papers in filled.values() for slot in papers.values() for key in slot})
        found = await documents(stores.documents, keys, ask) if keys else {}
        known = await people_known(stores, sorted({row.practitioner_id for row in rows}))
        notices: list[Notice] = []
        for row in rows:
            applicant = known.people.get(row.practitioner_id)
            version = row.procedure_version
            rules = procedure(row.kind, at) if version is None else procedure_of(version, row.kind)
            for slot in rules.slots if applicant is not None else ():
                for key in filled[row.id].get(slot.name, ()):
                    paper = found.get(key)
                    if paper is None or applicant is None:
                        continue
                    seen = Paper(paper.practitioner_id, paper.kind, paper.status, paper.expires_on)
                    fault = unsuitable(seen, slot, ask.today)
                    if fault is not None:
                        said = {"applicationId": row.id, "application": row.number, "kind": row.kind}
                        said |= {"paper": paper.kind, "fault": fault, "documentId": key}
                        thing = f"app_{row.id} doc_{key}"
                        notices.append(
                            Notice(applicant, KIND, thing, row.submitted_at, "document_unfit", said, ahead=False)
                        )
        return Page(notices, rows[-1].id if rows else None)


def _papers(row: Enclosing) -> Mapping[str, list[int]]:
    found: Mapping[str, list[int]] = json.loads(row.papers)
    return found

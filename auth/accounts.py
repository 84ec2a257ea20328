"""Accounts: one text for whoever signs in, whichever issuer signed, and for which organisations it may speak."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# Whose account stands for what no person does.
SERVICE: Final = "kabinet"
# What the accounts of those begin with who run commands; no issuer gives them.
OPERATOR: Final = "operator"
# Under whose account the journal sums up what callers without a token were refused.
NOBODY: Final = "nobody"
ISSUER_NAME: Final = re.compile("[a-z][a-z0-9-]{1,31}")
_NAMED: Final = re.compile(f"({ISSUER_NAME.pattern}):")


def account_of(name: str | None, subject: str) -> str | None:
    """The account of an issuer's subject: `name:subject`, or the subject as it is where the issuer has no name.

    None where a subject without a name reads like an account that is not its issuer's: one with any name, whether an
    issuer of this name is known or not, for it may have been or come to be; or an account that no issuer gives.
    """
    if name is None and (subject in {SERVICE, OPERATOR, NOBODY} or _NAMED.match(subject)):
        return None
    return named(name, subject)


def named(name: str | None, text: str) -> str:
    """What an issuer calls something, so that another's is not taken for it; the first issuer's as it is."""
    return text if name is None else f"{name}:{text}"


@dataclass(frozen=True, slots=True)
class Reach:
    """For which organisations each issuer may speak, by its name; None as a name is the first, as a value all of them.

    An account of an issuer that is not known any more speaks for none. What `by_account` says of one is all there is.
    """

    by_name: Mapping[str | None, frozenset[int] | None] = field(default_factory=lambda: {None: None})
    by_account: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def of(self, account: str) -> frozenset[int] | None:
        """The organisations that rights of an account may rest on; None for all."""
        if account in self.by_account:
            return self.by_account[account]
        found = _NAMED.match(account)
        return self.by_name.get(found[1] if found else None, frozenset())

    def covers(self, account: str, organization: int) -> bool:
        """Whether rights of an account may rest on an organisation."""
        places = self.of(account)
        return places is None or organization in places


FIRST_ALONE: Final = Reach()

"""Who runs a command, as audit entries name him."""

import getpass


def operator() -> str:
    """The account of the operating system that runs the command."""
    from auth.accounts import OPERATOR, named

    try:
        return named(OPERATOR, getpass.getuser())
    except (KeyError, OSError):
        return OPERATOR

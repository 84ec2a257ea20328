"""By which methods people can sign in here; what the program was set up with, and no store is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.batch import many
from resolvers.context import Context
from sources.postgres.ask import Ask


@dataclass(frozen=True, slots=True)
class SignInMethodView:
    """A method of sign-in; `kind` is ESIA or OPENID, `url` a path of this service."""

    id: str
    kind: str
    title: str
    url: str


@many(None, SignInMethodView)
async def offered(context: Context, keys: Sequence[None], ask: Ask) -> dict[None, list[SignInMethodView]]:
    """Those that there are, in the order of the settings, in the language of whoever asks."""
    russian = context.language == "ru"
    return {
        None: [
            SignInMethodView(one.id, one.kind, one.title if russian else one.title_en, f"/auth/sign-in/{one.id}")
            for one in context.sign_in
        ]
    }

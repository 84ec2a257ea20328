"""`/auth/sign-in`: where a browser leaves for a provider, and chooses one where there are several."""

from urllib.parse import quote

from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.page import HTML, choice
from gateway.http.auth.person_door import PersonDoor, leading, parameters_of
from gateway.http.auth.return_to import HOME, is_own_path
from gateway.identity.providers.refusal import SignInRefused, Why


class SignIn(PersonDoor):
    """`/auth/sign-in/{method}`: begins an attempt, and sends the browser away with it."""

    name = "signIn"
    guarded = True

    async def answer(self, asked: Asked) -> Reply:
        """Lead to the provider."""
        provider = self._room.provider(asked.method)
        return_to = returning(asked)
        attempt, cookie = await self._room.attempts.begun(
            provider.method.id, return_to, asked.heading.get(b"cookie"), self._room.clock()
        )
        return leading(await provider.authorization(attempt), cookie)


class Choice(PersonDoor):
    """`/auth/sign-in`: leads on where there is one method, and shows them where there are several."""

    name = "signIn"

    async def answer(self, asked: Asked) -> Reply:
        """A page with a link for each method."""
        return_to = returning(asked)
        methods = [provider.method for provider in self._room.providers.values()]
        if not methods:
            raise SignInRefused(Why.METHOD_UNKNOWN)
        russian = asked.exchange.language == "ru"
        links = [
            (one.title if russian else one.title_en, f"/auth/sign-in/{one.id}?return_to={quote(return_to, safe='')}")
            for one in methods
        ]
        if len(links) == 1:
            return leading(links[0][1])
        return Reply(200, choice(asked.exchange.language, links), (), HTML)


def returning(asked: Asked) -> str:
    """Where a request says that its owner is to come out; the first page unless it says so.

    Raises:
        SignInRefused: not here.
    """
    found = parameters_of(asked).get("return_to", HOME)
    if not is_own_path(found):
        raise SignInRefused(Why.RETURN_TO)
    return found

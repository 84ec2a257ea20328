"""What the portal wants of a request of its client, checked as ЕСИА does, with its codes."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.identity.providers.commands import Commands
from gateway.portal.folder import Folder

CLIENT: Final = "KABINET"
SCOPES: Final = frozenset({"openid", "fullname", "birthdate", "gender", "snils", "email", "mobile", "inn"})
SKEW: Final = timedelta(seconds=60)
_UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHALLENGE: Final = re.compile("[A-Za-z0-9_-]{43}")
TEXTS: Final[Mapping[str, str]] = {
    "007002": "Указанная мнемоника не соответствует сертификату",
    "007003": "В запросе отсутствует обязательный параметр",
    "007004": "Владелец ресурса отказал в запросе",
    "007006": "Запрошенная область доступа неизвестна",
    "007007": "Внутренняя ошибка сервиса",
    "007008": "Сервис временно недоступен",
    "007011": "Код авторизации недействителен",
    "007014": "Параметр запроса имеет неверное значение",
    "007015": "Неверное время запроса",
    "007019": "Отсутствует разрешение на доступ",
    "007023": "Ссылка возврата не разрешена",
    "007039": "Отсутствует или неверен code_challenge",
    "007040": "Неверный code_verifier",
    "007046": "Требуется второй фактор, он не настроен",
    "007053": "Неверное значение client_secret",
    "007055": "Учётная запись не подтверждена",
    "007060": "Роль пользователя не подходит",
    "007194": "Пользователь не является сотрудником организации",
    "008010": "Не удалось аутентифицировать систему-клиента",
    "036707": "Согласие отозвано",
}


class Refused(Exception):
    """A request is refused; `back` is whether the browser may be sent back with that."""

    def __init__(self, code: str, *, back: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.back = back

    @property
    def description(self) -> str:
        """The code with its words."""
        return f"ESIA-{self.code}: {TEXTS.get(self.code, 'Ошибка')}"


class Asking:
    """Checks the requests of the one client."""

    def __init__(self, folder: Folder, client: str, commands: Commands) -> None:
        self._folder = folder
        self._commands = commands
        self._callback = f"{client.rstrip('/')}/auth/callback/"

    def returns_to(self, uri: str) -> bool:
        """Whether the client is registered with an address to come back to."""
        return re.fullmatch(re.escape(self._callback) + "[a-z0-9-]{1,32}", uri) is not None

    async def authorization(self, asked: Mapping[str, str]) -> None:
        """Check a request to sign somebody in.

        Raises:
            Refused: with the first thing that is wrong.
        """
        if asked.get("client_id") != CLIENT:
            raise Refused("007002", back=False)
        if not self.returns_to(asked.get("redirect_uri", "")):
            raise Refused("007023", back=False)
        if asked.get("response_type") != "code" or "access_type" not in asked:
            raise Refused("007003")
        if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")) or asked.get("code_challenge_method") != "S256":
            raise Refused("007039")
        await self._shared(asked, "")

    async def token(self, asked: Mapping[str, str]) -> None:
        """Check what stands in every request for tokens; code and verifier are looked at elsewhere.

        Raises:
            Refused: with the first thing that is wrong.
        """
        if asked.get("client_id") != CLIENT:
            raise Refused("008010")
        if asked.get("grant_type") != "authorization_code" or asked.get("token_type") != "Bearer":
            raise Refused("007003")
        await self._shared(asked, asked.get("code", ""))

    async def _shared(self, asked: Mapping[str, str], code: str) -> None:
        scope = asked.get("scope", "")
        if not scope or not set(scope.split(" ")) <= SCOPES:
            raise Refused("007006")
        if not _UUID.fullmatch(asked.get("state", "")):
            raise Refused("007014")
        try:
            at = datetime.strptime(asked.get("timestamp", ""), "%Y.%m.%d %H:%M:%S %z")
        except ValueError:
            raise Refused("007014") from None
        if abs(datetime.now(UTC) - at) > SKEW:
            raise Refused("007015")
        if asked.get("client_certificate_hash", "").lower() != self._folder.certificate_hash:
            raise Refused("007053")
        names = ("client_id", "scope", "timestamp", "state", "redirect_uri")
        said = "".join(asked.get(name, "") for name in names) + code
        if not await self._fits(said.encode(), asked.get("client_secret", "")):
            raise Refused("007053")

    async def _fits(self, said: bytes, secret: str) -> bool:
        try:
            signature = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        public = self._folder.path / "client.pub"
        if self._folder.gost:
            return await self._commands.fits(public, said, signature)
        key = load_pem_public_key(public.read_bytes())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        try:
            key.verify(signature, said, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

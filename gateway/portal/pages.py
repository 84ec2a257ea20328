"""The pages of the portal, as a person sees them."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from gateway.portal.asking import TEXTS
from gateway.portal.folder import BLOCKED, CHILD, CONFIRMED, UNCONFIRMED, Citizen
from gateway.portal.tokens import GOST, RS256

STYLE_SHEET: Final = (Path(__file__).parent / "portal.css").read_bytes()
_STATUSES: Final = {
    CONFIRMED: "",
    UNCONFIRMED: " · не подтверждена",
    CHILD: " · детская",
    BLOCKED: " · заблокирована",
}
SHIFTS: Final = {"0": "верные", "60": "спешат на час", "-120": "отстают на два часа"}
# Codes that are given out at the token endpoint; all others, where the browser is sent back.
AT_TOKEN: Final = ("007011", "007040", "007053")
_PAGE: Final = """<!doctype html>
<html lang="ru">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="stylesheet" href="/portal.css">
  </head>
  <body>
    <header>Учебный портал <small>ненастоящий: люди выдуманы, входят без пароля</small></header>
    <main>
      <h1>{title}</h1>
{body}
    </main>
  </body>
</html>
"""


def people_page(pending: str, people: Iterable[Citizen], *, gost: bool) -> str:
    """Who signs in, and with what faults."""
    cards = "\n".join(
        f'        <label><input type="radio" name="person" value="{one.oid}" required> '
        f"{escape(one.name)} <small>{escape(one.title)}{_STATUSES[one.status]}</small></label>"
        for one in people
    )
    algorithms = {RS256: RS256, **({GOST: "ГОСТ Р 34.10-2012"} if gost else {})}
    faults = {"": "нет", **{code: f"ESIA-{code}: {text}" for code, text in TEXTS.items()}}
    return _page(
        "Вход",
        f"""      <form method="post" action="/person">
        <input type="hidden" name="pending" value="{escape(pending)}">
        <fieldset>
          <legend>Кто входит</legend>
{cards}
        </fieldset>
        <details>
          <summary>Неисправности</summary>
{_select("algorithm", "Подпись маркера", algorithms)}
{_select("shift", "Часы портала", SHIFTS)}
{_select("fault", "Ошибка", faults)}
        </details>
        <button type="submit" id="next">Продолжить</button>
      </form>""",
    )


def code_page(pending: str, citizen: Citizen, code: str, scopes: Iterable[str], *, wrong: bool) -> str:
    """The one-time code, and what is agreed to."""
    agreed = ", ".join(map(escape, scopes))
    said = '      <p class="wrong" id="wrong">Код неверен.</p>\n' if wrong else ""
    return _page(
        "Подтверждение входа",
        f"""{said}      <p>{escape(citizen.name)}, код из СМС (здесь он приходит на эту же страницу):
        <output id="sms">{code}</output></p>
      <p>Личному кабинету передаются: <code>{agreed}</code></p>
      <form method="post" action="/confirm">
        <input type="hidden" name="pending" value="{escape(pending)}">
        <label>Код <input name="code" id="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6"></label>
        <button type="submit" name="how" value="OTP" id="confirm">Подтвердить и войти</button>
        <button type="submit" name="how" value="PWD" id="without">Войти без кода</button>
        <button type="submit" name="how" value="DS" id="signature">Войти по электронной подписи</button>
        <button type="submit" name="how" value="NO" id="refuse">Отказаться</button>
      </form>""",
    )


def blocked_page(back: str) -> str:
    """An account that is closed."""
    body = "      <p>Учётная запись заблокирована.</p>\n"
    return _page("Вход невозможен", f'{body}      <p><a id="back" href="{escape(back)}">Вернуться</a></p>')


def error_page(description: str) -> str:
    """What went wrong where nobody can be sent back."""
    return _page("Ошибка", f'      <p id="error">{escape(description)}</p>')


def _select(name: str, label: str, choices: dict[str, str]) -> str:
    options = "".join(f'<option value="{escape(key)}">{escape(text)}</option>' for key, text in choices.items())
    return f'          <label>{label} <select name="{name}" id="{name}">{options}</select></label>'


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, body=body)

"""What the program says in English, in Russian: the messages of errors, and what a role rests on.

Whoever finds an error says it in English, in a sentence that has no value of a request or of a store; here the same
sentence is said in Russian. What differs from one to the next stands between quotes, or is a number or ids: `{}`.
"""

import re
from collections.abc import Mapping

from resolvers.wording.words import WORDS, called

_PLACE = re.compile(r"'[^']*'|\b[a-z]+_\d+(?:, [a-z]+_\d+)*|(?<![\w-])\d+")

# What is said of an error whose own sentence is not here, as one of the library that validates documents.
OF_CODES: Mapping[str, str] = {
    "UNAUTHENTICATED": "Маркер доступа не принят.",
    "CSRF_UNPROVEN": "С cookie сеанса не пришёл её маркер.",
    "ROUTER_UNPROVEN": "Спрашивает не роутер.",
    "BAD_REQUEST": "Запрос нельзя прочесть.",
    "WORKPLACE_UNKNOWN": "Такого места работы у вас нет.",
    "ON_BEHALF_UNKNOWN": "Действовать от имени этого работника вы не можете.",
    "REQUEST_TOO_LARGE": "Запрос слишком велик.",
    "UNSUPPORTED_MEDIA_TYPE": "Такое тело запроса не принимается.",
    "NOT_ACCEPTABLE": "Ответа в таком виде нет.",
    "METHOD_NOT_ALLOWED": "Этот метод здесь не поддерживается.",
    "MUTATION_NOT_ALLOWED_OVER_HTTP_GET": "Методом GET можно только спрашивать.",
    "GRAPHQL_PARSE_FAILED": "Документ запроса нельзя разобрать.",
    "GRAPHQL_VALIDATION_FAILED": "Документ запроса не соответствует схеме.",
    "OPERATION_RESOLUTION_FAILURE": "Неясно, какую операцию документа выполнить.",
    "PERSISTED_QUERY_NOT_SUPPORTED": "Документ запроса нужно прислать целиком.",
    "INTROSPECTION_DISABLED": "Схему здесь узнать нельзя.",
    "MAX_TOKENS_LIMIT": "Документ запроса слишком длинный.",
    "MAX_REPEATS_LIMIT": "В документе запроса слишком много одинаковых полей.",
    "MAX_DEPTH_LIMIT": "Операция вложена слишком глубоко.",
    "COST_ESTIMATED_TOO_EXPENSIVE": "Операция стоит слишком дорого.",
    "BAD_USER_INPUT": "Значение не подходит.",
    "UNAUTHORIZED_FIELD_OR_TYPE": "Нет прав.",
    "SOURCE_UNAVAILABLE": "Хранилище недоступно.",
    "SOURCE_TIMED_OUT": "Хранилище не ответило вовремя.",
    "SOURCE_CONTRADICTS": "Хранилище ответило тем, чего не может быть.",
    "JOURNAL_UNAVAILABLE": "Журнал доступа недоступен.",
    "IDEMPOTENCY_CONFLICT": "Этот ключ уже использован для другого.",
    "IDEMPOTENCY_IN_PROGRESS": "Запрос с этим ключом ещё выполняется.",
    "GATEWAY_TIMEOUT": "Время вышло.",
    "SERVICE_OVERLOADED": "Сейчас слишком много запросов.",
    "TOO_MANY_STREAMS": "Открыто слишком много подписок.",
    "TICKET_UNKNOWN": "Такого билета нет, или он больше не действует.",
    "UPLOAD_UNKNOWN": "Такой загрузки у вас нет.",
    "UPLOAD_EXPIRED": "Время загрузки истекло. Начните её заново.",
    "UPLOAD_USED": "Файл по этому разрешению уже получен.",
    "UPLOAD_BUSY": "Этот файл сейчас принимается по другому соединению.",
    "UPLOAD_SIZE_DIFFERS": "Размер файла не тот, что был объявлен.",
    "UPLOAD_HASH_DIFFERS": "Пришёл не тот файл, о котором было сказано. Начните загрузку заново.",
    "UPLOAD_OFFSET_DIFFERS": "Часть файла не продолжает то, что уже получено.",
    "FILE_REFUSED": "Файл не принят.",
    "LINK_UNKNOWN": "Такой ссылки нет, или она больше не действует.",
    "RANGE_NOT_SATISFIABLE": "Такой части в файле нет.",
    "INTEGRITY_BROKEN": "Файл повреждён: отдать его нельзя.",
    "FILE_LOST": "Файла нет на месте.",
    "FILES_UNAVAILABLE": "Хранилище файлов недоступно.",
    "PAGE_UNKNOWN": "Такой страницы нет, или её нельзя показать.",
    "REQUEST_CANCELED": "Запрос отменён.",
    "INTERNAL_SERVER_ERROR": "У нас что-то пошло не так.",
}

# What programs look for, in this very text.
OF_PROTOCOLS = frozenset({"PersistedQueryNotSupported"})

_OF_ARGUMENTS = {
    "give either '{}' or '{}'": "укажите что-то одно: «{1}» или «{2}»",
    "expected at least {}": "ожидается не меньше {1}",
    "expected at most {}": "ожидается не больше {1}",
    "expected at most {} characters": "ожидается до {1} знаков",
    "expected at least one letter": "ожидается хотя бы одна буква",
    "several patients are known so; name another field": "так известны несколько пациентов; укажите другое поле",
    "expected no NUL": "знака NUL в тексте быть не может",
    "expected characters that can be printed": "ожидаются печатные знаки",
    "expected codes of at most {} characters": "ожидаются коды до {1} знаков",
    "expected codes of printed characters": "ожидаются коды из печатных знаков",
    "expected at most {} ids": "ожидается до {1} идентификаторов",
    "expected at most {} codes": "ожидается до {1} кодов",
    "expected at most {} days after '{}'": "ожидается до {1} дней, после «{2}»",
    "expected each field once": "ожидается каждое поле один раз",
    "expected a day not before '{}'": "ожидается день не раньше, чем «{1}»",
    "expected a day of the years {} to {}": "ожидается день с {1} по {2} год",
    "expected a period of at most {} days": "ожидается период до {1} дней",
    "expected at most {} weeks": "ожидается до {1} недель",
    "expected a Monday": "ожидается понедельник",
    "expected a Sunday after '{}'": "ожидается воскресенье после «{1}»",
    "give the id of the unit or organisation, and none for SELF": (
        "укажите идентификатор подразделения или организации, а для SELF не указывайте"
    ),
    "expected an instant after '{}'": "ожидается время позже, чем «{1}»",
    "expected both bounds of the range, or none": "ожидаются обе границы периода или ни одной",
    "expected a cursor of this list": "ожидается курсор этого списка",
    "expected a СНИЛС of {} digits with its checksum": "ожидается СНИЛС из {1} цифр с контрольным числом",
    "expected an ИНН of {} or {} digits with its checksum": "ожидается ИНН из {1} или {2} цифр с контрольными",
    "expected an ЕНП of {} digits with its check digit": "ожидается ЕНП из {1} цифр с контрольной",
    "expected an ОГРН of {} digits with its checksum": "ожидается ОГРН из {1} цифр с контрольной",
    "expected an object identifier in dotted form": "ожидается идентификатор объекта (OID) из чисел через точку",
}

SENTENCES: Mapping[str, str] = {
    # Services of others.
    "Names that begin with _kabinet are taken.": "Имена, которые начинаются с _kabinet, заняты.",
    "An act of another service stands alone in its operation.": (
        "Действие другой службы должно быть единственным в операции."
    ),
    "An act of another service takes a key: the header Idempotency-Key, or idempotencyKey in extensions.": (
        "Действию другой службы нужен ключ: заголовок Idempotency-Key или idempotencyKey в extensions."
    ),
    "The key was used for another act, or with other values.": (
        "Этот ключ уже использован для другого действия или с другими значениями."
    ),
    "Another request with this key is still under way.": "Другой запрос с этим ключом ещё выполняется.",
    "It was done; what it gave is not told again.": "Действие выполнено; его ответ второй раз не показывают.",
    "The service did not do it.": "Служба этого не сделала.",
    "The service could not be asked; nothing was done.": "Обратиться к службе не удалось; ничего не сделано.",
    "Nobody knows whether it was done; ask again with the same key.": (
        "Неизвестно, выполнено ли действие; повторите запрос с тем же ключом."
    ),
    "What you may do changes just now; nothing was done.": "Ваши права сейчас меняются; ничего не сделано.",
    # Files that are put in.
    "Another request sends this file just now.": "Этот файл сейчас передаётся другим запросом.",
    "The bytes that came are not those that were announced.": "Пришёл не тот файл, о котором было сказано.",
    "The time of this upload is over.": "Время этой загрузки истекло.",
    "The file is not of the size that was announced.": "Размер файла не тот, что был объявлен.",
    "What was sent does not follow on what is kept.": "Присланное не продолжает то, что уже получено.",
    "The file was not taken.": "Файл не был принят.",
    "Parts of a file come as tus 1.0.0 has it; the header Tus-Resumable says so.": (
        "Части файла передаются по протоколу tus 1.0.0; об этом говорит заголовок Tus-Resumable."
    ),
    "The bytes come as they are; parts as offset+octet-stream.": (
        "Файл передаётся как есть, его части — как offset+octet-stream."
    ),
    "The file has come under this ticket already.": "Файл по этому разрешению уже получен.",
    "A file is sent with an access token or the cookie of a session.": (
        "Файл передают с маркером доступа или cookie сеанса."
    ),
    "Files may not be put in.": "Загружать файлы вам нельзя.",
    "There is no such upload.": "Такой загрузки нет.",
    "A header that is a number of bytes is not one.": "Заголовок с числом байтов не содержит числа.",
    # Requests.
    "The access token was not accepted.": "Маркер доступа не принят.",
    "The cookie of a session may stand once.": "Cookie сеанса может быть только одна.",
    "The cookie of a session and an access token came at once; one of them may.": (
        "Пришли и cookie сеанса, и маркер доступа; может прийти что-то одно."
    ),
    "A part of the graph is asked by its router alone.": "Часть графа отвечает только своему роутеру.",
    "With the cookie of a session comes its token: in the header Kabinet-CSRF, of a socket in the first message.": (
        "Вместе с cookie сеанса приходит её маркер: в заголовке Kabinet-CSRF, на сокете — в первом сообщении."
    ),
    "A page that shows the cookie of a session has an origin.": (
        "У страницы, которая предъявляет cookie сеанса, есть источник (Origin)."
    ),
    "The access token has to come as a bearer.": "Маркер доступа передаётся по схеме Bearer.",
    "The access token may stand once, in the header Authorization; no header may contradict itself.": (
        "Маркер доступа передаётся один раз, в заголовке Authorization; заголовки не должны противоречить себе."
    ),
    "A package is fetched with an access token.": "Пакет журнала получают с маркером доступа.",
    "This may not be fetched.": "Этого вы получить не можете.",
    "There is no such ticket, or it cannot be used any more.": "Такого билета нет, или он больше не действует.",
    "The journal does not answer now.": "Журнал сейчас не отвечает.",
    "There is no such link, or it cannot be used any more.": "Такой ссылки нет, или она больше не действует.",
    "The content of a document is fetched with an access token or the cookie of a session.": (
        "Файл документа получают с маркером доступа или с cookie сеанса."
    ),
    "The content of this document may not be fetched.": "Файла этого документа вы получить не можете.",
    "Whether this may be fetched cannot be found out now.": "Сейчас нельзя узнать, можно ли вам получить этот файл.",
    "What is fetched cannot be noted in the journal now, so it is not given.": (
        "Сейчас обращение нельзя записать в журнал, поэтому файл не отдаётся."
    ),
    "The file is not what was kept, so that it is not given.": "Файл не такой, каким был сохранён: отдать его нельзя.",
    "The file is not where it was kept.": "Файла нет там, где он был сохранён.",
    "The files of documents cannot be had now.": "Файлы документов сейчас недоступны.",
    "A store does not answer now.": "Хранилище сейчас не отвечает.",
    "The file has no such part.": "Такой части в файле нет.",
    "There is no such page, or no picture can be made of it.": "Такой страницы нет, или её нельзя показать.",
    "The parameter '{}' has to be a number from {} to {}.": "Параметр «{0}» — число от {1} до {2}.",
    "Access tokens cannot be checked now.": "Сейчас маркеры доступа нельзя проверить.",
    "The header Idempotency-Key has to be {} to {} characters that can be printed, in UTF-8.": (
        "Заголовок Idempotency-Key — от {0} до {1} печатных знаков в UTF-8."
    ),
    "The header Idempotency-Key serves an operation with a single act; give each act a key of its own.": (
        "Заголовок Idempotency-Key годится для операции с одним действием; дайте каждому действию свой ключ."
    ),
    "The workplace is no employment in force of the caller.": (
        "Такого места работы у вас нет, или оно больше не действует."
    ),
    "The caller may ask on behalf of nobody of this id.": "Действовать от имени этого работника вы не можете.",
    "The length of the body is not declared as a number.": "Длина тела запроса указана не числом.",
    "The body did not arrive in time.": "Тело запроса не пришло вовремя.",
    "The body has more than {} bytes.": "Тело запроса длиннее {0} байт.",
    "The body has to be application/json in UTF-8.": "Тело запроса должно быть application/json в UTF-8.",
    "The body is not JSON in UTF-8.": "Тело запроса — не JSON в UTF-8.",
    "The body is not a JSON object.": "Тело запроса — не объект JSON.",
    "Several operations in one request are not supported.": "Несколько операций в одном запросе не поддерживаются.",
    "The parameter '{}' is missing or not a string.": "Параметра «{0}» нет, или это не строка.",
    "The parameter '{}' is not a string.": "Параметр «{0}» — не строка.",
    "The parameter '{}' is not JSON.": "Параметр «{0}» — не JSON.",
    "The parameter '{}' is not an object.": "Параметр «{0}» — не объект.",
    "The parameter '{}' is no key.": "Параметр «{0}» — не ключ.",
    "A parameter is given twice.": "Параметр указан дважды.",
    "The request is nested more than {} levels deep.": "Запрос вложен глубже {0} уровней.",
    "The URL has more than {} bytes of parameters.": "Параметры адреса длиннее {0} байт.",
    "The parameters of the URL are not URL-encoded UTF-8.": "Параметры адреса записаны не в UTF-8.",
    "The answer can be had as {}.": "Ответ можно получить как {0}.",
    "The answer can be had as application/graphql-response+json or application/json.": (
        "Ответ можно получить как application/graphql-response+json или application/json."
    ),
    "A subscription is answered as text/event-stream, or over WebSocket.": (
        "На подписку отвечают потоком text/event-stream или по WebSocket."
    ),
    "The request is not HTTP/1.1 that can be read with certainty.": "Запрос не читается однозначно как HTTP/1.1.",
    "Only HTTP/1.1 and HTTP/1.0 are spoken here.": "Здесь принимают HTTP/1.1 и HTTP/1.0.",
    "There is nothing behind this server that could be connected to.": "За этим сервером соединяться не с чем.",
    "A body may be chunked, in HTTP/1.1, and not coded otherwise.": (
        "Тело запроса можно передать частями (chunked, HTTP/1.1), иначе кодировать его нельзя."
    ),
    "Too much was sent before the requests in front of it were answered.": (
        "Слишком много прислано до ответов на предыдущие запросы."
    ),
    "The head of a request may have {} bytes.": "Заголовки запроса могут занимать {0} байт.",
    "There are no sockets at this address.": "По этому адресу соединений нет.",
    "This method is not supported here.": "Этот метод здесь не поддерживается.",
    "Only queries can be asked by GET.": "Методом GET можно только спрашивать.",
    "Pages of this origin may not open a socket here.": "Страницам этого источника соединение здесь не открыть.",
    "There are too many sockets.": "Открыто слишком много соединений.",
    # Documents.
    "The document cannot be parsed.": "Документ запроса нельзя разобрать.",
    "The document has too many tokens.": "В документе запроса слишком много лексем.",
    "The document is too long.": "Документ запроса слишком длинный.",
    "The document is nested too deeply.": "Документ запроса вложен слишком глубоко.",
    "The document names too many fields alike.": "В документе запроса слишком много одинаковых полей.",
    "The document does not fit the schema.": "Документ запроса не соответствует схеме.",
    "The document has no single operation of that name.": "В документе нет единственной операции с таким именем.",
    "Introspection is switched off.": "Схему здесь узнать нельзя.",
    "The operation costs too much; ask for smaller pages.": (
        "Операция стоит слишком дорого; просите страницы поменьше."
    ),
    "The operation is nested too deeply.": "Операция вложена слишком глубоко.",
    "The operation is no subscription.": "Эта операция — не подписка.",
    "The subscription asks for no field that is told.": "В подписке нет ни одного поля, о котором сообщают.",
    # Values.
    "A value is missing: '{}'.": "Нет обязательного значения: «{0}».",
    "A required field is missing in '{}'.": "Нет обязательного поля внутри «{0}».",
    "A required argument is missing.": "Нет обязательного аргумента.",
    "The schema has no such input: '{}'.": "В схеме такого поля нет: «{0}».",
    "A field that the schema does not have is in '{}'.": "Внутри «{0}» есть поле, которого нет в схеме.",
    "There is an argument that the schema does not have.": "Указан аргумент, которого нет в схеме.",
    "The value is not of the type of '{}'.": "Значение другого типа: «{0}».",
    "The value is none of those that '{}' can have.": "Такого значения не бывает: «{0}».",
    "Only one field may be given in '{}'.": "Внутри «{0}» можно указать только одно поле.",
    "The value is smaller than '{}' can be.": "Значение меньше допустимого: «{0}».",
    "The value is larger than '{}' can be.": "Значение больше допустимого: «{0}».",
    "The value of '{}' may have {} characters.": "Слишком длинное значение: «{0}»; можно до {1} знаков.",
    "A variable has a value that its type cannot take.": "Значение переменной не подходит к её типу.",
    "An argument has a value that its type cannot take.": "Значение аргумента не подходит к его типу.",
    **{
        f"The argument '{{}}' is not valid: {english}.": f"Не подходит значение поля «{{0}}»: {russian}."
        for english, russian in _OF_ARGUMENTS.items()
    },
    # Rights.
    "The field may not be read.": "Это поле вам недоступно.",
    "The act may not be done.": "Это действие вам недоступно.",
    "The input may not be used without the right to read what it looks at.": (
        "Искать и упорядочивать по этому полю может тот, кому оно доступно."
    ),
    "Only who is signed in is told what happens.": "О событиях сообщают только тем, кто вошёл.",
    # Stores, time, and what nobody foresaw.
    "A store did not answer.": "Хранилище не ответило.",
    "A store did not say what you may read.": "Хранилище не ответило, и неизвестно, что вам доступно.",
    "A store gave what the graph cannot hold.": "Хранилище ответило тем, чего не может быть.",
    "The operation did not end in time.": "Операция не завершилась вовремя.",
    "What the subscription names can be seen no more.": "То, о чём подписка, вам больше не доступно.",
    "The event could not be told in time.": "О событии не удалось сообщить вовремя.",
    "There are too many streams; close some, or come back later.": (
        "Открыто слишком много подписок; закройте лишние или вернитесь позже."
    ),
    "What was read cannot be noted in the journal now, so it is not told.": (
        "Доступ к этим сведениям сейчас нельзя записать в журнал, поэтому они не показаны."
    ),
    "It was done, but what it gave cannot be noted in the journal now; ask again with the same key.": (
        "Действие выполнено, но показать его итог нельзя: доступ к сведениям сейчас не записать в журнал. "
        "Повторите запрос с тем же ключом."
    ),
    "There is too much to do just now; nothing was begun.": "Сейчас слишком много запросов; ничего не начато.",
    "Something went wrong on our side.": "У нас что-то пошло не так.",
    "Something went wrong here; it has been noted.": "У нас что-то пошло не так; это записано.",
    # What a role rests on.
    "nobody signed in": "никто не вошёл",
    "confirmed sign-in, no employment": "вход подтверждён, места работы нет",
    "employment at {}": "работа в организации: {0}",
    "employment at {}; no consent to the terms of access for {}": (
        "работа в организации: {0}; нет согласия с условиями доступа для записи: {1}"
    ),
    "accreditation {}": "аккредитация: {0}",
    "leads {}": "заведует подразделением: {0}",
    "supervises trainees": "наставник",
    "leads {}, supervises trainees": "заведует подразделением: {0}, наставник",
    "registration desk of {}": "регистратура организации: {0}",
    "heads {}": "возглавляет организацию: {0}",
    "HR function at {}": "кадровая служба организации: {0}",
    "appointment": "назначение",
    "appointment at {}": "назначение в организацию: {0}",
}


def said(sentence: str, language: str, code: str = "") -> str:
    """A sentence in a language, ru or en; one that has no Russian stands after what is said of errors of its code."""
    if language == "en" or sentence in OF_PROTOCOLS:
        return sentence
    known = SENTENCES.get(sentence)
    if known is not None:
        return known
    values: list[str] = []

    def place(found: re.Match[str]) -> str:
        quoted = found[0].startswith("'")
        values.append(_named(found[0].strip("'")) if quoted else found[0])
        return "'{}'" if quoted else "{}"

    known = SENTENCES.get(_PLACE.sub(place, sentence))
    if known is not None:
        return known.format(*values)
    return f"{OF_CODES.get(code, '')} {sentence}".strip()


def _named(name: str) -> str:
    """What an argument is called, or else the last part of its name; places in lists have no name."""
    parts = [part for part in name.split(".") if not part.isdigit()]
    whole = ".".join(parts)
    return called(whole if whole in WORDS else parts[-1], 0) if parts else name

import re
from pathlib import Path

from tests.house import tree

LONGEST = 400
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "core"}
CODE = (".py", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ".sql")
PROSE = (*CODE, ".md", ".toml", ".yml", ".yaml", ".json", ".graphql", ".txt", "")

# Spelt so that none of the patterns finds itself.
REGISTRIES = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|yarnpkg[.]com|npm[m]irror|deb[.]debian[.]org"
    r'|"resolve[d]": *"http|--(?:extra-)?index-ur[l]|registry *= *"?http'
)
LEFT_OPEN = re.compile(
    r"\bTOD[O]\b|\bFIXM[E]\b|\bNotImplemented[E]rror\b|\bmark[.](?:skip|skipif|xfail)\b|\bpytest[.](?:skip|xfail|importorskip)\b"
)
ONE_MACHINE = re.compile(
    r"(?<![\w.}])/(?:wor[k]|hom[e]|roo[t]|User[s])/|\btmp/w[/]|\bissues? #?[0-9]+\b", re.IGNORECASE
)
PAGE = re.compile(r"(?<![\w/:.-])((?:[\w.-]+/)*[\w-]+[.]md)\b")


def found(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    return [
        f"{tree.name(path)}:{number}: {match[0]}"
        for path in tree.files(*suffixes)
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_no_file_of_code_is_too_long_to_read_at_one_sitting() -> None:
    lengths = {tree.name(path): tree.text(path).count("\n") for path in tree.files(*CODE)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_modules_are_named_after_what_they_do() -> None:
    assert [tree.name(path) for path in tree.files(".py") if {path.stem, path.parent.name} & NAMELESS] == []


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRIES) == []


def test_nothing_is_left_open_and_no_test_is_left_out() -> None:
    assert found(LEFT_OPEN, ".py", ".md", ".toml", ".yml", "") == []


def test_the_text_speaks_of_the_product_and_not_of_where_it_was_made() -> None:
    assert found(ONE_MACHINE, *PROSE) == []


def test_every_page_that_is_spoken_of_is_there() -> None:
    names = {tree.name(path) for path in tree.files(".md")}
    missing = []
    for path in tree.files(".md", ".py", ".toml", ".yml"):
        for page in PAGE.findall(tree.text(path)):
            beside = (path.parent / page).resolve()
            if page not in names and f"docs/{page}" not in names and not is_page(beside):
                missing.append(f"{tree.name(path)}: {page}")
    assert missing == []


def is_page(path: Path) -> bool:
    return path in tree.files(".md")

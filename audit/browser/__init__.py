"""The verification page (核对页): one HTML file that checks a book in any browser, without a server or a network.

It is put together here from the modules beside this file, without a build tool: each module becomes a function of its
own, in the order of what it imports. Words of rules, the chart of accounts and the names of roles come from Python, so
that they are declared once. The same sources give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from audit import rows as _rows  # noqa: F401 -- its rules, and those of all that it uses, are declared now
from audit import verify as _verify  # noqa: F401 -- as above
from audit.files import UNREADABLE as _UNREADABLE  # noqa: F401 -- as above
from audit.outside import NAMES, STATES
from audit.statements import FORMS
from audit.tlog import policy as _policy  # noqa: F401 -- as above
from audit.tlog.cosignature import LAST_TIME_S
from audit.witnessed import AHEAD_MAX_S
from audit.zip import WORDS
from domain.budget import MAJORITIES, planned_accounts
from domain.chart import CHARTS, chart
from domain.closing import DISTRIBUTIONS, TRANSFERS
from domain.entry import TYPES
from domain.kernel.errors import RULES, Kind, rule
from domain.roles import ROLES
from domain.statements.formula import read_lines
from domain.subtotals import official_places

if TYPE_CHECKING:
    from audit.statements import Form

GENERATED, MAIN = "generated", "main"
"""The module that is made here, and the one that all others are there for."""

BEYOND_THE_PAGE = rule(
    "audit.beyond_the_page",
    Kind.UNAVAILABLE,
    "这本账有 {type} 类型的记录，网页还不能核对，所以不作结论；请用 sunledger verify 核对",
    "the book has entries of the type {type}, which this page cannot judge yet, so it gives no verdict; use sunledger"
    " verify",
    "ADR 0020",
)

PROOF_FILE = rule(
    "audit.proof_not_in_the_page",
    Kind.UNAVAILABLE,
    "这是证明文件，网页不核对；请用 sunledger verify {file} --log-key …",
    "a proof file, which this page does not check; use sunledger verify {file} --log-key …",
    "C2SP tlog-proof",
)

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z0-9_]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) ([A-Za-z0-9_$]+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*(?:.|\n)*?\*/|//[^\n]*|)\n| // [^\"'`\n]*$", re.MULTILINE)
"""A line that is a comment or empty, or a comment behind code: no text, for that ends with its quotation mark."""
_INDENT = re.compile(r"^ +", re.MULTILINE)
_CODE = re.compile(r'"([a-z_]+\.[a-z_]+)"')


@cache
def module(name: str) -> str:
    """Return the source of a module of the page, as a browser's own loader takes it."""
    return _generated() if name == GENERATED else _read(f"{name}.js")


@cache
def modules() -> tuple[str, ...]:
    """Return the names of all modules, each after those that it imports."""
    return modules_for(MAIN)


@cache
def modules_for(*names: str) -> tuple[str, ...]:
    """Return the names of some modules and of all that they import, each after those that it imports."""
    done: list[str] = []
    for name in names:
        _visit(name, (), done)
    return tuple(done)


@cache
def verifier_page() -> bytes:
    """Return the page: one HTML file that loads nothing."""
    style, script = _read("page.css"), _script()
    parts = {"csp": _policy_text(style, script), "style": style, "script": script}
    return re.sub(r"\{(csp|style|script)\}", lambda match: parts[match[1]], _read("page.html")).encode()


@cache
def content_security_policy() -> str:
    """Return the policy that stands in the page: its own script and style, a Worker of its own, and logs to read."""
    return _policy_text(_read("page.css"), _script())


def _policy_text(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; worker-src blob:; "
        "connect-src http: https:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _visit(name: str, above: tuple[str, ...], done: list[str]) -> None:
    if name in above:
        raise ValueError(f"modules of the page import one another: {' > '.join((*above, name))}")
    if name in done:
        return
    for _, imported in _IMPORT.findall(module(name)):
        _visit(imported, (*above, name), done)
    done.append(name)


@cache
def _script() -> str:
    """Return all modules as one script: each a function that gives what it exports."""
    script = "\n".join(['"use strict";', *map(_wrapped, modules())])
    if "</" in script:  # it would end the element that it stands in
        raise ValueError("'</' in a module of the page")
    return script


def _wrapped(name: str) -> str:
    source = _INDENT.sub("", _COMMENT.sub("", module(name)))  # a fifth of what a phone would have to fetch
    exported = ", ".join(found for _, found in _EXPORT.findall(source))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const {\1} = $\2;\n", source))
    if re.search(r"^(?:import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}.js: an import or export that is not understood here")
    return f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();"


def _generated() -> str:
    """Return the module of what is declared in Python."""
    sources = "".join(map(_read, sorted(_sources())))
    codes = sorted(set(_CODE.findall(sources)) & RULES.keys())
    rules = {code: (RULES[code].kind.value, RULES[code].zh, RULES[code].en) for code in codes}
    charts = {version: _accounts(version) for version in CHARTS}
    values = {
        "RULES": rules,
        "CHARTS": charts,
        "ROLES": ROLES,
        "TYPE_NAMES": sorted(TYPES),
        "FORMS": list(map(_form, FORMS)),
        "LAYOUTS": {version: _layouts(version) for version in CHARTS},
        "PLACES": {version: official_places(version) for version in CHARTS},
        "PLANNED": {version: planned_accounts(version) for version in CHARTS},
        "TRANSFERS": TRANSFERS,
        "DISTRIBUTIONS": DISTRIBUTIONS,
        "BODIES": {body: (majority.said.zh, majority.said.en) for body, majority in MAJORITIES.items()},
        "STATES": STATES,
        "AHEAD_MAX_S": AHEAD_MAX_S,
        "LAST_TIME_S": LAST_TIME_S,
        "PRIVATE_NAMES": NAMES,
        "ARCHIVE_WORDS": {word: (said.zh, said.en) for word, said in WORDS.items()},
    }
    return "".join(f"export const {name} = {_literal(value)};\n" for name, value in values.items())


def _accounts(version: str) -> dict[str, object]:
    return {
        code: (account.name, account.standing == "official")
        for code, account in chart(version).accounts.items()
    }


def _form(form: Form) -> dict[str, object]:
    columns = [(column, said.zh, said.en) for column, said in form.columns.items()]
    return {"name": form.name, "said": (form.said.zh, form.said.en), "columns": columns}


def _layouts(version: str) -> dict[str, object]:
    """Return the lines of the statements of a chart version, as they stand in its files; one of income has no side."""
    columns = ("side", "key", "name_zh", "name_en", "role", "formula", "subtotal")
    return {
        name: [[line.get(column, "") for column in columns] for line in read_lines(statement, version)]
        for name, statement in (("sheet", "balance-sheet"), ("income", "income-statement"))
    }


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sources() -> list[str]:
    return [file.name for file in resources.files(__package__).iterdir() if file.name.endswith(".js")]

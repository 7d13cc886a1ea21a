"""docs/rules.md lists every declared rule; it is made here, and `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import api
import audit
import domain
import migrations
import projections
from domain.kernel.errors import RULES, Kind, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"
PACKAGES = (api, audit, domain, migrations, projections)

INTRODUCTION = """\
# 规则 · Rules

阳光账本拒绝一条记录、一个文件或一次请求时，总会说明违反了哪一条规则。规则的代码（如 `voucher.unbalanced`）
一经使用不再改变，程序可以依靠它；花括号中是当时读到的和应有的内容。下表由程序中的声明生成，按代码的前缀分组，并注明依据的条文。

Whenever sunledger refuses an entry, a file or a request, it names the rule that was broken. A rule's code (such as
`voucher.unbalanced`) never changes once it is in use, so programs may rely on it; what stands in braces is filled with
what was read and what was expected. The tables are generated from the declarations in the program, grouped by the
prefix of the code, with the article that each rule rests on.
"""

TITLES = {
    "account": "会计科目 accounts",
    "anchor": "锚定行 anchor lines",
    "archive": "年度归档 the yearly archive",
    "attachment": "原始凭证 original documents",
    "audit": "审计 audit",
    "bank": "银行和现金 bank and cash",
    "book": "账套 books",
    "browserkey": "浏览器密钥文件 key files for a browser",
    "subtotals": "收益表小计口径 sub-totals of the statement of income",
    "budget": "收支计划 the year's plan",
    "convert": "新旧衔接 conversion from the old chart",
    "chart": "科目表 charts of accounts",
    "checkpoint": "检查点 checkpoints",
    "closing": "结账 closing",
    "county": "县级总日志 the county's log",
    "database": "数据库 database",
    "date": "日期 dates",
    "diff": "两个检查点之间 between two checkpoints",
    "digest": "摘要 digests",
    "disclosure": "披露 disclosures",
    "distribution": "收益分配 distribution of income",
    "draft": "待签凭证 drafts",
    "entry": "记录 entries",
    "erasure": "删除个人信息 erasures",
    "export": "导出 export",
    "import": "导入 import",
    "install": "安装 installation",
    "json": "规范 JSON canonical JSON",
    "history": "数字的来历 the history of figures",
    "ledger": "账簿 ledgers",
    "log": "日志 logs",
    "invoice": "发票 invoices",
    "key": "密钥与岗位 keys and roles",
    "keyfile": "密钥文件 key files",
    "money": "金额 money",
    "monitor": "监察 monitor",
    "note": "签名文书 signed notes",
    "opening": "期初余额 opening balances",
    "organisation": "组织代码 organisation ids",
    "pdf": "PDF",
    "period": "会计期间 periods",
    "policy": "审批制度 approval policy",
    "post": "提交 posting",
    "proof": "证明文件 proof files",
    "privacy": "明文中的个人信息 personal data in clear",
    "recover": "恢复 recovery",
    "request": "请求 requests",
    "quantity": "数量 quantities",
    "correction": "更正凭证 corrections",
    "reversal": "红字冲销 reversals",
    "roll": "发放清册 rolls",
    "row": "清册的行 rows of rolls",
    "serve": "服务 serving",
    "serverkey": "服务器的密钥 the server's own keys",
    "session": "登录 sessions",
    "settings": "设置 settings",
    "sheet": "公开表 published sheets",
    "signature": "签名 signatures",
    "store": "存储 store",
    "tile": "瓦片 tiles",
    "template": "常用凭证 voucher templates",
    "tlog": "透明日志 transparency log",
    "voucher": "记账凭证 vouchers",
    "witness": "见证人 witnesses",
    "witnessing": "请求见证 asking witnesses",
}

COLUMNS = (
    "代码 code",
    "类别 kind → HTTP",
    "中文 Chinese",
    "英文 English",
    "依据 source",
)


def load_all() -> None:
    """Import every module, so that every rule is declared."""
    for package in PACKAGES:
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)


def statuses() -> dict[Kind, int]:
    """Return the HTTP status of each kind, from the door that answers with it."""
    status: dict[Kind, int] = import_module("api.http.problems").STATUS
    return status


def render(rules: Iterable[Rule], status: dict[Kind, int]) -> str:
    """Return the document."""
    parts = [INTRODUCTION]
    for prefix, group in groupby(sorted(rules, key=lambda rule: rule.code), key=prefix_of):
        parts.append(f"\n## {prefix} · {TITLES.get(prefix, prefix)}\n")
        parts.append(
            "\n" + row(COLUMNS) + row(["---"] * len(COLUMNS)) + "".join(line(rule, status) for rule in group)
        )
    return "".join(parts)


def prefix_of(rule: Rule) -> str:
    return rule.code.partition(".")[0]


def line(rule: Rule, status: dict[Kind, int]) -> str:
    kind = f"{rule.kind.value} → {status[rule.kind]}"
    return row([f"`{rule.code}`", kind, plain(rule.zh), plain(rule.en), plain(rule.source) or "—"])


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, within one cell."""
    for character in "\\|<*`[":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())


def test_the_document_lists_every_rule_as_declared() -> None:
    load_all()
    document = render(RULES.values(), statuses())
    if os.environ.get("UPDATE_DOCS"):
        DOCUMENT.write_text(document, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document, (
        "run: UPDATE_DOCS=1 pytest tests/docs/test_rules.py"
    )


def test_every_group_has_a_title_and_every_title_a_group() -> None:
    load_all()
    assert {prefix_of(rule) for rule in RULES.values()} == set(TITLES)


def test_every_kind_has_a_status_of_its_own() -> None:
    assert set(statuses()) == set(Kind)
    assert len(set(statuses().values())) == len(Kind)


def test_a_table_shows_a_rule_as_it_is() -> None:
    rules = [
        Rule("b.two", Kind.CONFLICT, "二", "two <a>/<b> | *c*", "art. 2"),
        Rule("a.one", Kind.MALFORMED, "一 {read}", "one {read}"),
    ]
    lines = render(rules, {Kind.CONFLICT: 409, Kind.MALFORMED: 400}).removeprefix(INTRODUCTION).splitlines()
    assert [text for text in lines if text and "---" not in text and COLUMNS[0] not in text] == [
        "## a · a",
        "| `a.one` | malformed → 400 | 一 {read} | one {read} | — |",
        "## b · b",
        "| `b.two` | conflict → 409 | 二 | two \\<a>/\\<b> \\| \\*c\\* | art. 2 |",
    ]

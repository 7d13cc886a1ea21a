"""docs/threats.md says who notices which attack; it is made from `tests/attack`, and `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from domain.kernel.errors import RULES
from tests.attack.catalogue import ATTACKS, GROUPS
from tests.attack.deployment import REBUILD_DIFFERS, STORED_ONCE
from tests.attack.model import NOTICERS, READERS, SERVER, Attack, Notice
from tests.docs.test_rules import load_all, row

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "threats.md"
TEXT = Path(__file__).with_name("threats.txt")
"""What stands around the tables: `{keeps}` and `{tables}` are put in."""

LABELS = {noticer.name: f"{noticer.zh} {noticer.name}" for noticer in NOTICERS}
COLUMNS = ("攻击 attack", "谁做 by", "谁发现，凭什么 who notices, by which check", "谁不能 who cannot")


def render() -> str:
    """Return the document."""
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{keeps}\n", keeps()).replace("{tables}\n", "".join(map(group, GROUPS)))


def keeps() -> str:
    """Return what each one has to keep in order to notice."""
    columns = ("谁 who", "", "自己要保存 what they have to keep")
    rows = [
        (f"`{noticer.name}`", f"{noticer.zh} {noticer.en}", f"{noticer.keeps_zh} {noticer.keeps_en}")
        for noticer in NOTICERS
    ]
    return table(columns, rows)


def group(part: tuple[str, str, tuple[Attack, ...]]) -> str:
    """Return one part of the catalogue."""
    zh, en, attacks = part
    return f"### {zh} · {en}\n\n{table(COLUMNS, map(cells, attacks))}\n"


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table."""
    return row(columns) + row(["---"] * len(columns)) + "".join(map(row, rows))


def cells(attack: Attack) -> tuple[str, ...]:
    """Return the row of an attack."""
    by_notice: dict[Notice, list[str]] = {}
    for noticer in NOTICERS:
        if noticer.name in attack.notices:
            by_notice.setdefault(attack.notices[noticer.name], []).append(noticer.name)
    who = "<br>".join(f"{named(names)}: {notice}" for notice, names in by_notice.items())
    silent = [n.name for n in NOTICERS if n.name not in attack.notices and n.name != SERVER]
    cannot = "什么也没改成 nothing is changed" if attack.prevented else named(silent) or "—"
    return f"{attack.zh} {attack.en}", attack.by, who, cannot


def named(names: list[str]) -> str:
    """Return names as a list; those who replay the whole log are "readers" when all of them are meant."""
    if set(READERS) <= set(names):
        names = ["readers", *(name for name in names if name not in READERS)]
    return ", ".join(names)


def test_the_document_is_what_the_attacks_show() -> None:
    document = render()
    if os.environ.get("UPDATE_DOCS"):
        DOCUMENT.write_text(document, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document, (
        "run: UPDATE_DOCS=1 pytest tests/docs/test_threats.py"
    )


def test_every_check_that_is_named_is_a_rule() -> None:
    load_all()
    codes = {notice.code for attack in ATTACKS for notice in attack.notices.values()}
    others = {code for code in codes if code not in RULES}
    assert {code for code in others if not code.startswith("SQLSTATE ")} == {STORED_ONCE, REBUILD_DIFFERS}


def test_every_attack_has_a_name_of_its_own_and_somebody_who_notices() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
    assert [attack.name for attack in ATTACKS if not attack.notices] == []

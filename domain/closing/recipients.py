"""What a distribution is called by the details of 收益分配 (322), held against the line that shows it.

The statement of income tells by the other account of a voucher who gets what is distributed (ADR 0038), and the book's
own details say it by their names. Where these say another thing, whoever reads both is told two stories.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.chart import RESULT, UNDISTRIBUTED, codes_down_to
from domain.closing import distributing as acts
from domain.closing.distribution import (
    APPROPRIATED,
    COVERED,
    MEMBERS,
    OTHERS,
    OTHERWISE,
    RESERVE,
    THROUGH,
    TO_MEMBERS,
)
from domain.closing.month_end import Remark
from domain.closing.transfers import DISTRIBUTION, UNDISTRIBUTED_NAME
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.closing.month_end import Distributing, MonthEnd

WRONG_RECIPIENT = rule(
    "closing.recipients",
    Kind.REFUSED,
    "凭证 {number}「{summary}」记在{details}，收益及收益分配表却因对方科目 {accounts} 把它列在「{shown}」：表按对方科目"
    "分辨分给了谁。请{undo}它，重做：{right}；其实是「{shown}」的，改记 322 下那一明细",
    "voucher {number} '{summary}' is of {details}, and by its accounts {accounts} the statement of income shows it as"
    " '{shown}': it tells by the other account who gets it. Please {undo} it and make it anew: {right}; if it is"
    " '{shown}', on that detail of 322",
    "财会〔2023〕14号 收益及收益分配表",
)

CALLED = {
    acts.COVERED: COVERED,
    acts.SET_ASIDE: APPROPRIATED,
    acts.TO_MEMBERS: TO_MEMBERS,
    acts.OTHERWISE: OTHERWISE,
}
"""The lines of a distribution as the statement of income calls them, by their keys."""

SILENT = ("各项分配", UNDISTRIBUTED_NAME)
"""What details of 收益分配 are called that do not say who gets it."""

KINDS = {name: key for key, what in CALLED.items() for name in THROUGH[what] if name not in SILENT}
"""Of which line the other details are by their names."""

_RESERVE = Phrase(
    f"对方改记 {RESERVE} 下的末级科目，冲回的用红字（负数）记在原来的方向",
    f"against an account below {RESERVE}, with red (negative) amounts on the same sides where it is taken back",
)
RIGHT = {
    acts.COVERED: _RESERVE,
    acts.SET_ASIDE: _RESERVE,
    acts.TO_MEMBERS: Phrase(
        f"对方改记 {', '.join(MEMBERS)} 下的末级科目，没有合适的先增设明细，付款另记一张",
        f"against an account below {', '.join(MEMBERS)}, with a new detail if none fits, and paid by another voucher",
    ),
    acts.OTHERWISE: Phrase(
        f"对方改记 {', '.join(OTHERS)} 下的末级科目，没有合适的先增设明细，付款另记一张",
        f"against an account below {', '.join(OTHERS)}, with a new detail if none fits, and paid by another voucher",
    ),
}
"""What the other account of each kind of distribution is."""

NAMED_MAX = 3
"""The most accounts that are named where there are more."""


def check_recipients(month: MonthEnd) -> Iterator[Remark]:
    """What a voucher calls its distribution is what the statement shows it as, unless it was reversed."""
    for voucher in month.distributing:
        yield from misnamed(voucher, month.names)


def misnamed(voucher: Distributing, names: Mapping[str, str]) -> Iterator[Remark]:
    """Yield what is remarked on a voucher whose details of 收益分配 say another line than its other accounts."""
    called, off, missing = _held_against(voucher, names)
    shown = [key for key, fen in off.items() if fen and key not in missing]
    if missing and shown:
        accounts = sorted({code for key in shown for code in voucher.shown.get(key, ())})
        violation = WRONG_RECIPIENT(
            number=voucher.number,
            summary=voucher.summary,
            details=_details({key: (called[key], abs(off[key])) for key in missing}, names),
            accounts=_some(accounts),
            shown=_joined([CALLED[key] for key in shown], "、", ", "),
            undo=undo(voucher.entry),
            right=_joined([_remedy(key) for key in missing], "；", "; "),
        )
        yield Remark(stops=False, violation=violation, entry=voucher.entry)


def said_otherwise(voucher: Distributing, names: Mapping[str, str]) -> dict[str, int]:
    """Return what each line would show more, in fen, if it went by the details of 收益分配 that say what they are.

    What is missing on one line is taken off those that show it, in their order on the statement; nothing else changes.
    """
    _, off, missing = _held_against(voucher, names)
    left = sum(off[key] for key in missing)
    moved = {key: -off[key] for key in missing}
    for key in CALLED:
        if key not in missing and left * off[key] < 0:
            taken = min(abs(left), abs(off[key])) * (1 if off[key] > 0 else -1)
            moved[key], left = -taken, left + taken
    if left:  # a part of it stands on no line
        return {}
    return {key: -moved[key] if key == acts.COVERED else moved[key] for key in CALLED if key in moved}


def _held_against(
    voucher: Distributing, names: Mapping[str, str]
) -> tuple[dict[str, Counter[str]], dict[str, int], list[str]]:
    """Return what the details say by line and detail, what each line shows more than that, and of which too little.

    All are debits of 收益分配 less its credits, in fen. Of details that say nothing, all may stand on any line.
    """
    called, silent_fen = _called(voucher, names)
    off = {key: _debit_fen(key, voucher) - sum(called[key].values()) for key in CALLED}
    missing = [
        key for key, fen in off.items() if fen * sum(called[key].values()) < 0 and fen * silent_fen <= 0
    ]
    return called, off, missing


def _called(voucher: Distributing, names: Mapping[str, str]) -> tuple[dict[str, Counter[str]], int]:
    """Return what the details say, by line and detail, debits less credits in fen, and what says nothing."""
    called: dict[str, Counter[str]] = {key: Counter() for key in CALLED}
    silent_fen = 0
    for line in voucher.lines:
        fen = line.debit_fen - line.credit_fen
        kind = _kind(line.account, names)
        if kind:
            called[kind][line.account] += fen
        elif line.account.startswith((RESULT, *UNDISTRIBUTED)):
            silent_fen += fen
    return called, silent_fen


def _kind(account: str, names: Mapping[str, str]) -> str:
    """Return of which line a detail of 收益分配 is by its name, or that of the nearest above it that says so, or ""."""
    if not account.startswith(DISTRIBUTION):
        return ""
    above = (names.get(code, "") for code in reversed(codes_down_to(account)))
    return next((KINDS[name] for name in above if name in KINDS), "")


def _debit_fen(key: str, voucher: Distributing) -> int:
    """Return what a line shows of a voucher as a debit of 收益分配, in fen; what the reserve gives is a credit."""
    fen = sum(voucher.shown.get(key, {}).values())
    return -fen if key == acts.COVERED else fen


def _details(missing: Mapping[str, tuple[Mapping[str, int], int]], names: Mapping[str, str]) -> Phrase:
    """Return the details that say another line, with how much of each kind is not shown there."""
    told = []
    for codes, fen in missing.values():
        named = _joined([_quoted(f"{code} {names.get(code, '')}") for code in sorted(codes)], "、", ", ")
        amount = format_fen(fen)
        told.append(Phrase(f"{named.zh}的 {amount} 元", f"{named.en} ({amount} yuan)"))
    return _joined(told, "、", ", ")


def _quoted(text: str) -> Phrase:
    return Phrase(f"「{text}」", f"'{text}'")


def _remedy(key: str) -> Phrase:
    return Phrase(
        f"确是「{CALLED[key].zh}」的，{RIGHT[key].zh}", f"if it is '{CALLED[key].en}', {RIGHT[key].en}"
    )


def _some(codes: Sequence[str]) -> Phrase:
    named = codes[:NAMED_MAX]
    zh, en, count = "、".join(named), ", ".join(named), len(codes)
    return (
        Phrase(f"{zh} 等 {count} 个", f"{en} and others, {count},") if count > NAMED_MAX else Phrase(zh, en)
    )


def _joined(phrases: Iterable[Phrase], zh: str, en: str) -> Phrase:
    told = list(phrases)
    return Phrase(zh.join(one.zh for one in told), en.join(one.en for one in told))

"""Whose each line of what members get is, where an account is kept by counterparty (按往来单位核算).

Some villages give each household an account of its own, others keep the households as counterparties of one. A table of
shares names the households of either; that an account is kept so is known by what stands on it, as the closing's
checklist knows it (`closing.no_party`). An account on which none but the household of its own name is named (户名与科目
相同) is that household's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from domain.closing.households import Share
    from domain.vouchers import Voucher

LAW = f"{ACCOUNTING} 内部往来"

NO_HOUSEHOLD = rule(
    "distribution.no_household",
    Kind.REFUSED,
    "{account} {name}按往来单位核算，向成员分配的 {amount} 元没有写明是哪一户的，各户的往来账上就不会有这笔：请改用各户"
    "份额表，列「科目,户名,金额」，户名照账上的往来单位写（如 {parties}），平均分的写「科目,户名」和总额（命令行是"
    " --households）；不分户记的，记入不按往来单位核算的科目，没有的先增设，各户的份额用清册写明；这个科目本不"
    "分户、{parties} 是误写的，冲销写了它的凭证再提出",
    "{account} {name} is kept by counterparty, and {amount} yuan for members do not say whose they are, so that no "
    "household's account would show them: give the households' shares instead, a table of account, household and "
    "amount, with the households called as the counterparties are ({parties}), or of account and household, and the "
    "sum, for equal parts (--households on the command line). What is not booked by household goes to an account that"
    " is not kept so; add one if there is none, and let a roll say what each gets. Where this account is not meant to"
    " be kept so and {parties} was named by mistake, reverse the vouchers that do, and propose it again",
    LAW,
)
SHARED_ACCOUNT = rule(
    "distribution.shared_account",
    Kind.REFUSED,
    "{account} {name}没有按往来单位分户核算，却有 {count} 户（{parties}）记在它上面，记了就分不清：科目写错的，改成这"
    "一户自己的科目；要在它上面分户核算的，先在期初余额或一张凭证的分录上写明往来单位（都没有的，这次分配手工制一张，各户"
    "一行写明，往来单位随凭证公开）；全体成员合用它、不分户记的，不写各户份额，总额记入它，各户的份额用清册写明",
    "{account} {name} does not tell households apart by counterparty, and {count} ({parties}) are on it, which would"
    " be lost afterwards: where the account is wrong, give the household's own. Where it is to be kept by counterparty,"
    " begin with opening balances or a voucher whose lines name them (if there is neither, make this distribution's"
    " voucher by hand, a line for each household; what names them is public). Where all members have it together, leave"
    " out the shares, put the sum on it, and let a roll say what each gets",
    LAW,
)
NEW_PARTY = rule(
    "distribution.new_party",
    Kind.REFUSED,
    "{account} {name}上还没有往来单位「{read}」，账上有的是 {parties}：同一户换一个名称就成了两户，请查对户名，确是新"
    "的一户再签名",
    "{account} {name} has no counterparty '{read}' yet, but {parties}: by another name the same household stands there"
    " twice; check the names, and sign if it is a new household",
    LAW,
)
OTHERS_NAME = rule(
    "distribution.others_name",
    Kind.REFUSED,
    "各户份额里 {account} {name}那一行的户名是「{read}」，而{read}是 {other} {other_name}：多半是只有一列排了序，各户会"
    "拿到别户的份额；请逐行查对，科目、户名、金额一起排序；确是 {account} 这一户的，户名照科目写（{name}）",
    "the line of {account} {name} in the households' shares names '{read}', and that is {other} {other_name}: perhaps"
    " one column alone was sorted, and each household would get another's share. Check the lines, and sort accounts,"
    " households and amounts together; if it is the household of {account}, call it as the account is called ({name})",
    LAW,
)
OTHER_NAME = rule(
    "distribution.other_name",
    Kind.REFUSED,
    "各户份额里 {account} {name}那一行的户名是「{read}」（这样的共 {count} 行），与科目的名称不同：份额记在这个科目上，"
    "户名不写进凭证；请逐行查对科目没有写错、表不是只排了一列，确是同一户再签名",
    "the line of {account} {name} in the households' shares names '{read}' ({count} such lines), which is not what the"
    " account is called: the share goes to the account, and the name is not put on the voucher; see that no account is"
    " wrong and that not one column alone was sorted, and sign if it is the same household",
    LAW,
)

SHOWN_MAX = 3
"""The most counterparties that are named."""


def by_counterparty(
    split: Sequence[Share], kept: Mapping[str, Collection[str]], names: Mapping[str, str]
) -> list[Share]:
    """Return the shares with their counterparties, which are the households where the account is kept by these.

    `kept` are the counterparties of each such account, `names` those of the accounts. Of another account the household
    says no more than the account does. Raises `distribution.no_household`, `distribution.shared_account`,
    `distribution.others_name`.
    """
    for account in dict.fromkeys(share.account for share in split):
        households = [share.party for share in split if share.account == account]
        name = names.get(account, "")
        if len(households) > 1 and _of_one(kept.get(account, ()), name):
            raise SHARED_ACCOUNT(account=account, name=name, count=len(households), parties=_some(households))
    accounts = {_called(names.get(share.account, "")): share.account for share in split}
    for share in _otherwise_called(split, kept, names):
        if other := accounts.get(_called(share.party)):
            facts = {"account": share.account, "name": names.get(share.account, ""), "read": share.party}
            raise OTHERS_NAME(**facts, other=other, other_name=names.get(other, ""))
    return [_named(share, kept.get(share.account, ()), names.get(share.account, "")) for share in split]


def _named(share: Share, parties: Collection[str], name: str) -> Share:
    if share.party in parties:
        return share
    if _of_one(parties, name):
        return share._replace(party=min(parties, default=""))
    if share.fen and share.party in ("", name):
        facts = {"amount": format_fen(share.fen), "parties": _some(sorted(parties))}
        raise NO_HOUSEHOLD(account=share.account, name=name, **facts)
    return share


def _of_one(parties: Collection[str], name: str) -> bool:
    """Tell whether an account is one household's own: none is named on it but that of the account's name, if any."""
    return all(_called(party) == _called(name) for party in parties)


def _called(name: str) -> str:
    """Return a household's name without what it may be written with (张 三、张三户)."""
    return "".join(name.split()).removesuffix("户")


def _otherwise_called(
    split: Iterable[Share], kept: Mapping[str, Collection[str]], names: Mapping[str, str]
) -> Iterator[Share]:
    """Yield the shares of a household's own account that name another than the account does."""
    for share in split:
        name = names.get(share.account, "")
        if (
            share.party
            and _called(share.party) != _called(name)
            and _of_one(kept.get(share.account, ()), name)
        ):
            yield share


def other_names(
    split: Iterable[Share], kept: Mapping[str, Collection[str]], names: Mapping[str, str]
) -> Iterator[Remark]:
    """Yield what is remarked on shares that name another household than their accounts do, in part at least."""
    found = []
    for share in _otherwise_called(split, kept, names):
        read, name = _called(share.party), _called(names[share.account])
        if read not in name and name not in read:
            found.append(share)
    for share in found[:1]:
        facts = {"account": share.account, "name": names[share.account], "read": share.party}
        violation = OTHER_NAME(**facts, count=len(found))
        yield Remark(stops=False, violation=violation, account=share.account)


def new_parties(
    vouchers: Iterable[Voucher], kept: Mapping[str, Collection[str]], names: Mapping[str, str]
) -> Iterator[Remark]:
    """Yield what is remarked on counterparties that an account which is kept by these never had."""
    new: dict[str, list[str]] = {}
    for line in (line for voucher in vouchers for line in voucher.lines):
        if line.party and line.party not in kept.get(line.account, ()):
            new.setdefault(line.account, []).append(line.party)
    for account, parties in new.items():
        facts = {"read": _some(parties), "parties": _some(sorted(kept.get(account, ())))}
        violation = NEW_PARTY(account=account, name=names[account], **facts)
        yield Remark(stops=False, violation=violation, account=account)


def _some(parties: Sequence[str]) -> Phrase:
    """Return the first of some counterparties by their names, and how many there are where these are more."""
    shown, count = [party or "？" for party in parties[:SHOWN_MAX]], len(parties)
    zh, en = "、".join(shown), ", ".join(shown)
    more = count > SHOWN_MAX
    return Phrase(f"{zh} 等 {count} 户" if more else zh, f"{en} and others, {count}" if more else en)

"""The checks: each is a small function that adds findings to a report and never raises or prints."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Protocol

from audit.heads import open_head, open_kept, void_head
from audit.report import Finding
from audit.tlog.growth import new_tiles
from audit.tlog.proof import range_root
from audit.tlog.tiles import ENTRIES, TileReader, fetch_hashes, tile_hashes
from domain.founding import BookOpened
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.money import format_fen
from domain.kernel.note import parse_vkey, verify_ed25519
from domain.kernel.organisation import is_organisation
from domain.roles import role_of

if TYPE_CHECKING:
    from audit.figures import Figures
    from audit.report import Report
    from audit.source import Source
    from audit.tlog.checkpoint import Checkpoint
    from domain.book import Book
    from domain.entry import Entry
    from domain.kernel.merkle import Tree

ROOT = rule(
    "audit.root",
    Kind.REFUSED,
    "{size} 条记录算出的根是 {computed}，检查点上签的是 {signed}",
    "the root over {size} entries is {computed}, the checkpoint signs {signed}",
    "RFC 6962 section 2.1",
)
NO_FOUNDING = rule(
    "audit.no_founding",
    Kind.REFUSED,
    "日志中没有建账记录，无从知道日志的密钥",
    "the log has no readable first entry, so its key is unknown and nothing is proved",
    "ADR 0005",
)
VKEY = rule(
    "audit.vkey",
    Kind.REFUSED,
    "log.vkey 不是日志现用的公钥",
    "log.vkey is not a key that the log signs with",
    "ADR 0005; ADR 0027",
)
OTHER_BOOK = rule(
    "audit.other_book",
    Kind.REFUSED,
    "网址所指的账套是 {name}，给出的却是账套 {book} 的日志",
    "the address names the book {name}, but the log of {book} is served there",
    "ADR 0001",
)
KEPT_FOREIGN = rule(
    "audit.kept_foreign",
    Kind.REFUSED,
    "所留存的检查点不是这里的日志（{origin}）所知的密钥所签：它是另一个日志的，或者这里是更换密钥之前的旧副本",
    "the kept checkpoint is not signed by a key that the log {origin} knows here: it is of another log, or this is an"
    " old copy from before a change of keys",
    "C2SP tlog-checkpoint",
)
ROLLED_BACK = rule(
    "audit.rolled_back",
    Kind.REFUSED,
    "留存的检查点有 {kept} 条记录，现在的日志只有 {size} 条：日志被回退",
    "the kept checkpoint has {kept} entries and the log now only {size}: it was rolled back",
    "RFC 6962 section 2.1.2",
)
NOT_EXTENDED = rule(
    "audit.not_extended",
    Kind.REFUSED,
    "前 {kept} 条记录的根现在是 {computed}，留存的检查点上是 {signed}：历史被改写",
    "the root of the first {kept} entries is now {computed}, the kept checkpoint has {signed}: history was rewritten",
    "RFC 6962 section 2.1.2",
)
ANCHOR = rule(
    "audit.anchor",
    Kind.FORBIDDEN,
    "首条记录没有由所给的乡镇公钥 {anchor} 签名",
    "the first entry is not signed by the township's key {anchor}",
    "ADR 0005: the trust anchor printed in the village office",
)
TILE = rule(
    "audit.tile",
    Kind.REFUSED,
    "瓦片 {path} 与记录不符",
    "the tile {path} does not follow from the entries",
    "C2SP tlog-tiles",
)
TILE_MISSING = rule(
    "audit.tile_missing",
    Kind.REFUSED,
    "缺少瓦片 {path}",
    "the tile {path} is withheld",
    "C2SP tlog-tiles",
)
NEGATIVE_CASH = rule(
    "audit.negative_cash",
    Kind.REFUSED,
    "{date} 记账后科目 {account} 余额为 {balance} 元（负数）",
    "after {date} the balance of account {account} is {balance} yuan, below zero",
    "财务制度 财农〔2021〕121号 art. 16; alert C03",
)


def check_checkpoint(note: bytes, source: Source, book: Book, report: Report) -> Checkpoint | None:
    """The newest checkpoint is signed by the keys that the log has at its size; `log.vkey` is one of them."""
    check = report.check(
        "checkpoint", "检查点由本日志的密钥签名", "the checkpoint is signed by the log's key"
    )
    check.count = 1
    if not book.log.origins:
        report.find(check, Finding.of(NO_FOUNDING()))
        return None
    try:
        checkpoint = open_head(note, book.log)
        keys = book.log.at(checkpoint.size).keys_at(checkpoint.size)
        if source.fetch("log.vkey").rstrip(b"\n") not in [key.verifier.vkey.encode() for key in keys]:
            raise VKEY()
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        report.find(check, Finding.of(violation))
        return None
    except FileNotFoundError:
        report.find(check, Finding.of(VKEY()))
        return None
    return checkpoint


class Entries(Protocol):
    """Entries that were read one after another: a `domain.book.Book`, or a log of anything else."""

    @property
    def size(self) -> int:
        """How many they are."""
        ...

    @property
    def tree(self) -> Tree:
        """The Merkle tree over them."""
        ...

    def root(self) -> str:
        """Return the base64 root over them."""
        ...


def check_root(book: Entries, checkpoint: Checkpoint | None, report: Report) -> None:
    """The entries hash to the root that the checkpoint signs."""
    check = report.check("root", "全部记录与检查点的根一致", "all entries hash to the signed root")
    if checkpoint is None:
        return
    check.count = book.size
    if book.size != checkpoint.size or book.tree.root() != checkpoint.root:
        signed = base64.b64encode(checkpoint.root).decode()
        report.find(check, Finding.of(ROOT(size=book.size, computed=book.root(), signed=signed)))


def check_tiles(source: Source, book: Entries, verified: int, report: Report) -> None:
    """Every tile of hashes that is served follows from the entries; those of the first `verified` entries are known."""
    check = report.check("tiles", "每个瓦片都由记录算出", "every tile follows from the entries")
    for tile in new_tiles(verified, book.size):
        if tile.level == ENTRIES:
            continue
        check.count += 1
        try:
            served = fetch_hashes(source.fetch, tile)
        except FileNotFoundError:
            report.find(check, Finding.of(TILE_MISSING(path=tile.path)))
            continue
        except RuleViolation as violation:
            if violation.rule.kind is Kind.UNAVAILABLE:
                raise
            report.find(check, Finding.of(TILE(path=tile.path)))
            continue
        if served != tile_hashes(tile, book.tree):
            report.find(check, Finding.of(TILE(path=tile.path)))


def check_anchor(first: Entry | None, anchor: str, report: Report) -> None:
    """The first entry carries the signature of the township's key that the caller trusts."""
    check = report.check(
        "anchor", "首条记录由所信任的乡镇公钥签名", "the first entry is signed by the trusted township key"
    )
    check.count = 1
    granted = isinstance(first.statement, BookOpened) if first else False
    vkeys = {grant.vkey for grant in first.statement.data.keys} if first and granted else set()  # type: ignore[union-attr]
    name = anchor.split("+", 1)[0]
    key = parse_vkey(anchor).public_key
    signed = first is not None and any(
        line.name == name and verify_ed25519(key, first.text, line.signature) for line in first.signatures
    )
    report.anchor = anchor
    report.anchored = anchor in vkeys and signed and role_of(name) == "township"
    if first is not None and not report.anchored:  # without a first entry nothing is proved, and that is told
        report.find(check, Finding.of(ANCHOR(anchor=anchor), 0))


def check_money(figures: Figures, report: Report) -> None:
    """Cash and bank are never below zero at the end of a day (C03); each dip is reported once."""
    check = report.check(
        "cash", "现金和银行存款每日余额不为负", "cash and bank are never below zero at a day's end"
    )
    balance: dict[str, int] = {}
    for (account, date), (moved, index) in sorted(figures.money_days.items()):
        before = balance.get(account, 0)
        balance[account] = before + moved
        check.count += 1
        if balance[account] < 0 <= before:
            violation = NEGATIVE_CASH(date=date, account=account, balance=format_fen(balance[account]))
            report.find(check, Finding.of(violation, index))


def check_name(source: Source, book: Book, report: Report) -> None:
    """An address that names a book gives the log of that book."""
    if not is_organisation(source.name):
        return
    check = report.check("address", "网址与账套一致", "the address is that of this book")
    check.count = 1
    if source.name != book.book:
        report.find(check, Finding.of(OTHER_BOOK(name=source.name, book=book.book)))


def check_kept(note: bytes, book: Book, report: Report) -> None:
    """The log extends a checkpoint that the caller has kept, whichever key and origin the log had at its size."""
    check = report.check("kept", "日志延续所留存的检查点", "the log extends the kept checkpoint")
    if not book.log.origins:
        return
    check.count = 1
    try:
        kept, origin = open_kept(note, book.log)
    except RuleViolation as violation:
        told = violation.rule.code.startswith("audit.")
        report.find(check, Finding.of(violation if told else KEPT_FOREIGN(origin=book.log.now.name)))
        return
    known = kept.size <= book.size
    if known and book.tree.root(kept.size) == kept.root:
        return
    if origin.is_void(kept.size):
        report.find(check, Finding.of(void_head(kept, origin)))
    elif known:
        report.find(check, Finding.of(_not_extended(kept.size, book.tree.root(kept.size), kept.root)))
    else:
        report.find(check, Finding.of(ROLLED_BACK(kept=kept.size, size=book.size)))


def check_extends(source: Source, head: Checkpoint, book: Book, verified: int, report: Report) -> bool:
    """The log extends the `verified` entries of an earlier audit; tells whether it is long enough to.

    Its new entries follow them to the root of its head, or its tiles show what it now has in their place.
    """
    check = report.check("extends", "日志延续上次核对的记录", "the log extends what was verified before")
    check.count = 1
    if head.size < verified:
        report.find(check, Finding.of(ROLLED_BACK(kept=verified, size=head.size)))
        return False
    if head.size == book.size and head.root == book.tree.root():
        return True
    try:
        served = range_root(0, verified, TileReader(head.size, source.fetch))
    except (FileNotFoundError, IndexError):
        return True
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        return True  # a tile of another length shows nothing; the checks of root and tiles tell what is wrong
    if served != book.tree.root(verified):
        report.find(check, Finding.of(_not_extended(verified, served, book.tree.root(verified))))
    return True


def _not_extended(size: int, now: bytes, then: bytes) -> RuleViolation:
    computed, signed = (base64.b64encode(root).decode() for root in (now, then))
    return NOT_EXTENDED(kept=size, computed=computed, signed=signed)

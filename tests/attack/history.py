"""The history that is attacked: a village's true log, and everything that whoever runs the server can make of it.

The attacker holds the log's key and can compute all that follows from entries: tiles, root, checkpoint, published
figures. So each forgery is served consistent in itself, as far as that is possible at all.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from audit.replay import Replay
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import ENTRIES, TILE_WIDTH, tile_hashes, tile_sizes
from audit.verify import verify
from domain.entry import seal
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey
from domain.kernel.statement import Seen
from domain.policy import Tier
from domain.vouchers import Attachments, Invoice, Line, Voucher, VoucherPosted
from tests.attack.circle import cosigned
from tests.audit.conftest import MemorySource
from tests.audit.published import published_files
from tests.domain.conftest import ORIGIN, Village

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import Entry
    from domain.kernel.statement import Statement
    from tests.attack.model import Played

OTHER_BOOK = "N2330881MF0000021R"
CLERKS = "accountant/2 head"
"""Who signs a small voucher, after the accountant has moved to a second key."""

PLACES = {"voucher": 6, "small": 7, "closing": 8, "last": 12}
"""Where some entries of the true history stand."""

INVOICE = Invoice(date="2026-01-19", number="26332000000012345678", total_fen=1_500)
"""What the small voucher of January pays."""

Files = dict[str, bytes]
"""What is served below a book's address, by path; a statement as ``<form>/<period>.json``."""


class Neighbour(Village):
    """Another village, whose people's keys bear its book's name."""

    @staticmethod
    def key(name: str, book: str = OTHER_BOOK) -> SigningKey:
        """Return the key "role" or "role/number" of this village."""
        return Village.key(name, book)


def true_history(village: Village) -> list[bytes]:
    """Write the book of a village and return its 13 entries, with two keys changed, a month closed, a plan adopted."""
    entries: list[Entry] = [
        village.open(),
        village.policy(
            Tier(from_fen=0, to_fen=500_000, roles=["accountant", "head"]),
            Tier(from_fen=500_000, roles=["accountant", "head", "supervisor"], resolution=True),
        ),
        village.opening(("101", 900_000), ("301", -900_000)),
        village.rotate("accountant", "accountant/2"),
        village.grant("cashier/2", "cashier2"),
        village.revoke("cashier"),
        paid(village, 23_000, "2026-01-09"),
        paid(village, 1_500, "2026-01-20", INVOICE),
        village.close(by=CLERKS),
        paid(village, 4_200, "2026-02-11"),
    ]
    entries.append(village.budget(("501", 500_000), ("513", 60_000), by="accountant/2 head supervisor"))
    entries.append(paid(village, 8_800, "2026-03-02"))
    entries.append(paid(village, 31_400, "2026-03-04"))
    return [entry.note for entry in entries]


def paid(village: Village, fen: int, date: str, *invoices: Invoice) -> Entry:
    """Let a village pay so much in cash for its office."""
    return village.voucher(("513", fen), ("101", -fen), date=date, by=CLERKS, invoices=invoices)


def log_key(book: str) -> SigningKey:
    """Return the log's key, as `Village.opened` fixes it."""
    origin = f"{ORIGIN}/{book}"
    return SigningKey(origin, sha256(origin.encode()).digest())


def tree_of(entries: Sequence[bytes]) -> Tree:
    """Return the tree over entries, whatever they are."""
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree


@dataclass
class History:
    """The true log of one book, and the means of whoever attacks it: the keys of all and the program itself."""

    village: Village
    entries: list[bytes]
    key: SigningKey
    files: Files = field(default_factory=dict)

    @classmethod
    def of(cls, village: Village) -> History:
        """Let a village write its book, and return that with what is truly served of it."""
        history = cls(village, true_history(village), log_key(village.book.book))
        history.files = history.served(history.entries)
        return history

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    @property
    def anchor(self) -> str:
        """The township's key, as it is printed in the village office."""
        return self.village.key("township").verifier.vkey

    def seen(self, size: int) -> int:
        """Return where a victim stood who saw `size` entries; -1 stands for all."""
        return self.size if size < 0 else size

    def view(self, size: int) -> Seen:
        """Return what a signer has seen who saw the first `size` true entries."""
        return self.view_of(self.entries[:size])

    @staticmethod
    def view_of(entries: Sequence[bytes]) -> Seen:
        """Return what a signer has seen who was shown these entries."""
        tree = tree_of(entries)
        return Seen(n=tree.size, r=base64.b64encode(tree.root()).decode())

    def checkpoint(self, entries: Sequence[bytes] | None = None, **fields: Any) -> bytes:  # noqa: ANN401 -- any field
        """Return the signed checkpoint over entries (default: the true ones), with some of its fields changed."""
        tree = tree_of(self.entries if entries is None else entries)
        return sign_checkpoint(replace(Checkpoint(self.key.name, tree.size, tree.root()), **fields), self.key)

    def cosigned(self, size: int) -> Files:
        """Return what was served truly when there were so many entries, with the cosignatures of that time."""
        files = self.served(self.entries[:size])
        return files | {"checkpoint": cosigned(files["checkpoint"])}

    def last_visit(self, played: Played) -> Files:
        """Return what the victim was truly served at the last visit."""
        return self.cosigned(self.seen(played.seen)) if played.before is None else played.before

    def served(self, entries: Sequence[bytes]) -> Files:
        """Return all files of a log of these entries: tiles, root and figures computed, the checkpoint signed."""
        tree = tree_of(entries)
        files = {
            "checkpoint": self.checkpoint(entries),
            "log.vkey": f"{self.key.verifier.vkey}\n".encode(),
        }
        for tile in tile_sizes(tree.size):
            if tile.level == ENTRIES:
                files[tile.path] = bundle(entries[tile.start : tile.start + TILE_WIDTH])
            else:
                files[tile.path] = tile_hashes(tile, tree)
        return files | figures(files)

    def sign(self, kind: type[Statement], data: object, by: str = CLERKS, **fields: Any) -> bytes:  # noqa: ANN401
        """Return a further entry, signed by those who are named; it follows the true ones unless `fields` differ."""
        keys = [self.village.key(name) for name in by.split()]
        return seal(self.village.statement(kind, data, **fields), keys)

    def voucher(self, fen: int = 5_000, by: str = CLERKS, **fields: Any) -> bytes:  # noqa: ANN401 -- any field
        """Return a further small voucher in cash, of March."""
        return self.sign(VoucherPosted, voucher(fen), by, **fields)


def received(fen: int) -> Voucher:
    """Return a voucher of cash received."""
    lines = [Line(account="101", debit_fen=fen), Line(account="301", credit_fen=fen)]
    return Voucher(attachments=Attachments(count=1), date="2026-03-05", lines=lines, summary="收款")


def voucher(fen: int = 5_000, date: str = "2026-03-05", credit_fen: int = 0) -> Voucher:
    """Return a voucher of office expenses in cash; `credit_fen` may differ from the debit side."""
    lines = [Line(account="513", debit_fen=fen), Line(account="101", credit_fen=credit_fen or fen)]
    return Voucher(attachments=Attachments(count=1), date=date, lines=lines, summary="购办公用品")


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries each behind its length in two bytes, also where one is too long for that."""
    return b"".join([(len(entry) & 0xFFFF).to_bytes(2, "big") + entry for entry in entries])


def figures(files: Files) -> Files:
    """Return the figures that an auditor of these files would compute, whatever is wrong with the entries."""
    replay = Replay()
    verify(MemorySource(files), replay=replay)
    return published_files(replay)

"""A log that forks: server and signers keep several histories, and show each reader and witness the one they like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import ENTRIES, encode_bundle, parse_tile_path, tile_hashes
from audit.tlog.witness_request import make_request, parse_size
from domain.kernel.errors import RuleViolation
from domain.vouchers import VoucherPosted
from tests.attack.history import log_key, received, tree_of
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from random import Random

    from domain.kernel.merkle import Tree
    from tests.attack.history import History
    from tests.attack.simulation.witnesses import WitnessMachine


@dataclass(frozen=True)
class View:
    """One history as it is served at one moment (`audit.source.Source`): all that follows from it is computed."""

    entries: tuple[bytes, ...]
    tree: Tree
    checkpoint: Checkpoint
    note: bytes

    name: str = BOOK

    def fetch(self, path: str) -> bytes:
        """Serve a file."""
        if path == "checkpoint":
            return self.note
        if path == "log.vkey":
            return log_key(BOOK).verifier.vkey.encode()
        if not path.startswith("tile/"):
            raise FileNotFoundError(path)
        tile = parse_tile_path(path)
        if tile.start + tile.width > len(self.entries):
            raise FileNotFoundError(path)
        if tile.level == ENTRIES:
            return encode_bundle(self.entries[tile.start :][: tile.width])
        return tile_hashes(tile, self.tree)

    def publishes(self, form: str) -> bool:
        """Serve no figures here."""
        del form
        return False

    def months(self, form: str) -> list[str]:
        """Serve none."""
        del form
        return []

    def published(self, form: str, period: str) -> bytes | None:
        """Serve none."""
        del form, period
        return None

    def shown(self) -> tuple[Checkpoint | None, list[bytes]]:
        """Return the checkpoint, and the entries below it."""
        return self.checkpoint, list(self.entries)


def view_of(entries: list[bytes]) -> View:
    """Return a history, signed by the log's key."""
    tree = tree_of(entries)
    checkpoint = Checkpoint(log_key(BOOK).name, tree.size, tree.root())
    return View(tuple(entries), tree, checkpoint, sign_checkpoint(checkpoint, log_key(BOOK)))


@dataclass
class Forger:
    """Several histories of one book; `history` has the keys of all who sign."""

    history: History
    random: Random
    branches: list[list[bytes]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the true beginning."""
        self.branches = [list(self.history.entries)]

    def grow(self) -> None:
        """Add a voucher to one of the histories."""
        branch = self.random.choice(self.branches)
        branch.append(self._voucher(branch))

    def fork(self) -> None:
        """Let a new history part from another one somewhere."""
        branch = self.random.choice(self.branches)
        begun = branch[: self.random.randrange(1, len(branch) + 1)]
        self.branches.append([*begun, self._voucher(begun)])

    def _voucher(self, before: list[bytes]) -> bytes:
        data = received(self.random.randrange(1, 10_000))
        return self.history.sign(VoucherPosted, data, "accountant head", seen=self.history.view_of(before))

    def view(self) -> View:
        """Show one of the histories, perhaps not up to its end."""
        branch = self.random.choice(self.branches)
        size = len(branch) if self.random.random() < 0.7 else self.random.randrange(1, len(branch) + 1)
        return view_of(branch[:size])

    def ask(self, witness: WitnessMachine) -> None:
        """Have a witness cosign one of the histories, with the best proof that there is."""
        view, old = self.view(), 0
        for _ in range(2):
            request = make_request(min(old, view.tree.size), view.tree.size, view.note, view.tree)
            try:
                answer = witness.add_checkpoint(request)
            except RuleViolation:
                return
            if answer.status != 409:
                return
            old = parse_size(answer.body)

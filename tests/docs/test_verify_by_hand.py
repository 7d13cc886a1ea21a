"""The walk of docs/verify-by-hand.md: its shell blocks run in order, and they print what the page says they print."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from audit.source import FolderSource
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from audit.tlog.tiles import ENTRIES, encode_bundle, tile_hashes, tile_sizes
from audit.verify import verify
from domain.book import Book
from domain.entry import AnyStatement, parse_entry, seal
from domain.founding import BookOpened, Opened, Organisation
from domain.founding.events import Log as LogKey
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey
from domain.kernel.ulid import derive
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.roles import KeyGrant, possession_text
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted, amount_fen, check_balanced

PAGE = Path(__file__).parents[2] / "docs" / "verify-by-hand.md"
BOOK = "N2330881MF0000013Y"
ORIGIN = f"ledger.example.cn/books/{BOOK}"
BLOCK = re.compile(r"```(?P<language>bash any|bash|text)\n(?P<body>.*?)```\n", re.DOTALL)
SEPARATOR = "-- next block --"
OPENSSL = shutil.which("openssl")

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


@dataclass(frozen=True)
class Step:
    """A shell block of the page and what the page says it prints."""

    script: str
    output: str


@dataclass(frozen=True)
class Log:
    """A log in memory: the log's key, its entries and their tree."""

    key: SigningKey
    entries: list[bytes]
    tree: Tree

    @property
    def checkpoint(self) -> bytes:
        """The signed checkpoint over all entries."""
        return sign_checkpoint(Checkpoint(ORIGIN, self.tree.size, self.tree.root()), self.key)

    def write(self, folder: Path) -> None:
        """Write the log in the tiles layout."""
        files = {"checkpoint": self.checkpoint, "log.vkey": f"{self.key.verifier.vkey}\n".encode()}
        for tile in tile_sizes(self.tree.size):
            bundle = tile.level == ENTRIES
            files[tile.path] = encode_bundle(self.entries) if bundle else tile_hashes(tile, self.tree)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def grant(key: SigningKey, name: str) -> KeyGrant:
    """Grant a key to a person, with its proof of possession."""
    holder = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
    proof = key.sign(possession_text(key.verifier.vkey, holder)).signature
    return KeyGrant(holder=holder, name=name, proof=base64.b64encode(proof).decode(), vkey=key.verifier.vkey)


@pytest.fixture(scope="module")
def log() -> Log:
    """A book of four entries: opened, opening balances, a voucher, a month closed. Every seed is a repeated byte."""
    log_key = SigningKey(ORIGIN, b"\x01" * 32)
    township, accountant, head = (
        SigningKey(f"{BOOK}/{role}/1", bytes([seed]) * 32)
        for seed, role in enumerate(("township", "accountant", "head"), start=2)
    )
    book, notes = Book(BOOK), list[bytes]()

    def post(type_: type[AnyStatement], data: object, at: str, *keys: SigningKey) -> None:
        id_ = derive(1_767_225_600_000, BOOK, str(len(notes)))
        statement = type_(at=at, book=BOOK, data=data, id=id_, seen=book.seen())  # type: ignore[arg-type]
        notes.append(seal(statement, keys))
        book.apply(parse_entry(notes[-1]))

    opened = Opened(
        chart="rural-collective-2024",
        first_period="2026-01",
        keys=[grant(township, "乡镇农经站"), grant(accountant, "王会计"), grant(head, "李社长")],
        log=LogKey(origin=ORIGIN, vkey=log_key.verifier.vkey),
        organisation=Organisation(division="330881100201", id=BOOK, name="示例村股份经济合作社"),
    )
    balances = Balances(
        lines=[Line(account="101", debit_fen=1_000_000), Line(account="301", credit_fen=1_000_000)]
    )
    voucher = Voucher(
        attachments=Attachments(count=2),
        date="2026-01-08",
        lines=[Line(account="514", debit_fen=80_000), Line(account="101", credit_fen=80_000)],
        summary="支付路灯维修费",
    )
    post(BookOpened, opened, "2026-01-05T09:00:00+08:00", township)
    post(OpeningPosted, balances, "2026-01-05T10:00:00+08:00", accountant, head)
    post(VoucherPosted, voucher, "2026-01-08T16:20:00+08:00", accountant, head)
    post(PeriodClosed, Closing(period="2026-01"), "2026-02-02T09:30:00+08:00", accountant, head)
    return Log(log_key, notes, book.tree)


def blocks() -> list[tuple[str, str]]:
    """List the page's code blocks: language and body."""
    return [(found["language"], found["body"]) for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


def walk() -> list[Step]:
    """Pair each shell block of the walk with the text block right behind it."""
    found = blocks()
    followers = [*found[1:], ("", "")]
    return [
        Step(body, output if kind == "text" else "")
        for (language, body), (kind, output) in zip(found, followers, strict=True)
        if language == "bash"
    ]


def any_entry(number: int) -> str:
    """Return the block that verifies any entry, for entry `number`."""
    (body,) = [body for language, body in blocks() if language == "bash any"]
    return body.replace("777", str(number))


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a person would, stopping at the first command that fails."""
    return subprocess.run(
        ["bash", "-eu", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def run_walk(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the whole walk in one shell."""
    return run(f"\necho '{SEPARATOR}'\n".join(step.script for step in walk()), folder)


def test_the_page_prints_what_it_says(log: Log, tmp_path: Path) -> None:
    log.write(tmp_path / "log")
    done = run_walk(tmp_path)
    assert done.returncode == 0, done.stderr
    outputs = done.stdout.split(f"{SEPARATOR}\n")
    assert outputs == [step.output for step in walk()]
    assert log.tree.leaf(2).hex() in outputs[1]
    assert log.tree.root().hex() in outputs[2]
    assert (tmp_path / "entry-2.note").read_bytes() == log.entries[2]
    assert "".join(outputs).count("Signature Verified Successfully") == 4


def test_the_verifier_agrees(log: Log, tmp_path: Path) -> None:
    log.write(tmp_path)
    anchor = SigningKey(f"{BOOK}/township/1", b"\x02" * 32).verifier.vkey
    report = verify(FolderSource(tmp_path), anchor=anchor)
    assert report.findings == []
    assert report.ok
    assert report.anchored


ENTRIES_FILE = "tile/entries/000.p/4"
FLIPS = [
    pytest.param(ENTRIES_FILE, "支付路灯".encode(), id="the voucher's summary"),
    pytest.param(ENTRIES_FILE, b'"debit_fen":80000', id="the voucher's amount"),
    pytest.param(ENTRIES_FILE, b"/township/1 ", id="a name on the first entry's signature line"),
    pytest.param(ENTRIES_FILE, b"rural-collective", id="the first entry"),
    pytest.param("checkpoint", b"\n4\n", id="the checkpoint's size"),
    pytest.param("checkpoint", b"ledger.example", id="the checkpoint's origin"),
    pytest.param("log.vkey", b"ledger.example", id="the log key's name"),
]


def flip(path: Path, position: int) -> None:
    """Flip the lowest bit of one byte."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(("file", "near"), FLIPS)
def test_a_flipped_byte_stops_the_walk(log: Log, tmp_path: Path, file: str, near: bytes) -> None:
    log.write(tmp_path / "log")
    path = tmp_path / "log" / file
    flip(path, path.read_bytes().index(near) + len(near) - 2)
    assert run_walk(tmp_path).returncode != 0


@pytest.mark.parametrize("position", range(0, 128, 8))
def test_a_flipped_byte_of_the_tile_stops_the_walk(log: Log, tmp_path: Path, position: int) -> None:
    log.write(tmp_path / "log")
    flip(tmp_path / "log" / "tile/0/000.p/4", position)
    assert run_walk(tmp_path).returncode != 0


@pytest.mark.parametrize(("file", "line"), [("checkpoint", 3), ("checkpoint", 5), ("log.vkey", 1)])
def test_a_flipped_byte_of_root_signature_or_key_stops_the_walk(
    log: Log, tmp_path: Path, file: str, line: int
) -> None:
    log.write(tmp_path / "log")
    path = tmp_path / "log" / file
    lines = path.read_bytes().split(b"\n")
    flip(path, len(b"\n".join(lines[:line])) - 12)  # in the base64 at the line's end
    assert run_walk(tmp_path).returncode != 0


def test_an_entry_signed_by_another_key_stops_the_walk(log: Log, tmp_path: Path) -> None:
    statement = parse_entry(log.entries[2]).statement
    thief = SigningKey(f"{BOOK}/accountant/1", b"\x09" * 32)
    head = SigningKey(f"{BOOK}/head/1", b"\x04" * 32)
    entries = [*log.entries[:2], seal(statement, [thief, head]), log.entries[3]]
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    replace(log, entries=entries, tree=tree).write(tmp_path / "log")
    done = run_walk(tmp_path)
    assert done.returncode != 0
    assert "根一致" in done.stdout, "the log is sound in itself; only the signature is not"


def test_the_voucher_of_the_readme_is_one() -> None:
    text = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    voucher = msgspec.json.decode(written, type=Voucher)
    check_balanced(voucher.lines)
    assert amount_fen(voucher.lines) < 100_000, "accountant and head are enough"


SIZES = [1, 2, 3, 5, 8, 11]


@pytest.mark.parametrize(("size", "index"), [(size, i) for size in SIZES for i in {0, size // 2, size - 1}])
def test_any_entry_of_any_log(log: Log, tmp_path: Path, size: int, index: int) -> None:
    entries = [b'{"i":%d}\n' % i for i in range(size)]
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    checkpoint = replace(log, entries=entries, tree=tree).checkpoint
    hashes = tuple(inclusion_proof(index, size, tree))
    (tmp_path / f"{index}.note").write_bytes(entries[index])
    (tmp_path / f"{index}.proof").write_bytes(ProofFile(index, hashes, checkpoint).encode())
    done = run(any_entry(index), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "under the checkpoint" in done.stdout
    (tmp_path / f"{index}.note").write_bytes(b'{"i":-1}\n')
    assert run(any_entry(index), tmp_path).returncode != 0
    if hashes:
        (tmp_path / f"{index}.note").write_bytes(entries[index])
        (tmp_path / f"{index}.proof").write_bytes(ProofFile(index, hashes[1:], checkpoint).encode())
        assert run(any_entry(index), tmp_path).returncode != 0

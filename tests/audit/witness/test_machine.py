"""Any run of logs, forks, clocks, crashes and restarts: no two cosigned heads of a log contradict each other."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from audit.tlog.cosignature import check_cosignature, witness_verifier
from audit.tlog.witness_request import SIZE_TYPE, WitnessRequest, parse_request, parse_size
from audit.witness import Witness, WitnessFolder
from audit.witness.folder import NONE, origin_hash
from audit.witness.head import parse_head
from domain.kernel.note import SigningKey, parse_note
from tests.audit.dying_disk import Crash, DyingDisk, Mode
from tests.audit.witness.conftest import NOW, TOWN, Post, Village, open_post
from tests.audit.witness.test_forks import check_evidence

if TYPE_CHECKING:
    from audit.witness import Answer

KEYS = [SigningKey(f"log{number}", bytes([number]) * 32) for number in (11, 12)]
SIZE_MAX = 30
SIZES = st.integers(0, SIZE_MAX)
TIMES = st.integers(NOW, NOW + 1000)


class WitnessMachine(RuleBasedStateMachine):
    """Two logs with branches, one witness, and what anybody was ever given by it."""

    branches = Bundle("branches")

    def __init__(self) -> None:
        """Begin with an empty folder."""
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.all: list[Village] = []
        self.given: dict[str, list[tuple[int, bytes, int]]] = {key.name: [] for key in KEYS}
        self.sent: list[bytes] = []

    @initialize(target=branches)
    def begin(self) -> object:
        """Let the witness know two logs of a full length; prefixes of them are asked for."""
        self.all = [Village.of_size(SIZE_MAX, key) for key in KEYS]
        self.post = open_post(self.place / "witness", *self.all)
        return multiple(*self.all)

    def teardown(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.place)

    @rule(target=branches, branch=branches, at=SIZES, word=st.integers(0, 3))
    def fork(self, branch: Village, at: int, word: int) -> Village:
        """A log writes another history from some entry on."""
        self.all.append(branch.fork(at, SIZE_MAX, b"-%d" % word))
        return self.all[-1]

    @rule(branch=branches, old=st.none() | SIZES, size=SIZES, now_s=TIMES)
    def ask(self, branch: Village, old: int | None, size: int, now_s: int) -> None:
        """A client asks for a head of a branch, from what was cosigned last or from any size."""
        last = self.last(branch.origin)
        old = last[0] if old is None else old
        honest = old == last[0] <= size and (old == 0 or branch.tree.root(old) == last[1])
        body = self.body(branch, old, size)
        answer = self.post.witness.answer(body, now_s)
        assert (answer.refusal is None) == honest
        self.judge(body, answer)

    @rule(branch=branches, other=branches, size=SIZES)
    def ask_with_the_proof_of_another(self, branch: Village, other: Village, size: int) -> None:
        """A client sends the proof of one branch with the head of another."""
        old = min(self.last(branch.origin)[0], size)
        body = WitnessRequest(old, other.proof(old, size), branch.note(size)).encode()
        self.judge(body, self.post.witness.answer(body, NOW))

    @rule(data=st.data(), now_s=TIMES)
    def send_again(self, data: st.DataObject, now_s: int) -> None:
        """Somebody sends what was sent before."""
        if self.sent:
            body = data.draw(st.sampled_from(self.sent))
            self.judge(body, self.post.witness.answer(body, now_s))

    @rule(branch=branches, size=SIZES, now_s=TIMES, step=st.integers(0, 6), mode=st.sampled_from(Mode))
    def crash(self, branch: Village, size: int, now_s: int, step: int, mode: Mode) -> None:
        """The machine dies while a request is decided; the answer, if there was one, was given."""
        body = self.body(branch, self.last(branch.origin)[0], size)
        disk = DyingDisk(step, mode)
        dying = Witness(TOWN, WitnessFolder(self.post.folder, disk))
        try:
            self.judge(body, dying.answer(body, now_s))
        except Crash:
            self.post = Post(Witness(TOWN, WitnessFolder(self.post.folder)), self.post.folder)

    def body(self, branch: Village, old: int, size: int) -> bytes:
        """Return a request; beyond the size there is no proof to send."""
        hashes = branch.proof(old, size) if old <= size else ()
        return WitnessRequest(old, hashes, branch.note(size)).encode()

    def last(self, origin: str) -> tuple[int, bytes, int]:
        """Return what the witness keeps as its newest: what it was, or what a crash kept without an answer."""
        note = (self.post.log_folder(origin) / "checkpoint").read_bytes()
        if note == NONE:
            return 0, b"", 0
        head = parse_head(parse_note(note).text)
        return head.size, head.root, self.post.newest(origin)[1]

    def judge(self, body: bytes, answer: Answer) -> None:
        """Remember what was given."""
        self.sent.append(body)
        head = parse_head(parse_note(parse_request(body).checkpoint).text)
        if answer.media_type == SIZE_TYPE:
            assert parse_size(answer.body) == self.last(head.origin)[0]
        elif answer.refusal is None:
            line = parse_note(parse_request(body).checkpoint + answer.body).signatures[-1]
            time_s = check_cosignature(head, line, witness_verifier(TOWN))
            self.given[head.origin].append((head.size, head.root, time_s))
            assert self.last(head.origin) == (head.size, head.root, time_s)

    @invariant()
    def all_that_was_given_is_of_one_log(self) -> None:
        """For each origin there is one branch that has every cosigned head; sizes and times never go back."""
        for origin, given in self.given.items():
            assert not given or any(
                all(branch.tree.root(size) == root for size, root, _ in given)
                for branch in self.all
                if branch.origin == origin
            )
            assert [size for size, _, _ in given] == sorted(size for size, _, _ in given)
            assert [time_s for _, _, time_s in given] == sorted(time_s for _, _, time_s in given)

    @invariant()
    def nothing_is_kept_below_what_was_given(self) -> None:
        """A restart never brings back an older state."""
        for origin, given in self.given.items():
            if given:
                size, _, time_s = self.last(origin)
                assert (size, time_s) >= (given[-1][0], given[-1][2])

    @invariant()
    def evidence_holds(self) -> None:
        """What was kept as a fork is one."""
        for village in self.all[: len(KEYS)]:
            forks = self.post.folder / "logs" / origin_hash(village.origin) / "forks"
            for request in forks.glob("*.request"):
                check_evidence(self.post, village, request.name)


TestWitness = WitnessMachine.TestCase
TestWitness.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

"""Proof files that stand alone: an entry's, and that of one figure on a published sheet."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audit.proving import figure_extra, prove
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.cosignature import cosign
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from audit.witnessed import AHEAD_MAX_S, Asked
from domain.kernel.canonical import encode
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.audit.test_command import audit
from tests.audit.test_witnessed import AT, KEYS, TIME_S, policy
from tests.domain.conftest import Village

if TYPE_CHECKING:
    from pathlib import Path

    from audit.tlog.policy import Policy

LOG = SigningKey("ledger.example/log", sha256(b"log").digest())
VKEY = LOG.verifier.vkey


class Log:
    """A village's entries with one month published as the last of them, and proofs under a checkpoint."""

    def __init__(self, village: Village) -> None:
        """Post a little, close January and publish it."""
        self.village = village
        village.voucher()
        village.voucher(("101", 7_000), ("301", -7_000))
        village.close()
        self.rows = village.book.trial_balance_rows("2026-01")
        self.sheet = village.publish().note
        self.index = village.book.size - 1

    def proof(self, extra: bytes, index: int | None = None) -> bytes:
        """Return the proof file of an entry."""
        tree, index = self.village.book.tree, self.index if index is None else index
        note = sign_checkpoint(Checkpoint(LOG.name, tree.size, tree.root()), LOG)
        return ProofFile(index, tuple(inclusion_proof(index, tree.size, tree)), note, extra).encode()

    def cosigned(self, *names: str, over: int = 0) -> bytes:
        """Return the proof of the sheet, its checkpoint cosigned by these; `over` is another size that they signed."""
        tree = self.village.book.tree
        head = Checkpoint(LOG.name, over or tree.size, tree.root())
        lines = b"".join(cosign(head, KEYS[name], TIME_S).line for name in names)
        return self.proof(self.sheet) + lines

    def figure(self, place: int, **fields: Any) -> bytes:  # noqa: ANN401 -- any field of the figure
        """Return the proof of a row, with some fields changed."""
        good = msgspec.json.decode(figure_extra(self.sheet, self.rows, place))
        return self.proof(encode(good | fields))


@pytest.fixture
def log() -> Log:
    village = Village()
    village.open()
    return Log(village)


def findings(data: bytes, entry: bytes = b"") -> list[str]:
    return [found.rule for found in prove(data, VKEY, entry).report.findings]


def refusal(data: bytes, vkey: str = VKEY) -> str:
    with pytest.raises(RuleViolation) as caught:
        prove(data, vkey)
    return caught.value.rule.code


def test_an_entry_is_proved(log: Log) -> None:
    proof = prove(log.proof(log.sheet), VKEY)
    assert proof.ok
    assert (proof.report.entries, proof.index) == (log.index + 1, log.index)
    proved = proof.as_object()["proved"]
    assert proved["statement"]["type"] == "sheet.published/1"
    assert [name.split("/")[1] for name in proved["named"]] == ["accountant", "head", "supervisor"]
    assert "sheet.published/1" in proof.as_text()


def test_of_names_on_an_entry_it_says_that_their_signatures_were_not_checked(log: Log) -> None:
    """The log's own key signs whatever was put into it, also names that never signed."""
    proof = prove(log.proof(log.sheet), VKEY)
    assert proof.as_object()["proved"]["signatures_checked"] is False
    text = proof.as_text()
    names = proof.as_object()["proved"]["named"]
    assert [
        line for line in text.splitlines() if "署名（未核对签名）/ named, signature not checked: " in line
    ] == [f"  署名（未核对签名）/ named, signature not checked: {name}" for name in names]
    assert "signed:" not in text.replace("cosigned:", "")
    assert "公示包" in text
    assert "sunledger verify" in text


def test_an_entry_that_is_given_beside_its_proof(log: Log) -> None:
    assert findings(log.proof(b""), log.sheet) == []
    assert refusal(log.proof(b"")) == "proof.nothing"


def test_every_figure_is_proved(log: Log) -> None:
    assert len(log.rows) == 3
    for number, row in enumerate(log.rows):
        proof = prove(log.figure(number), VKEY)
        assert proof.ok
        assert proof.row == {**row, "period": "2026-01"}
    assert "closing_credit_fen: 30.00" in prove(log.figure(0), VKEY).as_text()


def test_another_figure_is_not(log: Log) -> None:
    row = {**log.rows[0], "closing_debit_fen": 1_000_000}
    assert findings(log.figure(0, row=row)) == ["proof.figure"]
    assert prove(log.figure(0, row=row), VKEY).as_object()["proved"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 1},
        {"number": 3},
        {"number": -1},
        {"path": []},
        {"path": ["AAAA"]},
        {"path": [base64.b64encode(bytes(32)).decode()] * 2},
    ],
)
def test_a_path_that_leads_elsewhere(log: Log, fields: dict[str, object]) -> None:
    assert findings(log.figure(0, **fields)) == ["proof.figure"]


def test_a_figure_under_an_entry_that_publishes_nothing(log: Log) -> None:
    village = log.village
    other = village.voucher(date="2026-02-01").note
    good = msgspec.json.decode(figure_extra(log.sheet, log.rows, 0)) | {"entry": other.decode()}
    assert findings(log.proof(encode(good), village.book.size - 1)) == ["proof.figure"]


def test_an_entry_that_is_not_in_the_log(log: Log) -> None:
    assert findings(log.proof(log.sheet.replace(b"trial", b"brial"))) == ["tlog.bad_proof"]
    assert findings(log.proof(log.sheet, 0)) == ["tlog.bad_proof"]


def test_a_checkpoint_of_another_key(log: Log) -> None:
    other = SigningKey(LOG.name, bytes(32)).verifier.vkey
    proof = prove(log.proof(log.sheet), other)
    assert [found.entry for found in proof.report.findings] == [log.index]
    assert "发现 1 个问题" in proof.as_text()


@pytest.mark.parametrize(
    "extra", [b"{", b"{}", b'{"entry":1}', b"{\xff}", b'{"entry":"","number":0,"path":[],"row":1}']
)
def test_a_figure_that_is_none(log: Log, extra: bytes) -> None:
    assert refusal(log.proof(extra)) == "proof.figure"


def test_the_key_must_be_given(log: Log) -> None:
    assert refusal(log.proof(log.sheet), "") == "proof.no_key"
    assert refusal(log.proof(log.sheet), "a+b+c") == "note.vkey_malformed"


def test_a_leaf_of_another_kind_of_log_is_shown_as_it_is(log: Log) -> None:
    tree = log.village.book.tree
    leaf = sign_checkpoint(Checkpoint("village", 3, bytes(32)), SigningKey("village", bytes(32)))
    tree.append(sha256(b"\0" + leaf).digest())
    proof = prove(log.proof(leaf, tree.size - 1), VKEY)
    assert proof.ok
    assert "\n  village\n  3\n" in proof.as_text()


# ------------------------------------------------------------------------------------- under a policy


def judged(data: bytes, wanted: Policy, now_s: int = TIME_S) -> tuple[bool, list[str], dict[str, str]]:
    """Return whether a proof holds under a policy, the rules that were found broken, and who signed when."""
    report = prove(data, VKEY, asked=Asked(wanted, now_s)).report
    return (
        report.ok,
        [found.rule for found in report.findings],
        report.witnesses.signed if report.witnesses else {},
    )


def test_with_a_policy_it_says_whether_the_checkpoint_has_its_quorum(log: Log) -> None:
    good = log.cosigned("town", "peer")
    assert judged(good, policy()) == (True, [], {"town": AT, "peer": AT})
    assert f"见证 cosigned: town {AT}" in prove(good, VKEY, asked=Asked(policy(), TIME_S)).as_text()
    assert judged(log.cosigned("town"), policy()) == (False, ["audit.no_quorum"], {"town": AT})
    assert judged(log.cosigned("town", "town"), policy()) == (False, ["audit.no_quorum"], {"town": AT})
    assert judged(log.proof(log.sheet), policy()) == (False, ["audit.no_quorum"], {})
    assert prove(log.cosigned("town"), VKEY, asked=Asked(policy(), TIME_S)).as_object()["proved"] is None


def test_without_a_policy_cosignatures_are_passed_over(log: Log) -> None:
    proof = prove(log.cosigned("town", over=1), VKEY)
    assert proof.ok
    assert proof.report.witnesses is None
    assert all(check.name != "witnesses" for check in proof.report.checks)


def test_a_cosignature_of_another_size_is_a_finding(log: Log) -> None:
    data = (
        log.cosigned("town", "peer") + cosign(Checkpoint(LOG.name, 1, bytes(32)), KEYS["county"], TIME_S).line
    )
    assert judged(data, policy())[:2] == (False, ["checkpoint.cosignature"])


def test_a_policy_for_another_log_is_not_met(log: Log) -> None:
    other = SigningKey("ledger.example/other", bytes(32)).verifier.vkey
    good = log.cosigned("town", "peer")
    assert judged(good, policy(f"log {other}"))[1] == ["audit.log_not_in_policy"]
    assert judged(good, policy(f"log {VKEY}"))[1] == []


def test_a_cosignature_of_the_future_is_a_finding_and_does_not_count(log: Log) -> None:
    good = log.cosigned("town", "peer")
    assert judged(good, policy(), TIME_S - AHEAD_MAX_S)[0]
    found = ["witness.future", "witness.future", "audit.no_quorum"]
    assert judged(good, policy(), TIME_S - AHEAD_MAX_S - 1) == (False, found, {})


def test_witnesses_mend_no_proof(log: Log) -> None:
    tampered = log.cosigned("town", "peer").replace(b"index ", b"index 1", 1)
    assert judged(tampered, policy())[1] == ["tlog.bad_proof"]
    forged = prove(
        log.cosigned("town", "peer"),
        SigningKey(LOG.name, bytes(32)).verifier.vkey,
        asked=Asked(policy(), TIME_S),
    )
    assert [found.rule for found in forged.report.findings] == ["checkpoint.signature"]
    assert forged.report.witnesses is None


@pytest.mark.parametrize(("names", "code"), [(("town", "peer"), 0), (("town",), 1)])
def test_the_command_takes_a_policy(log: Log, tmp_path: Path, names: tuple[str, ...], code: int) -> None:
    (tmp_path / "sheet.tlog-proof").write_bytes(log.cosigned(*names))
    (tmp_path / "policy").write_bytes(policy().text)
    wanted = ("--log-key", VKEY, "--policy", tmp_path / "policy", "--format", "json")
    result = audit(tmp_path / "sheet.tlog-proof", *wanted)
    assert result.returncode == code, result.stderr
    assert json.loads(result.stdout)["witnesses"]["quorum"] is (code == 0)

"""The log in one file: what was written is read, damage never passes for the log, and it needs no network."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit import __main__ as command
from audit import files
from audit import zip as archives
from audit.bundle import BundleSource, write_bundle
from audit.source import open_source
from audit.tlog.policy import parse_policy
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from audit.verify import verify
from audit.witnessed import Asked
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.attack.history import tree_of
from tests.audit.conftest import MemorySource
from tests.audit.test_verify import found

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Export


OTHER_LOG = f"log {SigningKey('example.com', bytes(32)).verifier.vkey}\nquorum none\n".encode()


@pytest.fixture
def packed(hamlet: Export, tmp_path: Path) -> Path:
    """The bundle of the smallest village."""
    path = tmp_path / "village.zip"
    assert write_bundle(path, hamlet.files.items()) == len(hamlet.files)
    return path


def members(path: Path) -> dict[str, bytes]:
    """Return what a bundle holds; raises what forbids to read it."""
    source = BundleSource(path)
    return {name: source.fetch(name) for name in source.names}


def test_what_was_written_is_read_and_verified(packed: Path, hamlet: Export) -> None:
    assert members(packed) == hamlet.files
    report = verify(open_source(str(packed)))
    assert found(report) == []
    assert report.entries == len(hamlet.log.entries)
    looked = report.checks.pop()
    assert (looked.name, looked.count, looked.failed) == ("carried", len(hamlet.files), 0)
    assert report.as_object() == verify(MemorySource(hamlet.files, promises=True)).as_object()


def test_one_log_gives_one_sequence_of_bytes(packed: Path, hamlet: Export, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    write_bundle(again, hamlet.files.items())
    assert again.read_bytes() == packed.read_bytes()


def test_another_zip_program_reads_it_without_unpacking_code(packed: Path, hamlet: Export) -> None:
    """Members are stored as they are: each file's bytes stand in the bundle."""
    whole = packed.read_bytes()
    assert all(data in whole for data in hamlet.files.values())


def test_every_byte_flipped_is_found_or_changes_nothing(packed: Path, hamlet: Export) -> None:
    whole = packed.read_bytes()
    for place in range(len(whole)):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            read = members(packed)
        except RuleViolation:
            continue
        assert read == hamlet.files


def test_a_changed_entry_in_a_sound_archive_is_found(hamlet: Export, tmp_path: Path) -> None:
    changed = dict(hamlet.files)
    name = next(path for path in changed if path.startswith("tile/entries/"))
    changed[name] = changed[name].replace(b"400", b"900")
    path = tmp_path / "changed.zip"
    write_bundle(path, changed.items())
    rules = {finding.rule for finding in verify(BundleSource(path)).findings}
    assert {"audit.root", "signature.invalid"} <= rules


def carrying(path: Path, hamlet: Export, beside: dict[str, bytes]) -> Report:
    """Verify the smallest village's bundle with more members, by a reader who has a page of the program's own."""
    write_bundle(path, (hamlet.files | beside).items())
    return verify(BundleSource(path), page=lambda: b"<html>own</html>")


def test_a_page_is_compared_with_the_readers_own(hamlet: Export, tmp_path: Path) -> None:
    path = tmp_path / "carried.zip"
    assert carrying(path, hamlet, {"verify.html": b"<html>own</html>"}).remarks == []
    report = carrying(path, hamlet, {"verify.html": b"<html>other</html>"})
    assert report.ok, "it says nothing about the log"
    assert [each.rule for each in report.remarks] == ["audit.other_page"]
    assert "注意：公示包所附的核对网页" in report.as_text()
    assert report.as_object()["remarks"][0]["rule"] == "audit.other_page"
    assert [each.rule for each in verify(BundleSource(path)).remarks] == ["audit.page_not_compared"]


def test_a_policy_is_read_and_is_for_this_log(hamlet: Export, tmp_path: Path) -> None:
    path = tmp_path / "carried.zip"
    vkey = hamlet.files["log.vkey"].strip().decode()
    good = f"log {vkey}\nquorum none\n".encode()
    assert carrying(path, hamlet, {"policy": good}).ok
    for policy, says in ((b"quorum all\n", "tlog.policy"), (OTHER_LOG, vkey), (b"\xff", "tlog.policy")):
        report = carrying(path, hamlet, {"policy": policy})
        assert report.ok, "it says nothing about the log"
        assert [each.rule for each in report.remarks] == ["audit.carried_policy"]
        assert says in report.remarks[0].message
    report = verify(BundleSource(path), asked=Asked(parse_policy(good), 0))
    assert [each.rule for each in report.remarks] == ["audit.other_policy", "audit.carried_policy"]


def proof_of(hamlet: Export, entry: int, **changed: object) -> bytes:
    """Return the proof of an entry of the smallest village's log, or one with something else in it."""
    entries = hamlet.log.entries
    hashes = inclusion_proof(entry, len(entries), tree_of(entries))
    proof = ProofFile(entry, tuple(hashes), hamlet.files["checkpoint"], entries[entry])
    return replace(proof, **changed).encode()  # type: ignore[arg-type]  # any field


def test_proofs_of_its_own_entries_are_good(hamlet: Export, tmp_path: Path) -> None:
    last = len(hamlet.log.entries) - 1
    proofs = {f"proof/{index}.tlog-proof": proof_of(hamlet, index) for index in (0, 3, last)}
    report = carrying(tmp_path / "carried.zip", hamlet, proofs)
    assert report.remarks == []
    assert report.checks[-1].count == len(hamlet.files) + 3


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("proof/4.tlog-proof", {}),
        ("proof/3.tlog-proof", {"extra": b""}),
        ("proof/3.tlog-proof", {"extra": b"another"}),
        ("proof/3.tlog-proof", {"hashes": (bytes(32),) * 4}),
        ("proof/3.tlog-proof", {"hashes": ()}),
        ("proof/3.tlog-proof", {"index": 4}),
    ],
)
def test_a_proof_that_does_not_fit_the_log_is_named(
    hamlet: Export, tmp_path: Path, name: str, changed: dict[str, object]
) -> None:
    report = carrying(tmp_path / "carried.zip", hamlet, {name: proof_of(hamlet, 3, **changed)})
    assert report.ok, "it says nothing about the log"
    [told] = report.remarks
    assert told.rule == "audit.carried_proof"
    assert name in told.zh
    assert "tlog.bad_proof" in told.zh


def test_a_proof_under_another_checkpoint_is_named(hamlet: Export, tmp_path: Path) -> None:
    """Also under an older one of this log: the reader has not verified its signatures and cosignatures."""
    other = hamlet.files["checkpoint"].replace(b"\n\n", b"\nmore\n\n", 1)
    for bad in (proof_of(hamlet, 3, checkpoint=other), b"", b"\xff", proof_of(hamlet, 3)[:-1]):
        [told] = carrying(tmp_path / "carried.zip", hamlet, {"proof/3.tlog-proof": bad}).remarks
        assert told.rule == "audit.carried_proof"


def test_a_proof_whose_checkpoint_has_other_signature_lines_is_not_called_wrong(
    hamlet: Export, tmp_path: Path
) -> None:
    cosigned = hamlet.files["checkpoint"] + "\u2014 town.example AAAA\n".encode()
    bad = proof_of(hamlet, 3, checkpoint=cosigned)
    [told] = carrying(tmp_path / "carried.zip", hamlet, {"proof/3.tlog-proof": bad}).remarks
    assert "tlog.bad_proof" not in told.zh
    assert "不是同一份" in told.zh


def test_a_proof_under_another_name_is_no_part_of_the_log(hamlet: Export, tmp_path: Path) -> None:
    for name in (
        "proof/03.tlog-proof",
        "proof/3.tlog-proof.txt",
        "proof/x.tlog-proof",
        "proofs/3.tlog-proof",
    ):
        [told] = carrying(tmp_path / "carried.zip", hamlet, {name: proof_of(hamlet, 3)}).remarks
        assert told.rule == "audit.not_of_the_log"


def test_what_is_no_part_of_the_log_is_named(hamlet: Export, tmp_path: Path) -> None:
    strange = {f"收支表{number}.html": b"1,000,000.00" for number in range(7)}
    (told,) = carrying(tmp_path / "carried.zip", hamlet, strange).remarks
    assert told.rule == "audit.not_of_the_log"
    assert "7 个文件" in told.zh
    assert told.zh.endswith("收支表4.html…")


def test_every_byte_of_every_member_is_read(hamlet: Export, tmp_path: Path) -> None:
    """Also of those that say nothing about the log: the page, the policy, a file that nobody knows."""
    path = tmp_path / "carried.zip"
    beside = {"verify.html": b"<html>own</html>", "policy": b"quorum none\n", "notes.txt": b"hello"}
    carrying(path, hamlet, beside)
    whole = path.read_bytes()
    for name, data in beside.items():
        start = whole.index(data)
        for place in range(start, start + len(data)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(RuleViolation, match=f"cannot read {name}"):
                verify(BundleSource(path))


def test_what_is_packed_is_refused(hamlet: Export, tmp_path: Path) -> None:
    """A member that is compressed, or lies over another, could make a small file an endless one."""
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in hamlet.files.items():
            archive.writestr(name, data)
    with pytest.raises(RuleViolation, match="compressed"):
        BundleSource(path)
    write_bundle(path, [("a", b"x" * 10_000), ("b", b"")])
    size, lying = (10_000).to_bytes(4, "little") * 2, (99_999).to_bytes(4, "little") * 2
    path.write_bytes(path.read_bytes().replace(size, lying))
    with pytest.raises(RuleViolation, match="lie over one another"):
        BundleSource(path)


def test_a_name_that_stands_twice_is_refused(hamlet: Export, tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    twice = [*hamlet.files.items(), ("checkpoint", b"another")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        write_bundle(path, twice)
    with pytest.raises(RuleViolation, match="twice"):
        BundleSource(path)


def test_what_is_no_bundle_or_too_large_is_refused(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuleViolation, match="neither a folder nor a bundle"):
        open_source(str(tmp_path / "nothing"))
    (tmp_path / "text").write_text("no archive", encoding="utf-8")
    with pytest.raises(RuleViolation, match="cannot read"):
        open_source(str(tmp_path / "text"))
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    with pytest.raises(RuleViolation, match="more than 10 bytes"):
        BundleSource(packed).fetch("checkpoint")
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(RuleViolation, match="more than 2 members"):
        BundleSource(packed)


def test_a_failed_write_leaves_the_old_bundle(packed: Path) -> None:
    before = packed.read_bytes()

    def broken() -> object:
        yield "checkpoint", b"new"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_bundle(packed, broken())  # type: ignore[arg-type]
    assert packed.read_bytes() == before
    assert [path.name for path in packed.parent.glob("*.part")] == []


def test_the_command_verifies_a_bundle(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(packed), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True

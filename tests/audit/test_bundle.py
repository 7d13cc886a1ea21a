"""The log in one file: what was written is read, damage never passes for the log, and it needs no network."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from audit import __main__ as command
from audit import bundle, files
from audit.bundle import BundleSource, write_bundle
from audit.source import open_source
from audit.verify import verify
from domain.kernel.errors import RuleViolation
from tests.audit.conftest import MemorySource
from tests.audit.test_verify import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audit.conftest import Export


@pytest.fixture
def packed(hamlet: Export, tmp_path: Path) -> Path:
    """The bundle of the smallest village."""
    path = tmp_path / "village.zip"
    assert write_bundle(path, hamlet.files.items()) == len(hamlet.files)
    return path


def members(path: Path) -> dict[str, bytes]:
    """Return what a bundle holds; raises what forbids to read it."""
    source = BundleSource(path)
    return {name: source.fetch(name) for name in zipfile.ZipFile(path).namelist()}


def test_what_was_written_is_read_and_verified(packed: Path, hamlet: Export) -> None:
    assert members(packed) == hamlet.files
    report = verify(open_source(str(packed)))
    assert found(report) == []
    assert report.entries == len(hamlet.log.entries)
    assert report.as_object() == verify(MemorySource(hamlet.files, promises_balances=True)).as_object()


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
    changed = 0
    for place in range(len(whole)):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            read = members(packed)
        except (RuleViolation, FileNotFoundError):
            continue
        if read != hamlet.files:  # no checksum protects the list of members
            changed += 1
            assert not verify(BundleSource(packed)).ok
    assert changed > 0


def test_a_changed_entry_in_a_sound_archive_is_found(hamlet: Export, tmp_path: Path) -> None:
    changed = dict(hamlet.files)
    name = next(path for path in changed if path.startswith("tile/entries/"))
    changed[name] = changed[name].replace(b"400", b"900")
    path = tmp_path / "changed.zip"
    write_bundle(path, changed.items())
    rules = {finding.rule for finding in verify(BundleSource(path)).findings}
    assert {"audit.root", "signature.invalid"} <= rules


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
    monkeypatch.setattr(bundle, "MAX_MEMBERS", 2)
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

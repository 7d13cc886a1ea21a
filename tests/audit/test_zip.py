"""An archive has one meaning or is refused: whatever is accepted, another program reads in the same way."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from audit import files
from audit import zip as archives
from audit.bundle import BundleSource, write_bundle
from domain.kernel.errors import RuleViolation
from tests.vectors.archives import DAMAGED, END_BYTES, ENDS, GOOD, LIST, MEMBERS, SOUND

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, data: bytes) -> dict[str, bytes]:
    """Return the members of an archive; raises `audit.unreadable`."""
    path.write_bytes(data)
    source = BundleSource(path)
    return {name: source.fetch(name) for name in source.names}


def read_by_another(data: bytes) -> dict[str, bytes]:
    """Return what Python's own library finds in an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


@pytest.mark.parametrize("name", SOUND)
def test_what_has_one_meaning_is_read(name: str, tmp_path: Path) -> None:
    assert read(tmp_path / "a.zip", SOUND[name]) == read_by_another(SOUND[name])


@pytest.mark.parametrize("name", [*ENDS, *MEMBERS])
def test_what_has_two_meanings_is_refused_unread(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes((ENDS | MEMBERS)[name])
    with pytest.raises(RuleViolation, match=r"audit\.unreadable"):
        BundleSource(path)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_member_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(RuleViolation, match="checksum") as refused:
        read(tmp_path / "a.zip", DAMAGED[name])
    assert str(refused.value.facts["place"]) in {"log.vkey", "x" * 400}


def test_every_changed_byte_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    """Dates and versions may differ; what is read in spite of them is the same for everybody."""
    good, whole = read_by_another(GOOD), 0
    for place in range(len(GOOD)):
        for change in (0x01, 0x80, 0xFF):
            data = GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]
            try:
                found = read(tmp_path / "a.zip", data)
            except RuleViolation:
                continue
            whole += 1
            assert found == good == read_by_another(data)
    assert 0 < whole < len(GOOD) // 2


def test_what_would_be_unpacked_as_no_plain_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleViolation, match=r"符号链接.*symbolic link"):
        read(tmp_path / "a.zip", MEMBERS["a symbolic link"])


def test_what_is_written_is_read_up_to_the_last_member(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    path = tmp_path / "a.zip"
    files = [(f"表{number}", b"x" * number) for number in range(4)]
    write_bundle(path, files[:3])
    assert BundleSource(path).names == ["表0", "表1", "表2"]
    with pytest.raises(RuleViolation, match=r"export\.bundle_too_large.*more than 3 members.*export tlog"):
        write_bundle(path, files)
    assert BundleSource(path).names == ["表0", "表1", "表2"], "what was there before is still there"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_is_read_up_to_the_last_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    files = [("checkpoint", b"one"), ("收支表", b"two")]
    write_bundle(path, files)
    size = path.stat().st_size
    monkeypatch.setattr(archives, "MAX_BYTES", size)
    write_bundle(path, files)
    assert BundleSource(path).fetch("收支表") == b"two"
    monkeypatch.setattr(archives, "MAX_BYTES", size - 1)
    with pytest.raises(RuleViolation, match=f"more than {size - 1} bytes"):
        write_bundle(path, files)
    with pytest.raises(RuleViolation, match=f"more than {size - 1} bytes"):
        BundleSource(path)


def test_no_file_is_written_that_no_reader_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    write_bundle(path, [("disclosures", b"x" * 10)])
    assert BundleSource(path).fetch("disclosures") == b"x" * 10
    with pytest.raises(RuleViolation, match=r"bundle_too_large.*disclosures.*more than 10 bytes"):
        write_bundle(path, [("disclosures", b"x" * 11)])


def test_the_list_of_members_is_bounded_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(GOOD)
    monkeypatch.setattr(archives, "MAX_LIST_BYTES", len(GOOD) - LIST - END_BYTES)
    BundleSource(path)
    monkeypatch.setattr(archives, "MAX_LIST_BYTES", len(GOOD) - LIST - END_BYTES - 1)
    with pytest.raises(RuleViolation, match="the list of members"):
        BundleSource(path)


def test_an_archive_is_as_large_as_its_places_can_say(tmp_path: Path) -> None:
    """A place in the file is written without ZIP64, and other programs begin to use that at 2 GiB."""
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.truncate(archives.MAX_BYTES + 1)  # a hole: nothing is written
    with pytest.raises(RuleViolation, match="more than 2147483647 bytes"):
        BundleSource(path)

"""Tiles: paths, widths, bundles, and a reader that must give what the tree in memory gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.proof import check_inclusion, consistency_proof, inclusion_proof
from audit.tlog.tiles import (
    ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_LEAVES,
    Tile,
    TileReader,
    decode_bundle,
    encode_bundle,
    parse_tile_path,
    tile_sizes,
)
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import leaf_hash
from tests.audit.tlog.conftest import make_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.tlog.conftest import Log


def fetcher(files: dict[str, bytes]) -> Callable[[str], bytes]:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return fetch


def tiles_of(size: int) -> set[Tile]:
    return {tile for tile in tile_sizes(size) if tile.level != ENTRIES}


# --- paths


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(63, 0, 255), "tile/63/000.p/255"),
        (Tile(ENTRIES, 273, 112), "tile/entries/273.p/112"),
        (Tile(ENTRIES, 1000000), "tile/entries/x001/x000/000"),
    ],
)
def test_paths_of_tiles(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_tile_path(path) == tile


@given(st.integers(ENTRIES, 6), st.integers(0, MAX_LEAVES >> 8), st.integers(1, 256))
def test_paths_round_trip(level: int, index: int, width: int) -> None:
    tile = Tile(level, index >> 8 * max(level, 0), width)
    assert parse_tile_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/00/000",
        "tile/01/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/100/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/../000",
        "tile/0/٠٠٠",
        "tile/0/x037/x000/x000/x000/x000/000",
        "tile/8/001",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
    ],
)
def test_what_is_no_path_of_a_tile(path: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_tile_path(path)
    assert caught.value.rule.code == "tlog.bad_path"


@given(st.text("tile/0123x.p-enrs", max_size=20).map("tile/".__add__))
def test_a_path_is_written_one_way(path: str) -> None:
    try:
        tile = parse_tile_path(path)
    except RuleViolation:
        return
    assert tile.path == path


# --- which tiles a size has


def test_the_specification_s_examples() -> None:
    tiles = tiles_of(70_000)
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    assert {tile for tile in tiles if tile.width < 256 or tile.level} == {
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    }
    assert tiles_of(256) == {Tile(0, 0), Tile(1, 0, 1)}
    assert tiles_of(1) == {Tile(0, 0, 1)}
    assert list(tile_sizes(0)) == []


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000, 65_535, 65_536, 70_000])
def test_the_tiles_of_a_size_hold_what_the_log_has(size: int) -> None:
    for level in range(4):
        widths = [tile.width for tile in tiles_of(size) if tile.level == level]
        assert sum(widths) == size // 256**level
        assert all(widths)
    bundles = [tile for tile in tile_sizes(size) if tile.level == ENTRIES]
    assert sum(tile.width for tile in bundles) == size
    assert [tile.start for tile in bundles] == list(range(0, size, 256))


# --- bundles


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_bundles_round_trip(entries: list[bytes]) -> None:
    bundle = encode_bundle(entries)
    assert decode_bundle(bundle) == decode_bundle(bundle, len(entries)) == entries


def test_a_bundle_byte_for_byte() -> None:
    assert encode_bundle([b"a", b"", b"b" * 258]) == b"\x00\x01a\x00\x00\x01\x02" + b"b" * 258


def test_limits_of_a_bundle() -> None:
    largest = [b"x" * MAX_ENTRY_BYTES] * 256
    assert decode_bundle(encode_bundle(largest), 256) == largest
    for entries in ([], [b""] * 257, [b"x" * (MAX_ENTRY_BYTES + 1)]):
        with pytest.raises(RuleViolation) as caught:
            encode_bundle(entries)
        assert caught.value.rule.code == "tlog.bad_bundle"


@pytest.mark.parametrize(
    ("bundle", "width"),
    [
        (b"", None),
        (b"\x00", None),
        (b"\x00\x01", None),
        (b"\x00\x02a", None),
        (b"\x00\x01ab", None),
        (b"\x00\x00" * 257, None),
        (b"\x00\x01a", 2),
        (b"\x00\x01a" * 3, 2),
    ],
)
def test_what_is_no_bundle(bundle: bytes, width: int | None) -> None:
    with pytest.raises(RuleViolation) as caught:
        decode_bundle(bundle, width)
    assert caught.value.rule.code == "tlog.bad_bundle"


# --- the reader


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 1000])
def test_the_reader_gives_the_tree_s_subtrees(size: int) -> None:
    log = make_log(size)
    reader = TileReader(size, fetcher(log.files()))
    assert reader.root() == log.tree.root()
    for level in range(size.bit_length()):
        for index in range(size >> level):
            assert reader.subtree(level, index) == log.tree.subtree(level, index)
        with pytest.raises(IndexError):
            reader.subtree(level, size >> level)


def test_three_levels_of_tiles() -> None:
    log = make_log(66_000)
    reader = TileReader(66_000, fetcher(log.files()), cached_max=3)
    assert reader.root() == log.tree.root()
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        proof = inclusion_proof(index, 66_000, reader)
        check_inclusion(leaf_hash(log.entries[index]), index, 66_000, proof, log.tree.root())
    assert consistency_proof(65_537, 66_000, reader) == consistency_proof(65_537, 66_000, log.tree)


def test_the_reader_gives_the_entries(log: Log) -> None:
    reader = TileReader(1000, fetcher(log.files()))
    assert [entry for index in range(4) for entry in reader.bundle(index)] == log.entries
    for index in (-1, 4):
        with pytest.raises(IndexError):
            reader.bundle(index)


def test_full_tiles_stand_in_for_partial_ones(log: Log) -> None:
    smaller = make_log(900)
    later = make_log(1024).files() | {"tile/1/000.p/3": smaller.files()["tile/1/000.p/3"]}
    reader = TileReader(900, fetcher(later))
    assert reader.root() == smaller.tree.root()
    assert reader.bundle(3) == smaller.entries[768:]
    with pytest.raises(FileNotFoundError):
        TileReader(900, fetcher(log.files())).root()


def test_a_missing_tile_is_said_to_be_missing(log: Log) -> None:
    reader = TileReader(1000, fetcher({}))
    for missing in (reader.root, lambda: reader.bundle(0), lambda: reader.bundle(3)):
        with pytest.raises(FileNotFoundError):
            missing()
    assert log.tree.size == 1000


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + bytes(32), lambda _: b""])
def test_a_tile_of_another_length_is_refused(log: Log, change: Callable[[bytes], bytes]) -> None:
    files = log.files()
    for index, path in ((0, "tile/0/000"), (999, "tile/0/003.p/232")):
        reader = TileReader(1000, fetcher(files | {path: change(files[path])}))
        with pytest.raises(RuleViolation) as caught:
            inclusion_proof(index, 1000, reader)
        assert caught.value.rule.code == "tlog.bad_tile"


def test_every_flipped_hash_changes_the_root(log: Log) -> None:
    """Level 1 is read for what is full, level 0 for the rest."""
    files = log.files()
    for path, used in (("tile/1/000.p/3", 3), ("tile/0/003.p/232", 232)):
        for place in range(0, used * 32, 32):
            changed = bytearray(files[path])
            changed[place] ^= 1
            assert TileReader(1000, fetcher(files | {path: bytes(changed)})).root() != log.tree.root()


def test_tiles_are_fetched_once(log: Log) -> None:
    fetched: list[str] = []
    files = log.files()

    def fetch(path: str) -> bytes:
        fetched.append(path)
        return files[path]

    reader = TileReader(1000, fetch)
    for index in range(1000):
        inclusion_proof(index, 1000, reader)
    assert sorted(fetched) == sorted(tile.path for tile in tiles_of(1000))

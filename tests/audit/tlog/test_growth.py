"""A log that grows step by step has, after each step, the files of a log of that size made at once."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.tlog.growth import grow, new_tiles
from audit.tlog.tiles import tile_sizes
from tests.audit.tlog.conftest import make_log

SIZE_MAX = 66_000
"""Beyond 65,536 leaves a tile of level 1 is full and level 2 begins."""


def missing(path: str) -> bytes:
    raise FileNotFoundError(path)


def grown(steps: list[int], entries: list[bytes]) -> dict[str, bytes]:
    """Return the files that are there after a log of no entries has grown to each of these sizes in turn."""
    files: dict[str, bytes] = {}
    size = 0

    def fetch(path: str) -> bytes:
        return files[path] if path in files else missing(path)

    for step in steps:
        for tile, data in list(grow(size, entries[size:step], fetch)):
            assert tile.path not in files, "what lies under a path never changes"
            files[tile.path] = data
        size = step
    return files


def check(steps: list[int]) -> None:
    log = make_log(steps[-1])
    files, wanted = grown(steps, log.entries), log.files()
    del wanted["checkpoint"]
    assert {path: files[path] for path in wanted} == wanted
    places = [tile.path for old, new in zip([0, *steps], steps, strict=False) for tile in new_tiles(old, new)]
    assert sorted(files) == sorted(places)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6, unique=True).map(sorted))
@settings(max_examples=60, deadline=None)
def test_small_logs_grow_by_any_steps(steps: list[int]) -> None:
    check(steps)


def test_a_log_grows_over_the_edge_of_a_third_level() -> None:
    dice = random.Random(3)
    check(sorted({*(dice.randrange(1, SIZE_MAX) for _ in range(5)), 256, 65_535, 65_536, 65_537, SIZE_MAX}))


def test_nothing_appended_is_no_new_file() -> None:
    assert list(new_tiles(300, 300)) == []
    assert list(grow(300, [], missing)) == []


def test_from_nothing_all_is_new() -> None:
    assert list(new_tiles(0, 70_000)) == list(tile_sizes(70_000))


def test_the_edge_that_is_read_may_be_held_by_the_full_tile_alone() -> None:
    log = make_log(300)
    files = log.files() | make_log(512).files()
    for gone in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        files.pop(gone, None)
    grown_to = dict(grow(300, make_log(301).entries[300:], lambda path: files.get(path) or missing(path)))
    assert {tile.path for tile in grown_to} == {"tile/entries/001.p/45", "tile/0/001.p/45"}
    assert all(data == make_log(301).files()[tile.path] for tile, data in grown_to.items())

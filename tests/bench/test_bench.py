"""The benchmark measures something real in every row, at its tiniest size; nothing here is timed."""

from __future__ import annotations

import shutil

import pytest

from bench.__main__ import MEASURES, main
from bench.rows import Result, Row, table
from bench.sizes import SIZES
from bench.world import open_world


class _NoWorld:
    def __enter__(self) -> None:
        """Start nothing."""

    def __exit__(self, *_: object) -> None:
        """Stop nothing."""


@pytest.mark.slow
def test_every_measure_gives_rows_with_a_positive_ratio() -> None:
    result = Result()
    with open_world() as world:
        for measure in MEASURES.values():
            result += measure(world, SIZES["tiny"])
    assert {row.measure.split()[0].strip(":,") for row in result.rows} >= set(MEASURES)
    assert all(row.ratio > 0 and row.value > 0 and row.yardstick > 0 for row in result.rows)
    assert any(row.measure.startswith("hledger") for row in result.rows) == bool(shutil.which("hledger"))
    assert all(row.measure in table(result.rows) for row in result.rows)


def test_a_missed_bound_is_said_and_only_strict_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = Row("good", "ms", 1.0, "bare", 1.0, 1.0, ceiling=2)
    missed = Row("slow", "entries/s", 1.0, "bare", 10.0, 0.1, floor=0.5)
    monkeypatch.setattr("bench.__main__.open_world", _NoWorld)
    monkeypatch.setitem(MEASURES, "ingest", lambda _world, _sizes: Result([good, missed]))
    assert main(["--quick", "ingest"]) == 0
    assert "NOT MET: slow ÷ bare" in capsys.readouterr().out
    assert main(["--quick", "--strict", "ingest"]) == 1
    monkeypatch.setitem(MEASURES, "ingest", lambda _world, _sizes: Result([good]))
    assert main(["--quick", "--strict", "ingest"]) == 0
    assert "every bound is met" in capsys.readouterr().out

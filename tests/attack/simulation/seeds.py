"""Which world a seed stands for: even ones have an honest log, odd ones a forger."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.attack.simulation.forging import ForgerWorld
from tests.attack.simulation.honest import HonestWorld
from tests.attack.simulation.world import Parts

if TYPE_CHECKING:
    from tests.attack.simulation.world import World

MEMORY = Path("/dev/shm")
"""Where there is one: what lies there has to survive simulated crashes only."""


def run(seed: int, parts: Parts = Parts()) -> World:  # noqa: B008 -- it is frozen
    """Run a seed to its end; raises `BrokenError`."""
    kind = ForgerWorld if seed % 2 else HonestWorld
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return kind(seed, Path(folder), parts).run()

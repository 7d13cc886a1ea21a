"""Run one seed again and tell all that happens: ``python -m tests.attack.simulation --seed N``."""

from __future__ import annotations

import argparse
import sys

from tests.attack.simulation import world
from tests.attack.simulation.seeds import run


def main() -> int:
    """Run the seed; exit code 1 when an invariant breaks."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    world.TOLD = sys.maxsize
    try:
        done = run(parser.parse_args().seed)
    except world.BrokenError as broken:
        sys.stdout.write(f"{broken}\n")
        return 1
    sys.stdout.write("\n".join([*done.trace, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

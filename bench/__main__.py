"""The command: `python -m bench [--quick] [--strict] [measure …]`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time

from audit.collector import settle
from bench import auditing, browser, growth, ingest, keying, monitoring, proving, reading, rebuilding
from bench.rows import Result, table
from bench.sizes import SIZES
from bench.world import open_world

MEASURES = {
    "ingest": ingest.measure,
    "audit": auditing.measure,
    "browser": browser.measure,
    "rebuild": rebuilding.measure,
    "read": reading.measure,
    "growth": growth.measure,
    "monitor": monitoring.measure,
    "proof": proving.measure,
    "typing": keying.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the measures and print the table; 1 only with --strict and a bound missed."""
    options = _parse(arguments)
    sizes = SIZES["quick" if options.quick else options.size]
    result = Result()
    settle()  # as the commands do
    began, before = time.monotonic(), os.getloadavg()[0]
    with open_world() as world:
        for name in options.measures or MEASURES:
            print(f"{name} …", file=sys.stderr, flush=True)
            result += MEASURES[name](world, sizes)
    print(table(result.rows))
    print()
    for note in result.notes:
        print(note)
    missed = [f"{row.measure} ÷ {row.against}" for row in result.rows if not row.met]
    print(f"{sizes.name}: {time.monotonic() - began:.0f} s on {os.cpu_count()} processors, ", end="")
    print(f"load average {before:.1f} before and {os.getloadavg()[0]:.1f} after; ", end="")
    print(f"NOT MET: {', '.join(missed)}" if missed else "every bound is met")
    return int(bool(missed) and options.strict)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed, as ratios taken in one run.")
    parser.add_argument("measures", nargs="*", help=f"only these: {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes; two minutes on two cores")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bound is missed")
    parser.add_argument("--size", choices=sorted(SIZES), default="full", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    for name in options.measures:
        if name not in MEASURES:
            parser.error(f"no measure {name!r}; there are {', '.join(MEASURES)}")
    return options


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the server is stopped
    sys.exit(main())

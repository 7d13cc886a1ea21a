"""A process that asks the witness of a folder for cosignatures; for test_crash and test_two_processes.

    python -m tests.audit.witness.asker <folder> <fork at> <requests> <word of the fork>

It says "ready", waits for a line, and sends requests for heads that are a few entries larger than what was cosigned,
on its own branch of the log. For each cosignature it says: old size, new size, time, and a dot.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from audit.tlog.witness_request import SIZE_TYPE, parse_size
from audit.witness import Witness, WitnessFolder
from domain.kernel.note import parse_note
from tests.audit.witness.conftest import NOW, TOWN, Village


def main(folder: Path, fork: int, requests: int, word: str) -> None:
    """Ask again and again; the time goes on by a second each."""
    witness = Witness(TOWN, WitnessFolder(folder))
    village = Village.of_size(fork)
    dice = random.Random(word)
    print("ready", flush=True)  # noqa: T201 -- it speaks to the test
    sys.stdin.readline()
    old = 0
    for step in range(requests):
        size = old + dice.randint(1, 3)
        village.grow(max(0, size - len(village.entries)), word.encode())
        answer = witness.answer(village.request(old, size), NOW + step)
        if answer.media_type == SIZE_TYPE:
            old = parse_size(answer.body)
            village.grow(max(0, old - len(village.entries)), word.encode())
        elif answer.refusal is None:
            line = parse_note(village.note(size) + answer.body).signatures[-1]
            print(old, size, int.from_bytes(line.signature[:8], "big"), ".", flush=True)  # noqa: T201
            old = size


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])

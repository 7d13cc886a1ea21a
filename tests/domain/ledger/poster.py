"""A process that opens books and posts vouchers to them; for test_two_processes.

    python -m tests.domain.ledger.poster <url> <process number> <vouchers per book> <village number>...

It says "ready", waits for a line, posts, and prints a line of JSON for each receipt.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing

from domain.ledger import Books, Ledger, open_recorder
from migrations import WEB_ROLE
from tests.domain.ledger.villages import village_number

IDS_PER_PROCESS = 100_000


def main(url: str, process: int, vouchers: int, numbers: list[int]) -> None:
    """Post to each village in turn, each voucher signed on top of what is stored by then."""
    recorder = open_recorder(url, role=WEB_ROLE)
    with closing(recorder.datastore), closing(Ledger(recorder)) as ledger:
        villages = [village_number(number) for number in numbers]
        openings = [village.open() for village in villages]  # the same bytes in every process
        print("ready", flush=True)  # noqa: T201 -- it speaks to the test
        sys.stdin.readline()
        notes = [(village, [entry.note]) for village, entry in zip(villages, openings, strict=True)]
        notes += [(village, []) for _ in range(vouchers) for village in villages]
        for village, note in notes:
            if not note:
                village.book = Books(recorder).at(village.book.book)
                village.made = max(village.made, process * IDS_PER_PROCESS)
                note.append(village.voucher().note)
            for receipt in ledger.post(village.book.book, note):
                said = {"book": receipt.book, "index": receipt.index, "created": receipt.created}
                print(json.dumps(said | {"note": note[0].decode()}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), [int(number) for number in sys.argv[4:]])

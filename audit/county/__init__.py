"""The county's log of logs (县级总日志): a log whose entries are the signed checkpoints of the books of a county.

One root commits to every book: whoever keeps it can later show that a book's history was another.
"""

from audit.county.check import BookProof, check_book
from audit.county.collector import Collection, Outcome
from audit.county.directory import known_books
from audit.county.proof import prove_book
from audit.county.verify import CountyReport, verify_county

__all__ = [
    "BookProof",
    "Collection",
    "CountyReport",
    "Outcome",
    "check_book",
    "known_books",
    "prove_book",
    "verify_county",
]

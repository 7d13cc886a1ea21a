"""A witness (见证人) after C2SP tlog-witness: it remembers the newest head of each log and cosigns what extends it.

It needs a key, a folder and no database: a township, a county, a supervision committee or a neighbouring village
runs one on any machine.
"""

from audit.witness.folder import MISSING, WitnessFolder, origin_hash
from audit.witness.witness import OLD_SIZE, Answer, LogStatus, Witness, refused

__all__ = [
    "MISSING",
    "OLD_SIZE",
    "Answer",
    "LogStatus",
    "Witness",
    "WitnessFolder",
    "origin_hash",
    "refused",
]

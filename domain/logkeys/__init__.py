"""The life of a log's key (日志密钥): a second key beside it, the first one retired, the log moved to a new origin."""

from domain.logkeys.events import (
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.logkeys.rules import OVERLAP, decide_add_log_key, decide_move_log, decide_retire_log_key
from domain.logkeys.state import LogKey, LogOrigin, LogOrigins

__all__ = [
    "OVERLAP",
    "LogKey",
    "LogKeyAdded",
    "LogKeyAddition",
    "LogKeyRetired",
    "LogKeyRetirement",
    "LogMove",
    "LogMoved",
    "LogOrigin",
    "LogOrigins",
    "decide_add_log_key",
    "decide_move_log",
    "decide_retire_log_key",
    "log_possession_text",
]

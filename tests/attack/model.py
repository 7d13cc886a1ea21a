"""What an attack is: who plays it, what it changes, and who has to notice it, by which check, at which entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.attack.history import Files, History


class Notice(NamedTuple):
    """What somebody notices: the code of the rule (or the SQLSTATE), and the entry it names, if any."""

    code: str
    entry: int | None = None

    def __str__(self) -> str:
        return f"`{self.code}`" if self.entry is None else f"`{self.code}` #{self.entry}"


class Noticed(NamedTuple):
    """A part of the product that can notice: its name in the table, in both languages, and what it has to keep."""

    name: str
    zh: str
    en: str
    keeps_zh: str
    keeps_en: str


SERVER, VERIFY, KEPT, EXCHANGE = "server", "verify", "kept", "exchange"
POLICY, BROWSER, MONITOR, WITNESS = "policy", "browser", "monitor", "witness"

NOTICERS = (
    Noticed(
        SERVER,
        "诚实的服务器",
        "an honest server",
        "数据库之外、日志密钥旁的最后检查点",
        "the last checkpoint beside the log key, outside the database",
    ),
    Noticed(
        VERIFY,
        "首次核对的读者",
        "a reader who verifies for the first time",
        "贴在村务公开栏的乡镇公钥",
        "the township's key that is printed in the village office",
    ),
    Noticed(
        KEPT,
        "留存检查点的读者",
        "a reader who kept a checkpoint",
        "上次核对时的检查点（一小段文字）",
        "the checkpoint of the last visit, three lines and a signature",
    ),
    Noticed(
        EXCHANGE,
        "互换检查点的读者",
        "readers who exchange checkpoints",
        "别人手里最新的检查点（微信、二维码、纸条都可以）",
        "the newest checkpoint that somebody else holds, by any way",
    ),
    Noticed(
        POLICY,
        "有见证策略的读者",
        "a reader who holds a policy",
        "见证策略文件：见证人的公钥和法定人数",
        "the policy file: the witnesses' keys and the quorum",
    ),
    Noticed(
        BROWSER,
        "浏览器核对页",
        "the page in a browser",
        "本机记住的检查点，以及乡镇公钥和见证策略",
        "the checkpoint that the device remembers, the township's key and the policy",
    ),
    Noticed(
        MONITOR,
        "监察程序",
        "the monitor",
        "监察状态文件夹，以及见证策略",
        "its folder of states, and the policy",
    ),
    Noticed(
        WITNESS,
        "见证人",
        "a witness",
        "见证人文件夹：每个日志最后见证的检查点",
        "its folder: the checkpoint of each log that it cosigned last",
    ),
)
"""All who can notice, in the order of the table."""

READERS = (VERIFY, KEPT, EXCHANGE, POLICY, BROWSER)
"""Those who replay every entry each time."""


def readers(code: str, entry: int | None = None) -> dict[str, Notice]:
    """Return that everyone who replays the whole log notices this."""
    return dict.fromkeys(READERS, Notice(code, entry))


def all_readers(code: str, entry: int | None = None) -> dict[str, Notice]:
    """Return that everyone who reads notices this, also the monitor, which reads only what is new."""
    return readers(code, entry) | {MONITOR: Notice(code, entry)}


def witness(code: str) -> dict[str, Notice]:
    """Return that the witnesses refuse to sign this."""
    return {WITNESS: Notice(code)}


def door(code: str) -> dict[str, Notice]:
    """Return that an honest server refuses this."""
    return {SERVER: Notice(code)}


@dataclass(frozen=True)
class Played:
    """What an attack has made.

    `posted` is what is posted at an honest server. `carried` is a file that is handed to its victim, who verifies that
    instead of the address. `files` is what a dishonest one serves to its victim, who looked
    last when the log had `seen` entries (default: all of them). `harm` is done to an honest server's database as the
    role `role`, or to its `backup` of one entry earlier; what that server then serves takes the place of `files`,
    and what it `noticed` itself is told. With `forgets` what lay beside the log's key is restored too, and the server
    has nobody but its witnesses. Those `behind` have seen no more than the victim; why any `refused` is told.

    Where the log's keys change, `before` is what everyone was truly served last, witnesses too, instead of the true
    history's files, and `trusted` are the log's keys that the witnesses trust now.
    """

    posted: bytes = b""
    carried: bytes = b""
    files: Files | None = None
    seen: int = -1
    harm: tuple[str, ...] = ()
    role: str = ""
    backup: bool = False
    forgets: bool = False
    noticed: tuple[Notice, ...] = ()
    behind: tuple[str, ...] = ()
    before: Files | None = None
    trusted: tuple[str, ...] = ()
    refused: tuple[Notice, ...] = ()

    @property
    def harms(self) -> bool:
        """Whether a database is attacked."""
        return bool(self.harm) or self.backup


@dataclass(frozen=True)
class Attack:
    """An attack: its `name`, what it is in both languages, `by` whom, and who has to notice what.

    Whoever does not stand in `notices` must not notice anything: what each of them cannot do is shown as well.
    """

    name: str
    zh: str
    en: str
    by: str
    play: Callable[[History, History], Played]
    notices: Mapping[str, Notice] = field(default_factory=dict)
    prevented: bool = False
    """It fails: nothing is changed that anyone else could notice."""


class Noticer(Protocol):
    """Somebody who looks at what an attack has made."""

    name: str

    def notices(self, played: Played) -> list[Notice]:
        """Return what is noticed; nothing when all is well."""
        ...

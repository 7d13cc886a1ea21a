"""The list of books to follow (名单): one address a line, behind it the township's key if it is to be pinned."""

from __future__ import annotations

from pathlib import Path

from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.note import parse_vkey

MAX_BYTES = 4_000_000
"""More than the addresses and keys of 10,000 villages."""

BAD_LINE = rule(
    "monitor.list",
    Kind.MALFORMED,
    "名单 {path} 第 {line} 行：{problem}。每行一个网址，后面可空一格写乡镇公钥；「#」开头的行是说明",
    "the list {path}, line {line}: {problem}. A line is an address, and behind a space the township's key if it is to "
    "be pinned; a line that begins with '#' is a remark",
)
UNREADABLE = rule(
    "monitor.list_unreadable",
    Kind.MALFORMED,
    "读不了名单 {path}：{problem}",
    "cannot read the list {path}: {problem}",
)


def read_list(path: Path) -> dict[str, str]:
    """Return the addresses of a list in its order, each with the township's vkey or ""; raises `monitor.list`."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UNREADABLE(path=path, problem=Phrase("不是 UTF-8 编码", "not UTF-8")) from None
    except OSError as error:
        raise UNREADABLE(path=path, problem=error) from None
    if len(data) > MAX_BYTES:
        raise UNREADABLE(path=path, problem=Phrase(f"超过 {MAX_BYTES} 字节", f"more than {MAX_BYTES} bytes"))
    anchors: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        problem = _problem(words, anchors)
        if problem:
            raise BAD_LINE(path=path, line=number, problem=problem)
        anchors[words[0]] = words[1] if len(words) > 1 else ""
    return anchors


def _problem(words: list[str], before: dict[str, str]) -> Phrase | RuleViolation | None:
    """Return what is wrong with a line's words."""
    address, *rest = words
    if not address.startswith(("http://", "https://")) and not Path(address).is_dir():
        return Phrase(f"「{address}」不是网址，也不是文件夹", f"'{address}' is no URL and no folder")
    if address in before:
        return Phrase(f"「{address}」前面已有", f"'{address}' stands there before")
    if len(rest) > 1:
        return Phrase(f"网址和公钥之后多出「{rest[1]}」", f"'{rest[1]}' behind address and key")
    try:
        if rest:
            parse_vkey(rest[0])
    except RuleViolation as violation:
        return violation
    return None

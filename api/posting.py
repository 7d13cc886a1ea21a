"""Posting from a person's own machine: read what is there, sign here, keep what was signed, send it."""

from __future__ import annotations

import base64
import codecs
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from api.adapters.json_text import json_text
from api.clock import new_id, now
from api.entry_words import ENTRY_TYPES
from api.outbox import kept_remarks, kept_statement, read_note, receipt_path, write_note
from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.proof_file import parse_proof_file
from domain.entry import AnyStatement, parse_entry, seal
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.note import VerifierKey, parse_vkey
from domain.kernel.period import parse_period, period_of
from domain.kernel.statement import Seen, type_name
from domain.sheets import Sheet, rows_root
from domain.vouchers import Voucher, correcting_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from api.disclosures import Given
    from audit.tlog.checkpoint import Checkpoint
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement
T = TypeVar("T")

_CODE = re.compile(r"[a-z_]+\.[a-z_]+")

BAD_DATA = rule(
    "post.data",
    Kind.MALFORMED,
    "{name} 的内容有误：{problem}",
    "the content of {name} is wrong: {problem}",
)
REFUSED = rule(
    "post.refused",
    Kind.REFUSED,
    "服务器拒绝：{zh}",
    "the server refuses: {en}",
)
OTHER_ENTRY = rule(
    "post.other_entry",
    Kind.REFUSED,
    "第 {entry} 号记录不是{zh}，而是「{read}」；{remedy}",
    "entry {entry} is no {en}, but this: {read}; {remedy}",
)
OTHER_NUMBER = Phrase(
    "请核对记录的号数：凭证的号数写在它自己的页面上",
    "check the number of the entry: a voucher's stands on its own page",
)
"""What is to be done about an entry that is none of what is asked for."""

UNREACHABLE = rule(
    "post.unreachable",
    Kind.UNAVAILABLE,
    "无法连接 {url}（{problem}）；请确认服务器（sunledger serve）正在这个网址运行，或用 --url 给出网址",
    "cannot reach {url} ({problem}); is the server (sunledger serve) running at this address? --url names another",
)
BAD_URL = rule(
    "post.url",
    Kind.MALFORMED,
    "--url 应是服务器的网址，如 http://127.0.0.1:8000，不带 /books/ 及其后的部分；读到「{url}」",
    "--url is the address of a server such as http://127.0.0.1:8000, without /books/ and what follows; read '{url}'",
)
NO_SERVER = rule(
    "post.no_server",
    Kind.UNAVAILABLE,
    "{url} 的回答（HTTP {status}）不是阳光账本的：答话的可能是别的程序或代理；请用 --url 写 sunledger serve 打印的网址",
    "{url} answers (HTTP {status}), but not as a sunledger server: another program or a proxy may answer there; give "
    "--url the address that sunledger serve printed",
)
UNANSWERED = rule(
    "post.unanswered",
    Kind.UNAVAILABLE,
    "服务器没有给出结果（{problem}）。签名文书已存于 {path}，再次执行同一命令会提交同一份，不会重复入账",
    "the server gave no result ({problem}). The signed note is kept in {path}; the same command again sends the same"
    " note, which is booked once",
)


def read_data(name: object, text: bytes, kind: type[T]) -> T:
    """Return the data of a statement given as JSON, which says each thing once; raises `post.data`."""
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        data = msgspec.json.decode(text, type=kind)
        json.loads(text, object_pairs_hook=_once)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BAD_DATA(name=name, problem=decoding_problem(error)) from None
    except _TwiceError as error:
        problem = Phrase(f"字段「{error}」写了两次", f"the field '{error}' is written twice")
        raise BAD_DATA(name=name, problem=problem) from None
    return data


def read_answer(answer: httpx.Response, kind: type[T]) -> T:
    """Return what a server answers in JSON; raises `post.no_server` for an answer that no sunledger gives."""
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NO_SERVER(url=answer.url, status=answer.status_code) from None


class _TwiceError(Exception):
    """The key that an object has twice; a reader would take one of the two unseen."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


class ServerRefusal(RuleViolation):
    """What the server refused, under the code of its own rule where it gave one, else `post.refused`."""


class _TrialBalance(msgspec.Struct):
    """What a sheet needs of a published trial balance."""

    rows: list[dict[str, str | int]]


class _Account(msgspec.Struct):
    code: str
    name: str


class _Stored(msgspec.Struct):
    stored: int


class _Accounts(msgspec.Struct):
    accounts: list[_Account]


class _Key(msgspec.Struct):
    name: str
    person: str


class _Keys(msgspec.Struct):
    keys: list[_Key]


class ClosingRemark(msgspec.Struct):
    """What the server's checklist remarks on a period."""

    stops: bool
    rule: str
    zh: str
    en: str


class _Checklist(msgspec.Struct):
    closed: bool
    open_period: str
    remarks: list[ClosingRemark]


class Transfers(msgspec.Struct):
    """What a period's end wants, of a period that is open."""

    closed: bool
    vouchers: list[Voucher]
    remarks: list[ClosingRemark] = []


def check_server_url(url: str) -> None:
    """Raise `post.url` unless it may be a server's address: http or https, a host, and not that of a book."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BAD_URL(url=url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "/books/" in f"{parts.path}/":
        raise BAD_URL(url=url)


class Look(Protocol):
    """Looks at what is to be signed before it is."""

    @property
    def remarks(self) -> Sequence[msgspec.Struct] | None:
        """What it told of that; None before, and where nobody says."""

    def __call__(self, statement: AnyStatement, /) -> None:
        """Look at a statement; what is raised leaves it unsigned."""


class Poster:
    """One book on a server, seen by who signs."""

    def __init__(self, client: httpx.Client, book: str, wait_seconds: float) -> None:
        """Talk through `client`; wait so long for the proof of what is posted."""
        self._client = client
        self.book = book
        self._wait = wait_seconds

    def post(
        self,
        kind: type[Statement],
        data: object,
        keys: Sequence[SigningKey],
        kept: Path,
        look: Look,
    ) -> dict[str, Any]:
        """Sign a statement, or the one that is kept with the same content, and send it; return the receipt.

        It has what was told before it was signed, as `remarks`, null where nobody said. It is kept beside the note; a
        note that was refused is kept no longer.
        """
        note = self.signed(kind, data, keys, kept, look)
        try:
            receipt = self.send(note, kept)
        except ServerRefusal:
            kept.unlink()
            raise
        told = kept_remarks(kept) if look.remarks is None else msgspec.to_builtins(look.remarks)
        receipt["remarks"] = told
        write_note(receipt_path(kept), json_text(receipt))
        return receipt

    def signed(
        self,
        kind: type[Statement],
        data: object,
        keys: Sequence[SigningKey],
        kept: Path,
        look: Look | None = None,
    ) -> bytes:
        """Return the signed note, which stands in the file `kept` from now on; one that was booked stays as it is."""
        statement = kept_statement(kept, kind, self.book, data)
        if statement is not None and receipt_path(kept).exists():
            return read_note(kept)  # booked as it is, whoever signs now
        if statement is None:
            fields = {"at": now(), "book": self.book, "data": data, "id": new_id(), "seen": self._seen()}
            statement = kind(**fields)  # type: ignore[arg-type,assignment]
        if look:
            look(statement)  # type: ignore[arg-type]
        note = seal(statement, keys)  # type: ignore[arg-type]
        write_note(kept, note)
        return note

    def send(self, note: bytes, kept: Path) -> dict[str, Any]:
        """Send a note and return the receipt, its proof checked; `post.unanswered` says where it is kept meanwhile."""
        try:
            answer = self._client.post(
                f"/books/{self.book}/entries", params={"wait": self._wait}, content=note
            )
        except httpx.HTTPError as error:
            raise UNANSWERED(problem=_no_answer(error), path=kept) from None
        if answer.status_code >= 500:
            raise UNANSWERED(problem=_said(answer), path=kept)
        if answer.status_code >= 400:
            raise _refusal(answer)
        receipt = read_answer(answer, dict[str, Any])
        if receipt.get("proof"):
            parse_proof_file(receipt["proof"].encode()).check(note, self._log_key())
        return receipt

    def disclose(self, entry: int, given: Sequence[Given]) -> int:
        """Hand in the disclosures of an entry and return how many are new there; the same again changes nothing."""
        content = msgspec.json.encode({"entry": entry, "disclosures": given})
        return read_answer(self.ask("POST", "disclosures", content), _Stored).stored

    def fetch(self, path: str) -> bytes:
        """Return what the server has below the book's address; raises as `ask` does."""
        return self.ask("GET", path).content

    def ask(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        """Return the answer to a request below the book's address.

        Raises `post.unreachable`, or as the server refuses.
        """
        try:
            answer = self._client.request(method, f"/books/{self.book}/{path}", content=content)
        except httpx.HTTPError as error:
            raise UNREACHABLE(url=self._client.base_url, problem=error) from None
        if answer.status_code >= 400:
            raise _refusal(answer)
        return answer

    def statement_of(self, entry: int, kind: type[T], zh: str, en: str) -> T:
        """Return the statement of an entry of a type, called so; raises `post.other_entry`, or as `fetch` does."""
        statement = parse_entry(self.fetch(f"entries/{entry}.note")).statement
        if not isinstance(statement, kind):
            read = ENTRY_TYPES[type_name(statement)]
            raise OTHER_ENTRY(entry=entry, zh=zh, en=en, read=read, remedy=OTHER_NUMBER)
        return statement

    def account_names(self) -> dict[str, str]:
        """Return the names of the book's accounts, by code, as the server has them."""
        found = read_data("accounts.json", self.fetch("accounts.json"), _Accounts).accounts
        return {one.code: one.name for one in found}

    def people(self) -> dict[str, str]:
        """Return who holds the book's keys, by the keys' names, as the server has it; "" where it is not public."""
        found = read_data("keys.json", self.fetch("keys.json"), _Keys).keys
        return {one.name: one.person for one in found}

    def sheet(self, period: str) -> Sheet:
        """Return the sheet that publishes a period's trial balance, its root made here of the server's rows."""
        data = self.fetch(f"trial-balance.json?period={parse_period(period)}")
        rows = read_data("trial-balance.json", data, _TrialBalance).rows
        return Sheet(period=period, root=rows_root(rows), rows=len(rows), sheet="trial_balance")

    def remarks(self, period: str) -> list[ClosingRemark]:
        """Return what the checklist remarks on a period that is open, what stops its closing first."""
        found = self._checklist(period)
        return [] if found.closed else found.remarks

    def correcting_date(self, date: str) -> str:
        """Return the date that is proposed for what sets a voucher of a date right."""
        return correcting_date(date, self._checklist(period_of(date)).open_period, now()[:10])

    def _checklist(self, period: str) -> _Checklist:
        data = self.fetch(f"closing.json?period={parse_period(period)}")
        return read_data("closing.json", data, _Checklist)

    def transfers(self, period: str) -> Transfers:
        """Return the vouchers that a period's end wants."""
        data = self.fetch(f"transfers.json?period={parse_period(period)}")
        return read_data("transfers.json", data, Transfers)

    def distribution(self, period: str, wish: Mapping[str, str]) -> Transfers:
        """Return the vouchers that distribute a year's income as is wished, by the names of the door's query."""
        query = urlencode(
            {"period": parse_period(period), **{name: text for name, text in wish.items() if text}}
        )
        return read_data("distribution.json", self.fetch(f"distribution.json?{query}"), Transfers)

    @property
    def host(self) -> str:
        """The host of the server's address."""
        return self._client.base_url.host

    def checkpoint(self) -> Checkpoint:
        """Return the newest checkpoint, its signature checked."""
        return open_checkpoint(self.fetch("checkpoint"), self._log_key())

    def _seen(self) -> Seen:
        checkpoint = self.checkpoint()
        return Seen(n=checkpoint.size, r=base64.b64encode(checkpoint.root).decode())

    def _log_key(self) -> VerifierKey:
        return parse_vkey(self.fetch("log.vkey").decode().strip())


def _refusal(answer: httpx.Response) -> ServerRefusal:
    """Return what the server refused; raises `post.no_server` for an answer that no sunledger gives."""
    problem = _problem(answer)
    if not problem:
        raise NO_SERVER(url=answer.url, status=answer.status_code)
    code = str(problem.get("rule"))
    said = replace(REFUSED, code=code) if _CODE.fullmatch(code) else REFUSED
    en = problem.get("detail", answer.text)
    violation = said(zh=problem.get("detail_zh", en), en=en)
    return ServerRefusal(violation.rule, violation.zh, violation.en, violation.facts)


def _no_answer(error: httpx.HTTPError) -> Phrase:
    """Return in words that a server could not be asked, or was not heard to the end."""
    if isinstance(error, httpx.TimeoutException):
        zh = "超时"
    else:
        zh = "连接不上" if isinstance(error, httpx.ConnectError) else "连接中断"
    return Phrase(zh, str(error) or type(error).__name__)


def _said(answer: httpx.Response) -> Phrase:
    """Return what the server says of its own failure, in both languages where it has them."""
    problem, status = _problem(answer), f"HTTP {answer.status_code}"
    return Phrase(problem.get("detail_zh", status), problem.get("detail", status))


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}

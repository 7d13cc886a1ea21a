"""Posting from a person's own machine: read what is there, sign here, send the note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from api.clock import new_id, now
from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.proof_file import parse_proof_file
from domain.entry import seal
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_vkey
from domain.kernel.statement import Seen
from domain.vouchers import Voucher, VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.kernel.note import SigningKey

BAD_VOUCHER = rule(
    "post.voucher",
    Kind.MALFORMED,
    "凭证文件有误：{problem}",
    "the voucher file is wrong: {problem}",
)
REFUSED = rule(
    "post.refused",
    Kind.REFUSED,
    "服务器拒绝：{zh}",
    "the server refuses: {en}",
)
UNREACHABLE = rule(
    "post.unreachable",
    Kind.UNAVAILABLE,
    "无法连接 {url}:{problem}",
    "cannot reach {url}: {problem}",
)


def post_voucher(
    client: httpx.Client, book: str, voucher: bytes, keys: Sequence[SigningKey], wait: float
) -> dict[str, Any]:
    """Sign a voucher given as JSON and post it; return the receipt, its proof checked against the note."""
    try:
        data = msgspec.json.decode(voucher, type=Voucher)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BAD_VOUCHER(problem=error) from None
    vkey = parse_vkey(_get(client, f"/books/{book}/log.vkey").decode().strip())
    checkpoint = open_checkpoint(_get(client, f"/books/{book}/checkpoint"), vkey)
    seen = Seen(n=checkpoint.size, r=msgspec.to_builtins(checkpoint.root))
    statement = VoucherPosted(at=now(), book=book, data=data, id=new_id(), seen=seen)
    note = seal(statement, keys)
    receipt = _post(client, book, note, wait)
    if receipt.get("proof"):
        parse_proof_file(receipt["proof"].encode()).check(note, vkey)
    return receipt


def _get(client: httpx.Client, path: str) -> bytes:
    return _checked(client, "GET", path, None)


def _post(client: httpx.Client, book: str, note: bytes, wait: float) -> dict[str, Any]:
    answer = _checked(client, "POST", f"/books/{book}/entries?wait={wait}", note)
    receipt: dict[str, Any] = msgspec.json.decode(answer)
    return receipt


def _checked(client: httpx.Client, method: str, path: str, content: bytes | None) -> bytes:
    try:
        answer = client.request(method, path, content=content)
    except httpx.HTTPError as error:
        raise UNREACHABLE(url=client.base_url, problem=error) from None
    if answer.status_code >= 400:
        problem = _problem(answer)
        raise REFUSED(zh=problem.get("detail_zh", answer.text), en=problem.get("detail", answer.text))
    return answer.content


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}

"""Writing the archive of a closed year: whole or not at all, with its catalogue, its checksums, and the signed log."""

from __future__ import annotations

import shutil
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from api.adapters.tlog_export import NOTHING, export_bundle
from api.archive.contents import contents
from api.archive.records import OTHERS, PERMANENT, Record, catalogue_csv, catalogue_xml, checksums
from domain.kernel.errors import Kind, rule
from domain.kernel.period import last_day, previous_period
from projections import register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from psycopg import Connection

    from api.adapters.tlog_export import Beside
    from api.archive.contents import Kept

YEAR_OPEN = rule(
    "archive.year_open",
    Kind.CONFLICT,
    "{year} 年还没有全部结账（已结到 {closed}），不能归档；请先结完 12 月",
    "the year {year} is not closed to its end (closed through {closed}); close December before it is archived",
    "会计档案管理办法 art. 10",
)
NOT_EMPTY = rule(
    "archive.not_empty",
    Kind.CONFLICT,
    "{folder} 已经存在；请另写一个新文件夹的名字，没有写入任何内容",
    "{folder} is there already; name a new folder. Nothing was written",
)

README = """\
{name}（{book}）{year} 年会计档案

vouchers/    记账凭证，每张一个文件（.note，纯文本：第一行格式名，第二行 JSON，其后签名），附件紧随其后；
             JSON 里 debit_fen 是借方金额，credit_fen 是贷方金额，单位都是分（100 分为 1 元），account 是科目编码，
             名称见 ledgers/chart.csv；同样的凭证按元逐行列在 ledgers/journal.csv（序时账）
ledgers/     序时账、总账，accounts/ 下是各末级科目的明细账，auxiliary/ 下是按往来单位、项目的辅助账；
             账龄分析表、会计科目表（.csv 为 UTF-8 文本，.xlsx 为工作簿）
reports/     各月科目余额表和会计报表；12 月的即年报
bank/        各银行账户的余额调节表，对账单说明月末余额的各月；{absent}
log.zip      整本账的签名日志，内有 verify.html，断网可核对；格式见 C2SP tlog-tiles、signed-note
catalogue.*  归档目录（DA/T 94 元数据）；没有的原件和余额调节表也列出，在「备注」里注明
SHA256SUMS   所有文件的 SHA-256，用 sha256sum --check SHA256SUMS 核对

The accounting archive of {year}: vouchers as they were signed (plain text) with their originals (debit_fen and
credit_fen in hundredths of a yuan, account by its code: names in ledgers/chart.csv, and the same vouchers line by line
in yuan in ledgers/journal.csv), ledgers, reports and bank reconciliations (CSV in UTF-8, and workbooks), the whole
signed log (log.zip, which verify.html in it checks without a network), the catalogue with the metadata of DA/T 94 (its
last column says which originals and reconciliations are missing), and the SHA-256 of every file:
sha256sum --check SHA256SUMS.
"""


class Archived(NamedTuple):
    """What an archive has: how many records its catalogue lists, the missing originals, and in words what else."""

    records: int
    missing: list[Record]
    absent: list[str]


def write_archive(  # noqa: PLR0913 -- what goes in, and where
    connection: Connection[Any],
    book_id: str,
    year: str,
    folder: Path,
    kept: Kept,
    beside: Beside = NOTHING,
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> Archived:
    """Write the archive of a year into a new folder and return what it has, and what is missing in it.

    Raises `archive.year_open`, `archive.not_empty`, `attachment.damaged`; then nothing is left of it.
    """
    book = register.book(connection, book_id)
    if not book.first_period[:4] <= year or book.closed_through < f"{year}-12":
        raise YEAR_OPEN(year=year, closed=book.closed_through or "-")
    if folder.exists():
        raise NOT_EMPTY(folder=folder)
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        written = _fill(connection, book, year, partial, kept, beside, advance)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return written


def _fill(  # noqa: PLR0913, PLR0917 -- as above
    connection: Connection[Any],
    book: register.BookRow,
    year: str,
    folder: Path,
    kept: Kept,
    beside: Beside,
    advance: Callable[[int], None],
) -> Archived:
    """Write each record as it comes: a year's originals need not fit into memory."""
    log = folder / "log.zip"
    export_bundle(connection, book.book, log, lambda _: None, beside)
    first = Record(
        log.name, log.read_bytes(), OTHERS, 1, 1, "签名日志", book.name, last_day(f"{year}-12"), PERMANENT
    )
    described, missing, absent = [], [], []
    for record in chain([first], contents(connection, book, year, kept)):
        if record.missing:
            missing.append(record)
        elif record.absent:
            absent.append(record)
        else:
            _write(folder, record.path, record.data)
        described.append(record.described)
        advance(1)
    lacking = spans_told(absent)
    more = {
        "catalogue.csv": catalogue_csv(described),
        "catalogue.xml": catalogue_xml(described, book.book, book.name, year),
        "README.txt": README.format(
            name=book.name, book=book.book, year=year, absent=_told(lacking)
        ).encode(),
    }
    digests = {one["文件名"]: one["SHA-256"] for one in described if one["文件名"]}
    more["SHA256SUMS"] = checksums(digests | {path: sha256(data).hexdigest() for path, data in more.items()})
    for path, data in more.items():
        _write(folder, path, data)
    return Archived(len(described), missing, lacking)


def spans_told(absent: Iterable[Record]) -> list[str]:
    """Return of which months on end records are absent for the same reason, and why; the catalogue has each."""
    spans: list[list[Record]] = []
    for one in absent:
        if spans and _goes_on(spans[-1][-1], one):
            spans[-1].append(one)
        else:
            spans.append([one])
    return [
        f"{span[0].title}{f' 至 {span[-1].date}' if span[1:] else ''}：{span[-1].absent}" for span in spans
    ]


def _goes_on(before: Record, one: Record) -> bool:
    """Tell whether a record is that of the next month, and absent for the same reason, said of its own day."""
    same = (before.title, before.absent) == tuple(
        text.replace(one.date, before.date) for text in (one.title, one.absent)
    )
    return same and previous_period(one.date[:7]) == before.date[:7]


def _told(lacking: Sequence[str]) -> str:
    """Return which reconciliations are not there, an account's months on end a line, and why."""
    if not lacking:
        return "每月都有"
    return "\n".join(["没有的各月（catalogue 里逐月写明）：", *(f"             {said}" for said in lacking)])


def _write(folder: Path, path: str, data: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)

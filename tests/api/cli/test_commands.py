"""`sunledger`, command by command, as a person at a terminal runs it."""

from __future__ import annotations

import csv
import io
import json
import signal
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.main import app
from api.printing import makes_pdf
from audit.statements import FORMS
from domain.kernel.note import SigningKey, parse_vkey
from tests.api.cli.conftest import BOOK, EXAMPLES, SUNLEDGER, Commands
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

ROW = {
    "account",
    "name",
    "opening_debit_fen",
    "opening_credit_fen",
    "debit_fen",
    "credit_fen",
    "year_debit_fen",
    "year_credit_fen",
    "closing_debit_fen",
    "closing_credit_fen",
}
VOUCHER = {
    "attachments": {"count": 1},
    "date": "2026-04-02",
    "lines": [{"account": "10201", "debit_fen": 5_000}, {"account": "50103", "credit_fen": 5_000}],
    "summary": "收鱼塘承包款",
}


@pytest.fixture
def village(commands: Commands, xiaohe_imported: str) -> Commands:
    """The commands, with the small sample village imported."""
    assert xiaohe_imported
    return commands


def write_folder(folder: Path, journal: str = JOURNAL) -> Path:
    """Write a village's folder."""
    folder.mkdir()
    for name, text in (("book.toml", BOOK_TOML), ("opening.csv", OPENING), ("journal.csv", journal)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# --- import


def test_import_says_what_it_did(village: Commands, xiaohe_imported: str) -> None:
    assert "新入账凭证 8 张" in xiaohe_imported
    assert "8 vouchers posted, 0 there already, 19 entries" in xiaohe_imported
    anchor = parse_vkey(xiaohe_imported.strip().splitlines()[-1])
    assert anchor.name == f"{BOOK}/township/1"
    keys = sorted(path.name for path in (village.home / "keys" / BOOK).glob("*.key"))
    assert keys == ["accountant-1.key", "cashier-1.key", "head-1.key", "supervisor-1.key", "township-1.key"]


def test_second_import_adds_nothing(village: Commands) -> None:
    said = village.good("import", EXAMPLES / "xiaohe")
    assert "0 vouchers posted, 8 there already" in said


def test_import_with_a_keys_folder_and_a_passphrase(commands: Commands, tmp_path: Path) -> None:
    folder, keys = write_folder(tmp_path / "village"), tmp_path / "keys"
    commands.good("import", folder, "--keys", keys, SUNLEDGER_PASSPHRASE="村口老樟树")
    sealed = list(keys.glob("*.key"))
    assert len(sealed) == 5
    assert all(b"PRIVATE" not in path.read_bytes() for path in sealed)


def test_bad_folder_is_refused_problem_by_problem(village: Commands, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "bad", JOURNAL.replace("12.30", "一二", 1).replace(",1\n", ",x\n", 1))
    said = village.refused("import", folder)
    assert "journal.csv 第 4 行 (row 4) 「借方金额」" in said
    assert "journal.csv 第 2 行 (row 2) 「附件数」" in said
    assert "[money.malformed]" in said
    assert "发现 2 个问题，没有写入任何内容 / 2 problems, nothing was posted" in said


def test_folder_that_is_not_there_is_refused(village: Commands, tmp_path: Path) -> None:
    assert "[import.no_folder]" in village.refused("import", tmp_path / "nowhere")


# --- reports


def test_trial_balance_as_json_has_every_figure(village: Commands) -> None:
    report = json.loads(
        village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--format", "json")
    )
    assert {"book", "period", "entries", "root", "rows", "totals"} <= set(report)
    assert (report["book"], report["period"], report["entries"]) == (BOOK, "2026-03", 19)
    assert all(set(row) == ROW for row in report["rows"])
    assert set(report["totals"]) == ROW - {"account", "name"}
    cash = report["rows"][0]
    assert (cash["account"], cash["closing_debit_fen"]) == ("101", 116_350)


def test_trial_balance_from_an_earlier_period(village: Commands) -> None:
    wanted = ("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--from", "2026-01")
    report = json.loads(village.good(*wanted, "--format", "json"))
    cash = report["rows"][0]
    assert (cash["opening_debit_fen"], cash["debit_fen"], cash["credit_fen"]) == (120_000, 100_000, 103_650)


def test_trial_balance_as_text_is_the_default(village: Commands) -> None:
    text = village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-03")
    title, header, first, *_, total = text.splitlines()
    assert title.startswith("科目余额表  小河村经济合作社")
    assert header.split()[:3] == ["科目编码", "科目名称", "期初借方余额"]
    assert first.split()[:3] == ["101", "库存现金", "1,163.50"]
    assert total.split()[0] == "合计"


def test_trial_balance_as_csv_and_workbook(village: Commands, tmp_path: Path) -> None:
    wanted = ("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--format")
    rows = list(csv.reader(io.StringIO(village.good(*wanted, "csv").removeprefix("\ufeff"))))
    assert rows[1][:3] == ["101", "库存现金", "1163.50"]
    target = tmp_path / "balance.xlsx"
    assert village.good(*wanted, "xlsx", "--out", target) == ""
    sheet = load_workbook(target).active
    assert sheet is not None
    assert [sheet.cell(2, column).value for column in (1, 2, 3)] == ["101", "库存现金", 1163.5]
    assert sheet.max_row == len(rows)


def test_balance_sheet_in_each_format(village: Commands) -> None:
    income = ("report", "income-statement", "--book", BOOK, "--period", "2026-03")
    assert "六、年末未分配收益" in village.good(*income)
    lines = json.loads(village.good(*income, "--format", "json"))["lines"]
    assert lines[-1]["amount_fen"] == 2_434_170
    details = ("report", "income-details", "--book", BOOK, "--period", "2026-03")
    assert "收支差额" in village.good(*details)
    wanted = ("report", "balance-sheet", "--book", BOOK, "--period", "2026-03")
    title, header, first, *_, total = village.good(*wanted).splitlines()
    assert title.startswith("资产负债表  小河村经济合作社")
    assert header.split() == ["资产", "期末余额", "年初余额", "负债和所有者权益", "期末余额", "年初余额"]
    assert first.split() == ["货币资金", "46,341.70", "36,800.00", "短期借款"]
    assert total.split() == [
        "资产总计",
        "114,341.70",
        "104,800.00",
        "负债和所有者权益总计",
        "114,341.70",
        "104,800.00",
    ]
    report = json.loads(village.good(*wanted, "--format", "json"))
    assert (report["entries"], report["off_by_fen"]) == (19, 0)
    rows = list(csv.reader(io.StringIO(village.good(*wanted, "--format", "csv").removeprefix("\ufeff"))))
    assert rows[-1] == [
        "资产总计",
        "114341.70",
        "104800.00",
        "负债和所有者权益总计",
        "114341.70",
        "104800.00",
    ]
    assert "[period.malformed]" in village.refused(
        "report", "balance-sheet", "--book", BOOK, "--period", "2026-13"
    )


def test_ledgers_in_text_and_json(village: Commands) -> None:
    asked = ("report", "ledger", "--book", BOOK, "--account", "101", "--period", "2026-03")
    title, header, opening, *_, last = village.good(*asked).splitlines()
    assert title.startswith("库存现金日记账  小河村经济合作社")
    assert header.split()[:4] == ["日期", "凭证号", "摘要", "对方科目"]
    assert opening.split() == ["2026-01", "上年结转", "借", "1,200.00"]
    assert last.split() == ["2026-02", "本年累计", "1,000.00", "1,036.50", "借", "1,163.50"]
    rows = json.loads(village.good(*asked, "--from", "2026-02", "--format", "json"))["rows"]
    assert (rows[0]["balance_fen"], rows[-1]["balance_fen"]) == (96_350, 116_350)
    projects = village.good("report", "projects", "--book", BOOK, "--period", "2026-03", "--from", "2026-02")
    assert "项目余额表" in projects
    general = village.good("report", "general-ledger", "--book", BOOK, "--period", "2026-03")
    assert "总账  小河村经济合作社" in general
    assert "[ledger.unknown_account]" in village.refused(
        *asked[:4], "--account", "199", "--period", "2026-03"
    )


def test_journal_with_filters(village: Commands) -> None:
    wanted = ("report", "journal", "--book", BOOK, "--from", "2026-03", "--to", "2026-03", "--account", "514")
    more = ("--text", "路灯", "--min", "412.80", "--max", "421.79", "--format", "json")
    journal = json.loads(village.good(*wanted, *more))
    assert journal["book"] == BOOK
    assert [(line["entry"], line["debit_fen"]) for line in journal["lines"]] == [(16, 41_280), (17, -41_280)]
    text = village.good(*wanted)
    assert text.splitlines()[0].startswith("序时账  小河村经济合作社")
    assert len(text.splitlines()) == 2 + 3


def test_journal_of_a_period_as_its_siblings_have_it(village: Commands) -> None:
    def dates(*asked: str) -> list[str]:
        wanted = ("report", "journal", "--book", BOOK, "--format", "json", *asked)
        return sorted(
            {line["date"][:7] for line in json.loads(village.good(*wanted))["lines"] if line["date"]}
        )

    assert dates("--period", "2026-02") == ["2026-02"]
    assert dates("--from", "2026-01", "--period", "2026-02") == ["2026-01", "2026-02"]
    assert dates("--period", "2026-02", "--to", "2026-03") == ["2026-02", "2026-03"], "as the page has it"
    assert dates("--to", "2026-02") == ["2026-01", "2026-02"]
    assert dates() == ["2026-01", "2026-02", "2026-03"]
    assert "[period.malformed]" in village.refused("report", "journal", "--book", BOOK, "--period", "2026-13")


def test_output_is_utf8_in_a_plain_c_locale(village: Commands) -> None:
    text = village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-01", LC_ALL="C")
    assert "库存现金" in text


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("report", "trial-balance", "--book", BOOK, "--period", "2026-13"), "period.malformed"),
        (("report", "trial-balance", "--book", BOOK, "--period", "三月"), "period.malformed"),
        (
            ("report", "trial-balance", "--book", BOOK, "--period", "2026-01", "--from", "2026-02"),
            "period.backwards",
        ),
        (
            ("report", "trial-balance", "--book", BOOK, "--period", "2026-01", "--from", "2025-12"),
            "period.before_the_book",
        ),
        (("report", "trial-balance", "--book", "N2330881MF0000999X", "--period", "2026-01"), "book.unknown"),
        (("report", "journal", "--book", BOOK, "--from", "2026"), "period.malformed"),
        (("report", "journal", "--book", BOOK, "--from", "2026-02", "--to", "2026-01"), "period.backwards"),
        (("report", "journal", "--book", BOOK, "--min", "1,000", "--max", "5"), "money.backwards"),
        (("report", "journal", "--book", BOOK, "--min", "很多"), "money.malformed"),
        (("report", "journal", "--book", "N2330881MF0000999X"), "book.unknown"),
        (("export", "hledger", "--book", "N2330881MF0000999X"), "book.unknown"),
        (("export", "beancount", "--book", "N2330881MF0000999X"), "book.unknown"),
        (("export", "archive", "/tmp/never-made", "--book", BOOK, "--year", "2026"), "archive.year_open"),
        (("export", "tlog", "/tmp/never-made", "--book", "N2330881MF0000999X"), "book.unknown"),
    ],
)
def test_wrong_input_is_refused_in_both_languages(
    village: Commands, arguments: tuple[str, ...], rule: str
) -> None:
    said = village.refused(*arguments)
    assert f"[{rule}]" in said
    assert " / " in said


def test_database_that_cannot_be_reached_is_said(village: Commands) -> None:
    said = village.refused(
        "report",
        "trial-balance",
        "--book",
        BOOK,
        "--period",
        "2026-01",
        SUNLEDGER_DATABASE_URL="postgresql://nobody@127.0.0.1:9/x",
    )
    assert "[database.cannot_reach]" in said


# --- exports and the audit of them


def test_exported_log_is_verified(village: Commands, xiaohe_imported: str, tmp_path: Path) -> None:
    folder, anchor = tmp_path / "log", xiaohe_imported.strip().splitlines()[-1]
    assert "19 条记录 / entries" in village.good("export", "tlog", folder, "--book", BOOK)
    published = {form.name for form in FORMS} - {"budget"}  # there is none
    assert {path.name for path in folder.iterdir()} == {"checkpoint", "log.vkey", "tile", *published}
    assert "核对无误 / verified" in village.good("verify", folder, "--anchor", anchor)
    report = json.loads(village.good("verify", folder, "--format", "json"))
    assert (report["ok"], report["entries"], report["findings"]) == (True, 19, [])


def test_exported_bundle_is_verified_without_a_server(village: Commands, tmp_path: Path) -> None:
    bundle = tmp_path / "xiaohe.zip"
    assert "19 条记录 / entries" in village.good("export", "bundle", bundle, "--book", BOOK)
    report = json.loads(village.good("verify", bundle, "--format", "json"))
    assert (report["ok"], report["entries"]) == (True, 19)
    bundle.write_bytes(bundle.read_bytes()[:-100])
    assert "[audit.unreadable]" in village.refused("verify", bundle)


def test_altered_log_is_found_with_exit_code_1(village: Commands, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    village.good("export", "tlog", folder, "--book", BOOK)
    bundle = folder / "tile" / "entries" / "000.p" / "19"
    bundle.write_bytes(bundle.read_bytes().replace(b":23650", b":23651"))
    result = village.run("verify", folder)
    assert result.returncode == 1
    assert "第 12 号记录 entry 12" in result.stdout.decode()
    assert "Traceback" not in result.stderr.decode()
    as_json = village.run("verify", folder, "--format", "json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["findings"][0]["entry"] == 12


def test_nothing_to_verify_is_exit_code_2(village: Commands, tmp_path: Path) -> None:
    assert "[audit." in village.refused("verify", tmp_path / "nowhere")


def test_exported_journal_is_written(village: Commands, tmp_path: Path) -> None:
    target = tmp_path / "xiaohe.journal"
    village.good("export", "hledger", "--book", BOOK, "--out", target)
    text = target.read_text(encoding="utf-8")
    assert text == village.good("export", "hledger", "--book", BOOK)
    assert text.startswith("; 小河村经济合作社")
    assert text.count("\n2026-") == 9


@pytest.mark.skipif(not makes_pdf(), reason="WeasyPrint or its Pango is not installed")
def test_a_page_is_written_as_pdf(village: Commands, tmp_path: Path) -> None:
    file = tmp_path / "zichan.pdf"
    village.good("export", "pdf", "balance-sheet", file, "--book", BOOK, "--period", "2026-03")
    assert file.read_bytes().startswith(b"%PDF-")
    told = village.refused("export", "pdf", "nothing", file, "--book", BOOK, "--period", "2026-03")
    assert "[pdf.no_page]" in told


def test_a_year_is_written_for_auditors(village: Commands, tmp_path: Path) -> None:
    village.good("export", "gbt24589", tmp_path / "audit", "--book", BOOK, "--year", "2026")
    files = {path.name: path.read_text("utf-8") for path in (tmp_path / "audit").iterdir()}
    assert files.keys() == {"公共档案.xml", "总账.xml"}
    assert files["总账.xml"].count("<记账凭证>") == 16
    told = village.refused("export", "gbt24589", tmp_path, "--book", BOOK, "--year", "26")
    assert "[period.malformed]" in told


# --- rebuild


def test_rebuild_finds_and_repairs_a_damaged_projection(village: Commands) -> None:
    village.good("rebuild")
    assert "0 处不同" in village.good("rebuild", "--check")
    with psycopg.connect(village.settings["SUNLEDGER_DATABASE_URL"]) as connection:
        damage = "UPDATE read.balances SET debit_fen = debit_fen + 1 WHERE book = %s AND account = '101'"
        assert connection.execute(damage, (BOOK,)).rowcount > 0
    found = village.run("rebuild", "--check")
    assert found.returncode == 1
    assert "balances" in found.stderr.decode()
    village.good("rebuild")
    assert "0 处不同" in village.good("rebuild", "--check")


def test_asking_for_a_book_that_is_not_there_leaves_no_trace(village: Commands) -> None:
    village.good("rebuild")
    village.refused("report", "journal", "--book", "N2330881MF0000888X")
    assert "0 处不同" in village.good("rebuild", "--check")


# --- keys


def test_keygen_writes_a_key_for_its_owner_alone(village: Commands, tmp_path: Path) -> None:
    path, name = tmp_path / "keys" / "head.key", f"{BOOK}/head/2"
    vkey = village.good("keygen", name, path).strip()
    assert SigningKey.parse(path.read_text(encoding="utf-8").strip()).verifier == parse_vkey(vkey)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keygen_seals_under_the_passphrase(village: Commands, tmp_path: Path) -> None:
    path = tmp_path / "head.key"
    vkey = village.good("keygen", f"{BOOK}/head/2", path, SUNLEDGER_PASSPHRASE="村口老樟树").strip()
    assert parse_vkey(vkey).name == f"{BOOK}/head/2"
    assert json.loads(path.read_bytes())["kdf"] == "argon2id"
    assert b"PRIVATE" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("two words", "key.parts"),
        ("foo", "key.parts"),
        (f"{BOOK}/head", "key.parts"),
        (f"{BOOK}/boss/1", "key.parts"),
        (f"{BOOK}/head/0", "key.parts"),
        (f"{BOOK}/head/01", "key.parts"),
        (f"{BOOK}/head/1/2", "key.parts"),
        (f"{BOOK[:-1]}0/head/1", "organisation.check_digit"),
        ("村/head/1", "organisation.malformed"),
    ],
)
def test_keygen_refuses_a_name_that_no_book_grants(
    village: Commands, tmp_path: Path, name: str, rule: str
) -> None:
    assert f"[{rule}]" in village.refused("keygen", name, tmp_path / "a.key")
    assert not (tmp_path / "a.key").exists()


def test_keygen_never_overwrites(village: Commands, tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    village.good("keygen", f"{BOOK}/head/2", path)
    before = path.read_bytes()
    assert "[keyfile.exists]" in village.refused("keygen", f"{BOOK}/head/2", path)
    assert path.read_bytes() == before


# --- what cannot work


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "{file}"),
        ("keygen", f"{BOOK}/head/2", "{file}/a.key"),
        ("post", "{nowhere}", "--book", BOOK, "--key", "{key}"),
        ("post", "{folder}", "--book", BOOK, "--key", "{key}"),
        ("post", "{voucher}", "--book", BOOK, "--key", "{key}", "--url", "nonsense"),
        ("verify", "http://[bad"),
        ("verify", "http://127.0.0.1:9/村"),
        ("verify", "{file}"),
        ("report", "journal", "--book", BOOK, "--out", "{nowhere}/a.txt"),
        ("export", "tlog", "{file}", "--book", BOOK),
        ("serve", "--host", "no host"),
    ],
)
def test_file_or_address_that_cannot_be_used_is_said(
    village: Commands, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "voucher").write_text(json.dumps(VOUCHER), encoding="utf-8")
    places = {name: str(tmp_path / name) for name in ("file", "nowhere", "voucher")}
    key = village.home / "keys" / BOOK / "accountant-1.key"
    village.refused(*(one.format(folder=tmp_path, key=key, **places) for one in arguments))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUNLEDGER_DATABASE_URL", "garbage"),
        ("SUNLEDGER_DATABASE_URL", "postgresql://[x"),
    ],
)
def test_setting_that_is_wrong_is_said(village: Commands, name: str, value: str) -> None:
    village.refused("report", "journal", "--book", BOOK, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("SUNLEDGER_ORIGIN", "two words", "如 ledger.example.cn", "such as ledger.example.cn"),
        ("SUNLEDGER_ORIGIN", "https://x.cn", "如 ledger.example.cn", "such as ledger.example.cn"),
        ("SUNLEDGER_ORIGIN", "x.cn/", "首尾没有斜杠", "no slash at either end"),
        ("SUNLEDGER_ORIGIN", "x" * 200, "至多 150 个字", "at most 150 characters"),
        ("SUNLEDGER_REFUSALS_PER_MINUTE", "many", "应为整数", "an integer expected"),
        ("SUNLEDGER_REFUSALS_PER_MINUTE", "-1", "不得小于 0", "at least 0 expected"),
    ],
)
def test_setting_of_a_wrong_form_is_named_with_what_was_read_and_expected(
    commands: Commands, name: str, value: str, zh: str, en: str
) -> None:
    said = commands.refused("report", "journal", "--book", BOOK, **{name: value})
    assert "[settings.wrong]" in said
    for told in (name, value, zh, en, "请改正", "set it right"):
        assert told in said


# --- the logs' health


def test_doctor_says_what_to_do_and_recover_does_it(village: Commands, tmp_path: Path) -> None:
    assert f"{BOOK}: 19 条记录，已签署到 19" in village.run("doctor").stdout.decode()
    copy = tmp_path / "copy.zip"
    village.good("export", "bundle", copy, "--book", BOOK)
    assert "[recover.nothing_missing]" in village.refused("recover", copy, "--book", BOOK)
    checkpoints = (village.home / "logkeys").glob("*.checkpoint")  # other tests import other villages
    (memory,) = (path for path in checkpoints if BOOK in path.read_text(encoding="utf-8"))
    kept = memory.read_bytes()
    memory.write_bytes(b"damaged")
    try:
        sick = village.run("doctor")
        assert sick.returncode == 1
        assert "[log.memory_damaged]" in sick.stderr.decode()
        assert "Do: sign nothing" in sick.stderr.decode()
        memory.unlink()
        forgetful = village.run("doctor")
        [said] = [line for line in forgetful.stderr.decode().splitlines() if BOOK in line]
        assert "[log.memory_missing]" in said
        assert "19" in said
        assert f"{BOOK}: 19 条记录，已签署到 19" in forgetful.stdout.decode(), "it goes on all the same"
    finally:
        memory.write_bytes(kept)
    assert "[log.memory_missing]" not in village.run("doctor").stderr.decode()


# --- serve and post


@contextmanager
def served(commands: Commands) -> Iterator[str]:
    """Run `sunledger serve` on a free port and yield its URL; it ends when told to."""
    command = [str(SUNLEDGER), "serve", "--port", "0"]
    with subprocess.Popen(command, env=commands.environment(), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().decode().strip().rstrip("/")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "report trial-balance --formt json",
            "没有选项「--formt」；写法见 sunledger report trial-balance --help",
        ),
        ("report trial-balance --book", "命令的写法不对"),
        ("report trial-balance", "缺少「--book」"),
        ("post", "缺少「file」；写法见 sunledger post --help"),
        ("serve --port 99999999", "「--port」的值不对；写法见 sunledger serve --help"),
        ("nonsense", "命令的写法不对；写法见 sunledger --help"),
    ],
)
def test_how_a_command_is_written_is_told_in_chinese_too(
    commands: Commands, command: str, words: str
) -> None:
    result = commands.run(*command.split())
    assert result.returncode == 2
    assert words in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


@pytest.mark.slow
def test_voucher_is_signed_here_and_posted_to_a_server(village: Commands, tmp_path: Path) -> None:
    file, keys = tmp_path / "voucher.json", village.home / "keys" / BOOK
    file.write_text(json.dumps(VOUCHER), encoding="utf-8")
    signers = ("--key", keys / "accountant-1.key", "--key", keys / "head-1.key")
    with served(village) as url:
        receipt = json.loads(village.good("post", file, "--book", BOOK, *signers, "--url", url))
        assert (receipt["book"], receipt["index"], receipt["created"]) == (BOOK, 19, True)
        assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 19\n")

        file.write_text(json.dumps({**VOUCHER, "summary": "另一张"}), encoding="utf-8")
        said = village.refused("post", file, "--book", BOOK, *signers[:2], "--url", url)
        assert "还需要以下岗位签名" in said
        assert "signatures of these roles are still needed" in said

        report = json.loads(village.good("verify", f"{url}/books/{BOOK}", "--format", "json"))
        assert (report["ok"], report["entries"]) == (True, 20)
    away = village.refused("post", file, "--book", BOOK, *signers, "--url", url)
    assert "[post.unreachable]" in away
    assert "那里没有程序在应答" in away
    assert "sunledger serve" in away
    assert "Errno" not in away


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "127.0.0.1:8000",
        "ftp://127.0.0.1",
        "http://",
        f"http://127.0.0.1:1/books/{BOOK}",
        "http://[",
    ],
)
def test_an_address_that_is_no_server_s_is_refused_before_anything_is_sent(
    village: Commands, tmp_path: Path, url: str
) -> None:
    file, keys = tmp_path / "voucher.json", village.home / "keys" / BOOK
    file.write_text(json.dumps(VOUCHER), encoding="utf-8")
    said = village.refused("post", file, "--book", BOOK, "--key", keys / "head-1.key", "--url", url)
    assert "[post.url]" in said
    assert url in said
    assert "http://127.0.0.1:8000" in said, "an example of what is expected"


def test_an_export_into_a_file_that_is_there_says_so_in_chinese(village: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    said = village.refused("export", "tlog", tmp_path / "file", "--book", BOOK)
    assert "已有同名的文件" in said
    assert (tmp_path / "file").read_bytes() == b"x"


def test_books_of_a_list_are_monitored(village: Commands, tmp_path: Path) -> None:
    listed = tmp_path / "list"
    assert "[monitor.nothing]" in village.refused("monitor")
    log = tmp_path / "log"
    village.good("export", "tlog", log, "--book", BOOK)
    listed.write_text(f"# 名单\n{log} x\n", encoding="utf-8")
    said = village.refused("monitor", "--from", listed)
    assert "[monitor.list]" in said
    assert "第 2 行" in said
    listed.write_text(f"# 名单\n{log}\n", encoding="utf-8")
    followed = village.run("monitor", "--from", listed, tmp_path / "elsewhere", "--budget", "60")
    told = [json.loads(line) for line in followed.stdout.splitlines()]
    assert [(line["address"], line["entries"] > 0, bool(line["unreadable"])) for line in told] == [
        (str(log), True, False),
        (str(tmp_path / "elsewhere"), False, True),
    ]
    assert followed.returncode == 2


def test_a_server_is_monitored_and_only_what_is_new_is_verified(village: Commands) -> None:
    keys = village.home / "keys" / BOOK
    voucher = village.home / "monitored.json"
    voucher.write_text(json.dumps(VOUCHER), encoding="utf-8")
    with served(village) as url:
        address = f"{url}/books/{BOOK}"
        first = json.loads(village.good("monitor", address))
        assert (first["ok"], first["new"]) == (True, first["entries"])
        signers = ("--key", keys / "accountant-1.key", "--key", keys / "head-1.key")
        village.good("post", voucher, "--book", BOOK, *signers, "--url", url)
        second = json.loads(village.good("monitor", address))
        assert (second["ok"], second["new"], second["entries"]) == (True, 1, first["entries"] + 1)
        wrong = village.run("monitor", address, "--anchor", village.home.name)
        assert (wrong.returncode, b"note.vkey_malformed" in wrong.stdout) == (1, True)
        village.good("monitor", address)
    away = village.run("monitor", address)
    assert (away.returncode, json.loads(away.stdout)["ok"]) == (2, False)


@pytest.mark.parametrize(
    "voucher",
    ["", "{}", "[1]", json.dumps({**VOUCHER, "colour": "red"}), json.dumps({**VOUCHER, "lines": []})],
)
def test_voucher_file_that_is_none_is_refused(village: Commands, tmp_path: Path, voucher: str) -> None:
    file = tmp_path / "voucher.json"
    file.write_text(voucher, encoding="utf-8")
    key = village.home / "keys" / BOOK / "accountant-1.key"
    assert "[post.data]" in village.refused("post", file, "--book", BOOK, "--key", key)


def test_key_file_that_is_none_is_refused(village: Commands, tmp_path: Path) -> None:
    file = tmp_path / "voucher.json"
    file.write_text(json.dumps(VOUCHER), encoding="utf-8")
    assert "[keyfile.unreadable]" in village.refused("post", file, "--book", BOOK, "--key", file)


# --- help


@pytest.mark.parametrize(
    "command",
    [
        "",
        "import",
        "serve",
        "demo",
        "report",
        "report trial-balance",
        "report journal",
        "export",
        "export tlog",
        "report budget",
        "report notes",
        "export hledger",
        "export beancount",
        "export gbt24589",
        "export pdf",
        "export archive",
        "budget",
        "convert",
        "verify",
        "rebuild",
        "export bundle",
        "monitor",
        "doctor",
        "recover",
        "keygen",
        "grant",
        "rotate",
        "revoke",
        "post",
        "reverse",
        "close",
        "account",
        "policy",
        "cosign",
        "send",
    ],
)
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    explained = next(line for line in result.stdout.splitlines() if line.strip() and "Usage" not in line)
    chinese, _, english = explained.partition("/")
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert english.strip()[:1].isalpha()


@pytest.mark.parametrize("arguments", ["nonsense", "report trial-balance", "verify . --format yaml", "post"])
def test_wrong_use_is_exit_code_2(arguments: str) -> None:
    assert CliRunner().invoke(app, arguments.split()).exit_code == 2


def test_installed_command_is_the_one_tested(commands: Commands) -> None:
    assert commands.installed("nonsense").returncode == 2
    assert "阳光账本" in commands.installed("--help").stdout.decode()

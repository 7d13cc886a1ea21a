"""`sunledger`, command by command, as a person at a terminal runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.printing import makes_pdf
from audit.statements import FORMS
from domain.kernel.note import parse_vkey
from tests.api.cli.conftest import BOOK, EXAMPLES, VOUCHER, Commands, served
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


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


# --- what is asked for in vain


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


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (("verify", "nowhere"), "audit.unreadable"),
        (("verify", "."), "audit.no_checkpoint"),
        (("verify", "nowhere.tlog-proof"), "audit.unreadable"),
        (("verify", ".", "--policy", "nowhere"), "audit.unreadable"),
        (("verify", "a" * 300), "audit.unreadable"),
        (("county", "verify", "nowhere"), "audit.unreadable"),
        (("county", "check", "nowhere"), "audit.unreadable"),
    ],
)
def test_what_could_not_run_says_so_in_json_too(
    village: Commands, tmp_path: Path, wrong: tuple[str, ...], rule: str
) -> None:
    words = [str(tmp_path / word) if word.startswith(("nowhere", ".")) else word for word in wrong]
    result = village.run(*words, "--format", "json")
    said = json.loads(result.stdout)
    assert (result.returncode, said["ok"], said["error"]["rule"]) == (2, False, rule)
    assert f"[{rule}] {said['error']['zh']} / {said['error']['en']}" in result.stderr.decode()
    assert village.run(*words).stdout == b"", "in words it is on the other stream alone"


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

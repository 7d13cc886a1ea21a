"""What people sign on their own machine: each command posts its entry, once, whatever becomes of the reply."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import xlsxwriter

from api.clock import now
from audit.source import HttpSource
from audit.verify import verify
from domain.entry import parse_entry
from tests.api.cli.conftest import BOOK, VOUCHER, Commands, served
from tests.api.cli.lossy import losing_replies

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def url(commands: Commands, xiaohe_imported: str) -> Iterator[str]:
    """A server with the small sample village."""
    assert xiaohe_imported
    with served(commands) as url:
        yield url


class Signer:
    """Runs signing commands against a server, and says with which keys."""

    def __init__(self, commands: Commands, url: str) -> None:
        """Sign with the sample's keys."""
        self._commands = commands
        self.url = url

    def key(self, role: str, number: int = 1) -> Path:
        """Return the file of a key."""
        return self._commands.home / "keys" / BOOK / f"{role}-{number}.key"

    def arguments(self, command: tuple[str | Path, ...], roles: str) -> list[str | Path]:
        """Return the command with book, server and the keys of some roles."""
        keys = [word for role in roles.split() for word in ("--key", self.key(role))]
        return [*command, "--book", BOOK, "--url", self.url, *keys]

    def good(self, *command: str | Path, by: str) -> dict[str, Any]:
        """Run a command that must succeed and return its receipt."""
        receipt: dict[str, Any] = json.loads(self._commands.good(*self.arguments(command, by)))
        return receipt

    def refused(self, *command: str | Path, by: str) -> str:
        """Run a command that must be refused and return what it says."""
        return self._commands.refused(*self.arguments(command, by))

    def fetch(self, path: str, accept: str = "*/*") -> str:
        """Return what the server has at an address of the book."""
        answer = httpx.get(f"{self.url}/books/{BOOK}/{path}", headers={"Accept": accept})
        assert answer.status_code == 200, answer.text
        return answer.text

    def verify(self) -> int:
        """Verify the server's log and return its size."""
        report = verify(HttpSource(f"{self.url}/books/{BOOK}"))
        assert report.ok, report.as_text()
        return report.entries


@pytest.fixture
def signer(commands: Commands, url: str) -> Signer:
    return Signer(commands, url)


@pytest.fixture
def voucher(tmp_path: Path) -> Path:
    path = tmp_path / "voucher.json"
    path.write_text(json.dumps(VOUCHER), encoding="utf-8")
    return path


# --- once, whatever becomes of the reply


def test_a_lost_reply_books_nothing_twice(commands: Commands, signer: Signer, voucher: Path) -> None:
    before = signer.verify()
    with losing_replies(signer.url, 2) as lossy:
        behind = Signer(commands, lossy)
        for _ in range(2):
            said = behind.refused("post", voucher, by="accountant head")
            assert "[post.unanswered]" in said
            assert "voucher.json.note" in said
            assert "服务器没有给出结果（连接中断）" in said
            assert "the server gave no result (Server disconnected" in said
        receipt = behind.good("post", voucher, by="accountant head")
    assert (receipt["index"], receipt["created"]) == (before, False)
    for roles in ("accountant head", "accountant"):  # it was booked as it is, whoever signs now
        assert signer.good("post", voucher, by=roles)["index"] == before
    again = commands.run(*signer.arguments(("post", voucher), "supervisor"))
    said = again.stderr.decode()
    assert again.returncode == 0
    assert f"第 {before} 号记录，签名：{BOOK}/accountant/1、{BOOK}/head/1。这次没有再记账" in said
    assert f"booked before as entry {before}, signed by {BOOK}/accountant/1, {BOOK}/head/1." in said
    assert signer.verify() == before + 1


def test_an_account_has_a_name_of_its_own(signer: Signer) -> None:
    """A blank one is refused; who adds one called as that beside it is told."""
    assert "[voucher.blank_text]" in signer.refused("account", "50198", "  ", by="accountant")
    assert signer.good("account", "50197", "鱼塘租金", by="accountant")["warnings"] == []
    [warning] = signer.good("account", "50198", "鱼塘租金", by="accountant")["warnings"]
    assert warning["rule"] == "account.same_name"
    assert "50197" in warning["zh"]


def test_a_lost_reply_closes_nothing_twice(commands: Commands, signer: Signer) -> None:
    before = signer.verify()
    with losing_replies(signer.url, 1) as lossy:
        behind = Signer(commands, lossy)
        command = ("account", "50199", "其他经营收入")
        assert "[post.unanswered]" in behind.refused(*command, by="accountant")
        assert behind.good(*command, by="accountant")["created"] is False
        assert "已经存在" in behind.refused(*command, by="accountant")
    assert signer.verify() == before + 1
    assert list((commands.home / "outbox").glob("*")) == []


def test_what_was_refused_is_not_kept(signer: Signer, voucher: Path) -> None:
    before = signer.verify()
    assert "还需要以下岗位签名" in signer.refused("post", voucher, by="accountant")
    assert not voucher.with_name("voucher.json.note").exists()
    assert signer.good("post", voucher, by="accountant head")["index"] == before


@pytest.mark.parametrize("key", ["summary", "account"])
def test_a_file_that_says_a_thing_twice_is_not_signed(signer: Signer, voucher: Path, key: str) -> None:
    text = json.dumps(VOUCHER).replace(f'"{key}":', f'"{key}": "505", "{key}":', 1)
    voucher.write_text(text, encoding="utf-8")
    answer = signer.refused("post", voucher, by="accountant head")
    assert f"字段「{key}」写了两次" in answer
    assert "[post.data]" in answer
    assert not voucher.with_name("voucher.json.note").exists()


def test_a_file_may_begin_with_a_byte_order_mark(signer: Signer, voucher: Path) -> None:
    voucher.write_text(json.dumps(VOUCHER), encoding="utf-8-sig")
    assert signer.good("post", voucher, by="accountant head")["created"]


def test_another_program_at_the_address_is_told(commands: Commands, voucher: Path, tmp_path: Path) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        answer = Signer(commands, url).refused("post", voucher, by="accountant head")
        server.shutdown()
    assert "[post.no_server]" in answer
    assert "HTTP 404" in answer
    assert "<html" not in answer.lower()


def test_a_booked_voucher_makes_room_for_the_next_and_an_open_one_does_not(
    commands: Commands, signer: Signer, voucher: Path
) -> None:
    first = signer.good("post", voucher, by="accountant head")
    voucher.write_text(json.dumps({**VOUCHER, "summary": "第二张"}), encoding="utf-8")
    with losing_replies(signer.url, 1) as lossy:
        assert "[post.unanswered]" in Signer(commands, lossy).refused("post", voucher, by="accountant head")
    voucher.write_text(json.dumps({**VOUCHER, "summary": "第三张"}), encoding="utf-8")
    assert "[post.kept_other]" in signer.refused("post", voucher, by="accountant head")
    sent = json.loads(commands.good("send", voucher.with_name("voucher.json.note"), "--url", signer.url))
    assert (sent["index"], sent["created"]) == (first["index"] + 1, False)


# --- each entry type


def test_a_voucher_is_reversed_once(signer: Signer, voucher: Path) -> None:
    posted = signer.good("post", voucher, by="accountant head")["index"]
    command = ("reverse", str(posted), "--summary", "重复入账，冲销", "--date", "2026-04-03")
    assert signer.good(*command, by="accountant head")["index"] == posted + 1
    assert "already" in signer.refused(*command, by="accountant head")
    refused = signer.refused("reverse", "0", "--summary", "x", by="accountant head")
    assert "[post.other_entry] 第 0 号记录不是可以冲销的凭证，而是「建账」；请核对记录的号数" in refused
    assert "entry 0 is no voucher that can be reversed, but this: the book is opened" in refused
    assert signer.verify() == posted + 2


def test_a_reversal_is_dated_as_its_page_proposes(
    commands: Commands, signer: Signer, voucher: Path, tmp_path: Path
) -> None:
    posted = signer.good("post", voucher, by="accountant head")["index"]
    assert date_of_reversal(commands, signer, posted, tmp_path) == "2026-04-30", (
        "its own month, which is open"
    )


def date_of_reversal(commands: Commands, signer: Signer, entry: int, folder: Path) -> str:
    """Sign the reversal of an entry without a date, and return which it has."""
    note = folder / f"red-{entry}.note"
    command = "reverse", str(entry), "--summary", "冲销", "--sign-only", note
    commands.good(*signer.arguments(command, "accountant"))
    return str(parse_entry(note.read_bytes()).statement.data.date)  # type: ignore[union-attr]


def test_a_key_is_granted_rotated_and_revoked(
    commands: Commands, signer: Signer, voucher: Path, tmp_path: Path
) -> None:
    request, keys = tmp_path / "grant.json", signer.key("accountant").parent
    second, third = keys / "accountant-2.key", keys / "accountant-3.key"
    commands.good("keygen", f"{BOOK}/accountant/2", second, "--grant", request, "--person", "新会计")
    assert "[key.not_by_others] 服务器拒绝：" in signer.refused("grant", request, by="head")
    signer.good("grant", request, by="township head")
    commands.good("keygen", f"{BOOK}/accountant/3", third)
    receipt = json.loads(commands.good("rotate", second, third, "--book", BOOK, "--url", signer.url))
    sign = ("post", voucher, "--key", third)
    assert signer.good(*sign, by="head")["index"] == receipt["index"] + 1
    revoke = ("revoke", f"{BOOK}/accountant/3", "--reason", "离任")
    assert "[key.not_by_others]" in signer.refused(*revoke, by="head")
    signer.good(*revoke, by="township supervisor")
    voucher.write_text(json.dumps({**VOUCHER, "summary": "离任之后"}), encoding="utf-8")
    assert "自第" in signer.refused(*sign, by="head")
    assert signer.verify() == receipt["index"] + 3


def test_a_policy_is_set_again_after_another(signer: Signer, voucher: Path, tmp_path: Path) -> None:
    three = tmp_path / "three.json"
    two = tmp_path / "two.json"
    for path, roles in ((three, ["accountant", "head", "supervisor"]), (two, ["accountant", "head"])):
        path.write_text(json.dumps({"tiers": [{"from_fen": 0, "roles": roles}]}), encoding="utf-8")
    by = "township head supervisor"
    indexes = [signer.good("policy", path, by=by)["index"] for path in (two, three, two)]
    assert indexes == list(range(indexes[0], indexes[0] + 3))
    signer.good("post", voucher, by="accountant head")


def test_signatures_are_gathered_on_the_same_bytes(
    commands: Commands, signer: Signer, voucher: Path, tmp_path: Path
) -> None:
    note = tmp_path / "slip.note"
    before = signer.verify()
    arguments = signer.arguments(("post", voucher, "--sign-only", note), "accountant")
    assert "未提交" in commands.good(*arguments)
    assert "签名" in commands.refused("send", note, "--url", signer.url)
    assert note.exists()
    shutil.copy(note, tmp_path / "copy.note")
    shown = commands.run("cosign", note, "--key", signer.key("head"), "--yes")
    assert "收鱼塘承包款" in shown.stderr.decode()
    assert shown.stdout.decode().split() == [f"{BOOK}/accountant/1", f"{BOOK}/head/1"]
    receipt = json.loads(commands.good("send", note, "--url", signer.url))
    assert (receipt["index"], receipt["created"]) == (before, True)
    assert json.loads(commands.good("send", note, "--url", signer.url))["created"] is False


def test_a_month_is_closed_in_its_turn_and_takes_nothing_more(
    commands: Commands, signer: Signer, voucher: Path, tmp_path: Path
) -> None:
    answer = signer.refused("close", "2026-02", by="accountant head")
    assert "[closing.earlier_open]" in answer
    assert "[closing.stopped]" in answer
    early = "close", "2026-02", "--despite"
    assert "[closing.stopped]" in signer.refused(*early, " ", by="accountant head"), "that is no reason"
    said = signer.refused(*early, "二月没有业务", by="accountant head")
    assert "结账检查有 1 项必须处理，照样结账 / despite 1 to be set right: 二月没有业务" in said
    assert "按顺序结账" in said
    assert signer.good("close", "2026-01", by="accountant head")["created"] is True
    voucher.write_text(json.dumps({**VOUCHER, "date": "2026-01-09"}), encoding="utf-8")
    assert "已结账" in signer.refused("post", voucher, by="accountant head")
    assert "已结账" in signer.refused("close", "2026-01", by="accountant head")
    lines = json.loads(signer.fetch("journal.json?period=2026-01"))["lines"]
    dated = date_of_reversal(commands, signer, lines[0]["entry"], tmp_path)
    assert dated == "2026-02-28", "in the oldest month that is open, where its own is closed"
    signer.verify()


def test_the_transfers_of_a_month_are_taken_signed_and_booked(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    folder = tmp_path / "transfers"
    wanted = ("propose", "2026-03", folder, "--book", BOOK, "--url", signer.url)
    files = [Path(line) for line in commands.good(*wanted).splitlines()]
    assert [file.name for file in files] == ["2026-03-1-结转收入.json", "2026-03-2-结转支出.json"]
    by = "accountant head supervisor township"
    assert signer.good("post", files[0], by=by)["created"] is True
    assert f"{files[1].name}；" in commands.refused(*wanted), "what is not booked yet would be there twice"
    files[1].unlink()
    [again] = commands.good(*wanted).splitlines()
    assert Path(again).name == "2026-03-1-结转支出.json"
    assert signer.good("post", Path(again), by=by)["created"] is True
    assert "都已结转" in commands.good(*wanted)
    signer.verify()


def test_a_transfer_that_is_posted_twice_is_told_beside_its_receipt(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    """Past the desk nothing refuses it; who gets no answer and sends it again is told too."""
    lines = [{"account": "50103", "debit_fen": 600_000}, {"account": "321", "credit_fen": 600_000}]
    transfer = {"attachments": {"count": 0}, "date": "2026-02-28", "lines": lines, "summary": "结转收入"}
    by = "accountant head supervisor township"
    for name in ("once.json", "twice.json"):
        (tmp_path / name).write_text(json.dumps(transfer), encoding="utf-8")
    once = commands.run(*signer.arguments(("post", tmp_path / "once.json"), by))
    assert (once.returncode, "took_too_much" in once.stderr.decode()) == (0, False)
    for twice in [commands.run(*signer.arguments(("post", tmp_path / "twice.json"), by)) for _ in range(2)]:
        assert twice.returncode == 0
        assert "已入账，但它从科目 50103 的贷方转出 6,000.00 元" in twice.stderr.decode()
        assert json.loads(twice.stdout)["warnings"][0]["rule"] == "closing.took_too_much"
    index = json.loads(commands.good(*signer.arguments(("post", tmp_path / "twice.json"), by)))["index"]
    signer.good("reverse", str(index), "--summary", "多结转了一次", "--date", "2026-02-28", by=by)


def test_a_years_distribution_is_written_to_be_signed(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    asked = ("distribute", "2026-12", tmp_path / "shares", "--book", BOOK, "--url", signer.url)
    assert "没有要分配的" in commands.good(*asked)
    members = "--members", "999999", "--members-to", "113"
    assert "[distribution.no_ratio]" in commands.refused(*asked, *members)
    assert "[distribution.beyond]" in commands.refused(*asked, *members, "--reserve", "30")
    assert "[distribution.not_december]" in commands.refused("distribute", "2026-11", *asked[2:])
    resolution = "成员大会 2026-12-28 决议"
    done = commands.run(*asked, "--reserve", "30", "--resolution", resolution)
    assert ("[closing.year_runs]" in done.stderr.decode()) is (now()[:10] < "2026-12-31")
    [file] = done.stdout.decode().splitlines()
    voucher = json.loads(Path(file).read_text(encoding="utf-8"))
    assert (voucher["date"], voucher["summary"]) == ("2026-12-31", "提取公积公益金")
    assert voucher["resolution"] == resolution
    debit, credit = voucher["lines"]
    assert (debit["account"][:3], credit["account"], debit["debit_fen"]) == (
        "322",
        "311",
        credit["credit_fen"],
    )


def test_a_years_distribution_is_split_by_a_table_of_accounts(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    """As a spreadsheet program in China saves it, too."""
    table = tmp_path / "shares.csv"
    asked = (
        "distribute",
        "2026-12",
        tmp_path / "split",
        "--book",
        BOOK,
        "--url",
        signer.url,
        "--reserve",
        "0",
    )
    table.write_bytes("科目,金额\n113,3.00\n".encode("gb18030"))
    done = commands.run(*asked, "--households", table)
    assert "每户 3.00 元，共 1 户，合计 3.00 元" in done.stderr.decode()
    [file] = done.stdout.decode().splitlines()
    lines = json.loads(Path(file).read_text(encoding="utf-8"))["lines"]
    assert [(line["account"][:3], line.get("credit_fen", 0)) for line in lines] == [("322", 0), ("113", 300)]
    assert commands.good(*asked, "--households", table).splitlines() == [file], "the same plan again"
    table.write_text("113 4.00\n", encoding="utf-8")
    before = Path(file).read_bytes()
    said = commands.refused(*asked, "--households", table)
    assert "[closing.folder_used]" in said
    assert "旁边没有回执的凭证" in said, "whether they were booked otherwise nobody looked"
    assert "还没有提交" not in said
    assert Path(file).name in said
    assert [one.read_bytes() for one in (tmp_path / "split").iterdir()] == [before], "nothing was written"
    other = Path(file).rename(tmp_path / "split" / "2026-12-2-向成员分配收益.json")
    assert other.name in commands.refused(*asked, "--households", table), "nor beside it: all would be booked"
    other.unlink()
    [file] = commands.good(*asked, "--households", table).splitlines()
    assert '"credit_fen": 400' in Path(file).read_text(encoding="utf-8")
    table.write_text("113 3.00\n113 2.00\n", encoding="utf-8")
    told = commands.refused(*asked, "--households", table)
    assert "shares.csv 第 2 行 (row 2) 「科目」: 科目 113 写了两次" in told
    assert "[distribution.share_twice]" in told
    book = tmp_path / "shares.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate((["科目", "户名", "金额"], [113, "全体成员", 4], ["合计", "", 4])):
            sheet.write_row(number, 0, row)
    done = commands.run(*asked, "--households", book)
    assert done.returncode == 0
    assert "跳过了 1 行" in done.stderr.decode()
    both = "--members-to", "113", "--households", table
    table.write_text("113 3.00\n", encoding="utf-8")
    assert "[distribution.two_targets]" in commands.refused(*asked, *both)


def test_a_closed_month_is_published_and_a_figure_proved_offline(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    three = "accountant head supervisor"
    assert "[sheet.not_closed]" in signer.refused("publish", "2026-03", by=three)
    index = signer.good("publish", "2026-01", by=three)["index"]
    file, key = tmp_path / "figure.tlog-proof", httpx.get(f"{signer.url}/books/{BOOK}/log.vkey").text.strip()
    commands.good("export", "proof", file, "--book", BOOK, "--period", "2026-01", "--account", "101")
    proved = json.loads(commands.good("verify", file, "--log-key", key, "--format", "json"))
    assert (proved["ok"], proved["proved"]["index"], proved["proved"]["row"]["account"]) == (
        True,
        index,
        "101",
    )
    assert "closing_debit_fen: " in commands.good("verify", file, "--log-key", key)
    file.write_bytes(file.read_bytes().replace(b"\nindex ", b"\nindex 1"))
    assert commands.run("verify", file, "--log-key", key).returncode == 1
    assert "[proof.no_key]" in commands.refused("verify", file)

    commands.good("export", "proof", file, "--book", BOOK, "--entry", "3")
    audit = [sys.executable, "-m", "audit", str(file), "--log-key", key]
    done = subprocess.run(audit, capture_output=True, check=True)
    assert "entry 3" in done.stdout.decode()
    assert commands.run("export", "proof", file, "--book", BOOK).returncode == 2
    check_proofs_in_a_bundle(commands, index, key, tmp_path)


def check_proofs_in_a_bundle(commands: Commands, published: int, key: str, folder: Path) -> None:
    """A bundle carries the proofs of the founding and of the sheet that entry published, and each stands alone."""
    bundle = folder / "book.zip"
    commands.good("export", "bundle", bundle, "--book", BOOK)
    report = json.loads(commands.good("verify", bundle, "--format", "json"))
    assert (report["ok"], report["remarks"]) == (True, [])
    with zipfile.ZipFile(bundle) as archive:
        names = [name for name in archive.namelist() if name.startswith("proof/")]
        assert names == ["proof/0.tlog-proof", f"proof/{published}.tlog-proof"]
        archive.extractall(folder)
    for name, kind in zip(names, ("book.opened/1", "sheet.published/1"), strict=True):
        proved = json.loads(commands.good("verify", folder / name, "--log-key", key, "--format", "json"))
        assert (proved["ok"], proved["proved"]["statement"]["type"]) == (True, kind)

"""A voucher on its way by the commands: made by one, refused, changed, signed by two, and in the log."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.api.cli.conftest import BOOK, EXAMPLES, VOUCHER, Commands, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def url(commands: Commands) -> Iterator[str]:
    """The small sample village, of whose people two have public names."""
    folder = shutil.copytree(EXAMPLES / "xiaohe", commands.home / "xiaohe")
    with (folder / "book.toml").open("a", encoding="utf-8") as book:
        book.write('\n[people]\naccountant = "周会计"\nhead = "郑理事长"\n')
    commands.good("import", folder)
    with served(commands) as url:
        yield url


class People:
    """Runs the draft commands, each with one key."""

    def __init__(self, commands: Commands, url: str) -> None:
        self._commands = commands
        self._url = url

    def _arguments(self, role: str, *words: str | Path) -> list[str | Path]:
        key = self._commands.home / "keys" / BOOK / f"{role}-1.key"
        return ["draft", *words, "--book", BOOK, "--url", self._url, "--key", key]

    def good(self, role: str, *words: str | Path) -> str:
        """Run a command that must succeed and return what it prints."""
        return self._commands.good(*self._arguments(role, *words))

    def refused(self, role: str, *words: str | Path) -> str:
        """Run a command that must be refused and return what it says."""
        return self._commands.refused(*self._arguments(role, *words))


@pytest.fixture
def people(commands: Commands, url: str) -> People:
    return People(commands, url)


def written(folder: Path, **fields: object) -> Path:
    path = folder / "voucher.json"
    path.write_text(json.dumps(VOUCHER | fields, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_voucher_goes_from_hand_to_hand_into_the_log(
    people: People, commands: Commands, tmp_path: Path
) -> None:
    made = people.good("cashier", "new", written(tmp_path, summary="收鱼塘承包费"))
    assert "还缺会计（周会计）、负责人（郑理事长）签名" in made
    id_ = made.split()[0]
    listed = people.good("head", "list")
    assert f"{id_}  2026-04-02「收鱼塘承包费」50.00 元" in listed
    assert "还缺会计（周会计）、负责人（郑理事长）签名" in listed

    refused = people.good("head", "refuse", id_, "--reason", "应为承包款")
    assert "负责人 郑理事长拒签：应为承包款 / refused by the head 郑理事长" in refused
    for seen in (refused, people.good("accountant", "list"), people.good("accountant", "show", id_)):
        assert "负责人 郑理事长拒签：应为承包款" in seen
        assert "等制单的出纳改动或撤回 / to be changed or withdrawn by the cashier who made it" in seen
        assert "还缺" not in seen
    people.good("accountant", "change", id_, written(tmp_path, summary="收鱼塘承包款"), "--revision", "1")
    late = people.refused("cashier", "change", id_, written(tmp_path, summary="别的"), "--revision", "1")
    assert "draft.changed" in late
    assert "已由会计 周会计于 " in late
    assert f"{BOOK}/accountant" not in late

    shown = people.good("head", "sign", id_, "--yes")
    assert "收鱼塘承包款" in shown
    assert "借 10201 银行存款/基本账户" in shown
    assert "50.00" in shown
    assert "还缺会计（周会计）签名" in shown
    done = people.good("accountant", "sign", id_, "--yes")
    assert "已入账" in done
    journal = commands.good("report", "journal", "--book", BOOK, "--format", "json")
    assert [line for line in json.loads(journal)["lines"] if line["summary"] == "收鱼塘承包款"]
    assert "没有待签凭证" in people.good("head", "list")
    assert "draft.posted" in people.refused("supervisor", "sign", id_, "--yes")


def test_who_signs_is_told_first_what_is_remarked_and_whom_invoices_name(
    people: People, commands: Commands, url: str, tmp_path: Path
) -> None:
    paper = {"date": "2026-04-01", "number": "26332000000000012345", "total_fen": 6_000}
    attached = {"count": 1, "invoices": [paper]}
    made = people.good("cashier", "new", written(tmp_path, attachments=attached, summary="收承包款"))
    assert "\n! 1 张发票价税合计 60.00 元，凭证合计 50.00 元" in made, "whoever makes it is told at once"
    id_ = made.split()[0]
    signed = people.good("head", "sign", id_, "--yes")
    remark = signed.index("! 1 张发票价税合计 60.00 元，凭证合计 50.00 元")
    assert "the invoices (1) come to 60.00 yuan" in signed
    assert remark < signed.index("已签 / signed: 负责人 郑理事长")
    entry = people.good("accountant", "sign", id_, "--yes").partition("第 ")[2].partition(" ")[0]

    keys = commands.home / "keys" / BOOK
    red = ("reverse", entry, "--book", BOOK, "--url", url, "--sign-only", tmp_path / "red.note")
    commands.good(*red, "--key", keys / "accountant-1.key", "--summary", "冲销", "--date", "2026-04-03")
    data = json.loads((tmp_path / "red.note").read_text(encoding="utf-8").split("\n")[1])["data"]
    path = tmp_path / "red.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    id_ = people.good("accountant", "new", path, "--type", "voucher.reversed/1").split()[0]
    shown = people.good("head", "show", id_)
    assert "冲销的凭证 / reverses: 记-2026-04-" in shown
    assert "2026-04-02「收承包款」50.00 元" in shown
    assert data["reverses"] not in shown
    people.good("accountant", "withdraw", id_)


def test_cash_waits_for_the_cashier_as_the_desk_says(people: People, tmp_path: Path) -> None:
    lines = [{"account": "51302", "debit_fen": 4_321}, {"account": "101", "credit_fen": 4_321}]
    id_ = people.good("accountant", "new", written(tmp_path, lines=lines, summary="付水费")).split()[0]
    waits = "还缺会计（周会计）、负责人（郑理事长）、出纳（收付现金）签名"
    english = "still to sign: accountant (周会计), head (郑理事长), cashier (it moves cash)"
    for seen in (people.good("cashier", "list"), people.good("head", "show", id_)):
        assert waits in seen
        assert english in seen
    signed = people.good("accountant", "sign", id_, "--yes")
    assert "还缺负责人（郑理事长）、出纳（收付现金）签名" in signed
    signed = people.good("cashier", "sign", id_, "--yes")
    assert "还缺负责人（郑理事长）签名" in signed
    people.good("accountant", "withdraw", id_)


def test_who_has_to_sign_what_is_shown_in_plain_words(people: People, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"tiers":[{"from_fen":0,"roles":["accountant","head"]}]}', encoding="utf-8")
    id_ = people.good("accountant", "new", path, "--type", "policy.set/1").split()[0]
    for shown in (people.good("head", "show", id_), people.good("head", "sign", id_, "--yes")):
        assert "0.00 元起 / 0.00 yuan  不限 / no limit  会计、负责人 / accountant, head" in shown
        assert "{" not in shown
        assert "_fen" not in shown
    people.good("accountant", "withdraw", id_)


def test_what_is_wrong_is_said_at_once(people: People, tmp_path: Path) -> None:
    bad = [{"account": "10201", "debit_fen": 5_000}, {"account": "50103", "credit_fen": 4_000}]
    made = people.good("accountant", "new", written(tmp_path, lines=bad))
    assert "借贷不平" in made
    id_ = made.split()[0]
    assert "已撤回" in people.good("accountant", "withdraw", id_)
    assert "draft.not_maker" in people.refused("head", "new", written(tmp_path))
    assert "post.data" in people.refused("accountant", "new", written(tmp_path, date=1))
    assert "draft.unknown" in people.refused("head", "show", "01JNK000000000000000000000")


def test_the_end_of_a_month_can_wait_for_its_signatures(people: People, tmp_path: Path) -> None:
    path = tmp_path / "closing.json"
    path.write_text('{"period":"2026-04"}', encoding="utf-8")
    wanted = "new", path, "--type", "period.closed/1"
    assert "closing.stopped" in people.refused("accountant", *wanted)
    made = people.good("accountant", *wanted, "--despite", "公积金下月提")
    id_ = made.split()[0]
    assert "结账 2026-04" in people.good("head", "list")
    shown = people.good("head", "show", id_)
    assert "结账的月份 / month: 2026年4月 / 2026-04" in shown
    assert "会计 周会计制单时写明" in shown
    assert "to be set right: 公积金下月提" in shown
    people.good("accountant", "withdraw", id_)


def test_what_is_private_is_shown_to_who_signs_and_stands_in_no_record(
    people: People, commands: Commands, tmp_path: Path
) -> None:
    private = {"party": {"subject": "H-07", "tier": "members", "value": "郭秀英"}}
    lines = [
        {"account": "10201", "debit_fen": 4_100},
        {"account": "50103", "credit_fen": 4_100, "private": private},
    ]
    path = written(tmp_path, lines=lines, summary="收租金")
    made = people.good("cashier", "new", path, "--type", "voucher.posted/2")
    id_ = made.split()[0]
    shown = people.good("head", "show", id_)
    assert "party：郭秀英（成员可查 / members，记录里只有摘要 / digest only）" in shown
    untold = people.good("supervisor", "show", id_)
    assert "郭秀英" not in untold
    assert "有内容不告诉您的岗位" in untold
    assert "draft.untold" in people.refused("supervisor", "sign", id_, "--yes")
    people.good("head", "sign", id_, "--yes")
    done = people.good("accountant", "sign", id_, "--yes")
    entry = done.partition("第 ")[2].partition(" ")[0]
    assert "郭秀英" not in commands.good("report", "journal", "--book", BOOK)
    kept = commands.good("disclosures", "--book", BOOK, "--reader", "members", "--entry", entry)
    assert "郭秀英" in kept


def test_a_month_is_not_closed_over_drafts_that_wait(
    people: People, commands: Commands, url: str, tmp_path: Path
) -> None:
    id_ = people.good("cashier", "new", written(tmp_path, date="2026-01-15", summary="收地租")).split()[0]
    path = tmp_path / "closing.json"
    path.write_text('{"period":"2026-01"}', encoding="utf-8")
    closing = people.good("accountant", "new", path, "--type", "period.closed/1", "--despite", "以后补记")
    shown = people.good("head", "show", closing.split()[0])
    assert "✗ 2026-01 有 1 张待签凭证还没有入账（收地租）" in shown, "as the browser tells it"
    assert "to be set right: 以后补记" in shown
    people.good("accountant", "withdraw", closing.split()[0])
    keys = commands.home / "keys" / BOOK
    close = ("close", "2026-01", "--book", BOOK, "--url", url, "--key", keys / "accountant-1.key")
    said = commands.refused(*close, "--key", keys / "head-1.key")
    assert "[closing.drafts_waiting]" in said
    assert "[closing.stopped]" in said
    report = commands.good("report", "closing", "--book", BOOK, "--period", "2026-01")
    assert "1 张待签凭证" in report
    assert "（收地租）" in report
    assert "已撤回" in people.good("cashier", "withdraw", id_)
    assert commands.good(*close, "--key", keys / "head-1.key")


def test_a_signature_whose_key_was_replaced_is_not_called_one(
    people: People, commands: Commands, url: str, tmp_path: Path
) -> None:
    id_ = people.good("accountant", "new", written(tmp_path, summary="收水费")).split()[0]
    people.good("supervisor", "sign", id_, "--yes")
    old, new = commands.home / "keys" / BOOK / "supervisor-1.key", tmp_path / "supervisor-2.key"
    commands.good("keygen", f"{BOOK}/supervisor/2", new)
    commands.good("rotate", old, new, "--book", BOOK, "--url", url)
    for told in (people.good("head", "list"), people.good("head", "show", id_)):
        assert "已签 / signed: 无 / none" in told
        assert re.search(r"监督委员会 ?\w*的签名已失效（密钥已更换或停用），不再算数 /", told), (
            "nor need it be"
        )
    people.good("accountant", "withdraw", id_)


def test_of_a_refusal_that_nobody_can_take_back_it_is_said_what_is_to_be_done(
    people: People, commands: Commands, url: str, tmp_path: Path
) -> None:
    id_ = people.good("accountant", "new", written(tmp_path, summary="收车位费")).split()[0]
    assert "没有可用的密钥" not in people.good("cashier", "refuse", id_, "--reason", "没收到钱")
    keys = commands.home / "keys" / BOOK
    revoke = ("revoke", f"{BOOK}/cashier/1", "--reason", "离任", "--book", BOOK, "--url", url)
    commands.good(*revoke, "--key", keys / "township-1.key", "--key", keys / "accountant-1.key")
    told = people.good("head", "list")
    assert "拒签：没收到钱" in told
    assert "谁也不能替他收回" in told
    assert "等制单的会计改动或撤回 / to be changed or withdrawn by the accountant who made it" in told
    people.good("head", "sign", id_, "--yes")
    _, done, posted = people.good("accountant", "sign", id_, "--yes").rpartition("已入账")
    assert done
    assert "改动或撤回" not in posted, "it stands in the log"
    assert "替他收回" not in posted

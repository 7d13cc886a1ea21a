"""Files in GB18030 are read, rare hanzi and all; files in Big5 or Latin-1 are never taken for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from pathlib import Path

    from api.importing import ImportFolder, Problem

ENGLISH = "date,number,summary,code,name,debit,credit,attachments"
CHINESE = JOURNAL.partition("\n")[0]

SIMPLIFIED = [
    "付张三修路工资",
    "收县财政补助款",
    "购化肥、农药",
    "付李四木工工钱",
    "收土地承包费",
    "村民大会误餐费",
    "付环境卫生清洁工资",
    "计提折旧",
]
RARE = [
    "付朱䶮工资",
    "收㛃秀英租金",
    "付陶堃、王喆工钱",
    "犇犇养殖场承包款",
    "付镕基公司运费",
    "二〇二六年一月水费",
    "①号渠道维修",
    "水费￥５０×１２",
    "冷库℃表、彩钢瓦㎡数",
    "购“惠农”牌种子",
    "付Φ110管材款",
    "A座LED灯泡",
    "付𠮷田村运费",
    "№3机井电费—Ⅱ期",
]
BIG5 = [
    "支付村委會辦公用品費用",
    "收到縣財政補助款",
    "購買農藥化肥",
    "支付張三修路工資",
    "出售竹林承包收入",
    "水電費",
    "村民大會誤餐費",
    "租金",
    "提取現金備用",
    "廟會捐款",
    "存款利息",
    "付路燈電費",
    "國慶活動經費",
    "付李四木工工錢",
]
FRENCH = [
    "Réparation de la pompe",
    "Electricité du marché",
    "Frais de réunion du comité",
    "Subvention reçue de la région",
    "Hôtel et déplacement",
    "Ménage de la mairie",
    "Crédit agricole rembourse",
]
WESTERN = [
    "Gebühren für Wasser",
    "Straßenbau",
    "Manutenção da estação",
    "CONTRIBUIÇÃO ANUAL",
    "Reparación del camión",
]


def written(folder: Path, header: str, summaries: list[str], encoding: str) -> Path:
    """Write a village whose journal has a voucher for each summary, in an encoding."""
    rows = [
        f"2026-02-{number:02d},{number},{summary},{account},,{amounts},0"
        for number, summary in enumerate(summaries, start=1)
        for account, amounts in (("101", "5.00,"), ("50401", ",5.00"))
    ]
    (folder / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (folder / "opening.csv").write_text(OPENING, encoding="utf-8")
    (folder / "journal.csv").write_bytes("\r\n".join([header, *rows]).encode(encoding))
    return folder


def told(read: ImportFolder) -> list[str]:
    """Return the files that are said to have been read as GB18030; nothing else is said."""
    assert all("GB18030" in notice.zh and "GB18030" in notice.en for notice in read.notices)
    return [notice.zh.partition(" ")[0] for notice in read.notices]


def refused(folder: Path) -> Problem:
    """Return the one problem that a folder has."""
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize("header", [CHINESE, ENGLISH])
@pytest.mark.parametrize("summaries", [SIMPLIFIED, RARE, SIMPLIFIED + RARE], ids=["usual", "rare", "both"])
def test_gb18030_is_read_with_its_rare_hanzi_and_signs(
    tmp_path: Path, header: str, summaries: list[str]
) -> None:
    read = read_folder(written(tmp_path, header, summaries, "gb18030"))
    assert [one.summary for one in read.journal[::2]] == summaries
    assert told(read) == ["journal.csv"]


@pytest.mark.parametrize("summary", RARE)
def test_one_rare_name_under_a_chinese_header_is_read(tmp_path: Path, summary: str) -> None:
    assert read_folder(written(tmp_path, CHINESE, [summary], "gb18030")).journal[0].summary == summary


def test_utf8_is_not_said_to_be_gb18030(tmp_path: Path) -> None:
    assert read_folder(written(tmp_path, ENGLISH, SIMPLIFIED, "utf-8")).notices == ()


@pytest.mark.parametrize("count", [1, 2, 3, 5, len(BIG5)])
@pytest.mark.parametrize("first", range(0, len(BIG5), 3))
def test_big5_under_an_english_header_is_refused(tmp_path: Path, first: int, count: int) -> None:
    summaries = (BIG5 + BIG5)[first : first + count]
    problem = refused(written(tmp_path, ENGLISH, summaries, "big5"))
    assert (problem.file, problem.rule in {"import.encoding", "import.private_character"}) == (
        "journal.csv",
        True,
    )
    assert problem.row >= 2
    assert "CSV UTF-8" in problem.zh
    assert "CSV UTF-8" in problem.en


@pytest.mark.parametrize("summary", [*FRENCH, *WESTERN])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_text_is_refused_at_its_cell(tmp_path: Path, summary: str, encoding: str) -> None:
    problem = refused(written(tmp_path, ENGLISH, ["paper", summary], encoding))
    assert (problem.file, problem.row, problem.rule) == ("journal.csv", 4, "import.encoding")
    assert "Latin-1" in problem.zh or "GB18030" in problem.zh


def test_western_texts_together_are_refused(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, ENGLISH, [FRENCH[0], FRENCH[3], *WESTERN] * 4, "cp1252"))
    assert (problem.row, problem.rule) == (2, "import.encoding")


def test_few_hanzi_under_an_english_header_are_too_few_to_tell(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, ENGLISH, ["收租金"], "gb18030"))
    assert (problem.row, problem.read, problem.rule) == (2, "收租金", "import.encoding")
    assert told(read_folder(written(tmp_path, ENGLISH, ["收租金四户"], "gb18030"))) == ["journal.csv"]


@pytest.mark.parametrize(
    ("character", "named"), [("\ue863", "U+E863"), ("\ue000", "U+E000"), ("\u0378", "U+0378")]
)
def test_private_character_is_refused_at_its_cell(tmp_path: Path, character: str, named: str) -> None:
    summaries = [*SIMPLIFIED, f"付朱{character}工资"]
    problem = refused(written(tmp_path, CHINESE, summaries, "gb18030"))
    assert (problem.row, problem.read, problem.rule) == (18, summaries[-1], "import.private_character")
    assert named in problem.zh
    assert named in problem.en


@pytest.mark.parametrize("command", ["import {folder}", "demo --exit --port 0 --examples {parent}"])
def test_commands_say_which_files_were_read_as_gb18030(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "village").mkdir()
    folder = written(tmp_path / "village", CHINESE, SIMPLIFIED, "gb18030")
    monkeypatch.setenv("SUNLEDGER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SUNLEDGER_DATABASE_URL", database_url)
    result = CliRunner().invoke(app, command.format(folder=folder, parent=tmp_path).split())
    assert result.exit_code == 0, result.output
    assert "journal.csv 不是 UTF-8，已按 GB18030 读取" in result.output
    assert "opening.csv" not in result.output

"""How the commands and their settings are written is told in both languages, and so is what is wrong with them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.api.cli.conftest import BOOK, Commands

pytestmark = pytest.mark.e2e


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUNLEDGER_DATABASE_URL", "garbage"),
        ("SUNLEDGER_DATABASE_URL", "postgresql://[x"),
    ],
)
def test_setting_that_is_wrong_is_said(commands: Commands, name: str, value: str) -> None:
    commands.refused("report", "journal", "--book", BOOK, **{name: value})


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

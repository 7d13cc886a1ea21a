"""Private values through the commands: a voucher, a dividend and its rows, what is held on a person, and its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audit.rows import RowFile, RowsFile
from domain.kernel.note import SigningKey
from tests.api.cli.conftest import BOOK, Commands, served
from tests.api.cli.test_signing import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

HOUSEHOLDS = {"张三户": 11_000, "李四户": 4_400, "王五户": 8_800}
TOTAL = sum(HOUSEHOLDS.values())
ROLL = {
    "columns": [{"account": "301", "name": "分红", "side": "credit"}],
    "kind": "dividend",
    "rows": [
        {"amounts_fen": [fen], "subject": f"H-{number}", "who": who}
        for number, (who, fen) in enumerate(HOUSEHOLDS.items(), start=1)
    ],
    "summary": "2025年度分红",
}


@pytest.fixture(scope="module")
def url(commands: Commands, xiaohe_imported: str) -> Iterator[str]:
    """A server with the small sample village."""
    assert xiaohe_imported
    with served(commands) as url:
        yield url


@pytest.fixture(scope="module")
def signer(commands: Commands, url: str) -> Signer:
    return Signer(commands, url)


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def slip(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- any field of a voucher
    lines = [{"account": "10201", "debit_fen": 50_000}, {"account": "50103", "credit_fen": 50_000}]
    good = {"attachments": {"count": 1}, "date": "2026-04-03", "lines": lines, "summary": "收租金"}
    return {**good, **fields}


def private(value: str, subject: str, tier: str) -> dict[str, str]:
    return {"subject": subject, "tier": tier, "value": value}


def kept(commands: Commands, *options: str) -> list[dict[str, Any]]:
    said = commands.good("disclosures", "--book", BOOK, *options)
    return [json.loads(line) for line in said.splitlines()]


@pytest.fixture(scope="module")
def posted(signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A voucher with private values, and its receipt."""
    voucher = slip(private={"memo": private("雨天租屋顶", "H-1", "auditors")})
    voucher["lines"][0]["private"] = {
        "party": private("陈家老屋", "H-1", "public"),
        "phone": private("13700137003", "H-1", "person"),
    }
    path = written(tmp_path_factory.mktemp("slip") / "voucher.json", voucher)
    return path, signer.good("post", path, by="accountant head")


@pytest.fixture(scope="module")
def roll(signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The entry of a dividend's roll, which a voucher books."""
    folder = tmp_path_factory.mktemp("roll")
    path = written(folder / "roll.json", ROLL)
    receipt = signer.good("roll", path, by="accountant head")
    assert signer.good("roll", path, by="accountant head")["index"] == receipt["index"]
    lines = [{"account": "10201", "debit_fen": TOTAL}, {"account": "301", "credit_fen": TOTAL}]
    booked = written(folder / "voucher.json", slip(lines=lines, roll=roll_id(signer, receipt["index"])))
    signer.good("post", booked, by="accountant head")
    return int(receipt["index"])


def roll_id(signer: Signer, entry: int) -> str:
    with_id: dict[str, Any] = json.loads(signer.fetch(f"entries/{entry}.json"))
    return str(with_id["statement"]["id"])


# ---------------------------------------------------------------------------------------- vouchers


def test_private_values_are_kept_beside_the_log(
    commands: Commands, signer: Signer, posted: tuple[Path, dict[str, Any]]
) -> None:
    path, receipt = posted
    statement = json.loads(signer.fetch(f"entries/{receipt['index']}.json"))["statement"]
    assert statement["type"] == "voucher.posted/2"
    assert [len(statement["data"]["_sd"]), len(statement["data"]["lines"][0]["_sd"])] == [4, 4]
    assert "private" not in json.dumps(statement)
    held = {one["name"]: one for one in kept(commands, "--entry", str(receipt["index"]))}
    assert {name: (one["value"], one["tier"], one["place"]) for name, one in held.items()} == {
        "memo": ("雨天租屋顶", "auditors", 0),
        "party": ("陈家老屋", "public", 1),
        "phone": ("13700137003", "person", 1),
    }
    assert [one["name"] for one in kept(commands, "--reader", "members")] == ["party"]
    assert path.with_name("voucher.json.salted").stat().st_mode & 0o777 == 0o600


def test_again_it_is_booked_once_and_nothing_new_is_kept(
    commands: Commands, signer: Signer, posted: tuple[Path, dict[str, Any]]
) -> None:
    path, receipt = posted
    before = kept(commands)
    again = signer.good("post", path, by="accountant head")
    assert (again["index"], again["created"]) == (receipt["index"], False)
    assert kept(commands) == before


def test_a_value_both_in_clear_and_private_is_refused(signer: Signer, tmp_path: Path) -> None:
    voucher = slip(private={"summary": private("x", "H-1", "public")})
    said = signer.refused("post", written(tmp_path / "v.json", voucher), by="accountant head")
    assert "post.data" in said


def test_signed_first_and_sent_later_the_values_follow(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    voucher = slip(private={"memo": private("后补的", "H-9", "members")})
    path, note = written(tmp_path / "v.json", voucher), tmp_path / "v.note"
    commands.good(*signer.arguments(("post", path, "--sign-only", note), "accountant head"))
    receipt = json.loads(commands.good("send", note, "--url", signer.url))
    entry = str(receipt["index"])
    assert kept(commands, "--entry", entry) == []
    salted = tmp_path / "v.json.salted"
    commands.good("disclose", salted, "--entry", entry, "--book", BOOK, "--url", signer.url)
    assert [one["value"] for one in kept(commands, "--entry", entry)] == ["后补的"]


def test_a_private_voucher_is_reversed(commands: Commands, signer: Signer, tmp_path: Path) -> None:
    voucher = slip()
    voucher["lines"][0]["private"] = {"party": private("错付的户", "H-8", "public")}
    entry = signer.good("post", written(tmp_path / "v.json", voucher), by="accountant head")["index"]
    red = signer.good(
        "reverse", str(entry), "--summary", "错付", "--date", "2026-04-04", by="accountant head"
    )
    statement = json.loads(signer.fetch(f"entries/{red['index']}.json"))["statement"]
    assert statement["type"] == "voucher.reversed/2"
    assert len(statement["data"]["lines"][0]["_sd"]) == 4
    assert commands.good("verify", f"{signer.url}/books/{BOOK}", "--format", "json")


def test_a_new_keys_holder_is_known_to_those_who_may_know(
    commands: Commands, signer: Signer, tmp_path: Path
) -> None:
    asked = tmp_path / "grant.json"
    commands.good(
        "keygen", f"{BOOK}/member/1", tmp_path / "member.key", "--grant", asked, "--person", "成员甲"
    )
    receipt = signer.good("grant", asked, by="township head")
    entry = str(receipt["index"])
    salted = tmp_path / "grant.json.salted"
    commands.good("disclose", salted, "--entry", entry, "--book", BOOK, "--url", signer.url)
    assert [(one["name"], one["value"], one["tier"]) for one in kept(commands, "--entry", entry)] == [
        ("holder", "成员甲", "person")
    ]


# ------------------------------------------------------------------------------------------- rolls


def test_each_household_checks_its_row_without_a_network(
    commands: Commands, roll: int, tmp_path: Path
) -> None:
    commands.good("export", "row", str(roll), tmp_path / "rows", "--book", BOOK)
    files = sorted((tmp_path / "rows").iterdir())
    assert len(files) == len(HOUSEHOLDS)
    vkey = msgspec.json.decode(files[0].read_bytes(), type=RowFile).log_vkey
    said = "".join(commands.good("verify-row", file, "--log", vkey) for file in files)
    for who in HOUSEHOLDS:
        assert who in said
    assert "110.00 元" in said
    assert "其余 2 行未出示或已删除" in said
    assert "文件本身" not in said
    assert "文件本身" in commands.good("verify-row", files[0])


def test_one_household_gets_its_own_row_only(commands: Commands, roll: int, tmp_path: Path) -> None:
    commands.good("export", "row", str(roll), tmp_path / "rows", "--book", BOOK, "--subject", "H-2")
    [file] = (tmp_path / "rows").iterdir()
    text = file.read_text(encoding="utf-8")
    said = commands.good("verify-row", file)
    assert "李四户" in said
    assert all(who not in said + text for who in ("张三户", "王五户"))
    commands.refused("export", "row", str(roll), tmp_path, "--book", BOOK, "--subject", "H-99")


def test_an_auditor_who_holds_all_rows_recomputes_the_totals(
    commands: Commands, roll: int, tmp_path: Path
) -> None:
    commands.good("export", "rows", str(roll), tmp_path / "rows.json", "--book", BOOK)
    said = commands.good("verify-row", tmp_path / "rows.json")
    assert "全部 3 行合计与公布的一致：分红 242.00 元" in said


def test_a_changed_row_is_found(commands: Commands, roll: int, tmp_path: Path) -> None:
    commands.good("export", "row", str(roll), tmp_path / "rows", "--book", BOOK, "--subject", "H-1")
    commands.good("export", "rows", str(roll), tmp_path / "rows.json", "--book", BOOK)
    [file] = (tmp_path / "rows").iterdir()
    good = msgspec.json.decode(file.read_bytes(), type=RowFile)
    every = msgspec.json.decode((tmp_path / "rows.json").read_bytes(), type=RowsFile)
    other = next(row for row in every.rows.values() if row != good.row)
    wrong = {
        "another's row": msgspec.structs.replace(good, row=other),
        "another place": msgspec.structs.replace(good, number=(good.number + 1) % 3),
        "no path": msgspec.structs.replace(good, path=[]),
        "another entry": msgspec.structs.replace(
            good, proof=good.proof.replace(f"index {roll}", f"index {roll - 1}")
        ),
        "two rows swapped": msgspec.structs.replace(every, rows={0: every.rows[1], 1: every.rows[0]}),
        "a leaf left out": msgspec.structs.replace(every, leaves=every.leaves[:2], rows={}),
    }
    path = tmp_path / "wrong.json"
    for name, changed in wrong.items():
        path.write_bytes(msgspec.json.encode(changed))
        result = commands.run("verify-row", path)
        assert result.returncode == 1, name
        assert result.stderr.decode().startswith("✗")
    stranger = SigningKey.generate(good.log_vkey.partition("+")[0]).verifier.vkey
    by_another = commands.run("verify-row", file, "--log", stranger)
    assert (by_another.returncode, "[row.key]" in by_another.stderr.decode()) == (1, True)
    assert "[note.vkey_malformed]" in commands.refused("verify-row", file, "--log", "another+00000000+x")
    path.write_text("{}", encoding="utf-8")
    commands.refused("verify-row", path)


def test_the_page_of_a_roll_names_nobody(signer: Signer, roll: int) -> None:
    text = signer.fetch(f"entries/{roll}", accept="text/html")
    assert "分红发放清册，共 3 行" in text
    assert "242.00" in text
    assert all(who not in text for who in HOUSEHOLDS)


def test_a_roll_is_booked_once(signer: Signer, roll: int, tmp_path: Path) -> None:
    lines = [{"account": "10201", "debit_fen": TOTAL}, {"account": "301", "credit_fen": TOTAL}]
    again = written(tmp_path / "v.json", slip(lines=lines, roll=roll_id(signer, roll)))
    assert "已由凭证" in signer.refused("post", again, by="accountant head")


# --------------------------------------------------------------------------------------- a person


def test_all_that_is_held_on_a_person_then_nothing(
    commands: Commands, signer: Signer, posted: tuple[Path, dict[str, Any]], roll: int, tmp_path: Path
) -> None:
    entry = posted[1]["index"]
    commands.good("subject", "export", "--subject", "H-1", "--book", BOOK, "--out", tmp_path / "held")
    told = json.loads((tmp_path / "held" / "subject.json").read_text(encoding="utf-8"))
    assert {(one["entry"], one["name"]) for one in told["held"]} == {
        (entry, "memo"),
        (entry, "party"),
        (entry, "phone"),
        (roll, "row"),
    }
    assert "13700137003" in (tmp_path / "held" / "subject.txt").read_text(encoding="utf-8")
    commands.good("export", "bundle", tmp_path / "before.zip", "--book", BOOK)
    address = f"{signer.url}/books/{BOOK}"
    before = json.loads(commands.good("verify", address, "--format", "json"))
    assert before["ok"]
    assert before["disclosures"]["disclosed"] >= 1

    request = tmp_path / "erasure.json"
    commands.good(
        "subject", "erasure", "--subject", "H-1", "--basis", "consent", "--book", BOOK, "--out", request
    )
    signer.good("erase", request, by="head supervisor township")

    commands.refused("subject", "export", "--subject", "H-1", "--book", BOOK, "--out", tmp_path / "held")
    after = json.loads(commands.good("verify", address, "--format", "json"))
    assert after["ok"]
    assert after["disclosures"]["erased"] == 3
    assert after["disclosures"]["rows_erased"] == 1
    assert "陈家老屋" not in commands.good("verify", address)
    assert "陈家老屋" not in signer.fetch(f"entries/{entry}", accept="text/html")
    commands.good("export", "bundle", tmp_path / "after.zip", "--book", BOOK)
    assert "陈家老屋" in commands.good("verify", tmp_path / "before.zip")
    assert "陈家老屋" not in commands.good("verify", tmp_path / "after.zip")
    commands.good("export", "row", str(roll), tmp_path / "rows", "--book", BOOK)
    rows = sorted((tmp_path / "rows").iterdir())
    assert len(rows) == 2
    for file in rows:
        assert "✓" in commands.good("verify-row", file)
    commands.good("export", "rows", str(roll), tmp_path / "rows.json", "--book", BOOK)
    assert "其余 1 行未出示或已删除" in commands.good("verify-row", tmp_path / "rows.json")


def test_a_basis_that_is_none_is_refused(commands: Commands, posted: object, tmp_path: Path) -> None:
    assert posted
    path = tmp_path / "v.json"
    commands.refused(
        "subject", "erasure", "--subject", "H-9", "--basis", "because", "--book", BOOK, "--out", path
    )
    assert not path.exists()

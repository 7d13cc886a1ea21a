"""What is published of each period beside a log: every form is compared, and none may be left out."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audit.bundle import write_bundle
from audit.figures import Figures
from audit.monitor import StateStore, follow
from audit.published import published_bytes
from audit.replay import Replay
from audit.source import FolderSource, open_source
from audit.statements import FORMS, Periods
from audit.verify import verify
from tests.audit.conftest import MemorySource
from tests.audit.test_source import Quiet, running
from tests.audit.test_verify import found
from tests.vectors.honest import TRANSFERRED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.statements import Form

FILES = TRANSFERRED.files()
SHEET, INCOME, DETAILS = (
    f"{form}/2026-12.json" for form in ("balance-sheet", "income-statement", "income-details")
)
STATEMENTS = [form.name for form in FORMS[1:]]


def altered(path: str, change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    """Return the files with one that is published changed."""
    published = json.loads(FILES[path])
    change(published)
    return FILES | {path: json.dumps(published).encode()}


def line(published: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the line of a statement by its key or account."""
    lists = [lines for lines in published.values() if isinstance(lines, list)]
    [one] = [each for lines in lists for each in lines if key in {each.get("key"), each.get("account")}]
    return one  # type: ignore[no-any-return]


def test_a_year_with_transfers_is_green_in_every_form() -> None:
    report = verify(MemorySource(FILES))
    assert found(report) == []
    of_one_year = 12  # the plan
    assert {check.name: check.count for check in report.checks}["balances"] == 13 * (
        len(FORMS) - 1
    ) + of_one_year


def test_the_figures_of_the_year_worked_out_by_hand() -> None:
    income = json.loads(FILES[INCOME])
    amounts = {row["key"]: row["amount_fen"] for row in income["lines"] if row["amount_fen"]}
    assert amounts == {
        "operating_income": 120_000,
        "administration": 32_650,
        "operating_surplus": 87_350,
        "total_surplus": 87_350,
        "net_surplus": 87_350,
        "distributable": 87_350,
        "appropriated": 6_000,
        "undistributed": 81_350,
    }
    assert income["off_by_fen"] == 0
    details = json.loads(FILES[DETAILS])
    figures = [(row["account"], row["month_fen"], row["year_fen"]) for row in details["rows"]]
    assert figures == [("501", 0, 120_000), ("51301", 0, 32_650)]


@pytest.mark.parametrize(
    ("path", "change", "zh", "en"),
    [
        (
            SHEET,
            lambda it: line(it, "capital").update(closing_fen=4_150_000),
            "资产负债表与日志不符：项目 资本 的期末余额公布为 41,500.00 元，按日志应为 40,500.00 元",
            "line Capital, closing balance: 41,500.00 yuan published, 40,500.00 yuan by the log",
        ),
        (
            INCOME,
            lambda it: line(it, "operating_income").update(amount_fen=420_000),
            "收益及收益分配表与日志不符：项目 一、经营收入 的本年累计公布为 4,200.00 元，按日志应为 1,200.00 元",
            "line Operating income, amount of the year: 4,200.00 yuan published, 1,200.00 yuan by the log",
        ),
        (
            INCOME,
            lambda it: line(it, "welfare_expenses").update(name="其他"),
            "收益及收益分配表与日志不符：项目 减：公益支出 的一行缺失、不在其位或名称不同",
            "the row of line Less: public-welfare expenses is missing, out of place or named otherwise",
        ),
        (
            DETAILS,
            lambda it: line(it, "51301").update(year_fen=2_650),
            "收支明细表与日志不符：科目 51301 办公费 的本年累计公布为 26.50 元，按日志应为 326.50 元",
            "account 51301 办公费, amount of the year: 26.50 yuan published, 326.50 yuan by the log",
        ),
        (
            DETAILS,
            lambda it: it.update(difference_year_fen=0),
            "收支明细表与日志不符：difference_year_fen",
            "difference_year_fen",
        ),
    ],
    ids=["sheet", "income", "name", "details", "difference"],
)
def test_a_difference_names_form_line_and_column_and_both_amounts(
    path: str, change: Callable[[dict[str, Any]], object], zh: str, en: str
) -> None:
    [finding] = verify(MemorySource(altered(path, change))).findings
    said = {form.name: form.said.en for form in FORMS}[path.split("/", maxsplit=1)[0]]
    assert (finding.rule, finding.zh) == ("audit.published", f"公布的 2026-12 {zh}")
    assert finding.en == f"the published {said} of 2026-12 does not follow from the log: {en}"


@pytest.mark.parametrize("form", STATEMENTS)
def test_what_is_withheld_of_a_form_is_named(form: str) -> None:
    left = {path: data for path, data in FILES.items() if path != f"{form}/2026-06.json"}
    [finding] = verify(MemorySource(left)).findings
    assert finding.rule == "audit.withheld"
    assert finding.en.endswith("is not published: 2026-06")
    none = {path: data for path, data in FILES.items() if not path.startswith(f"{form}/")}
    [*_, remark] = verify(MemorySource(none)).remarks
    assert remark.rule == "audit.form_absent"
    assert remark.en.endswith(f"not compared: {next(it.said.en for it in FORMS if it.name == form)}")
    assert verify(MemorySource(none)).ok, "an export of old"
    assert found(verify(MemorySource(none, promises=True))) == [("audit.withheld", None)], "a server has all"


def quiet_month(form: Form, period: str = "2027-03") -> dict[str, bytes]:
    """Return what an honest program publishes in a form of a month that has no voucher yet."""
    replay = Replay()
    verify(MemorySource(FILES), replay=replay)
    computed = Periods(replay.book, replay.figures).period(period)
    return {f"{form.name}/{period}.json": published_bytes(form, computed)}


@pytest.mark.parametrize("form", [form for form in FORMS if form.name != "budget"], ids=lambda it: it.name)
def test_a_month_without_a_voucher_is_compared_where_it_is_published(form: Form) -> None:
    [(path, data)] = quiet_month(form).items()
    report = verify(MemorySource(FILES | {path: data}))
    assert (report.ok, report.remarks) == (True, verify(MemorySource(FILES)).remarks)
    lied = data.replace(b'_fen":', b'_fen":9', 1)
    assert found(verify(MemorySource(FILES | {path: lied}))) == [("audit.published", None)]


class Exported(Quiet):
    """A server of files that answers no query, but for the report that is shown first."""

    def do_GET(self) -> None:  # noqa: N802 -- http.server's name
        """Give a file."""
        if "?" in self.path:
            self.send_error(404)
        else:
            super().do_GET()


def test_the_month_that_a_server_shows_first_is_compared(tmp_path: Path) -> None:
    """The month of today has no voucher yet, and most readers see no other."""
    shown = {path: data for form in FORMS[:4] for path, data in quiet_month(form).items()}
    for path, data in (FILES | shown).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "trial-balance.json").write_bytes(shown["trial-balance/2027-03.json"])
    with running(partial(Exported, directory=str(tmp_path))) as url:
        report = verify(open_source(url))
        assert {check.name: check.count for check in report.checks}["balances"] == 13 * 4 + 12 + 4
        assert report.ok
        sheet = tmp_path / "balance-sheet/2027-03.json"
        sheet.write_bytes(sheet.read_bytes().replace(b'"closing_fen":', b'"closing_fen":9', 1))
        assert found(verify(open_source(url))) == [("audit.published", None)]
        (tmp_path / "trial-balance.json").write_bytes(b"{}")
        assert ("audit.published", None) in found(verify(open_source(url)))


def only_trial_balances() -> dict[str, bytes]:
    """Return the files as they were exported before there were statements among them."""
    return replace(TRANSFERRED, statements=False).files()


def test_old_exports_are_good(tmp_path: Path) -> None:
    files = only_trial_balances()
    assert not any(path.startswith(tuple(STATEMENTS)) for path in files)
    for path, data in files.items():
        (tmp_path / "log" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / path).write_bytes(data)
    write_bundle(tmp_path / "log.zip", files.items())
    for name in ("log", "log.zip"):
        report = verify(open_source(str(tmp_path / name)))
        assert report.ok
        assert {check.name: check.count for check in report.checks}["balances"] == 13


def test_nothing_is_looked_for_where_a_form_has_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, data in only_trial_balances().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    asked: list[str] = []
    fetch = FolderSource.fetch

    def asked_for(self: FolderSource, path: str) -> bytes:
        asked.append(path)
        return fetch(self, path)

    monkeypatch.setattr(FolderSource, "fetch", asked_for)
    assert verify(FolderSource(tmp_path)).ok
    assert [path for path in asked if path.startswith(tuple(STATEMENTS))] == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, b'{"entries":{}}', b'{"entries":13,"lines":7}'],
)
def test_what_is_no_statement_is_found(data: bytes) -> None:
    assert found(verify(MemorySource(FILES | {INCOME: data}))) == [("audit.published", None)]


# --- what is remembered


def test_transfers_alone_are_kept_of_vouchers_and_come_back_from_the_monitor() -> None:
    replay = Replay()
    assert verify(MemorySource(FILES), replay=replay).ok
    figures = replay.figures
    assert figures.transfers == {
        "2026-12": {
            "501": (100_000, 0),
            "51301": (0, 32_650),
            "321": (100_000, 100_000),
            "322": (6_000, 67_350),
            "311": (0, 6_000),
        },
        "2027-01": {"322": (20_000, 0), "113": (0, 20_000)},
    }
    encoded = msgspec.msgpack.encode(figures)
    assert msgspec.msgpack.decode(encoded, type=Figures) == figures
    assert len(encoded) < 400


def test_the_monitor_finds_a_changed_statement_though_the_log_did_not_grow(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    newest = "income-statement/2027-01.json"
    changed = altered(newest, lambda it: line(it, "to_members").update(amount_fen=0))
    rules = []
    for files in (FILES, changed, FILES):
        (outcome,) = follow(["here"], store, opened=lambda _, files=files: MemorySource(files))  # type: ignore[misc]
        rules.append([found.rule for found in outcome.findings])
    assert rules == [[], ["audit.published"], []]

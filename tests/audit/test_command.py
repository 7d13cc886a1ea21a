"""`python -m audit`, as a stranger runs it: exit codes, output, and nothing of the server loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.report import Finding, Report
from tests.audit.conftest import BUNDLE

if TYPE_CHECKING:
    from tests.audit.conftest import Export

ROOT = Path(__file__).parents[2]
SERVERS = ("psycopg", "psycopg_pool", "fastapi", "pydantic", "eventsourcing", "httpx", "typer", "rich", "api")


def audit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "audit", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a log's files below a folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


@pytest.fixture
def forged(exported: Export, tmp_path: Path) -> Path:
    """A folder in which the amount of the voucher at 12 was altered, bundle and nothing else."""
    bundle = exported.files[BUNDLE].replace(b'_fen":23650', b'_fen":23651')
    return write(tmp_path / "forged", exported.files | {BUNDLE: bundle})


def test_good_log_exits_with_0(exported: Export) -> None:
    result = audit(exported.folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "小河村经济合作社" in result.stdout
    assert f"根 root: {exported.log.book().root()}" in result.stdout
    assert "--anchor" in result.stdout
    assert result.stdout.endswith("核对无误 / verified\n")
    assert "✗" not in result.stdout


def test_a_folder_from_which_one_periods_balances_were_taken_is_found(
    exported: Export, tmp_path: Path
) -> None:
    """An export writes the trial balance of every period."""
    left = {path: data for path, data in exported.files.items() if path != "trial-balance/2026-02.json"}
    result = audit(write(tmp_path / "log", left))
    assert result.returncode == 1
    assert "[audit.withheld]" in result.stdout
    assert "2026-02" in result.stdout


def test_a_folder_without_balances_says_that_none_was_compared(exported: Export, tmp_path: Path) -> None:
    bare = {path: data for path, data in exported.files.items() if not path.endswith(".json")}
    folder = write(tmp_path / "log", bare)
    (folder / "trial-balance").mkdir()
    result = audit(folder)
    assert result.returncode == 0
    [line] = [line for line in result.stdout.splitlines() if "published balances" in line]
    assert line.startswith("–")
    assert "没有随日志公布余额" in line
    assert "no balances were published with this log" in line
    assert "no balances were published" not in audit(exported.folder).stdout


def test_findings_exit_with_1_and_name_the_entry(forged: Path) -> None:
    result = audit(forged)
    assert (result.returncode, result.stderr) == (1, "")
    assert "第 12 号记录 entry 12" in result.stdout
    assert "[signature.invalid]" in result.stdout
    assert "✗" in result.stdout


@pytest.mark.parametrize("name", ["nothing", "empty", "file"])
def test_what_cannot_be_read_exits_with_2(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = audit(tmp_path / name)
    assert (result.returncode, result.stdout) == (2, "")
    assert "[audit." in result.stderr
    assert " / " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/books/N2330881MF0000021R", "http://[bad", "http://127.0.0.1:9/村"]
)
def test_server_that_is_away_exits_with_2(url: str) -> None:
    result = audit(url)
    assert result.returncode == 2
    assert result.stderr.startswith("[audit.unreadable]")


def test_wrong_use_exits_with_2() -> None:
    assert audit().returncode == 2
    assert audit("--format", "yaml", ".").returncode == 2


@pytest.mark.parametrize("place", ["nowhere", "nowhere.tlog-proof", "a" * 300])
def test_what_could_not_run_says_so_in_json_too(place: str) -> None:
    result = audit(place, "--format", "json")
    said = json.loads(result.stdout)
    assert (result.returncode, said["ok"], said["error"]["rule"]) == (2, False, "audit.unreadable")
    assert result.stderr == f"[audit.unreadable] {said['error']['zh']} / {said['error']['en']}\n"


def test_many_findings_are_told_in_ten_lines(exported: Export, tmp_path: Path) -> None:
    """An early flip breaks what every later signer had seen; whoever wants all of it asks for JSON."""
    bundle = bytearray(exported.files[BUNDLE])
    bundle[300] ^= 1
    folder = write(tmp_path / "flipped", exported.files | {BUNDLE: bytes(bundle)})
    findings = json.loads(audit(folder, "--format", "json").stdout)["findings"]
    said = audit(folder).stdout.splitlines()
    assert len(findings) > 11
    assert len([line for line in said if line.startswith("  ! ")]) == 10
    [more] = [line for line in said if line.startswith("  … ")]
    assert f"还有 {len(findings) - 10} 个" in more
    assert f"and {len(findings) - 10} more that follow" in more
    assert "--format json" in more
    assert said[-1] == f"发现 {len(findings)} 个问题 / findings"


def test_ten_findings_are_told_whole() -> None:
    report = Report()
    check = report.check("rules", "规则", "rules")
    for index in range(10):
        report.find(check, Finding("entry.seen", index, "有误", "wrong"))
    assert report.as_text().count("[entry.seen]") == 10
    assert "…" not in report.as_text()


def test_json_of_a_good_log(exported: Export) -> None:
    result = audit(exported.folder, "--format", "json")
    report = json.loads(result.stdout)
    assert result.returncode == 0
    assert report["ok"] is True
    assert (report["entries"], report["root"]) == (19, exported.log.book().root())
    assert report["findings"] == []
    assert {tuple(check) for check in report["checks"]} == {("name", "ok", "count", "failed")}
    assert all(check["ok"] and check["count"] for check in report["checks"])


def test_json_of_findings(forged: Path) -> None:
    result = audit(forged, "--format", "json")
    report = json.loads(result.stdout)
    assert result.returncode == 1
    assert report["ok"] is False
    first = report["findings"][0]
    assert set(first) == {"rule", "entry", "message"}
    assert (first["rule"], first["entry"]) == ("signature.invalid", 12)
    assert {check["name"] for check in report["checks"] if not check["ok"]} == {
        "signatures",
        "root",
        "tiles",
        "balances",
    }


def test_other_processes_find_the_same(forged: Path) -> None:
    alone, together = (json.loads(audit(forged, "--format", "json", *more).stdout) for more in ((), TWO))
    assert together == alone


TWO = ("--processes", "2")


def test_anchor_pins_the_township(exported: Export) -> None:
    township = exported.log.keyring.key("township").verifier.vkey
    accountant = exported.log.keyring.key("accountant").verifier.vkey
    right = audit(exported.folder, "--anchor", township)
    assert right.returncode == 0
    assert "--anchor" not in right.stdout
    wrong = audit(exported.folder, "--anchor", accountant)
    assert wrong.returncode == 1
    assert "[audit.anchor]" in wrong.stdout


def test_kept_checkpoint_is_extended_or_told(exported: Export, hamlet: Export, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(exported.files["checkpoint"])
    assert audit(exported.folder, "--kept", str(kept)).returncode == 0
    kept.write_bytes(hamlet.files["checkpoint"])
    foreign = audit(exported.folder, "--kept", str(kept))
    assert foreign.returncode == 1
    assert "[audit.kept_foreign]" in foreign.stdout
    kept.write_bytes(b"hello\n")
    for file in (kept, tmp_path / "nothing"):
        result = audit(exported.folder, "--kept", str(file))
        assert (result.returncode, result.stdout) == (2, "")
        assert " / " in result.stderr


def test_audit_loads_nothing_of_the_server(exported: Export) -> None:
    """What a stranger installs alone: msgspec, pynacl and this package, on an isolated interpreter."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from audit.__main__ import main; "
        "code = main([sys.argv[2], '--format', 'json']); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-I", "-c", code, str(ROOT), str(exported.folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    loaded = set(result.stderr.split())
    assert result.returncode == 0
    assert {"audit", "domain", "msgspec", "nacl"} <= loaded
    assert not loaded & {*SERVERS, "projections", "migrations"}

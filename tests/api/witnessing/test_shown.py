"""What a villager and a program see of witnessing: pages in words, checkpoints, the policy, proofs, exports."""

from __future__ import annotations

import csv
import io
import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from openpyxl import load_workbook

from api.adapters.tlog_export import Beside, export_bundle, export_tlog
from api.clock import CHINA, posix_seconds
from api.serving import free_port, serving
from audit.bundle import BundleSource
from audit.proving import prove
from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.policy import parse_policy
from audit.tlog.proof_file import parse_proof_file
from audit.witnessed import Asked
from domain.kernel.note import parse_note
from projections import witnessing
from tests.api.http.test_pages import CONTRAST, PHONE, SMALL_TARGETS, open_page
from tests.api.witnessing.conftest import BOOK, NAMES, ORIGIN, line, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from api.composition import Service
    from tests.api.witnessing.conftest import Village

PAGE = f"/books/{BOOK}"


@contextmanager
def site(village: Village) -> Iterator[tuple[Service, httpx.Client]]:
    """Serve the village, with a client on it that asks as a browser does."""
    with (
        village.service() as service,
        serving(service, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=url, headers={"Accept": "text/html,*/*"}) as client,
    ):
        yield service, client


def opened(village: Village, service: Service) -> None:
    village.import_(service)
    village.trust(service)
    until(lambda: village.cosigned(service)[-1:] == [(6, 3)])


def grown_unwitnessed(village: Village, service: Service) -> None:
    """Let the log grow by one entry that two of the three do not answer to."""
    for name in ("county", "peer"):
        village.witnesses[name].says = (500, b"")
    village.import_(service, line(2))
    until(lambda: village.cosigned(service)[-1:] == [(7, 1)])
    until(lambda: service.witnesses.problem(BOOK, "peer"))


def witnesses(client: httpx.Client) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"{PAGE}/witnesses.json").json()
    return body


def test_a_witnessed_book_says_by_whom_and_when(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        home = client.get(PAGE).text
        assert "已见证。" in home
        assert (
            "county、peer、town" in home or "、".join(sorted(NAMES)) in home or "见证了全部 6 条记录" in home
        )
        assert "见证中" not in home
        entry = client.get(f"{PAGE}/entries/3").text
        assert "已见证。" in entry
        assert "见证过含有它的前 6 条记录" in entry
        body = witnesses(client)
        assert (body["book"], body["size"], body["witnessed"], body["missing"]) == (BOOK, 6, True, [])
        assert body["quorum"]["size"] == 6
        assert len(body["quorum"]["by"]) >= 2
        assert [one["name"] for one in body["witnesses"]] == list(NAMES)
        assert {(one["size"], one["lag_entries"], one["lag_seconds"]) for one in body["witnesses"]} == {
            (6, 0, 0)
        }
        assert body["alarms"] == []


def test_a_book_that_waits_says_for_whom(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        grown_unwitnessed(village, service)
        time.sleep(1.1)
        home = client.get(PAGE).text
        assert "见证中。" in home
        assert "最新的 1 条记录还在等 county、peer 见证" in home
        assert "此前的 6 条已由" in home
        assert "见证中。" in client.get(f"{PAGE}/entries/6").text
        assert "已见证。" in client.get(f"{PAGE}/entries/5").text
        signers = client.get(f"{PAGE}/signers").text
        assert "1 条，不到 1 分钟" in signers
        body = witnesses(client)
        assert (body["size"], body["witnessed"], body["missing"]) == (7, False, ["county", "peer"])
        assert body["quorum"]["size"] == 6
        lags = {one["name"]: (one["lag_entries"], one["lag_seconds"] > 0) for one in body["witnesses"]}
        assert lags == {"town": (0, False), "county": (1, True), "peer": (1, True)}
        problems = {one["name"]: one["problem"] for one in body["witnesses"]}
        assert problems["town"] is None
        assert "HTTP 500" in problems["peer"]
        village.witnesses["peer"].says = None
        until(lambda: witnesses(client)["witnessed"])
        assert "已见证。" in client.get(f"{PAGE}/entries/6").text


def test_a_history_says_when_each_entry_was_witnessed(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        grown_unwitnessed(village, service)
        rows = {row["entry"]: row for row in client.get(f"{PAGE}/history/101.json").json()["rows"]}
        quorum = datetime.fromisoformat(witnesses(client)["quorum"]["at"])
        assert rows.keys() == {2, 3, 5, 6}
        assert datetime.fromisoformat(rows[5]["witnessed_at"]) == quorum
        assert rows[6]["witnessed_at"] is None
        said = client.get(f"{PAGE}/history/101").text
        assert said.count("已见证") == 3
        shown = quorum.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        table = list(
            csv.reader(client.get(f"{PAGE}/history/101.csv").text.removeprefix("\ufeff").splitlines())
        )
        assert [row[table[0].index("见证时间")] for row in table[1:]] == [shown, shown, shown, "", ""]
        sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}/history/101.xlsx").content)).active
        assert sheet is not None
        times = [str(row[10] or "") for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert times == [shown, shown, shown, "", ""]
        village.witnesses["peer"].says = None
        until(lambda: client.get(f"{PAGE}/history/101").text.count("已见证") == 4)


def test_the_checkpoints_are_served_with_their_cosignatures(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        grown_unwitnessed(village, service)
        key = service.log_keys.key_of(ORIGIN)
        policy = parse_policy(client.get(f"{PAGE}/policy").content)
        assert policy.text == village.policy.read_bytes()
        assert key is not None
        found = {}
        for path in ("checkpoint", "checkpoint/witnessed"):
            answer = client.get(f"{PAGE}/{path}")
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            checkpoint = open_checkpoint(answer.content, key.verifier)
            verdict = policy.judge(checkpoint, parse_note(answer.content).signatures, posix_seconds())
            found[path] = (checkpoint.size, verdict.reached, sorted(verdict.signed), verdict.bad)
        assert found == {
            "checkpoint": (7, False, ["town"], ()),
            "checkpoint/witnessed": (6, True, sorted(NAMES), ()),
        }


def test_a_proof_carries_the_cosignatures_that_are_there(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        key = service.log_keys.key_of(ORIGIN)
        assert key is not None
        proof = parse_proof_file(client.get(f"{PAGE}/proof/2").content)
        checkpoint = proof.check(client.get(f"{PAGE}/entries/2.note").content, key.verifier)
        policy = parse_policy(village.policy.read_bytes())
        assert policy.judge(checkpoint, parse_note(proof.checkpoint).signatures, posix_seconds()).reached


def test_a_proof_to_take_away_stands_under_the_newest_checkpoint_that_is_witnessed(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        grown_unwitnessed(village, service)
        key = service.log_keys.key_of(ORIGIN)
        assert key is not None
        policy = parse_policy(village.policy.read_bytes())
        found = {}
        with service.pool.connection() as connection:
            for index in (5, 6):
                note = client.get(f"{PAGE}/entries/{index}.note").content
                for wanted in (policy, None):
                    data = witnessing.proof_at(connection, BOOK, wanted, index, note)
                    proof = prove(data, key.verifier.vkey, asked=Asked(policy, posix_seconds()))
                    rules = [found.rule for found in proof.report.findings]
                    found[index, wanted is policy] = (proof.report.entries, rules)
    assert found == {
        (5, True): (6, []),
        (5, False): (7, ["audit.no_quorum"]),
        (6, True): (7, ["audit.no_quorum"]),
        (6, False): (7, ["audit.no_quorum"]),
    }


def test_exports_hold_the_policy_and_the_cosigned_checkpoint(village: Village, tmp_path: Path) -> None:
    with site(village) as (service, client):
        opened(village, service)
        served = {path: client.get(f"{PAGE}/{path}").content for path in ("checkpoint", "policy", "log.vkey")}
        with service.pool.connection() as connection:
            export_tlog(connection, BOOK, tmp_path / "log", beside=Beside(service.witnesses.policy))
            export_bundle(connection, BOOK, tmp_path / "log.zip", beside=Beside(service.witnesses.policy))
            export_tlog(connection, BOOK, tmp_path / "plain")
    bundle = BundleSource(tmp_path / "log.zip")
    for path, data in served.items():
        assert (tmp_path / "log" / path).read_bytes() == data == bundle.fetch(path)
    assert not (tmp_path / "plain" / "policy").exists()


def test_an_alarm_is_shown_until_the_witness_signs_again(village: Village) -> None:
    with site(village) as (service, client):
        opened(village, service)
        village.witnesses["peer"].says = (409, b"1000\n")
        village.import_(service, line(2))
        until(lambda: witnesses(client)["alarms"])
        (alarm,) = witnesses(client)["alarms"]
        assert (alarm["witness"], alarm["kind"], alarm["seen"], alarm["size"]) == ("peer", "ahead", 1000, 7)
        home = client.get(PAGE).text
        assert "警报。" in home
        assert "说它见证过 1000 条记录，而本日志当时只有 7 条" in home
        assert "没有出示证据" in home
        village.witnesses["peer"].says = None
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        assert "警报" not in client.get(PAGE).text


def test_without_a_quorum_ever_there_is_no_witnessed_checkpoint(village: Village) -> None:
    with site(village) as (service, client):
        village.import_(service)
        until(lambda: service.witnesses.problem(BOOK, "town"))
        assert client.get(f"{PAGE}/checkpoint/witnessed", headers={"Accept": "*/*"}).json()["rule"] == (
            "checkpoint.not_witnessed"
        )
        home = client.get(PAGE).text
        assert "最新的 6 条记录还在等 town、county、peer 见证" in home
        assert "还没有见证过" in client.get(f"{PAGE}/signers").text
        assert witnesses(client)["quorum"] is None


def test_without_a_policy_the_page_says_so(village: Village) -> None:
    village.policy.write_text("quorum none\n", encoding="utf-8")
    with site(village) as (service, client):
        village.import_(service)
        assert "还没有请见证人" in client.get(PAGE).text
        assert "见证中" not in client.get(f"{PAGE}/entries/3").text
        for path in ("policy", "witnesses.json", "checkpoint/witnessed"):
            answer = client.get(f"{PAGE}/{path}", headers={"Accept": "*/*"})
            assert (answer.status_code, answer.json()["rule"]) == (404, "log.no_policy")


def test_a_time_beyond_the_calendar_breaks_no_page(village: Village) -> None:
    """Whoever can write into the table cannot take the pages down."""
    with site(village) as (service, client):
        opened(village, service)
        with psycopg.connect(village.url) as connection:
            copy = "INSERT INTO cosignatures SELECT book, vkey, size, 9223372036854775807, line FROM cosignatures"
            connection.execute(copy)
        for path in ("", "/signers", "/entries/1", "/witnesses.json"):
            assert client.get(f"{PAGE}{path}").status_code == 200


@pytest.mark.e2e
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_the_pages_fit_a_narrow_phone(
    village: Village, chromium: Browser, tmp_path: Path, *, elder: bool
) -> None:
    with site(village) as (service, client):
        opened(village, service)
        village.witnesses["peer"].says = (409, b"1000\n")
        village.witnesses["county"].says = (500, b"")
        village.import_(service, line(2))
        until(lambda: witnesses(client)["alarms"])
        for number, path in enumerate(("", "/signers", "/entries/6", "/entries/5")):
            page, complaints = open_page(chromium, f"{client.base_url}{PAGE}{path}", elder=elder)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(SMALL_TARGETS, 60 if elder else 44) == [], path
            assert [complaint for complaint in complaints if "404" not in complaint] == []
            page.screenshot(path=tmp_path / f"{number}-{elder}.png", full_page=True)
            page.context.close()

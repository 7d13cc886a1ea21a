"""What the verifier says of the private values of a book that it reads over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.source import HttpSource
from audit.verify import verify
from domain.kernel.disclosure import digest_of
from tests.api.disclosures.private import erase, keep, posted, salted, state_of
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def test_a_forged_disclosure_is_a_finding(door: Door) -> None:
    class Forging(HttpSource):
        def fetch(self, path: str) -> bytes:
            forged = f"{salted('party', '冒名')}\nno disclosure\n".encode() if path == "disclosures" else b""
            return super().fetch(path) + forged

    report = verify(Forging(f"{door.url}/books/{BOOK}"))
    assert sorted(found.rule for found in report.findings) == ["audit.disclosure", "disclosure.malformed"]


def test_what_is_erased_and_still_published_is_a_finding(door: Door) -> None:
    party = salted("party", "删后仍公布的户")
    entry = posted(door, party)
    erased = erase(door, digest_of(party))

    class Clinging(HttpSource):
        def fetch(self, path: str) -> bytes:
            return super().fetch(path) + (f"{party}\n".encode() if path == "disclosures" else b"")

    class Meanwhile(HttpSource):
        """What was published when the reading began was erased while it went on."""

        asked = 0

        def fetch(self, path: str) -> bytes:
            self.asked += path == "disclosures"
            return super().fetch(path) + (
                f"{party}\n".encode() if path == "disclosures" and self.asked == 1 else b""
            )

    address = f"{door.url}/books/{BOOK}"
    report = verify(Clinging(address))
    assert [(found.rule, found.entry) for found in report.findings] == [("audit.disclosure_erased", erased)]
    assert state_of(report.as_object()["disclosures"], digest_of(party))["entry"] == entry
    assert verify(Meanwhile(address)).ok


def test_the_report_says_in_words_how_each_digest_is(door: Door) -> None:
    public, withheld, gone = (salted("party", name) for name in ("言明的户", "未言的户", "已删的户"))
    entry = posted(door, public, withheld, gone)
    keep(door, entry, (public, "H-14", "public"))
    erased = erase(door, digest_of(gone))
    text = verify(HttpSource(f"{door.url}/books/{BOOK}")).as_text()
    assert (
        f'{digest_of(public)}: 已公开，与摘要相符 / disclosed, and fits the digest party = "言明的户"' in text
    )
    assert digest_of(withheld) not in text, "it tells nobody anything; the JSON has it"
    assert (
        f"  第 {entry} 号记录 entry {entry}: 1 项已依法删除 / 1 erased（第 {erased} 号记录 entry {erased}）"
        in text
    )
    count = text.partition(f"  第 {entry} 号记录 entry {entry}: ")[2].partition(" ")[0]
    assert f"  第 {entry} 号记录 entry {entry}: {count} 项未公开 / {count} withheld\n" in text
    assert "invalid" not in text
    assert "核对无误 / verified" in text

"""Private values at the door: posted by their digests, handed in, read by tier, erased, and verified as anyone can."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from itertools import count
from typing import TYPE_CHECKING, Any

from audit.source import HttpSource
from audit.verify import verify
from domain.kernel.disclosure import disclosure, hidden
from domain.privacy import Erasure, SubjectErased
from domain.vouchers import Attachments, SaltedLine, SaltedVoucher, SaltedVoucherPosted
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from api.disclosures import Selection, Tier
    from tests.api.http.conftest import Door

ERASERS = ("head", "supervisor", "township")
_made = count()


def salted(name: str, value: Any) -> str:  # noqa: ANN401 -- any JSON
    return disclosure(hashlib.sha256(f"{next(_made)}".encode()).digest()[:16], name, value)


def slip(on_line: list[str], on_voucher: list[str] | None = None) -> SaltedVoucher:
    lines = [
        SaltedLine(account="10201", debit_fen=1_000, digests=hidden(on_line)),
        SaltedLine(account="50103", credit_fen=1_000),
    ]
    return SaltedVoucher(
        attachments=Attachments(count=1),
        date="2026-04-02",
        digests=hidden(on_voucher or []),
        lines=lines,
        summary="退还押金",
    )


def posted(door: Door, *on_line: str, on_voucher: list[str] | None = None) -> int:
    answer = door.post(door.note(slip(list(on_line), on_voucher), SaltedVoucherPosted), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def keep(door: Door, entry: int, *given: tuple[str, str, str]) -> Any:  # noqa: ANN401 -- an answer
    content = {
        "entry": entry,
        "disclosures": [{"disclosure": one, "subject": who, "tier": tier} for one, who, tier in given],
    }
    return door.client.post(f"/books/{BOOK}/disclosures", json=content)


def erase(door: Door, *digests: str) -> int:
    data = Erasure(basis="consent", digests=sorted(digests))
    answer = door.post(door.note(data, SubjectErased, *ERASERS), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def page(door: Door, entry: int) -> str:
    answer = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def readable(door: Door, reader: Tier, selection: Selection) -> set[str]:
    with door.service.pool.connection() as connection:
        return {
            str(one.said.value) for one in door.service.disclosures.read(connection, BOOK, reader, selection)
        }


def checked(door: Door) -> dict[str, Any]:
    """Verify the book over HTTP, as anyone can; there is no finding."""
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
    outside: dict[str, Any] = report.as_object()["disclosures"]
    return outside


def state_of(outside: dict[str, Any], digest: str) -> dict[str, Any]:
    [found] = [one for one in outside["digests"] if one["digest"] == digest]
    return dict(found)

"""Original documents: kept as they are, shown to those at work alone, and booked once."""

from __future__ import annotations

import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from api.attachments import MAX_BYTES
from api.drafting import store
from api.drafting.originals import take_turn
from domain.drafts import Draft
from domain.entry import unsigned_text
from domain.vouchers import Voucher
from tests.api import einvoices
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.at_work import Person
    from tests.api.http.conftest import Door

ATTACHMENTS = f"/books/{BOOK}/attachments"
XML = b'<?xml version="1.0"?><Invoice number="%d"/>'

PHOTO = b"\xff\xd8\xff\xe0 photo\xff\xd9"


def ofd() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("OFD.xml", "<OFD/>")
    return packed.getvalue()


def other_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("macro.bin", "x")
    return packed.getvalue()


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM
    return (answer.status_code, answer.json()["rule"]) == (status, code)


def uploaded(person: Person, data: bytes, name: str = "发票.xml") -> dict[str, Any]:
    answer = person.client.post(ATTACHMENTS, params={"name": name}, content=data)
    assert answer.status_code == 201, answer.text
    file: dict[str, Any] = answer.json()
    return file


def with_files(*files: dict[str, Any], **changed: object) -> object:
    content = msgspec.to_builtins(voucher())
    return content | {"attachments": {"count": len(files), "files": [file | changed for file in files]}}


def drafted(person: Person, content: object) -> httpx.Response:
    return person.post("", {"type": "voucher.posted/1", "data": content})


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"%PDF-1.7 ...\n%%EOF\n", "application/pdf"),
        (b"%PDF-1.7 ...\n%%EOF\n" + b"\0" * 500, "application/pdf"),
        (PHOTO, "image/jpeg"),
        (b"\xff\xd8\xff\xe0 photo\xff\xd9 a film behind it", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n photo\0\0\0\0IEND\xaeB`\x82", "image/png"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><EInvoice/>', "application/xml"),
        (einvoices.OLD.encode(), "application/xml"),
        (b'<?xml version="1.0"?><Ticket><InvoiceNumber>1</InvoiceNumber></Ticket>', "application/xml"),
        (b'<?xml version="1.0"?><x:xbrl xmlns:x="http://www.xbrl.org/2003/instance"/>', "application/xml"),
        (ofd(), "application/ofd"),
    ],
    ids=count(),
)
def test_a_document_comes_back_as_it_was(office: Office, data: bytes, media: str) -> None:
    file = uploaded(office["cashier"], data, "a/../发票\u202e1.pdf")
    file.pop("read", None)
    assert file == {
        "media": media,
        "name": "a..发票1.pdf",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }
    got = office["head"].client.get(f"{ATTACHMENTS}/{file['sha256']}", params={"name": "发票"})
    assert got.content == data
    assert got.headers["content-type"].partition(";")[0] == media
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "attachment.size"),
        (b"<html><script>", "attachment.kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "attachment.kind"),
        (b"MZ program", "attachment.kind"),
        (other_zip(), "attachment.kind"),
        (b"PK\x03\x04 torn", "attachment.torn"),
        (ofd()[:-20], "attachment.torn"),
        (b"%PDF-1.7 ...", "attachment.torn"),
        (b"%PDF-1.7 %%EOF first page" + b"\0" * 2_000, "attachment.torn"),
        (b"\x89PNG\r\n\x1a\n photo", "attachment.torn"),
        (b"\xff\xd8\xff\xe0 photo", "attachment.torn"),
        (einvoices.xml()[:-20], "attachment.torn"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Invoice>&b;</Invoice>', "attachment.torn"),
        (b'<?xml version="1.0"?><note>buy milk</note>', "attachment.no_invoice"),
    ],
    ids=count(),
)
def test_what_is_no_document_is_not_kept(office: Office, data: bytes, code: str) -> None:
    assert refused(office["cashier"].client.post(ATTACHMENTS, content=data), 422, code)


@pytest.mark.parametrize(
    ("data", "said", "remedy"),
    [
        (other_zip(), "是压缩包", "解压"),
        (b"Rar!\x1a\x07\x01\0", "是压缩包", "解压"),
        (b"7z\xbc\xaf\x27\x1c", "是压缩包", "解压"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "是HEIC 照片", "JPEG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "是别的图片格式", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "是Word、Excel", "另存为 PDF"),
        (b"hello", "看不出是什么", "扫描件"),
    ],
    ids=count(),
)
def test_what_is_not_taken_is_named_with_what_to_do(
    office: Office, data: bytes, said: str, remedy: str
) -> None:
    answer = office["cashier"].client.post(ATTACHMENTS, params={"name": "三月的单据"}, content=data)
    assert refused(answer, 422, "attachment.kind")
    told = answer.json()["detail_zh"]
    assert all(part in told for part in ("三月的单据", said, remedy)), told
    assert "三月的单据" in answer.json()["detail"]


def test_a_file_that_is_too_large_is_named_with_the_limit(office: Office) -> None:
    person, begins = office["cashier"], b"\xff\xd8\xff"
    large = begins + b"\0" * (MAX_BYTES - len(begins) - 1) + b"\xff\xd9"
    for data in (large, large + b"\0" * 100_000):
        answer = person.client.post(ATTACHMENTS, params={"name": "全村.jpg"}, content=data)
        assert refused(answer, 422, "attachment.too_large")
        assert "附件 全村.jpg 超过 16 MiB" in answer.json()["detail_zh"]
        assert "全村.jpg has more than 16 MiB" in answer.json()["detail"]
    assert uploaded(person, begins + b"\0" * (MAX_BYTES - 5) + b"\xff\xd9", "最大.jpg")["size"] == MAX_BYTES


def test_strangers_see_and_keep_nothing(office: Office) -> None:
    file = uploaded(office["cashier"], XML % 1)
    stranger = office.stranger("head").client
    assert refused(stranger.get(f"{ATTACHMENTS}/{file['sha256']}"), 403, "session.needed")
    assert refused(stranger.post(ATTACHMENTS, content=XML % 1), 403, "session.needed")


def test_who_is_at_work_reaches_the_originals_from_the_posted_voucher(office: Office) -> None:
    file = uploaded(office["cashier"], XML % 77, "收据 77.xml")
    made = office["accountant"].make(with_files(file))
    office["accountant"].sign(made)
    entry = office["head"].sign(office["head"].get(f"/{made['id']}").json()).json()["entry"]
    office.door.service.runner.wait_for(BOOK, entry + 1, 10)
    path = f"/books/{BOOK}/entries/{entry}"
    link = f'href="{ATTACHMENTS}/{file["sha256"]}?name='
    for role in ("cashier", "head"):
        page = office[role].client.get(path, headers={"Accept": "text/html"}).text
        assert link in page
        assert "收据 77.xml" in page
    assert link not in office.stranger("head").client.get(path, headers={"Accept": "text/html"}).text


def test_a_document_that_is_damaged_is_not_shown(office: Office) -> None:
    file = uploaded(office["cashier"], XML % 2)
    home = office.door.service.settings.home / "attachments" / BOOK
    (home / file["sha256"][:2] / file["sha256"]).write_bytes(XML % 3)
    got = office["head"].client.get(f"{ATTACHMENTS}/{file['sha256']}")
    assert refused(got, 503, "attachment.damaged")


def test_a_voucher_names_only_what_is_kept_and_as_it_is(office: Office) -> None:
    accountant = office["accountant"]
    file = uploaded(accountant, XML % 4)
    assert refused(drafted(accountant, with_files(file, sha256="0" * 64)), 404, "attachment.missing")
    assert refused(drafted(accountant, with_files(file, size=1)), 422, "attachment.otherwise")
    assert refused(drafted(accountant, with_files(file, media="image/png")), 422, "attachment.otherwise")
    assert drafted(accountant, with_files(file)).status_code == 201


def test_what_waits_in_one_draft_is_not_taken_into_another(office: Office) -> None:
    accountant = office["accountant"]
    file = uploaded(accountant, XML % 5)
    first = drafted(accountant, with_files(file)).json()
    second = drafted(accountant, with_files(file))
    assert refused(second, 409, "attachment.drafted")
    said = second.json()
    assert first["id"] not in said["detail_zh"]
    assert "2026-04-02「收利息」10.00 元" in said["detail_zh"]
    assert said["facts"]["see"].endswith(first["id"])
    assert accountant.change(first, with_files(file)).status_code == 200
    accountant.withdraw(accountant.get(f"/{first['id']}").json())
    assert drafted(accountant, with_files(file)).status_code == 201


def test_of_two_drafts_at_once_one_gets_the_document(office: Office) -> None:
    """The second waits until the first is kept, and then finds the document taken."""
    accountant = office["accountant"]
    pool = office.door.service.pool
    file = uploaded(accountant, XML % 6)
    data = msgspec.convert(with_files(file), Voucher)
    other = Draft(unsigned_text(office.door.statement(data)))
    with ThreadPoolExecutor(1) as threads, pool.connection() as connection:
        with connection.transaction():
            take_turn(connection, BOOK)
            second = threads.submit(drafted, accountant, with_files(file))
            with pytest.raises(TimeoutError):
                second.result(0.5)
            store.insert(connection, BOOK, other, accountant.key.name)
        assert refused(second.result(), 409, "attachment.drafted")


def test_what_is_booked_is_not_booked_again_until_it_was_reversed(office: Office) -> None:
    accountant, head = office["accountant"], office["head"]
    file = uploaded(accountant, XML % 7)
    first = drafted(accountant, with_files(file)).json()
    accountant.sign(first)
    entry = head.sign(first).json()["entry"]
    again = drafted(accountant, with_files(file))
    assert refused(again, 409, "attachment.booked")
    assert again.json()["facts"]["entry"] == entry

    lines = first["statement"]["data"]["lines"]
    red = [line | {side: -fen for side, fen in line.items() if side.endswith("_fen")} for line in lines]
    reversal = {
        "attachments": {},
        "date": "2026-04-03",
        "lines": red,
        "reverses": first["id"],
        "summary": "冲销",
    }
    draft = accountant.make(reversal, "voucher.reversed/1")
    accountant.sign(draft)
    assert head.sign(draft).json()["state"] == "posted"
    assert drafted(accountant, with_files(file)).status_code == 201


def named(read: dict[str, Any], **changed: object) -> dict[str, Any]:
    return {**read["invoice"], **changed}


def with_invoices(*files: dict[str, Any], invoices: list[dict[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.to_builtins(voucher())
    kept = [{name: file[name] for name in ("media", "name", "sha256", "size")} for file in files]
    return content | {"attachments": {"count": 1, "files": kept, "invoices": invoices}}


def test_an_invoice_is_read_when_it_is_uploaded(office: Office) -> None:
    file = uploaded(office["accountant"], einvoices.xml("26332000000000000001"))
    assert file["read"] == {
        "invoice": {"date": "2026-02-01", "number": "26332000000000000001", "total_fen": 1500},
        "net_fen": 1485,
        "tax_fen": 15,
        "seller": "江山市文具店（虚构）",
        "seller_id": "91330881MA2DKYPW1X",
        "buyer": "小河村经济合作社（虚构）",
        "buyer_id": "N2330881MF0000013Y",
    }


def test_an_attached_invoice_is_named_as_it_says(office: Office) -> None:
    accountant = office["accountant"]
    file = uploaded(accountant, einvoices.xml("26332000000000000002"))
    right = named(file["read"])
    for wrong in ([], [right | {"total_fen": 1501}], [right | {"date": "2026-02-02"}]):
        assert refused(drafted(accountant, with_invoices(file, invoices=wrong)), 422, "invoice.unnamed")
    assert drafted(accountant, with_invoices(file, invoices=[right])).status_code == 201


def test_an_invoice_in_two_files_is_on_one_draft(office: Office) -> None:
    accountant = office["accountant"]
    number = "26332000000000000003"
    first = uploaded(accountant, einvoices.xml(number))
    second = uploaded(accountant, einvoices.ofd(einvoices.xml(number)), "发票.ofd")
    assert first["read"] == second["read"]
    paper = [named(first["read"])]
    made = drafted(accountant, with_invoices(first, invoices=paper)).json()
    for files in ([second], []):  # nor as paper
        assert refused(drafted(accountant, with_invoices(*files, invoices=paper)), 409, "invoice.drafted")
    changed = accountant.change(made, with_invoices(first, second, invoices=paper))
    accountant.withdraw(changed.json())
    assert drafted(accountant, with_invoices(second, invoices=paper)).status_code == 201


def test_who_signs_is_told_whom_each_invoice_names_and_what_does_not_fit(office: Office) -> None:
    accountant, head = office["accountant"], office["head"]
    number = "26332000000000000004"
    xml = uploaded(accountant, einvoices.xml(number, buyer=BOOK))
    ofd = uploaded(accountant, einvoices.ofd(einvoices.xml(number, buyer=BOOK)), "发票.ofd")
    photo = uploaded(accountant, PHOTO, "照片.jpg")
    content = with_invoices(xml, ofd, photo, invoices=[named(xml["read"])])
    content["attachments"]["count"] = 3
    content["lines"] = [
        {"account": "51302", "debit_fen": 1400},
        {"account": "211", "credit_fen": 1400, "party": "竹器厂"},
    ]
    made = accountant.make(content)
    assert made["invoices"] == [xml["read"]], "one invoice in two files is told once"
    seen = head.get(f"/{made['id']}").json()
    assert seen["invoices"] == made["invoices"]
    remarks = {one["rule"]: one["zh"] for one in seen["remarks"]}
    assert "价税合计 15.00 元，凭证合计 14.00 元，发票多 1.00 元" in remarks["draft.invoice_total"]
    assert (
        "销售方是「江山市文具店（虚构）」，凭证写明的往来单位是「竹器厂」" in remarks["draft.invoice_party"]
    )
    assert "draft.invoice_others" not in remarks
    [listed] = [one for one in head.get().json()["drafts"] if one["id"] == made["id"]]
    assert listed["remarks"] == seen["remarks"]
    content["lines"] = [
        {"account": "51302", "debit_fen": 1500},
        {"account": "211", "credit_fen": 1500, "party": "江山市文具店"},
    ]
    right = accountant.change(made, content).json()
    assert not [one["rule"] for one in right["remarks"] if one["rule"].startswith("draft.")]
    accountant.withdraw(right)


def test_an_invoice_on_paper_and_one_of_others_are_told_apart(office: Office) -> None:
    accountant = office["accountant"]
    file = uploaded(accountant, einvoices.xml("26332000000000000005", buyer="N2330881MF0000013Y"))
    others = accountant.make(with_invoices(file, invoices=[named(file["read"])]))
    assert "draft.invoice_others" in {one["rule"] for one in others["remarks"]}
    paper = accountant.make(with_invoices(invoices=[named(file["read"], number="26332000000000000006")]))
    assert paper["invoices"] == []  # its number stands on the voucher, and no document tells more
    assert "draft.invoice_others" not in {one["rule"] for one in paper["remarks"]}
    for draft in (others, paper):
        accountant.withdraw(draft)


def test_a_draft_says_that_its_invoice_is_booked(office: Office) -> None:
    accountant = office["accountant"]
    paper = [{"date": "2026-02-01", "number": "0330019002112345678", "total_fen": 1500}]
    first = drafted(accountant, with_invoices(invoices=paper)).json()
    for person in (accountant, office["head"]):
        person.sign(first)
    assert accountant.get(f"/{first['id']}").json()["entry"] is not None
    second = drafted(accountant, with_invoices(invoices=paper)).json()
    assert second["problem"]["rule"] == "invoice.booked"

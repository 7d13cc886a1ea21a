"""Nobody signs what they did not see, nor over a history that is not the log's, or not the one seen before."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest

from api.http.workspace import scripts_version
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.growth import grow
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import changing, sent, type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e

SIZE = 66_000
PREFIXES = (1, 2, 3, 255, 256, 257, 511, 4_096, 65_535, 65_536, 65_537, SIZE)
CHECK = """async ([script, book, n, r]) => {
  const { checkHistory } = await import(script);
  return checkHistory(book, { n, r }).then(() => "", (told) => told.rule ?? told.code ?? String(told));
}"""


def drafted(person: Person, summary: str) -> str:
    """Make a draft and return its id."""
    type_voucher(person, summary, "10")
    person.page.click("#save")
    person.page.wait_for_selector("#said h2")
    return person.page.url.rsplit("/", 1)[1]


def test_a_draft_over_another_history_is_not_signed(hall: Hall) -> None:
    head = hall["head"]
    id_ = drafted(hall["cashier"], "付车费")
    seen = re.search(
        r'"seen":\{"n":(\d+)', head.door.service.drafts.draft(BOOK, id_).waiting.draft.text.decode()
    )
    assert seen is not None
    wrong = int(seen[1]) - 1
    address = re.compile(rf"/books/{BOOK}/drafts/{id_}$")
    head.page.route(address, changing(f'\\"seen\\":{{\\"n\\":{seen[1]}', f'\\"seen\\":{{\\"n\\":{wrong}'))
    page = head.open_draft(id_)
    signed = sent(head)
    page.click("#sign")
    page.wait_for_selector("#told .alarm")
    page.unroute(address)
    assert "历史不是日志里的" in page.inner_text("#told")
    assert signed == []


def test_a_log_that_is_not_the_one_seen_before_is_not_signed_for(hall: Hall) -> None:
    head = hall["head"]
    head.open_draft(drafted(hall["cashier"], "付饭费"))
    other = base64.b64encode(bytes(32)).decode()
    head.page.evaluate(
        "([book, r]) => localStorage.setItem('sunledger.seen/v1', JSON.stringify({ [book]: { n: 3, r } }))",
        [BOOK, other],
    )
    signed = sent(head)
    head.page.click("#sign")
    head.page.wait_for_selector("#told .alarm")
    assert "与您上次签名时看到的不同" in head.page.inner_text("#told")
    assert signed == []
    head.page.evaluate("() => localStorage.removeItem('sunledger.seen/v1')")


@pytest.fixture(scope="module")
def log() -> tuple[dict[str, bytes], Tree]:
    """The files of a log so long that its tiles have three levels, and its tree."""
    entries = [b"%d" % number for number in range(SIZE)]
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    key = SigningKey(f"ledger.example/books/{BOOK}", bytes(32))
    files = {tile.path: data for tile, data in grow(0, entries, _nothing)}
    files["log.vkey"] = f"{key.verifier.vkey}\n".encode()
    files["checkpoint"] = sign_checkpoint(Checkpoint(key.name, SIZE, tree.root()), key)
    return files, tree


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def test_each_prefix_of_a_long_log_is_known_by_its_root(
    hall: Hall, log: tuple[dict[str, bytes], Tree]
) -> None:
    files, tree = log
    reader = hall.stranger("supervisor")
    page = reader.goto("/work")
    asked: list[str] = []

    def serve(route: Route) -> None:
        path = route.request.url.split(f"/books/{BOOK}/", 1)[1]
        asked.append(path)
        route.fulfill(body=files[path], content_type="application/octet-stream")

    page.route(re.compile(rf"/books/{BOOK}/(checkpoint|log\.vkey|tile/)"), serve)
    script = f"/static/{scripts_version()}/work/history.js"
    for size in PREFIXES:
        root = base64.b64encode(tree.root(size)).decode()
        assert page.evaluate(CHECK, [script, BOOK, size, root]) == "", size
        wrong = base64.b64encode(tree.root(size - 1)).decode()
        assert page.evaluate(CHECK, [script, BOOK, size, wrong]) == "draft.history", size
    assert page.evaluate(CHECK, [script, BOOK, SIZE + 1, ""]) == "draft.history"
    assert page.evaluate(CHECK, [script, BOOK, 0, ""]) == "draft.history"
    assert not [path for path in asked if path.startswith("tile/entries")]


def test_what_was_kept_otherwise_than_typed_is_not_signed(hall: Hall) -> None:
    accountant = hall["accountant"]
    signed = sent(accountant)
    type_voucher(accountant, "付货款", "77.00")
    drafts = re.compile(r"/drafts$")
    accountant.page.route(drafts, changing("7700", "7701"))
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#told .alarm")
    accountant.page.unroute(drafts)
    assert "与您填的不同" in accountant.page.inner_text("#told")
    assert signed == []


def test_another_draft_in_its_place_is_not_offered_to_be_signed(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付运费", "60")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    other = re.compile(rf"/drafts/{id_}$")
    head.page.route(other, lambda route: _other_draft(route, id_))
    page = head.goto(f"/books/{BOOK}/work/drafts/{id_}")
    page.wait_for_selector("#told .alarm")
    page.unroute(other)
    assert page.is_hidden("#sign")


def _other_draft(route: Route, id_: str) -> None:
    if "/work/" in route.request.url:
        route.continue_()
        return
    answer = route.fetch()
    text = answer.text().replace(f'\\"id\\":\\"{id_}\\"', '\\"id\\":\\"01JNK000000000000000000000\\"')
    route.fulfill(response=answer, body=text)


def test_the_page_signs_the_bytes_that_it_shows(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付维修费", "66")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    page = head.open_draft(cashier.page.url.rsplit("/", 1)[1])
    signed = sent(head)
    page.click("#sign")
    page.wait_for_selector("text=已签：负责人")
    assert len(signed) == 1
    assert '"debit_fen":6600' in signed[0]
    assert "付维修费" in signed[0]

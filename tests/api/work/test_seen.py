"""Nobody signs over a history that is not the log's, or not the one that their browser saw before."""

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
from tests.api.work.conftest import type_voucher
from tests.api.work.test_work import changing, sent

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

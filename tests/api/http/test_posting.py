"""What a poster makes of a refusal: the server's own rule and words, or the answer of whatever stands before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from api.posting import Poster
from domain.kernel.errors import RuleViolation
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def test_a_refusal_carries_the_servers_rule_and_both_its_messages(door: Door) -> None:
    with pytest.raises(RuleViolation) as caught:
        Poster(door.client, BOOK, 0).fetch("entries/999.note")
    assert str(caught.value) == (
        f"[entry.unknown] 服务器拒绝：账套 {BOOK} 没有第 999 号记录"
        f" / the server refuses: the book {BOOK} has no entry 999"
    )


@pytest.mark.parametrize(
    "content", [b"<h1>403 Forbidden</h1>", b"[1]", b'{"rule":"\\u001b[2J"}', b'{"rule":{"a":1},"detail":2}']
)
def test_what_is_no_problem_of_ours_is_told_as_such(content: bytes) -> None:
    """A proxy before the server refuses too, in its own way."""
    proxy = httpx.MockTransport(lambda _: httpx.Response(403, content=content))
    client = httpx.Client(transport=proxy, base_url="http://proxy.example")
    with client, pytest.raises(RuleViolation) as caught:
        Poster(client, BOOK, 0).fetch("checkpoint")
    ours = content.startswith(b"{")
    assert caught.value.rule.code == ("post.refused" if ours else "post.no_server")
    assert ("2" if b"detail" in content else content.decode() if ours else "HTTP 403") in caught.value.en

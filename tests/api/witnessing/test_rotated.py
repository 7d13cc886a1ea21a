"""Witnesses of this program go along with a rotation: they trust old key and new key, and at last the new one alone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from api.clock import posix_seconds
from api.http.witness import create_witness_app
from api.logs import draft_addition, draft_retirement
from api.serving import free_port, serving_app
from audit.tlog.cosignature import witness_verifier
from audit.witness import Witness, WitnessFolder
from domain.logkeys import LogKeyAdded, LogKeyRetired
from projections import log
from tests.api.witnessing.conftest import BOOK, ORIGIN, until
from tests.api.witnessing.test_moved import Witnessed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.witnessing.conftest import Village


def test_a_rotation_is_witnessed_in_every_phase(village: Village, tmp_path: Path) -> None:
    with ExitStack() as stack:
        posts: list[Witness] = []
        for name, strict in village.witnesses.items():
            home = WitnessFolder(tmp_path / name)
            home.create(witness_verifier(strict.key).vkey)
            posts.append(Witness(strict.key, home))
            app = create_witness_app(posts[-1], posix_seconds)
            strict.url = stack.enter_context(serving_app(app, free_port("127.0.0.1", 0)))
        village.write_policy()
        service = stack.enter_context(village.service())
        rotation = Witnessed(village, service)
        assert village.import_(service) == 6
        old = rotation.key().verifier.vkey
        for post in posts:
            post.add_log(old)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        added = draft_addition(service, BOOK, "例行更换")
        rotation.post(LogKeyAdded, added)
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        for post in posts[:2]:
            post.add_log(added.vkey)
        rotation.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
        until(lambda: village.cosigned(service)[-1:] == [(8, 2)])
        until(lambda: service.witnesses.problem(BOOK, "peer"))
        problem = service.witnesses.problem(BOOK, "peer")
        assert problem
        assert "403" in problem.en, "it was not told of the new key"
        posts[2].add_log(added.vkey)
        for post in posts:
            post.drop_key(old)
        until(lambda: village.cosigned(service)[-1:] == [(8, 3)])
        assert rotation.problems() == []
        assert {post.logs()[0].size for post in posts} == {8}
        with service.pool.connection() as connection:
            note = log.published_checkpoint(connection, BOOK).note
        assert note.count("— ".encode()) == 4
        assert note.startswith(ORIGIN.encode())

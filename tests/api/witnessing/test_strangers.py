"""A real book, cosigned over HTTP by three witnesses of this program, and checked by programs from elsewhere."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from api.adapters.tlog_export import Beside, export_tlog
from api.clock import posix_seconds
from api.http.witness import create_witness_app
from api.serving import free_port, serving_app
from audit.source import FolderSource
from audit.tlog.cosignature import witness_verifier
from audit.tlog.policy import parse_policy
from audit.verify import verify
from audit.witness import Witness, WitnessFolder
from audit.witnessed import Asked
from projections import log
from tests.api.witnessing.conftest import BOOK, ORIGIN, until
from tests.audit.tlog import test_reference_program
from tests.audit.tlog.test_reference_program import flip, run, scales_refuses

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.api.witnessing.conftest import Village

pytestmark = test_reference_program.pytestmark
program = test_reference_program.program


def test_one_flipped_bit_of_a_cosigned_book_fails_everywhere(
    village: Village,
    program: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as stack:
        posts: list[Witness] = []
        for name, strict in village.witnesses.items():
            home = WitnessFolder(tmp_path / name)
            home.create(witness_verifier(strict.key).vkey)
            post = Witness(strict.key, home)
            app = create_witness_app(post, posix_seconds)
            strict.url = stack.enter_context(serving_app(app, free_port("127.0.0.1", 0)))
            posts.append(post)
        village.write_policy()
        service = stack.enter_context(village.service())
        assert village.import_(service) == 6
        key = service.log_keys.key_of(ORIGIN)
        assert key is not None
        for post in posts:
            post.add_log(key.verifier.vkey)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        with service.pool.connection() as connection:
            export_tlog(connection, BOOK, tmp_path / "log", beside=Beside(service.witnesses.policy))
            proof = log.proof_at(connection, BOOK, 2)
    folder = tmp_path / "log"
    vkeys = (key.verifier.vkey, *(one.vkey for one in village.witnesses.values()))
    monkeypatch.setattr(test_reference_program, "VKEYS", vkeys)
    asked = Asked(parse_policy(village.policy.read_bytes()), posix_seconds())
    assert run(program, folder, 2, vkeys) == proof
    assert not scales_refuses(folder, 2)
    assert verify(FolderSource(folder), asked=asked).ok
    for path, place in (("checkpoint", -40), ("tile/0/000.p/6", 3 * 32), ("tile/entries/000.p/6", -1)):
        flip(folder / path, place)
        assert not run(program, folder, 2, vkeys), path
        assert scales_refuses(folder, 2 if path.startswith("tile/0") else 5), path
        assert not verify(FolderSource(folder), asked=asked).ok, path
        flip(folder / path, place)

"""A witness that was restored from a backup has forgotten what it cosigned: it is named, and holds up nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.books import _show_problems
from api.recovery import diagnose
from tests.api.witnessing.conftest import BOOK, ORIGIN, line, until
from tests.api.witnessing.test_shown import PAGE, opened, site

if TYPE_CHECKING:
    import pytest

    from api.composition import Service
    from tests.api.witnessing.conftest import Village


def restore_a_witness(village: Village, service: Service) -> None:
    """Let the log grow to 7 and 8 entries; between, one witness is put back to what it knew of 6."""
    opened(village, service)
    peer = village.witnesses["peer"]
    backup = dict(peer.seen)
    village.import_(service, line(2))
    until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
    peer.seen = backup
    village.import_(service, line(2) + line(3))
    until(lambda: village.cosigned(service)[-1:] == [(8, 3)])


def test_it_is_named_for_good_and_the_log_goes_on(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    with site(village) as (service, client):
        restore_a_witness(village, service)
        shown = client.get(f"{PAGE}/witnesses.json").json()
        assert (shown["witnessed"], shown["alarms"]) == (True, [])
        (lapse,) = shown["lapses"]
        assert (lapse["witness"], lapse["cosigned"], lapse["seen"]) == ("peer", 7, 6)
        said = client.get(f"{PAGE}/signers").text
        assert "见证人忘了事" in said
        assert "签过前 7 条记录" in said
    with village.service() as service:
        examined = list(diagnose(service))
        assert [found.problem for found in examined] == [None]
        assert not _show_problems(service, examined), "a witness's lapse is no fault of the log"
        told = capsys.readouterr().err
        assert "曾为 7 条记录签名" in " ".join(told.split())
        assert "witness init" in told


def test_a_new_key_in_the_policy_ends_it(village: Village) -> None:
    with village.service() as service:
        service.witnesses.start()
        restore_a_witness(village, service)
        with service.pool.connection() as connection:
            (found,) = service.witnesses.forgotten(connection, BOOK)
        assert found.rule.code == "witnessing.forgot"
    village.witnesses = {name: one for name, one in village.witnesses.items() if name != "peer"}
    village.write_policy()
    with village.service() as service, service.pool.connection() as connection:
        assert service.witnesses.forgotten(connection, BOOK) == []


def test_a_witness_that_forgot_the_whole_log_is_named(village: Village) -> None:
    with village.service() as service:
        service.witnesses.start()
        opened(village, service)
        village.witnesses["peer"].seen.pop(ORIGIN)
        village.import_(service, line(2))
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        assert village.rows(service, "SELECT cosigned, seen FROM witness_lapses") == [(6, 0)]

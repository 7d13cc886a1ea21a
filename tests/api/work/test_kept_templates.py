"""A voucher that is kept as a recurring template is the one of its period: the desk does not ask for it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.kernel.period import next_period
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e
LIST = "section[aria-labelledby=templates]"


@pytest.fixture
def accountant(hall: Hall) -> Iterator[Person]:
    """The accountant, whose templates are deleted afterwards."""
    person = hall["accountant"]
    yield person
    page, path = person.page, f"{person.door.url}/books/{BOOK}/templates"
    for one in page.request.get(path).json()["templates"]:
        page.request.delete(
            f"{path}/{one['id']}?revision={one['revision']}", headers={"origin": person.door.url}
        )


def keep(page: Page, name: str) -> None:
    """Keep what is typed as a template of every month."""
    page.click("#keeping summary")
    page.fill("#template-name", name)
    page.select_option("#template-every", "month")
    page.click("#keeptemplate")
    page.wait_for_selector("#kept .state")


def typed(person: Person, summary: str) -> Page:
    """Type a voucher of the month that is next to close."""
    type_voucher(person, summary, "30.5", date=f"{person.door.book().periods.next_to_close}-08")
    return person.page


def due(person: Person) -> str:
    return person.goto(f"/books/{BOOK}/work").inner_text(LIST)


def test_a_voucher_that_is_kept_and_then_saved_is_made_of_the_template(accountant: Person) -> None:
    page = typed(accountant, "收摊位租金")
    keep(page, "摊位租金")
    assert page.locator("#template option:checked").inner_text() == "摊位租金"
    assert page.input_value("#summary") == "收摊位租金", "nothing that was typed is changed"
    page.click("#save")
    page.wait_for_selector("#said h2")
    shown = due(accountant)
    assert "摊位租金" in shown
    assert "还没做" not in shown
    assert "定期凭证没有做" not in shown


def test_a_voucher_that_waits_already_is_bound_to_the_template(accountant: Person) -> None:
    page = typed(accountant, "收仓库租金")
    page.click("#save")
    page.wait_for_selector("#said h2")
    page.click("#change")
    page.wait_for_selector("#lines tr")
    keep(page, "仓库租金")
    assert "还没做" not in due(accountant)


def kept(person: Person) -> tuple[str, int]:
    """Return the first period and the day of the only template."""
    found = person.page.request.get(f"{person.door.url}/books/{BOOK}/templates").json()["templates"]
    ((first, day),) = [(one["first_period"], one["day"]) for one in found]
    return first, day


@pytest.mark.parametrize("waits", [False, True], ids=["typed", "waiting"])
def test_a_template_begins_with_the_month_for_which_its_voucher_is_saved_at_last(
    accountant: Person, *, waits: bool
) -> None:
    page = typed(accountant, "收货架租金")
    period = accountant.door.book().periods.next_to_close
    if waits:
        page.click("#save")
        page.wait_for_selector("#said h2")
        page.click("#change")
        page.wait_for_selector("#lines tr")
    keep(page, "货架租金")
    assert kept(accountant) == (period, 8)
    later = next_period(period)
    page.fill("#date", f"{later}-15")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert kept(accountant) == (later, 15)
    assert "还没做" not in due(accountant)


def test_a_template_stays_where_another_voucher_is_typed_since(accountant: Person) -> None:
    page = typed(accountant, "收车棚租金")
    period = accountant.door.book().periods.next_to_close
    keep(page, "车棚租金")
    page.select_option("#template", "")
    page.fill("#date", f"{next_period(period)}-15")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert kept(accountant) == (period, 8)


def test_a_voucher_that_was_kept_and_never_made_is_still_due(accountant: Person) -> None:
    page = typed(accountant, "收机房租金")
    keep(page, "机房租金")
    page.on("dialog", lambda dialog: dialog.accept())
    assert "本期还没做" in due(accountant)

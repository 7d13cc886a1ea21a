"""The public pages in a real browser: on a phone, in large text, on paper, without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from api.serving import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from api.composition import Service

BOOK = "N2330881MF0000021R"
PAGES = (
    "/",
    f"/books/{BOOK}",
    f"/books/{BOOK}/trial-balance",
    f"/books/{BOOK}/journal",
    f"/books/{BOOK}/vouchers?period=2026-03",
    f"/books/{BOOK}/history/10201?period=2026-03",
    f"/books/{BOOK}/history/money",
    f"/books/{BOOK}/diff",
    f"/books/{BOOK}/signers",
    f"/books/{BOOK}/entries/0",
    f"/books/{BOOK}/entries/1",
    f"/books/{BOOK}/entries/2",
    f"/books/{BOOK}/entries/10",
    f"/books/{BOOK}/entries/18",
    "/nowhere",
)
PHONE = {"width": 320, "height": 640}
BYTES_MAX = 50_000

CONTRAST = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = parse(c).map(v => (v /= 255) <= 0.04045 ? v / 12.92
                                                    : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                      if (parse(c)[3] !== 0) return c; } return 'rgb(255, 255, 255)'; };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(e.outerHTML.slice(0, 80));
  }
  return low; }"""
SMALL_TARGETS = """least => [...document.querySelectorAll('button, select, input, nav a, .size, .downloads a')]
  .map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])
  .filter(([_, r]) => r.width && (r.height < least || r.width < least)).map(([h]) => h)"""


@pytest.fixture
def site(xiaohe: Service) -> Iterator[str]:
    """The address of a running server with the small village."""
    with serving(xiaohe, free_port("127.0.0.1", 18_000)) as url:
        yield url


def open_page(
    browser: Browser, url: str, *, elder: bool = False, script: bool = True
) -> tuple[Page, list[str]]:
    """Open a page on a phone and return it with what the browser complained of."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=script, locale="zh-CN")  # type: ignore[arg-type]
    if elder:
        context.add_cookies([{"name": "elder", "value": "1", "url": url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: complaints.append(request.url) if not request.url.startswith(url[:20]) else None,
    )
    page.goto(url)
    return page, complaints


@pytest.mark.e2e
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_every_page_fits_a_narrow_phone(site: str, chromium: Browser, *, elder: bool) -> None:
    for path in PAGES:
        page, complaints = open_page(chromium, site + path, elder=elder)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(SMALL_TARGETS, 60 if elder else 44) == [], path
        expected = "24px" if elder else "16px"
        assert page.evaluate("getComputedStyle(document.body).fontSize") == expected
        assert [line for line in complaints if "404" not in line] == [], path
        page.context.close()


@pytest.mark.e2e
def test_without_scripts_a_villager_walks_from_the_village_to_the_signed_bytes(
    site: str, chromium: Browser
) -> None:
    page, _ = open_page(chromium, site, script=False)
    page.get_by_role("link", name="小河村").click()
    assert page.locator("h1").inner_text() == "2026年3月的账"
    assert page.locator(".figures dd").all_inner_texts() == [
        "41,763.50 元",
        "5,000.00 元",
        "421.80 元",
        "46,341.70 元",
    ]
    page.get_by_role("link", name="村级组织运转经费补助").last.click()
    text = page.locator("main").inner_text()
    for words in ("记-2026-03-0001", "伍仟元整", "会计", "负责人", "已记入公开日志"):
        assert words in text
    note = page.get_by_role("link", name="签名原文").get_attribute("href")
    raw = httpx.get(f"{site}{note}").content
    assert raw.startswith(b"sunledger.entry/v1\n")
    page.context.close()


@pytest.mark.e2e
def test_large_text_is_remembered_and_comes_back_to_the_page(site: str, chromium: Browser) -> None:
    page, _ = open_page(chromium, f"{site}/books/{BOOK}/journal?text=%E9%B1%BC", script=False)
    page.get_by_role("link", name="大字版").click()
    assert page.url == f"{site}/books/{BOOK}/journal?text=%E9%B1%BC"
    page.goto(f"{site}/books/{BOOK}")
    assert page.locator("html.elder").count() == 1
    page.get_by_role("link", name="标准字号").click()
    assert page.locator("html.elder").count() == 0
    page.context.close()


@pytest.mark.e2e
def test_the_journal_form_finds_and_the_download_is_what_is_shown(site: str, chromium: Browser) -> None:
    page, _ = open_page(chromium, f"{site}/books/{BOOK}/journal", script=False)
    page.get_by_label("摘要、名称或原凭证号含").fill("路灯")
    page.get_by_label("金额从（元）", exact=False).first.fill("415")
    page.get_by_role("button", name="查找").click()
    assert page.locator("tbody tr").count() == 2
    assert page.get_by_text("原 4", exact=True).count() == 2
    link = page.get_by_role("link", name="CSV").get_attribute("href")
    rows = httpx.get(f"{site}{link}").text.strip().splitlines()
    assert len(rows) == 1 + 2 + 1, "a head, two lines and their total"
    assert all("421.80" in row for row in rows[1:])
    page.context.close()


@pytest.mark.e2e
def test_on_paper_there_is_the_table_and_no_controls(site: str, chromium: Browser) -> None:
    page, _ = open_page(chromium, f"{site}/books/{BOOK}/trial-balance")
    page.emulate_media(media="print")
    for selector in ("nav ul", "form", ".downloads", ".size"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator("thead").is_visible()
    page.set_viewport_size({"width": 1009, "height": 700})  # A4 landscape less its margins, at 96 dpi
    assert page.evaluate("document.documentElement.scrollWidth") <= 1009
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.context.close()


@pytest.mark.e2e
def test_from_a_balance_to_the_entries_that_make_it_without_scripts(site: str, chromium: Browser) -> None:
    page, _ = open_page(chromium, f"{site}/books/{BOOK}/trial-balance?period=2026-03", script=False)
    page.get_by_role("row", name="10201").get_by_role("link", name="45,178.20").click()
    assert page.locator("h1").inner_text() == "银行存款/基本账户的来历"
    assert page.locator(".figures dd").last.inner_text() == "借 45,178.20"
    page.get_by_label("月份").fill("2026-03")
    page.get_by_role("button", name="查看").click()
    assert page.locator("tbody tr").count() == 1 + 4  # what was carried, and March
    page.get_by_role("link", name="订正 3 月 20 日路灯电费凭证").click()
    assert "记-2026-03-0004" in page.locator("main").inner_text()
    page.context.close()


def test_pages_are_small_and_load_nothing_from_elsewhere(site: str) -> None:
    with httpx.Client(base_url=site, headers={"Accept": "text/html"}) as client:
        for path in PAGES:
            answer = client.get(path)
            assert len(answer.content) < BYTES_MAX, path
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "<script" not in answer.text
            assert "http://" not in answer.text.replace(site, "")
            assert "https://" not in answer.text


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(site: str) -> None:
    address = f"{site}/books/{BOOK}/entries/999"
    for_people = httpx.get(address, headers={"Accept": "text/html,*/*"})
    for_programs = httpx.get(address)
    assert for_people.status_code == for_programs.status_code == 404
    assert "没有第 999 号记录" in for_people.text
    assert for_programs.headers["content-type"] == "application/problem+json"
    assert for_programs.json()["rule"] == "entry.unknown"


@pytest.mark.parametrize(
    "to", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"]
)
def test_the_text_size_link_leads_nowhere_else(site: str, to: str) -> None:
    answer = httpx.get(f"{site}/elder", params={"to": to})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"

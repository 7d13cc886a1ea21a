"""A page as PDF, by WeasyPrint where that is installed (the extra `pdf`), laid out as a browser prints it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_HERE = rule(
    "pdf.not_here",
    Kind.UNKNOWN,
    "这台机器没有安装 WeasyPrint（或它要的 Pango），不能生成 PDF；请在浏览器中打印这一页，存为 PDF",
    "WeasyPrint, or the Pango that it needs, is not installed on this machine; print the page in a browser and save it "
    "as PDF",
)


@cache
def makes_pdf() -> bool:
    """Tell whether WeasyPrint is here, and runs: its libraries (Pango) are the system's."""
    try:
        import weasyprint  # noqa: F401, PLC0415 -- an extra, and slow to import
    except (ImportError, OSError):
        return False
    return True


def to_pdf(html: str, files: Mapping[str, tuple[bytes, str]]) -> bytes:
    """Return a page as PDF; it may load `files` (content and media type by name), and nothing else from anywhere.

    Raises `pdf.not_here`.
    """
    if not makes_pdf():
        raise NOT_HERE()
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class Own(URLFetcher):  # type: ignore[misc]  # it ships no types
        """Gives the files."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            """Return one of them; what is not among them stays away."""
            data, media = files[urlsplit(url).path.rpartition("/")[2]]
            return URLFetcherResponse(url, data, {**(headers or {}), "Content-Type": media})

    data: bytes = HTML(string=html, base_url="http://localhost/", url_fetcher=Own()).write_pdf()
    return data

"""The process that draws: HTML on stdin, PDF on stdout, nothing else in or out.

Run as ``python -m branches.pdf_child ASSET_FOLDER`` by ``branches.pdf``, which sets its
limits before it sends the HTML. It knows no settings and no secrets and opens no address
but the listed assets. Exit codes are those of ``Exit``; stderr is for the log.
"""

import gc
import os
import sys
from enum import IntEnum
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

ASSETS = {"asset:print.css": ("print.css", "text/css")}


class Exit(IntEnum):
    DRAWN = 0
    REFUSED_ADDRESS = 3
    NO_MEMORY = 4
    TOO_DEEP = 5


class ListedAssets(URLFetcher):
    """Hands out the bundled files and stops the drawing at any other address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._folder = folder
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url not in ASSETS:
            self.refused.append(url[:200])
            raise FatalURLFetchingError(f"address refused: {url[:200]!r}")
        file_name, content_type = ASSETS[url]
        content = (self._folder / file_name).read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": content_type})


def draw(html: str, asset_folder: Path) -> bytes:
    """Draw one document; the same HTML and fonts give the same bytes in every process.

    :raises FatalURLFetchingError: (a ``BaseException``) the HTML names another address.
    """
    fetcher = ListedAssets(asset_folder)
    fonts = FontConfiguration()
    style = CSS("asset:print.css", url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=html, url_fetcher=fetcher)
    pdf = bytes(document.write_pdf(stylesheets=[style], font_config=fonts) or b"")
    # WeasyPrint catches even a BaseException while it draws an SVG, and leaves a gap.
    if fetcher.refused:
        raise FatalURLFetchingError(f"address refused: {fetcher.refused[0]!r}")
    return pdf


def main() -> int:
    html = sys.stdin.buffer.read().decode("utf-8")
    gc.disable()  # measured: a third faster, and the process ends with the drawing
    try:
        pdf = draw(html, Path(sys.argv[1]))
    except FatalURLFetchingError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.REFUSED_ADDRESS
    except MemoryError:
        return Exit.NO_MEMORY
    except RecursionError:
        return Exit.TOO_DEEP
    sys.stdout.buffer.write(pdf)
    return Exit.DRAWN


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking down a million objects takes as long as drawing pages: leave at once.
    os._exit(status)

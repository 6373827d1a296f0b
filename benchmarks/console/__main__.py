"""From an alert's commit to its card on a screen, with many boards open, and what that costs the server.

    python -m benchmarks.console [--streams 50] [--alerts 60] [--every 1.0] [--tabs 1]

One real Chromium has the board open, and so have that many other officers, by their event streams. Alerts are committed
one after the other. Measured is the time from the end of the commit until the card's frame is drawn in the browser (the
page's own clock, on this machine) and until every stream has it, and the processor time of the console's process
meanwhile, in parts of one core. The database's is not in it. The baseline, *reloads*, is the page that one would write
first: the same officers load the whole board every five seconds.
"""

from __future__ import annotations

import base64
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine, processor_seconds
from benchmarks.console.site import Site, running_site
from benchmarks.console.watchers import Reloads, Streams
from console.visitors import COOKIE

RELOAD_SECONDS = 5.0
_RECORD = """() => {
    window.drawn = {};
    new MutationObserver((all) => {
        for (const one of all) for (const node of one.addedNodes) {
            const id = node.id.replace("alert-", "");
            requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn[id] ??= Date.now() / 1000; }));
        }
    }).observe(document.getElementById("alerts"), {childList: true});
}"""


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("console", __doc__)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--alerts", type=int, default=60)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two alerts")
    parser.add_argument("--tabs", type=int, default=1, help="tabs of the one browser")
    arguments = parser.parse_args()
    print(machine())
    print(" ".join(["python -m benchmarks.console", *sys.argv[1:]]))
    print(f"load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_site(Path(folder)) as site:
            cookies = [site.signed_in(f"officer-{number}") for number in range(arguments.streams)]
            live(site, cookies, arguments.alerts, arguments.every, arguments.tabs)
            baseline(site, cookies, arguments.alerts, arguments.every)
    print(f"load after: {os.getloadavg()[0]:.1f}")


def live(site: Site, cookies: Sequence[str], alerts: int, every: float, tabs: int) -> None:
    """Measure a browser and event streams."""
    streams = Streams(site.url, cookies)
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(ignore_https_errors=True)
        context.add_cookies([{"name": COOKIE, "value": site.signed_in("lee"), "url": site.url, "secure": True}])
        with streams.running():
            pages = [_opened(context, site) for _ in range(tabs)]
            while streams.open < len(cookies):
                time.sleep(0.1)
            share = _share(site, 10.0)
            print(f"  nothing comes: {share:.1%} of a core")
            committed, share = _raise(site, alerts, every, pages)
        _show("commit to card on screen", [_drawn(page, committed) for page in pages])
        last = {one: max(streams.came.get(one, [float("inf")])) for one in committed}
        _show(f"commit to the last of {len(cookies)} streams", [{one: last[one] - committed[one] for one in committed}])
        missing = sum(len(streams.came.get(one, [])) != len(cookies) for one in committed)
        print(f"  alerts that did not come exactly once on every stream: {missing}")
        print(f"  the console's processor time: {share:.1%} of a core, one alert each {every:g} s")
        browser.close()


def baseline(site: Site, cookies: Sequence[str], alerts: int, every: float) -> None:
    """Measure the pages that are loaded anew."""
    reloads = Reloads(site.url, cookies, RELOAD_SECONDS)
    with reloads.running():
        _, share = _raise(site, alerts, every, [])
    print(
        f"  baseline, {len(cookies)} reloads every {RELOAD_SECONDS:g} s: {share:.1%} of a core, {reloads.loaded} pages"
    )


def _opened(context: BrowserContext, site: Site) -> Page:
    page = context.new_page()
    page.goto(f"{site.url}/board")
    expect(page.locator("#live")).to_have_text("live", timeout=60_000)
    page.evaluate(_RECORD)
    return page


def _raise(site: Site, alerts: int, every: float, pages: Sequence[Page]) -> tuple[dict[str, float], float]:
    """Commit alerts; return when each was, and the share of a core that the console took."""
    picture = _picture()
    committed: dict[str, float] = {}
    began, used = time.monotonic(), processor_seconds(_pid(site))
    for number in range(alerts):
        alert_id = site.raise_alert(f"ABC{number:04d}", picture)
        committed[alert_id] = time.time()
        left = began + (number + 1) * every - time.monotonic()
        if pages:
            pages[0].wait_for_timeout(max(1.0, left * 1000))
        else:
            time.sleep(max(0.0, left))
    time.sleep(3.0)
    return committed, (processor_seconds(_pid(site)) - used) / (time.monotonic() - began)


def _share(site: Site, seconds: float) -> float:
    used = processor_seconds(_pid(site))
    time.sleep(seconds)
    return (processor_seconds(_pid(site)) - used) / seconds


def _pid(site: Site) -> int:
    if site.process is None:
        raise RuntimeError("the console does not run")
    return site.process.pid


def _drawn(page: Page, committed: dict[str, float]) -> dict[str, float]:
    drawn: dict[str, float] = page.evaluate("window.drawn")
    return {one: drawn.get(one, float("inf")) - at for one, at in committed.items()}


def _show(what: str, found: Sequence[dict[str, float]]) -> None:
    seconds = sorted(one for each in found for one in each.values())
    p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    print(
        f"  {what}: median {statistics.median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"most {seconds[-1] * 1000:.0f} ms, {len(seconds)} cards"
    )


def _picture() -> str:
    written = BytesIO()
    Image.effect_noise((240, 80), 40).save(written, "JPEG", quality=85)
    return base64.b64encode(written.getvalue()).decode()


if __name__ == "__main__":
    main()

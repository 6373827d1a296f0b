"""The board in a real browser: what comes appears, changes in place, and is complete after every cut."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from alerts.settling.cancel import cancel_alerts
from operations.life.deciding import Look, acknowledge_alert, confirm_alert
from schemas.roles import Role
from schemas.types import Category
from storage.alerts.stale import StaleAlert, StaleKind
from storage.alerts.unit_of_work import Ledger
from tests.browser.chromium import Watched
from tests.browser.screenshots import take
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.board.server import ServerProcess
from tests.integration.console.site import ConsoleSite
from tests.integration.operations.life.alerts import KIM_SAYS
from tests.unit.alerts.samples import sample_entry

PATIENCE = 60_000


def board(console: ConsoleSite, browser: Watched, name: str = "lee", role: Role = Role.OFFICER) -> Page:
    console.sign_in(browser, name, role)
    page = browser.new_page()
    page.goto(f"{console.url}/board")
    expect(page.locator("#live")).to_have_text("live", timeout=PATIENCE)
    return page


def shown(page: Page) -> list[str]:
    """The alerts on the board, from the top on."""
    return page.locator("#alerts h2").all_inner_texts()


def test_an_alert_appears_is_confirmed_and_is_taken_back_in_place(console: ConsoleSite, browser: Watched) -> None:
    page = board(console, browser)
    expect(page.locator("#none")).to_be_visible()
    alert = made()
    raise_alert(console.database, alert)
    card = page.locator(f"#alert-{alert.alert_id}")
    expect(card).to_contain_text("confirmed by nobody yet", timeout=PATIENCE)
    expect(page.locator("#none")).to_be_hidden()
    assert page.title() == "(1) Board"
    picture = card.locator("img.plate")
    expect(picture).to_have_js_property("naturalWidth", 240, timeout=PATIENCE)
    assert card.get_by_role("img", name="seen VNV4527, listed VNV4527; every character agrees").is_visible()
    expect(page.locator("html")).to_have_attribute("data-tones", "normal")

    confirm_alert(KIM_SAYS, console.database, alert.alert_id, Look("VNV4527"))
    expect(card.locator(".confirmed")).to_contain_text("confirmed by kim at ", timeout=PATIENCE)
    stale = StaleAlert(alert.alert_id, "VNV4527", alert.model_dump(mode="json"), StaleKind.REMOVED)
    cancel_alerts(Ledger(console.database), [stale], datetime.now(UTC))
    expect(card.locator(".canceled")).to_contain_text("Taken back", timeout=PATIENCE)
    assert page.locator("#alerts > li").count() == 1
    assert page.title() == "Board"


def test_the_most_urgent_is_on_top_whenever_it_comes(console: ConsoleSite, browser: Watched) -> None:
    raise_alert(console.database, number=0, plate="VNV4527")
    page = board(console, browser)
    high = sample_entry("UKW4183")._replace(category=Category.OFFICER_SAFETY)
    low = sample_entry("TXR2958")._replace(category=Category.UNINSURED)
    raise_alert(console.database, number=1, plate="TXR2958", entry=low)
    raise_alert(console.database, number=2, plate="UKW4183", entry=high)
    expect(page.locator("#alerts > li")).to_have_count(3, timeout=PATIENCE)
    assert shown(page) == ["officer safety: UKW4183 VA", "stolen vehicle: VNV4527 VA", "uninsured: TXR2958 VA"]
    take(page, "console-board")


def test_high_always_sounds_and_what_is_muted_does_not(console: ConsoleSite, browser: Watched) -> None:
    page = board(console, browser)
    assert page.get_by_role("group", name="Tones").get_by_role("checkbox").count() == 2
    page.get_by_label("normal").uncheck()
    page.get_by_label("low").uncheck()
    # Whatever somebody writes there: high has no switch.
    page.evaluate("localStorage.setItem('tone-high', 'off')")
    page.reload()
    expect(page.get_by_label("normal")).not_to_be_checked()
    raise_alert(console.database, number=0, plate="AAA1111")
    expect(page.locator("#news")).to_have_text("normal priority: stolen vehicle: AAA1111 VA", timeout=PATIENCE)
    high = sample_entry("BBB2222")._replace(category=Category.OFFICER_SAFETY)
    raise_alert(console.database, number=1, plate="BBB2222", entry=high)
    expect(page.locator("#news")).to_have_text("high priority: officer safety: BBB2222 VA", timeout=PATIENCE)
    expect(page.locator("html")).to_have_attribute("data-tones", "high")
    # Another state was read than is listed: a tone of its own, heard since the category is high, and nothing is red.
    elsewhere = sample_entry("CCC3333")._replace(category=Category.OFFICER_SAFETY)
    read = {"jurisdiction": "US-NC"}
    other = raise_alert(console.database, number=2, plate="CCC3333", entry=elsewhere, read=read)
    expect(page.locator("html")).to_have_attribute("data-tones", "high other-state", timeout=PATIENCE)
    card = page.locator(f"#alert-{other}")
    expect(card).to_contain_text("STATE", timeout=PATIENCE)
    assert "another state than listed" in page.locator("#news").inner_text()
    red = card.evaluate(
        """(card) => {
            const probe = document.createElement("p");
            probe.style.color = "var(--alarm)";
            card.append(probe);
            const alarm = getComputedStyle(probe).color;
            probe.remove();
            return [card, ...card.querySelectorAll("*")]
                .filter((one) => Object.values(getComputedStyle(one)).includes(alarm))
                .map((one) => one.className);
        }"""
    )
    assert red == []


def test_twelve_streams_of_one_browser_work_and_one_of_its_tabs_sounds(console: ConsoleSite, browser: Watched) -> None:
    """Twice as many as a browser opens to one place but over HTTP/2."""
    pages = [board(console, browser), board(console, browser)]
    pages[0].evaluate(
        """() => {
            let had = 0;
            const count = () => { document.documentElement.dataset.had = String(++had); };
            for (let one = 0; one < 10; one++) new EventSource("/board/events").addEventListener("card", count);
        }"""
    )
    raise_alert(console.database)
    expect(pages[0].locator("html")).to_have_attribute("data-had", "10", timeout=60_000)
    for page in pages:
        expect(page.locator("#alerts h2")).to_have_text("stolen vehicle: VNV4527 VA", timeout=PATIENCE)
        expect(page.locator("#news")).not_to_be_empty(timeout=PATIENCE)
    assert [tone for page in pages if (tone := page.locator("html").get_attribute("data-tones"))] == ["normal"]
    pages[1].close()


CUTS = {"ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_HTTP2", "ERR_INCOMPLETE_CHUNKED_ENCODING"}
RECORD = """() => {
    window.came = [];
    new MutationObserver((all) => {
        for (const one of all) for (const node of one.addedNodes) window.came.push(node.dataset.change);
    }).observe(document.getElementById("alerts"), {childList: true});
}"""


def test_nothing_is_missing_or_doubled_when_the_server_is_killed_and_back(
    console: ConsoleSite, browser: Watched, database_url: str
) -> None:
    other = ServerProcess(console.settings, database_url)
    with other.running():
        console.sign_in(browser, "lee", Role.OFFICER)
        page = browser.new_page()
        page.goto(f"{other.url}/board")
        expect(page.locator("#live")).to_have_text("live", timeout=PATIENCE)
        page.evaluate(RECORD)
        first = raise_alert(console.database, number=0, plate="AAA1111")
        expect(page.locator("#alerts > li")).to_have_count(1, timeout=PATIENCE)
        browser.expected_words |= CUTS
        other.kill()
        expect(page.locator("#trouble")).to_contain_text("The connection to the server is cut", timeout=PATIENCE)
        expect(page.locator("#live")).to_have_text("cut")
        raise_alert(console.database, number=1, plate="BBB2222")
        acknowledge_alert(KIM_SAYS, console.database, first)
        raise_alert(console.database, number=2, plate="CCC3333")
    with other.running():
        expect(page.locator("#alerts > li")).to_have_count(3, timeout=PATIENCE)
        expect(page.locator("#live")).to_have_text("live", timeout=PATIENCE)
        expect(page.locator("#trouble")).to_be_hidden()
        raise_alert(console.database, number=3, plate="DDD4444")
        expect(page.locator("#alerts > li")).to_have_count(4, timeout=PATIENCE)
        changes = [int(one) for one in page.evaluate("window.came")]
        page.close()
    # Four alerts and one acknowledgment: each once, in the order in which they came to be.
    assert changes == sorted(set(changes))
    assert len(changes) == 5

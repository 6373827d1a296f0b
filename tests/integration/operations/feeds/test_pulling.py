"""A person who has feeds run now is written down; what they import stands in their own name."""

from __future__ import annotations

from pathlib import Path

from operations.feeds.outcome import FeedOutcome
from operations.feeds.pulling import pull_feeds
from schemas.audit import Action
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.hotlists.feed_samples import folder_feed, put, rows, site
from tests.integration.operations.audited import LEE


def test_the_wish_and_the_import_have_a_row_each(database: Database, tmp_path: Path) -> None:
    feeds = [folder_feed(tmp_path / "drop"), folder_feed(tmp_path / "other", name="other")]
    put(tmp_path / "drop" / "list.csv", rows(30))
    results = list(pull_feeds(LEE, database, site(tmp_path, feeds), feeds))
    assert [result.outcome for result in results] == [FeedOutcome.IMPORTED, FeedOutcome.NOTHING]
    done, wish = audit_entries(database)
    assert (wish.actor, wish.action, wish.details) == (LEE, Action.PULL, {"hotlists": ["region", "other"]})
    assert (done.actor.name, done.action, done.details["hotlist"]) == ("feed", Action.IMPORT, "region")

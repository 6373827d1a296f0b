"""What is wrong with a configuration is said all at once, and nothing is made by asking."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from pipeline.checking import problems_of
from schemas.settings import load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "platewatch.toml"
    path.write_text(text)
    return path


def good(folder: Path) -> str:
    (folder / "gate").mkdir()
    return f'data_dir = "{folder}/data"\n[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "gate"\n'


def checked(path: Path, *more: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(app, ["config", "check", "--config", str(path), "--json", *more])
    return done.exit_code, json.loads(done.stdout)


def test_a_configuration_that_would_do_is_fine_and_nothing_is_made(tmp_path: Path) -> None:
    made = f'log_file = "{tmp_path}/new/run.log"\n' + good(tmp_path)
    made += f'[kafka]\ncache_dir = "{tmp_path}/new/jars"\n[backup]\njournal = "{tmp_path}/new/journal"\n'
    path = write(tmp_path, made)
    assert checked(path) == (0, {"ok": True, "problems": []})
    assert checked(path, "--connect") == (0, {"ok": True, "problems": []})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["gate", "platewatch.toml"]


def test_every_path_that_is_missing_is_named_by_its_key(tmp_path: Path) -> None:
    text = good(tmp_path) + (
        '[[cameras]]\nid = "yard"\ntype = "video_file"\npath = "yard.mp4"\n'
        '[database]\nurl = "postgresql://db/x"\npassword_file = "none.txt"\n'
        '[[ingest.sources]]\nid = "axis"\nvendor = "axis"\nsignature_secret_file = "secret.txt"\n'
        '[[hotlists.feeds]]\nname = "ncic"\nkind = "folder"\nsource = "ncic"\npath = "lists"\n'
    )
    problems = problems_of(load_settings(write(tmp_path, text)))
    named = [problem.partition(" ")[0] for problem in problems if "is not there" in problem]
    assert named == [
        "database.password_file",
        "hotlists.feeds.ncic.path",
        "ingest.sources.axis.signature_secret_file",
        "cameras.yard.path",
    ]


def test_what_does_not_fit_the_schema_is_a_problem_too(tmp_path: Path) -> None:
    code, answer = checked(write(tmp_path, "camera = 1\n"))
    assert code == 1
    assert "camera" in str(answer["problems"])


def test_a_law_that_is_not_known_is_one(tmp_path: Path) -> None:
    code, answer = checked(write(tmp_path, good(tmp_path) + '[policy]\nprofile = "atlantis"\n'))
    assert code == 1
    assert "atlantis" in str(answer["problems"])


def test_a_data_directory_that_cannot_be_made_is_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file/data"
    (problem,) = problems_of(load_settings(write(tmp_path, good(tmp_path)), data_dir=folder))
    assert problem == f"data_dir {tmp_path}/file/data: cannot be made: {tmp_path}/file is no folder"


def test_what_this_user_may_not_read_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be root, who may read everything.
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path / "gate")
    (problem,) = problems_of(load_settings(write(tmp_path, good(tmp_path))))
    assert "cannot be read by this user" in problem


def test_a_database_that_does_not_answer_is_one_only_where_it_is_asked(tmp_path: Path) -> None:
    text = good(tmp_path) + '[database]\nurl = "postgresql://nobody@127.0.0.1:1/x"\n'
    path = write(tmp_path, text)
    assert checked(path)[0] == 0
    code, answer = checked(path, "--connect")
    assert code == 1
    assert "127.0.0.1" in str(answer["problems"])

"""dataset download: a data set is brought once; train brings the one that it misses."""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace

import pytest

from imgcls.cli import main
from imgcls.commands.dataset_download import download
from imgcls.commands.fetching import fetching
from imgcls.datasets import DATASETS, cache, check_present, load, verdicts
from imgcls.downloads import fetch
from imgcls.errors import MissingDataError, UnknownNameError
from imgcls.recipe import Choice
from tests.datasets.placed import place_mnist
from tests.downloads.internet import Internet, serving


@pytest.fixture(autouse=True)
def nothing_here(monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "_memory", {})
    monkeypatch.setattr(verdicts, "_known", {})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def internet(monkeypatch, tmp_path):
    """Where a small mnist.npz is."""
    place_mnist(tmp_path / "web", train=2000, test=500)
    content = (tmp_path / "web" / "datasets" / "mnist.npz").read_bytes()
    with serving(Internet(content)) as made:
        url = made.url.replace("file.bin", "mnist.npz")
        monkeypatch.setattr(fetch, "_is_safe", lambda asked: asked == url)
        entry = DATASETS.get("mnist")
        files = ((url, len(content), hashlib.sha256(content).hexdigest()),)
        monkeypatch.setitem(DATASETS._entries, "mnist", replace(entry, download=replace(entry.download, files=files)))
        yield made


def test_it_is_brought_with_progress_and_once(internet, capsys):
    answer = download(argparse.Namespace(name="mnist"))
    assert answer.data == {"dataset": "mnist", "bytes": len(internet.content), "here": True}
    said = capsys.readouterr()
    assert said.out == ""
    lines, megabytes = said.err.splitlines(), f"{len(internet.content) / 1e6:.1f}"
    assert lines[0] == f"data set mnist: 0.0 of {megabytes} MB"
    assert lines[-1] == f"data set mnist: {megabytes} of {megabytes} MB"
    assert len(lines) <= 12
    check_present(Choice(name="mnist"))
    assert len(load(Choice(name="mnist"))) == 2500
    download(argparse.Namespace(name="mnist"))
    assert internet.asked == [None]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["mnist-5k", "MNIST", "emnist", ""])
def test_others_are_refused_with_those_that_there_are(name):
    with pytest.raises(
        UnknownNameError, match=r"no data set “.*” to download\. Expected one of: mnist, fashion-mnist, "
    ):
        download(argparse.Namespace(name=name))


def test_as_a_program_sees_it(internet, capsys):
    assert main(["dataset", "download", "mnist", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"dataset": "mnist", "bytes": len(internet.content), "here": True}


def test_without_a_network_one_line(internet, capsys):
    internet.status = 404
    assert main(["dataset", "download", "mnist"]) == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .startswith("imgcls: The data set mnist could not be downloaded: the server said 404")
    )


def test_train_downloads_first_and_makes_no_run_without(internet, capsys, home_folder):
    internet.status = 503
    assert main(["train", "--dataset", "mnist", "--epochs", "1"]) == 2
    assert "the server said 503" in capsys.readouterr().err
    assert not list((home_folder / "runs").glob("*"))


def test_a_damaged_file_is_named_before_there_is_a_run(internet, capsys, home_folder, tmp_path):
    place_mnist(tmp_path / "keras")
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.write_bytes(path.read_bytes()[:-500])
    internet.status = 503
    assert main(["train", "--dataset", "mnist", "--epochs", "1"]) == 2
    said = capsys.readouterr()
    assert f"The data set mnist cannot be read: “{path}” is cut off, damaged or another file" in said.err
    assert "Traceback" not in said.err
    assert not list((home_folder / "runs").glob("*"))


def test_what_is_missed_is_downloaded_and_asked_for_again(internet):
    calls = []

    def ask() -> str:
        calls.append(1)
        check_present(Choice(name="mnist"))
        return "answer"

    assert fetching(ask) == "answer"
    assert len(calls) == 2
    assert internet.asked == [None]


def test_what_is_missed_twice_is_refused(internet):
    def ask() -> None:
        raise MissingDataError("{name} is not here", name="mnist")

    with pytest.raises(MissingDataError):
        fetching(ask)


@pytest.mark.slow
def test_from_the_command_to_a_run(internet, capsys):
    """What `train` downloads, the worker, another process, finds and trains on."""
    assert main(["train", "--dataset", "mnist", "--epochs", "1", "--set", "dataset.images=1000", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["status"] == "completed"
    assert "data set mnist: " in said.err
    assert internet.asked == [None]
    assert main(["evaluate", found["run"]]) == 0

"""weights: the list, the download, and train and resume that download what they miss."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import pytest

from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.cli import main
from imgcls.commands.fetching import fetching
from imgcls.commands.training import asked_recipe
from imgcls.commands.weights import weights
from imgcls.downloads import fetch
from imgcls.errors import MissingWeightsError, PlaceError, UnknownNameError
from tests.downloads.internet import Internet, serving

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def no_keras_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def internet(monkeypatch):
    """Where MobileNetV2's weights are, and that they are a thousand kilobytes."""
    with serving(Internet(CONTENT)) as made:
        known = DOWNLOADED.get("MobileNetV2").__dict__
        monkeypatch.setitem(known, "url", made.url)
        monkeypatch.setitem(known, "size", len(CONTENT))
        monkeypatch.setitem(known, "checksum", hashlib.md5(CONTENT).hexdigest())
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url == made.url)
        yield made


def asked(name: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(name=name)


def test_the_list_says_what_is_here(home_folder):
    rows = weights(asked()).data["weights"]
    assert [row["name"] for row in rows] == DOWNLOADED.names()
    assert not any(row["here"] for row in rows)
    assert [row["bytes"] for row in rows][:3] == [9_406_464, 14_536_120, 94_668_760]
    assert "not here yet" in weights(asked()).lines[0]


@pytest.mark.parametrize(
    "name", ["MobileNetV2", "mobilenet-v2", "applications/MobileNetV2", "APPLICATIONS/mobilenetv2"]
)
def test_called_by_name_they_are_downloaded_with_progress(internet, name, capsys):
    (row,) = weights(asked(name)).data["weights"]
    assert (row["name"], row["here"]) == ("MobileNetV2", True)
    assert Path(row["path"]).read_bytes() == CONTENT
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0] == "weights of MobileNetV2: 0.0 of 1.0 MB"
    assert lines[-1] == "weights of MobileNetV2: 1.0 of 1.0 MB"
    assert len(lines) <= 12
    weights(asked(name))
    assert internet.asked == [None]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["VGG16", "seed-cnn", "resnet-20", "", "efficientnet-lite0"])
def test_others_are_refused_with_those_that_there_are(name):
    with pytest.raises(
        UnknownNameError, match=r"no weights “.*” to download\. Expected one of: MobileNetV2, MobileNetV2-with-head"
    ):
        weights(asked(name))


def test_as_a_program_sees_it(internet, capsys):
    assert main(["weights", "mobilenet-v2", "--json"]) == 0
    said = capsys.readouterr()
    (row,) = json.loads(said.out)["weights"]
    assert set(row) == {"name", "bytes", "here", "path", "url"}
    assert main(["weights"]) == 0
    assert "1 MB" in capsys.readouterr().out


def test_without_a_network_one_line(internet, capsys):
    internet.status = 404
    assert main(["weights", "MobileNetV2"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("imgcls: The weights of MobileNetV2 could not be downloaded: the server said 404")


def test_what_is_missed_is_downloaded_and_asked_for_again(internet):
    known, calls = DOWNLOADED.get("MobileNetV2"), []

    def ask() -> str:
        calls.append(1)
        known.check()
        return "answer"

    assert fetching(ask) == "answer"
    assert len(calls) == 2
    assert fetching(ask) == "answer"
    assert len(calls) == 3


def test_other_refusals_pass(internet):
    def ask() -> None:
        raise PlaceError("The disk is full.")

    with pytest.raises(PlaceError, match="disk is full"):
        fetching(ask)
    assert internet.asked == []


def test_what_is_missed_twice_is_refused(internet, monkeypatch):
    monkeypatch.setattr(DownloadedWeights, "download", lambda *_: None)
    with pytest.raises(MissingWeightsError):
        fetching(DOWNLOADED.get("MobileNetV2").check)


def test_train_downloads_first_and_makes_no_run_without(internet, capsys, home_folder):
    internet.status = 503
    assert main(["train", "--architecture", "applications/mobilenet-v2", "--epochs", "1"]) == 2
    assert "the server said 503" in capsys.readouterr().err
    assert not list((home_folder / "runs").glob("*")) if (home_folder / "runs").exists() else True


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("applications/mobilenet-v2", "applications/MobileNetV2"),
        ("Seed-CNN", "seed-cnn"),
        ("resnet-26", "resnet-26"),
        ("vgg", "vgg"),
    ],
)
def test_a_recipe_has_the_name_that_is_listed(typed, name):
    nothing = dict.fromkeys(
        ("recipe", "preset", "dataset", "architecture", "balance", "epochs", "batch_size", "seed", "corrections")
    )
    found = asked_recipe(argparse.Namespace(**{**nothing, "architecture": typed, "set": []}))
    assert found.architecture.name == name


@pytest.mark.slow
def test_from_the_command_to_a_run(monkeypatch, tmp_path, capsys, home_folder):
    """Weights that were drawn here, served, downloaded by `train`, and a head trained on them."""
    import keras

    from tests.architectures import legacy

    body = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
    legacy.save(legacy.drawn(body), tmp_path / "made.h5", libver="latest")
    content = (tmp_path / "made.h5").read_bytes()
    # nobody publishes a checksum of this one, so the worker, which knows nothing of this test, takes it by its size
    known = DOWNLOADED.get("MobileNetV2")
    assert len(content) <= known.size
    with serving(Internet(content.ljust(known.size, b"\0"))) as made:
        monkeypatch.setitem(known.__dict__, "url", f"{made.url}/{known.file}")
        monkeypatch.setattr(fetch, "_is_safe", lambda url: url.startswith(made.url))
        options = ["--architecture", "applications/mobilenet-v2", "--set", "architecture.side=32", "--epochs", "1"]
        code = main(["train", *options, "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "weights of MobileNetV2: 9.4 of 9.4 MB" in said.err
    found = json.loads(said.out)
    assert found["status"] == "completed"
    assert found["parameters"] == 2_257_984 + 1281 * 10
    assert 0 <= found["test_accuracy"] <= 1  # the weights were drawn: there is nothing to expect of them
    assert made.asked == [None]
    assert main(["evaluate", found["run"]]) == 0

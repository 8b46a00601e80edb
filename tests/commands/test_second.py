"""explain --second-opinion: tf-keras-vis is asked the same, and it is said how far the two are apart."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imgcls.cli import main
from imgcls.explain import second_opinion
from imgcls.images import encode_png
from imgcls.recipe import Choice, Recipe
from tests.runs.built import built_run


@pytest.fixture
def asked(tmp_path):
    """Explains a picture of noise; the exit code."""
    (tmp_path / "noise.png").write_bytes(encode_png(np.random.default_rng(0).integers(0, 256, (28, 28, 3), np.uint8)))

    def run(model, *arguments):
        given = ["explain", model.id, str(tmp_path / "noise.png"), "--as-is", "--second-opinion", *arguments]
        return main([*given, "--out", str(tmp_path / "why.png")])

    return run


def test_two_implementations_draw_the_same_map(tiny_run, asked, capsys):
    assert asked(tiny_run) == 0
    assert "tf-keras-vis draws the same map: they differ by at most" in capsys.readouterr().out
    assert asked(tiny_run, "--class", "3", "--json") == 0
    found = json.loads(capsys.readouterr().out)["second_opinion"]
    assert found["same"] is True
    assert 0 <= found["difference"] < 1e-5


def test_another_map_is_called_one(tiny_run, asked, capsys, monkeypatch):
    monkeypatch.setattr(
        second_opinion, "grad_cam_of_tf_keras_vis", lambda model, images, target, layer: np.ones((5, 5), np.float32)
    )
    assert asked(tiny_run) == 0
    assert "draws another map" in capsys.readouterr().out


def test_what_it_cannot_be_asked_is_refused_before_anything_is_drawn(tiny_run, asked, capsys, tmp_path):
    for more, told in (
        (["--method", "saliency"], "saliency"),
        (["--class", "3", "--against", "5"], "grad-cam --against"),
    ):
        assert asked(tiny_run, *more) == 2
        assert capsys.readouterr().err.endswith(f"Received: {told}\n")
    assert not (tmp_path / "why.png").exists()


def test_a_network_without_maps_has_no_second_one(asked, capsys):
    flat = built_run(Recipe(architecture=Choice(name="linear")))
    assert asked(flat, "--json") == 0
    assert json.loads(capsys.readouterr().out)["second_opinion"] is None


@pytest.mark.parametrize(
    ("theirs", "share"),
    [([[1.0, 2.0]], 0.0), ([[1.0, 1.0]], 0.5), ([[1.0]], None), ([[np.nan, 1.0]], None)],
)
def test_how_far_two_maps_are_apart(theirs, share):
    assert second_opinion.apart(np.array([[1.0, 2.0]]), np.array(theirs)) == share

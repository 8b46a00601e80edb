"""explain --trust: the checks of the page Explain, in its words, on a run in this process."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imgcls.cli import main
from imgcls.images import encode_png
from imgcls.recipe import Choice, Recipe
from imgcls.trust import curves, pointing, told
from imgcls.workers import trust_operations
from tests.runs.built import built_run


@pytest.fixture
def checked(tmp_path, capsys):
    """What `explain --trust` prints about a picture of noise: standard output and error."""
    (tmp_path / "noise.png").write_bytes(encode_png(np.random.default_rng(0).integers(0, 256, (28, 28, 3), np.uint8)))

    def run(model, *arguments):
        given = ["explain", model.id, str(tmp_path / "noise.png"), "--as-is", "--trust", *arguments]
        assert main([*given, "--out", str(tmp_path / "why.png")]) == 0
        assert (tmp_path / "why.png").exists()
        return capsys.readouterr()

    return run


@pytest.fixture
def shapes():
    """A run on data that know where their objects are."""
    return built_run(Recipe(dataset=Choice(name="shapes", images=200), architecture=Choice(name="lenet-5")))


def test_it_says_what_the_page_says(tiny_run, checked, monkeypatch):
    kept = []
    ask = trust_operations.trust_map
    monkeypatch.setattr(trust_operations, "trust_map", lambda *given: kept.append(ask(*given)) or kept[-1])
    out, said = checked(tiny_run)
    facts = kept[0][0]
    assert "Checking the map: " in said  # the price, before it begins
    text, values = told.whole(facts)
    assert text.format(**values) in out
    assert told.NO_PROOF in out
    for name in ("randomised", "curves", "stability"):
        verdict = facts[name]["verdict"]
        assert f"{told.CHECK_WORDS[name]}\n  {told.mark(verdict)} {verdict}\n" in out
    assert "4 layers random" in out
    areas = facts["curves"]["deletion"]
    assert f"    pixels taken away: Area: {areas['map']:.2f} by this map, {areas['centre']:.2f} from the centre" in out
    assert told.CHECK_WORDS["completeness"] not in out
    assert told.CHECK_WORDS["pointing"] not in out


def test_json_and_integrated_gradients_add_up(tiny_run, checked):
    out, _ = checked(tiny_run, "--method", "integrated-gradients", "--option", "steps=64", "--class", "3", "--json")
    data = json.loads(out)
    assert (data["method"], data["class"]) == ("integrated-gradients", "3")
    found = data["trust"]
    assert found["summary"].endswith("of 4 checks speak for it") or found["summary"].startswith("All 4 checks")
    assert {"randomised", "curves", "stability", "completeness"} <= set(found)
    assert found["completeness"]["gap"] < 0.05
    assert found["completeness"]["verdict"]


def test_one_class_rather_than_another_is_what_is_checked(tiny_run, checked, monkeypatch):
    asked = []
    ask = trust_operations.trust_map
    monkeypatch.setattr(trust_operations, "trust_map", lambda *given: asked.append(given[0]) or ask(*given))
    checked(tiny_run, "--class", "3", "--against", "8", "--layer", "conv_1")
    assert [(one["class"], one["against"], one["layer"]) for one in asked] == [(3, 8, "conv_1")]


def test_where_objects_are_known_it_is_asked_whether_it_points(shapes, checked, monkeypatch):
    monkeypatch.setattr(pointing, "POINTED", 12)
    data = json.loads(checked(shapes, "--json")[0])
    assert data["trust"]["pointing"]["asked"] == 12
    assert data["trust"]["pointing"]["verdict"]
    assert told.CHECK_WORDS["pointing"] in checked(shapes)[0]


def test_without_a_map_there_is_nothing_to_check(tiny_run, checked):
    out, _ = checked(tiny_run, "--method", "activation-maximization", "--option", "steps=2")
    assert told.NO_MAP in out
    out, _ = checked(tiny_run, "--method", "activation-maximization", "--option", "steps=2", "--json")
    assert json.loads(out)["trust"] is None


def test_no_sentence_is_made_of_nothing():
    """Nobody has a map: no mean, no likeness, no hit; and JSON has no word for what is no number."""
    facts = {
        "randomised": {"rows": [{"layers": 1, "status": "gradient_vanished", "correlation": None}], "verdict": "v"},
        "curves": {curve: {"map": 0.5, "centre": 0.5, "random": 0.5} for curve in curves.CURVES} | {"verdict": "v"},
        "stability": {"mean": None, "same_answer": 1.0, "verdict": "v"},
        "completeness": None,
    }
    first, second, third = told.checks(facts)
    assert (
        first.notes[0][0].format(**first.notes[0][1]).startswith("1 layers random: no map. The score does not change")
    )
    assert len(second.notes) == len(second.names) == 2
    assert third.notes == ()
    assert told.whole(facts) == ("Believe it with care: {good} of {total} checks speak for it", {"good": 0, "total": 3})
    nothing = pointing.Pointing(float("nan"), float("nan"), float("nan"), float("nan"), 0, 0, 8)
    check = told.pointed({**vars(nothing), "verdict": pointing.verdict(nothing)})
    assert len(check.notes) == 1
    assert check.verdict == pointing.TOO_FEW

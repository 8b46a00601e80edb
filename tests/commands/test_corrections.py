"""corrections: the same as on the page Data, from a shell."""

from __future__ import annotations

import argparse
import json

import pytest

from imgcls.cli import _parser, main
from imgcls.commands.corrections import _ACTIONS
from imgcls.commands.training import asked_recipe
from imgcls.datasets.corrections import Correction, correct, current_corrections
from imgcls.datasets.importing import import_dataset
from imgcls.home import folder
from imgcls.recipe import Choice
from tests.datasets.people import bring

DIGITS = Choice(name="mnist-5k")


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["corrections", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["corrections", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def trained(*arguments: str) -> argparse.Namespace:
    return _parser().parse_args(["train", *arguments])


def test_nothing_is_corrected_at_first(capsys):
    found = answered(capsys, "mnist-5k")
    assert found == {
        "dataset": "mnist-5k",
        "corrections": "",
        "images": [],
        "can_undo": False,
        "can_redo": False,
        "damage": None,
    }
    assert main(["corrections", "mnist-5k"]) == 0
    assert capsys.readouterr().out == "mnist-5k: no corrections\n"


def test_relabel_move_leave_out_and_back(capsys):
    first = answered(capsys, "mnist-5k", "12", "7", "--relabel", "3")
    assert [(one["key"], one["label"]) for one in first["images"]] == [("7", "3"), ("12", "3")]
    answered(capsys, "mnist-5k", "7", "--move", "test")
    third = answered(capsys, "mnist-5k", "2000", "--leave-out")
    assert current_corrections(DIGITS).images == {
        "7": Correction(label="3", part="test"),
        "12": Correction(label="3"),
        "2000": Correction(dropped=True),
    }
    assert main(["corrections", "mnist-5k"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"mnist-5k: 3 corrections; train --corrections {third['corrections']}",
        "  7     as 3, to test",
        "  12    as 3",
        "  2000  left out",
    ]
    back = answered(capsys, "mnist-5k", "--undo")
    assert (len(back["images"]), back["can_undo"], back["can_redo"]) == (2, True, True)
    assert answered(capsys, "mnist-5k", "--redo") == third
    last = answered(capsys, "mnist-5k", "7", "--as-it-was")
    assert [one["key"] for one in last["images"]] == ["12", "2000"]
    assert answered(capsys, "mnist-5k", "--undo")["corrections"] == third["corrections"]


def test_a_class_that_an_image_has_is_no_correction(capsys):
    assert answered(capsys, "mnist-5k", "0", "--relabel", "0")["corrections"] == ""


def test_ones_own_by_class_and_file(capsys, tmp_path):
    import_dataset("pets", bring(tmp_path / "pets"))
    found = answered(capsys, "pets", "cats/0002.png", "--relabel", "dogs")
    assert found["images"] == [{"key": "cats/0002.png", "label": "dogs", "part": None, "dropped": False}]


def test_options_of_a_data_set_are_another_data_set(capsys):
    answered(capsys, "shapes", "3", "--leave-out", "--set", "dataset.images=300")
    assert answered(capsys, "shapes")["images"] == []
    assert len(answered(capsys, "shapes", "--set", "dataset.images=300")["images"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "no data set “nothing”"),
        (["mnist-5k", "5000", "--leave-out"], "There is no image “5000” in the data set mnist-5k. Expected 0 … 4999."),
        (["mnist-5k", "../x", "--leave-out"], "There is no image"),
        (["mnist-5k", "1", "--relabel", "cat"], "no class “cat” in the data set mnist-5k. Expected one of: 0, 1, 2"),
        (["mnist-5k", "1"], "Expected what is to be done to these images, one of: --relabel, --move, --leave-out"),
        (["mnist-5k", "--leave-out"], "Expected the keys of images together with --leave-out"),
        (["mnist-5k", "1", "--undo"], "Expected --undo alone"),
        (["mnist-5k", "1", "--leave-out", "--relabel", "3"], "at a time. Received: 2"),
        (["mnist-5k", "1", "--move", "away"], "invalid choice"),
        (["shapes", "--set", "dataset.images=7"], "at least"),
    ],
)
def test_refused_in_one_line(capsys, arguments, words, home_folder):
    assert words in refused(capsys, *arguments)
    assert not list(home_folder.glob("corrections/*.json"))


def test_every_action_is_an_argument():
    known = next(action for action in _parser()._actions if action.choices and action.dest == "command").choices
    assert known is not None
    assert set(_ACTIONS) <= set(known["corrections"]._option_string_actions)


def test_a_run_is_trained_with_those_of_now(capsys):
    assert asked_recipe(trained("--dataset", "mnist-5k")).corrections == ""
    found = answered(capsys, "mnist-5k", "7", "--leave-out")["corrections"]
    assert asked_recipe(trained("--dataset", "mnist-5k")).corrections == ""
    assert asked_recipe(trained("--dataset", "mnist-5k", "--corrections", "now")).corrections == found
    assert asked_recipe(trained("--dataset", "mnist-5k", "--corrections", found)).corrections == found
    assert asked_recipe(trained("--dataset", "digits-8x8", "--corrections", "now")).corrections == ""
    # an identifier that JSON would take for a number
    assert asked_recipe(trained("--corrections", "123456789012")).corrections == "123456789012"


def test_those_of_now_are_not_left_away_where_they_are_damaged(capsys):
    identifier = correct(DIGITS, {"1": Correction(dropped=True)}).identifier()
    (folder("corrections") / f"{identifier}.json").write_text("{")
    assert main(["train", "--corrections", "now"]) == 2
    assert "is damaged or gone, so that no corrections" in capsys.readouterr().err
    assert "is damaged or gone" in answered(capsys, "mnist-5k")["damage"]

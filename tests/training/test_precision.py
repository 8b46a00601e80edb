"""The precision that a run trains in, where the recipe leaves it to the machine."""

from __future__ import annotations

import json

import pytest

from imgcls.home import home
from imgcls.recipe import Choice, Recipe, with_settings
from imgcls.training import precision
from imgcls.training.precision import PAYS, chosen_precision, known_precision
from imgcls.training.trial import alternate_steps


@pytest.fixture
def processor(monkeypatch):
    """A processor that has bfloat16, and how much faster it is said to be; counts who asks."""

    class Processor:
        faster, asked = 2.0, 0

    made = Processor()

    def times_faster(recipe):
        made.asked += 1
        return made.faster

    monkeypatch.setattr(precision, "processor_has_bfloat16", lambda: True)
    monkeypatch.setattr(precision, "times_faster", times_faster)
    return made


@pytest.mark.parametrize("asked", ["float32", "mixed_bfloat16"])
def test_what_is_asked_for_is_taken_unseen(processor, asked):
    recipe = with_settings(Recipe(), [f"training.precision={asked}"])
    assert known_precision(recipe) == chosen_precision(recipe) == asked
    assert processor.asked == 0


def test_without_bfloat16_there_is_nothing_to_time(processor, monkeypatch):
    monkeypatch.setattr(precision, "processor_has_bfloat16", lambda: False)
    assert known_precision(Recipe()) == chosen_precision(Recipe()) == "float32"
    assert processor.asked == 0


@pytest.mark.parametrize(("faster", "choice"), [(PAYS, "mixed_bfloat16"), (PAYS - 0.01, "float32"), (0.5, "float32")])
def test_it_is_timed_once_and_then_known(processor, faster, choice):
    processor.faster = faster
    assert known_precision(Recipe()) is None
    assert chosen_precision(Recipe()) == choice
    processor.faster = 3 - faster
    assert known_precision(Recipe()) == chosen_precision(Recipe()) == choice
    assert processor.asked == 1
    chosen_precision(with_settings(Recipe(), ["training.batch_size=64"]))  # another step
    assert processor.asked == 2
    assert known_precision(with_settings(Recipe(), ["seed=3", "training.epochs=2"])) == choice  # the same step


@pytest.mark.parametrize("damage", ["{", "[]", '{"KEY": "float8"}'])
def test_a_damaged_note_is_made_again(processor, damage):
    chosen_precision(Recipe())
    file = home() / "cache" / "precisions.json"
    file.write_text(damage.replace("KEY", next(iter(json.loads(file.read_text())))))
    assert known_precision(Recipe()) is None
    assert chosen_precision(Recipe()) == "mixed_bfloat16"


def test_a_body_that_has_learned_goes_on_with_all_its_digits(processor):
    learned = Recipe(architecture=Choice(name="efficientnet-lite0", trainable_blocks=2))
    assert chosen_precision(learned) == "float32"
    anew = Recipe(architecture=Choice(name="efficientnet-lite0", weights="none"))
    assert chosen_precision(anew) == "mixed_bfloat16"


def test_both_are_really_timed():
    full, half = alternate_steps(with_settings(Recipe(), ["architecture.name=lenet-5"]), ["float32", "mixed_bfloat16"])
    assert 1e-5 < full < 10
    assert 1e-5 < half < 10

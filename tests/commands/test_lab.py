"""lab: the arguments' four recipes, what is told of them, and what is left when something comes in between."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
import pytest

from imgcls.atomic import write_arrays, write_json
from imgcls.commands.answer import Answer
from imgcls.commands.lab import _answer, asked_race, lab
from imgcls.commands.training import resume
from imgcls.engines import local
from imgcls.errors import QueueFullError, RecipeError, UnknownNameError
from imgcls.race import DEFAULT, Variant, race_of, race_recipes
from imgcls.runs import Run, Status, create_run, get_run, list_runs, snapshot_path
from tests.engines.fakes import children, start_fake_worker


def asked(**given) -> argparse.Namespace:
    nothing = dict.fromkeys(("dataset", "epochs", "batch_size", "seed"))
    return argparse.Namespace(**{**nothing, "depth": 8, "set": [], **given})


class TestRecipes:
    def test_those_of_the_page(self):
        assert asked_race(asked(depth=32)) == race_recipes(32)

    def test_flags_and_settings_count_for_all_four(self):
        given = asked(dataset="digits-8x8", epochs=2, batch_size=8, seed=5, set=["training.optimizer.name=sgd"])
        for recipe in asked_race(given).values():
            assert (recipe.dataset.name, recipe.seed) == ("digits-8x8", 5)
            assert (recipe.training.epochs, recipe.training.batch_size) == (2, 8)
            assert recipe.training.optimizer.name == "sgd"

    @pytest.mark.parametrize("setting", ["architecture.name=seed-cnn", "architecture.batch_norm=false"])
    def test_the_networks_are_the_labs(self, setting):
        with pytest.raises(RecipeError, match=rf"only --depth can be chosen\. Received: {setting}"):
            lab(asked(set=[setting]))

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"depth": 9}, RecipeError),
            ({"depth": -4}, UnknownNameError),
            ({"epochs": 0}, RecipeError),
            ({"epochs": 51}, RecipeError),
            ({"dataset": "nope"}, UnknownNameError),
        ],
    )
    def test_refused_before_there_is_a_run(self, given, kind):
        with pytest.raises(kind):
            lab(asked(**given))
        assert list_runs() == []


class TestWithFakeWorkers:
    @pytest.fixture(autouse=True)
    def fakes(self, monkeypatch):
        monkeypatch.setenv("IMGCLS_SLOTS", "1")
        monkeypatch.setattr(local, "start_worker", start_fake_worker)
        monkeypatch.setattr(local, "TICK", 0.03)
        before = children()
        yield
        assert children() <= before

    def test_four_runs_that_are_one_race(self, capsys):
        answer = lab(asked(epochs=2))
        networks = answer.data["networks"]
        assert [one["network"] for one in networks] == ["neither", "batch norm", "skip", "both"]
        assert [one["status"] for one in networks] == ["completed"] * 4
        race = race_of(one["run"] for one in networks)
        assert (race.depth, list(race.runs)) == (8, list(Variant))
        assert race.runs[Variant.NEITHER].title == "Lab, 8 layers: neither"
        assert answer.data["link"] == "/lab?lab=" + ",".join(one["run"] for one in networks)
        assert (answer.exit_code, capsys.readouterr().out) == (0, "")

    def test_interrupted_between_two(self, monkeypatch):
        """Nothing begins by itself afterwards, and the others can still be trained."""
        watched: list[str] = []

        def until_the_second(engine: local.LocalEngine, run_id: str) -> Answer:
            watched.append(run_id)
            if len(watched) == 2:
                raise KeyboardInterrupt
            engine.wait(run_id)
            return Answer({}, [])

        monkeypatch.setenv("FAKE_EPOCH", "1")
        monkeypatch.setattr(sys.modules["imgcls.commands.lab"], "watch", until_the_second)
        with pytest.raises(KeyboardInterrupt):
            lab(asked(epochs=1))
        statuses = [run.status for run in sorted(list_runs(), key=lambda run: watched.count(run.id))]
        assert statuses.count(Status.COMPLETED) == 1
        assert not any(status.is_active for status in statuses)
        waiting = next(run for run in list_runs() if run.id not in watched)
        monkeypatch.setenv("FAKE_EPOCH", "0.05")
        assert resume(argparse.Namespace(model=waiting.id)).data["status"] == "completed"

    def test_a_part_of_them_is_no_race(self, monkeypatch):
        monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "3")
        monkeypatch.setattr(local.LocalEngine, "_start_next", lambda engine: False)
        with pytest.raises(QueueFullError):
            lab(asked())
        assert list_runs() == []


# -- what is told


def ended(variant: Variant, norms: dict[int, list[float]], **result) -> Run:
    run = create_run(race_recipes(8)[variant], {"ticket": 1, "engine": ""})
    write_json(run.folder / "result.json", {"status": "completed", "epochs": DEFAULT.training.epochs, **result})
    for epoch, one in norms.items():
        path = snapshot_path(run.folder, epoch)
        path.parent.mkdir(exist_ok=True)
        layers = np.array([f"layer {place}" for place in range(len(one))])
        write_arrays(path, {"gradient_norms": np.array(one, np.float32), "gradient_layers": layers})
    return get_run(run.id)


def told(runs: dict[Variant, Run], exit_code: int = 0) -> Answer:
    answers = {variant: Answer({"run": run.id, **(run.result or {})}, [], exit_code) for variant, run in runs.items()}
    return _answer(8, answers, runs)


def test_gradients_of_all_layers_and_epochs():
    norms = {0: [0.5, 0.25, 2.0], 1: [1.0, 1.0, 1.0], 3: [4.0, np.inf, np.nan]}
    run = ended(Variant.BOTH, norms, validation_accuracy=0.9, test_accuracy=0.875)
    answer = told({Variant.BOTH: run})
    (network,) = json.loads(json.dumps(answer.data, allow_nan=False))["networks"]
    assert [one["epoch"] for one in network["gradients"]] == [0, 1, 3]
    assert network["gradients"][0] == {"epoch": 0, "layers": ["layer 0", "layer 1", "layer 2"], "norms": norms[0]}
    assert network["gradients"][2]["norms"] == [4.0, None, None]
    assert answer.lines[1].split() == ["both", "90.00%", "87.50%", "5.00e-01", "2.00e+00", "4.00e+00", "nan"]


def test_one_without_a_result_has_a_row_all_the_same():
    answer = told({Variant.SKIP: ended(Variant.SKIP, {})}, exit_code=1)
    assert answer.lines[1].split() == ["skip", *["–"] * 6]
    assert answer.exit_code == 1


def test_a_network_that_diverges_is_a_result():
    from imgcls.training.loop import REASONS

    reason = {"type": "InputError", "template": REASONS["diverged"], "values": {}}
    run = ended(Variant.NEITHER, {0: [1e9, 1.0]}, status="failed", reason=reason)
    assert told({Variant.NEITHER: run}, exit_code=2).exit_code == 0

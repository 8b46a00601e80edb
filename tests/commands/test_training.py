"""train and resume: the arguments' recipe, and what is said at the end."""

from __future__ import annotations

import argparse
import json

import pytest

from imgcls.atomic import write_json
from imgcls.commands.training import _answer, _exit_code, asked_recipe, resume, train
from imgcls.engines import local
from imgcls.errors import BrokenError, InputError, PlaceError, RecipeError, RunStateError, UnknownNameError
from imgcls.presets import PRESETS
from imgcls.recipe import Recipe, recipe_from
from imgcls.runs import Status, list_runs
from tests.engines.fakes import children, start_fake_worker


def asked(**given) -> argparse.Namespace:
    nothing = dict.fromkeys(
        ("recipe", "preset", "dataset", "architecture", "balance", "epochs", "batch_size", "seed", "corrections")
    )
    return argparse.Namespace(**{**nothing, "set": [], **given})


class TestRecipe:
    def test_defaults(self):
        assert asked_recipe(asked()) == Recipe()

    def test_flags(self):
        found = asked_recipe(asked(epochs=3, batch_size=8, seed=5, dataset="mnist-5k", architecture="seed-cnn"))
        assert (found.training.epochs, found.training.batch_size, found.seed) == (3, 8, 5)

    def test_set_wins_over_flags_and_flags_over_the_file(self, tmp_path):
        file = tmp_path / "recipe.json"
        file.write_text(recipe_from({"training": {"epochs": 2, "batch_size": 2}, "seed": 9}).to_json())
        found = asked_recipe(asked(recipe=str(file), epochs=3, batch_size=3, set=["training.epochs=4"]))
        assert (found.training.epochs, found.training.batch_size, found.seed) == (4, 3, 9)

    def test_code(self):
        recipe = recipe_from({"training": {"epochs": 2, "optimizer": {"name": "sgd", "learning_rate": 0.1}}, "seed": 3})
        assert asked_recipe(asked(recipe=recipe.to_code())) == recipe

    def test_preset(self):
        for preset in PRESETS:
            assert asked_recipe(asked(preset=preset.name)) == preset.recipe

    def test_set_wins_over_flags_and_flags_over_the_preset(self):
        found = asked_recipe(asked(preset="best", seed=7, epochs=3, set=["training.epochs=4", "augmentation=[]"]))
        assert found.architecture == PRESETS.get("best").recipe.architecture
        assert (found.seed, found.training.epochs, found.augmentation) == (7, 4, ())

    def test_unknown_preset(self):
        with pytest.raises(UnknownNameError, match=r"no preset “fastest”\. Expected one of: first, fast, best"):
            asked_recipe(asked(preset="fastest"))

    def test_preset_and_recipe_exclude_each_other(self):
        with pytest.raises(InputError, match=r"--recipe or --preset, .*both"):
            asked_recipe(asked(preset="best", recipe=Recipe().to_code()))

    def test_file_without_an_ending(self, tmp_path):
        (tmp_path / "recipe").write_text(Recipe(seed=4).to_json())
        assert asked_recipe(asked(recipe=str(tmp_path / "recipe"))).seed == 4

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"\xff\x00", b"[" * 100_000, b"[]", b"5", b'{"seed": -1}', b'{"version": 2}', b'{"x": 1}'],
    )
    def test_file_that_is_no_recipe(self, tmp_path, content):
        (tmp_path / "recipe.json").write_bytes(content)
        with pytest.raises(InputError):
            asked_recipe(asked(recipe=str(tmp_path / "recipe.json")))

    @pytest.mark.parametrize("source", ["missing.json", "/", ".", "a" * 5000, "a" * 300, "!!!", "", "äöü", "eJw="])
    def test_neither_file_nor_code(self, source, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        if source:
            with pytest.raises(InputError, match=r"Expected a recipe"):
                asked_recipe(asked(recipe=source))
        else:
            assert asked_recipe(asked(recipe=source)) == Recipe()


class TestAnswer:
    @pytest.mark.parametrize(
        ("status", "error", "code"),
        [
            (Status.COMPLETED, None, 0),
            (Status.STOPPED, InputError("x"), 0),
            (Status.FAILED, InputError("x"), 2),
            (Status.FAILED, RecipeError("x"), 2),
            (Status.FAILED, BrokenError("x"), 1),
            (Status.INTERRUPTED, PlaceError("x"), 2),
            (Status.INTERRUPTED, None, 1),
        ],
    )
    def test_exit_code(self, status, error, code):
        assert _exit_code(status, error) == code

    def test_completed(self, tiny_run, capsys):
        answer = _answer(tiny_run, Status.COMPLETED)
        wanted = {"run", "status", "test_accuracy", "parameters", "train_seconds", "images_per_second", "epochs"}
        assert wanted <= set(answer.data)
        assert answer.data["status"] == "completed"
        assert f"{answer.data['test_accuracy']:.2%}" in answer.lines[0]
        assert capsys.readouterr().err == ""

    def test_failed_says_why_in_the_readers_language(self, queued_run, capsys):
        write_json(
            queued_run.folder / "result.json",
            {"status": "failed", "reason": RecipeError("Too large: {size}.", size=5).to_json()},
        )
        answer = _answer(queued_run, Status.FAILED)
        assert answer.exit_code == 2
        assert answer.data["reason"] == "Too large: 5."
        assert capsys.readouterr().err == "imgcls: Too large: 5.\n"

    def test_interrupted_says_what_stood_in_the_way(self, interrupted_run, capsys):
        write_json(interrupted_run.folder / "problem.json", PlaceError("The disk is full.").to_json())
        answer = _answer(interrupted_run, Status.INTERRUPTED)
        assert answer.exit_code == 2
        assert capsys.readouterr().err == "imgcls: The disk is full.\n"


class TestCommands:
    @pytest.fixture(autouse=True)
    def fakes(self, monkeypatch):
        monkeypatch.setattr(local, "start_worker", start_fake_worker)
        monkeypatch.setattr(local, "TICK", 0.03)
        before = children()
        yield
        assert children() <= before

    def test_train_and_resume(self, capsys):
        answer = train(asked(epochs=2))
        assert answer.exit_code == 0
        assert answer.data["status"] == "completed"
        said = capsys.readouterr()
        assert said.out == ""
        assert [line.split()[0] for line in said.err.splitlines()] == ["run", "epoch", "epoch"]
        with pytest.raises(RunStateError, match="completed"):
            resume(argparse.Namespace(model=answer.data["run"]))

    def test_refused_recipe_leaves_no_run(self):
        with pytest.raises(UnknownNameError):
            train(asked(dataset="nope"))
        assert list_runs() == []

    def test_worker_that_dies_is_our_fault(self, monkeypatch, capsys):
        monkeypatch.setenv("FAKE_MODE", "dies")
        answer = train(asked(epochs=1))
        assert answer.exit_code == 1
        assert answer.data["status"] == "failed"
        assert "ended before it began (exit code 3)" in capsys.readouterr().err
        json.dumps(answer.data)

    def test_unknown_run(self):
        with pytest.raises(UnknownNameError):
            resume(argparse.Namespace(model="nope"))

"""What the inference worker can do, each as a plain function in this process."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from imgcls.atomic import read_arrays
from imgcls.augmentation import preview
from imgcls.datasets import load
from imgcls.errors import Cancelled, ImageError, InputError, RecipeError, RunStateError, UnknownNameError
from imgcls.models import load_trained
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.training import trial
from imgcls.training.data import run_data
from imgcls.training.timing import known_timing
from imgcls.workers.operations import (
    OPERATIONS,
    augment,
    class_number,
    describe,
    explain_image,
    explain_images,
    layers,
    measure,
    predict,
)
from imgcls.workers.progress import told_to


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), np.uint8)


class TestPredict:
    def test_probabilities_and_where_they_come_from(self, tiny_run, images):
        facts, arrays = predict({"model": tiny_run.id}, {"images": images})
        assert facts == {"epoch": 1, "is_final": True, "version": tiny_run.result["model_sha256"]}
        assert arrays["probabilities"].shape == (3, 10)
        assert arrays["probabilities"].dtype == np.float32
        np.testing.assert_allclose(arrays["probabilities"].sum(axis=1), 1, rtol=1e-5)
        assert (arrays["probabilities"].argmax(1) == arrays["logits"].argmax(1)).all()

    def test_same_numbers_as_training_kept(self, tiny_run):
        kept = read_arrays(tiny_run.folder / "evaluation.npz")
        test = run_data(tiny_run.recipe).test
        _, arrays = predict({"model": tiny_run.id}, {"images": test.images})
        np.testing.assert_allclose(arrays["logits"], kept["logits"], rtol=1e-3, atol=1e-4)

    def test_run_that_is_not_over_answers_with_its_checkpoint(self, interrupted_run, images):
        facts, _ = predict({"model": interrupted_run.id}, {"images": images})
        assert (facts["epoch"], facts["is_final"]) == (1, False)

    def test_refusals(self, tiny_run, queued_run, images):
        with pytest.raises(UnknownNameError, match="There is no run"):
            predict({"model": "../" + tiny_run.id}, {"images": images})
        with pytest.raises(RunStateError, match="has no weights yet"):
            predict({"model": queued_run.id}, {"images": images})


class TestExplain:
    def test_map_for_the_predicted_class_by_default(self, tiny_run, images):
        facts, arrays = explain_image({"model": tiny_run.id}, {"image": images[0]})
        assert facts["method"] == "grad-cam"
        assert facts["layer"] == "pool_2"
        assert facts["layer_shape"] == [5, 5, 64]
        assert facts["target"] == arrays["logits"].argmax()
        assert arrays["map"].shape == (28, 28)
        assert arrays["raw"].shape == (5, 5)
        assert all(array.dtype == np.float32 for array in arrays.values())
        json.dumps(facts)  # it travels as JSON

    def test_many_at_once_say_the_same_as_each_alone(self, tiny_run, images):
        facts, arrays = explain_images({"model": tiny_run.id, "classes": 3}, {"images": images[:3]})
        assert facts["targets"] == [3] * 3
        json.dumps(facts)
        for place in range(3):
            alone, single = explain_image({"model": tiny_run.id, "class": 3}, {"image": images[place]})
            assert facts["statuses"][place] == alone["status"]
            np.testing.assert_allclose(arrays["maps"][place], single["map"], atol=1e-5)
            np.testing.assert_allclose(arrays["probabilities"][place], single["probabilities"], atol=1e-5)

    def test_class_and_layer_are_obeyed(self, tiny_run, images):
        first, maps = explain_image({"model": tiny_run.id, "class": 3, "layer": "conv_2"}, {"image": images[0]})
        assert (first["target"], first["layer"]) == (3, "conv_2")
        _, others = explain_image({"model": tiny_run.id, "class": 4, "layer": "conv_2"}, {"image": images[0]})
        assert np.abs(maps["raw"] - others["raw"]).max() > 0

    def test_the_model_stays_as_it_was(self, tiny_run, images):
        model = load_trained(tiny_run.id).keras_model
        before = [np.array(value).tobytes() for value in model.variables]
        explain_image({"model": tiny_run.id}, {"image": images[0]})
        assert [np.array(value).tobytes() for value in model.variables] == before

    @pytest.mark.parametrize(
        ("arguments", "kind"),
        [
            ({"method": "nope"}, UnknownNameError),
            ({"layer": "nope"}, UnknownNameError),
            ({"layer": "dense_1"}, InputError),
            ({"class": 10}, UnknownNameError),
            ({"class": -1}, UnknownNameError),
            ({"options": {"nope": 1}}, InputError),
        ],
    )
    def test_refusals(self, tiny_run, images, arguments, kind):
        with pytest.raises(kind):
            explain_image({"model": tiny_run.id, **arguments}, {"image": images[0]})

    def test_picture_of_another_size(self, tiny_run):
        with pytest.raises(ImageError, match="Expected images of the shape"):
            explain_image({"model": tiny_run.id}, {"image": np.zeros((5, 5, 1), np.uint8)})


def test_layers(tiny_run):
    facts, arrays = layers({"model": tiny_run.id}, {})
    assert [layer["name"] for layer in facts["layers"]] == ["conv_1", "pool_1", "conv_2", "pool_2"]
    assert facts["default"] == "pool_2"
    assert arrays == {}


class TestMeasure:
    def test_measured_once_and_then_known(self, bars, monkeypatch):
        recipe = recipe_from({"dataset": {"name": "bars"}, "training": {"batch_size": 8}})
        facts, _ = measure({"recipe": recipe.model_dump()}, {})
        assert facts["parameters"] > 1000
        assert 0 < facts["step"] < 5
        assert 0 < facts["validation_image"] < 1
        assert known_timing(recipe) is not None
        monkeypatch.setattr(trial, "measured_timing", lambda *_: pytest.fail("measured again"))
        assert measure({"recipe": recipe.model_dump()}, {})[0] == facts

    @pytest.mark.parametrize("part", [1, 2, 3])
    def test_taken_back_it_ends_after_any_part_and_nothing_is_kept(self, bars, part):
        recipe = recipe_from({"dataset": {"name": "bars"}, "training": {"batch_size": 8}})

        def stop(done, total):
            assert total == trial.PARTS
            if done == part:
                raise Cancelled("It was cancelled.")

        with told_to(stop), pytest.raises(Cancelled):
            measure({"recipe": recipe.model_dump()}, {})
        assert known_timing(recipe) is None

    def test_what_the_first_network_of_a_process_pays_is_no_recipes(self, bars, monkeypatch):
        build, clock, late = trial.build_model, time.perf_counter, [0]

        def cold(*given):
            late[0] = 60  # seconds of imports, once
            return build(*given)

        monkeypatch.setattr(time, "perf_counter", lambda: clock() + late[0])
        monkeypatch.setattr(trial, "build_model", cold)
        trial._awake.cache_clear()
        facts, _ = measure({"recipe": {"dataset": {"name": "bars"}, "training": {"batch_size": 8}}}, {})
        assert late == [60]
        assert facts["start"] < 60

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"architecture": {"name": "nope"}}, UnknownNameError),
            ({"training": {"batch_size": 0}}, RecipeError),
            ({"training": {"batch_size": 5000}}, RecipeError),
        ],
    )
    def test_refusals(self, change, kind):
        with pytest.raises(kind):
            measure({"recipe": {**Recipe().model_dump(), **change}}, {})


ROTATED = {"dataset": {"name": "mnist-5k"}, "augmentation": [{"name": "rotate"}], "count": 10, "draws": 3}


class TestAugment:
    def test_images_of_each_class_and_some_draws_of_them(self):
        facts, arrays = augment(ROTATED, {})
        assert facts == {"class_names": [str(digit) for digit in range(10)]}
        assert {name: array.shape for name, array in arrays.items()} == {
            "originals": (10, 28, 28, 1),
            "truth": (10, 10),
            "images": (3, 10, 28, 28, 1),
            "labels": (3, 10, 10),
        }
        assert arrays["images"].dtype == np.uint8
        assert arrays["labels"].dtype == np.float32
        assert arrays["truth"].argmax(1).tolist() == list(range(10))
        stored = {image.tobytes() for image in load(Choice(name="mnist-5k")).images}
        assert all(image.tobytes() in stored for image in arrays["originals"])
        json.dumps(facts)

    def test_it_is_the_pipeline_of_training(self):
        _, arrays = augment({**ROTATED, "seed": 5}, {})
        batch, truth = np.concatenate([arrays["originals"]] * 3), np.concatenate([arrays["truth"]] * 3)
        wanted, labels = preview([Choice(name="rotate")], batch, truth, 5)
        np.testing.assert_array_equal(arrays["images"], wanted.reshape(arrays["images"].shape))
        np.testing.assert_array_equal(arrays["labels"], labels.reshape(arrays["labels"].shape))
        different = {draw.tobytes() for draw in arrays["images"]}
        assert len(different) == 3, "each draw is another"

    def test_another_seed_draws_the_same_images_another_way_and_another_pick_takes_others(self):
        _, first = augment({**ROTATED, "seed": 0}, {})
        _, again = augment({**ROTATED, "seed": 1}, {})
        np.testing.assert_array_equal(first["originals"], again["originals"])
        assert (first["images"] != again["images"]).any()
        _, other = augment({**ROTATED, "pick": 1}, {})
        assert (first["originals"] != other["originals"]).any()
        assert (first["truth"] == other["truth"]).all(), "one of each class, as before"

    def test_labels_are_mixed_where_images_are(self):
        _, arrays = augment({**ROTATED, "augmentation": [{"name": "mixup", "alpha": 1.0}]}, {})
        np.testing.assert_allclose(arrays["labels"].sum(axis=-1), 1, rtol=1e-5)
        assert ((arrays["labels"] > 0.05) & (arrays["labels"] < 0.95)).any()

    def test_without_augmentation_every_draw_is_the_original(self):
        _, arrays = augment({**ROTATED, "augmentation": []}, {})
        for draw, labels in zip(arrays["images"], arrays["labels"], strict=True):
            np.testing.assert_array_equal(draw, arrays["originals"])
            np.testing.assert_array_equal(labels, arrays["truth"])

    def test_images_that_are_sent(self, bars):
        sent = load(Choice(name="bars")).take(np.array([0, 60, 149]))
        asked = {"dataset": {"name": "bars"}, "augmentation": [{"name": "flip", "direction": "vertical"}], "draws": 8}
        _, arrays = augment(asked, {"images": sent.images, "labels": sent.labels})
        np.testing.assert_array_equal(arrays["originals"], sent.images)
        assert arrays["truth"].argmax(1).tolist() == [0, 1, 2]
        for place, image in enumerate(sent.images):
            drawn = {draw[place].tobytes() for draw in arrays["images"]}
            assert drawn == {image.tobytes(), image[::-1].tobytes()}

    @pytest.mark.parametrize(
        ("change", "sent", "kind"),
        [
            ({"dataset": {"name": "nope"}}, {}, UnknownNameError),
            ({"augmentation": [{"name": "nope"}]}, {}, UnknownNameError),
            ({"augmentation": [{"name": "rotate", "degrees": 999.0}]}, {}, RecipeError),
            ({"augmentation": [{"name": "flip"}] * 9}, {}, RecipeError),
            ({"count": 0}, {}, RecipeError),
            ({"draws": 0}, {}, RecipeError),
            ({}, {"images": np.zeros((1, 5, 5, 1), np.uint8), "labels": np.zeros(1, int)}, ImageError),
            ({}, {"images": np.zeros((2, 28, 28, 1), np.uint8), "labels": np.zeros(1, int)}, ImageError),
            ({}, {"images": np.zeros((1, 28, 28, 1), np.float32), "labels": np.zeros(1, int)}, ImageError),
        ],
    )
    def test_refusals(self, change, sent, kind):
        with pytest.raises(kind):
            augment({**ROTATED, **change}, sent)


class TestClassNumber:
    def test_position(self):
        assert class_number("cat", ("dog", "cat")) == 1

    def test_unknown_says_what_there_is(self):
        with pytest.raises(UnknownNameError, match=r"“bird”\. Expected one of: dog, cat"):
            class_number("bird", ("dog", "cat"))
        with pytest.raises(UnknownNameError) as caught:
            class_number("", tuple(map(str, range(1000))))
        assert len(str(caught.value)) < 200


def test_every_operation_is_documented():
    assert set(OPERATIONS) == {
        *("predict", "layers", "measure", "describe", "augment"),
        *("explain", "explain_images", "second_opinion", "price"),
        *("validation", "embedding", "nearest", "robustness"),
        *("find_rates", "inside_network", "inside_layer", "inside_unit", "inside_kernels"),
        *("inside_tested", "filter_likes"),
        *("trust_map", "trust_pointing", "trust_ranking"),
        *("lesson_layers", "pooled_maps", "normalised", "blocks_off"),
        *("body_features", "moved", "changes", "by_keras"),
    }
    assert all(work.__doc__ for work in OPERATIONS.values())


def test_a_network_is_described_without_being_trained():
    facts, arrays = describe({"recipe": Recipe().model_dump(mode="json")}, {})
    assert arrays == {}
    assert facts["parameters"] == 121_930
    # by hand: 26²·3²·32 + 11²·3²·32·64 + 5²·64·64 + 64·10
    assert facts["multiply_adds"] == 194_688 + 2_230_272 + 102_400 + 640
    names = [row["name"] for row in facts["layers"]]
    assert facts["layers"][0]["inputs"] == []
    assert [row["inputs"] for row in facts["layers"][1:]] == [[name] for name in names[:-1]], "a chain"


def test_rates_are_found_with_the_recipe_that_is_asked(bars):
    recipe = recipe_from({"dataset": {"name": "bars"}, "training": {"batch_size": 8}})
    facts, arrays = OPERATIONS["find_rates"]({"recipe": recipe.model_dump(mode="json")}, {})
    assert set(arrays) == {"rates", "losses", "smoothed"}
    assert len({len(one) for one in arrays.values()}) == 1
    assert facts["proposal"] is None or 1e-6 < facts["proposal"] < 1
    json.dumps(facts)

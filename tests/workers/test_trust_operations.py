"""What the worker says about how far a map can be believed: each operation on a real run, in this process."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imgcls.errors import Cancelled, RunStateError, UnknownNameError
from imgcls.explain import methods
from imgcls.recipe import Choice, Recipe
from imgcls.trust import curves, randomised
from imgcls.trust.pointing import moved
from imgcls.trust.question import WHOLE
from imgcls.workers import trust_operations
from imgcls.workers.operations import OPERATIONS, price, second_opinion
from imgcls.workers.progress import told_to
from imgcls.workers.trust_operations import trust_map, trust_pointing, trust_ranking
from tests.runs.built import built_run


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 1), np.uint8)


@pytest.fixture
def shapes():
    """A run on a data set that knows where its objects are."""
    return built_run(Recipe(dataset=Choice(name="shapes", images=200), architecture=Choice(name="lenet-5")))


def growing(told) -> bool:
    return [done for done, _ in told] == sorted(done for done, _ in told) and all(total == WHOLE for _, total in told)


class TestTrustMap:
    def test_every_measure_of_one_map(self, tiny_run, image):
        told = []
        with told_to(lambda *said: told.append(said)):
            facts, arrays = trust_map({"model": tiny_run.id, "method": "grad-cam", "class": 3}, {"image": image})
        json.dumps(facts)
        rows = facts["randomised"]["rows"]
        assert [row["layers"] for row in rows] == [1, 2, 3, 4]
        assert arrays["stages"].shape == (len(randomised.STAGES), 28, 28)
        assert arrays["shares"].shape == (curves.STEPS + 1,)
        for curve in curves.CURVES:
            assert arrays[curve].shape == (3, curves.STEPS + 1)
            assert set(facts["curves"][curve]) == {"map", "centre", "random"}
        # nothing taken away, and everything brought back, is the picture itself, in whatever order
        whole = OPERATIONS["predict"]({"model": tiny_run.id}, {"images": image[None]})[1]["probabilities"][0, 3]
        np.testing.assert_allclose([arrays["deletion"][:, 0], arrays["insertion"][:, -1]], whole, rtol=1e-3)
        assert 0 <= facts["stability"]["same_answer"] <= 1
        assert facts["completeness"] is None
        assert growing(told)

    def test_shares_are_added_up_for_integrated_gradients(self, tiny_run, image):
        asked = {"model": tiny_run.id, "method": "integrated-gradients", "class": 3, "options": {"steps": 64}}
        facts, _ = trust_map(asked, {"image": image})
        assert facts["completeness"]["gap"] < 0.02

    def test_another_class_to_hold_it_against_and_another_layer(self, tiny_run, image):
        asked = {"model": tiny_run.id, "method": "grad-cam", "class": 3, "layer": "conv_1"}
        alone, rather = (trust_map({**asked, "against": against}, {"image": image})[1] for against in (None, 8))
        assert alone["deletion"][0, 0] != rather["deletion"][0, 0]

    def test_a_second_check_of_the_same_network_makes_no_second_copy(self, tiny_run, image, monkeypatch):
        import keras

        made, clone = [], keras.models.clone_model
        monkeypatch.setattr(keras.models, "clone_model", lambda model: made.append(model) or clone(model))
        monkeypatch.setattr(trust_operations, "_copies", {})
        asked = {"model": tiny_run.id, "method": "saliency", "class": 3}
        one, two = (trust_map(asked, {"image": image}) for _ in range(2))
        assert len(made) == 1
        assert one[0]["randomised"] == two[0]["randomised"]
        np.testing.assert_array_equal(one[1]["stages"], two[1]["stages"])

    def test_a_heavy_map_is_given_up_within_its_first_explanation(self, tiny_run, image):
        told = []

        def stop(done, total):
            told.append(done)
            if len(told) == 5:
                raise Cancelled("It was cancelled.")

        asked = {"model": tiny_run.id, "method": "rise", "class": 3, "options": {"masks": 8000}}
        with told_to(stop), pytest.raises(Cancelled):
            trust_map(asked, {"image": image})
        assert told[-1] < WHOLE / 10


class TestPointing:
    def test_moved_test_pictures_are_pointed_at(self, shapes, monkeypatch):
        seen = []
        monkeypatch.setattr(trust_operations.pointing, "moved", lambda *given: seen.append(given) or moved(*given))
        told = []
        with told_to(lambda *said: told.append(said)):
            facts, _ = trust_pointing({"model": shapes.id, "method": "hirescam", "count": 24}, {})
        json.dumps(facts)
        assert len(seen) == 1
        assert facts["asked"] == 24
        assert 0 < facts["images"] <= 24
        assert 0 <= facts["hits"] <= 1
        assert 0 < facts["chance"] < 0.5
        assert facts["verdict"]
        assert growing(told)

    def test_where_nobody_knows_the_objects_it_is_said(self, tiny_run):
        with pytest.raises(RunStateError, match="has no masks"):
            trust_pointing({"model": tiny_run.id, "method": "grad-cam", "count": 4}, {})

    def test_imagenet_has_no_test_images(self):
        with pytest.raises(RunStateError, match="Expected a run with a test set"):
            trust_pointing({"model": "imagenet", "method": "grad-cam", "count": 4}, {})


@pytest.mark.slow
def test_every_method_that_fits_has_a_row(shapes):
    told = []
    with told_to(lambda *said: told.append(said)):
        facts, _ = trust_ranking({"model": shapes.id, "count": 6}, {})
    json.dumps(facts)
    # it has no ReLU
    fitting = {one.name for one in methods()} - {"guided-backprop", "activation-maximization"}
    assert {row["method"] for row in facts["rows"]} == fitting
    assert (facts["images"], facts["masks"]) == (6, True)
    assert 0 <= facts["known"] <= 6
    assert growing(told)
    assert told[-1] == (WHOLE, WHOLE)


class TestSecondOpinion:
    def test_tf_keras_vis_draws_the_same_map(self, tiny_run, image):
        asked = {"model": tiny_run.id, "class": 3, "layer": "conv_2"}
        facts, theirs = second_opinion(asked, {"image": image})
        _, ours = OPERATIONS["explain"]({**asked, "method": "grad-cam"}, {"image": image})
        assert facts == {}
        np.testing.assert_allclose(theirs["raw"], ours["raw"], atol=1e-5 * np.abs(ours["raw"]).max())

    def test_a_layer_that_is_not_there(self, tiny_run, image):
        with pytest.raises(UnknownNameError, match="no layer “nope”"):
            second_opinion({"model": tiny_run.id, "class": 3, "layer": "nope"}, {"image": image})


class TestPrice:
    def test_seconds_of_a_pass(self, tiny_run):
        facts, arrays = price({"model": tiny_run.id}, {})
        assert 0 < facts["seconds"] < 1
        assert arrays == {}

    def test_a_large_network_is_asked_about_few_images(self, tiny_run, monkeypatch):
        from imgcls.explain import engine

        asked = []
        clock = iter([0, 9, 9, 10, 10, 13])  # the first pass of two images takes nine seconds, the others one and three
        monkeypatch.setattr(engine, "scores", lambda model, images, most=64: asked.append(len(images)))
        monkeypatch.setattr("imgcls.workers.operations.time.perf_counter", lambda: float(next(clock)))
        assert price({"model": tiny_run.id}, {})[0] == {"seconds": 0.5}  # a second for two images
        assert asked == [1, 2, 2, 2]

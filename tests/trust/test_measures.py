"""How far a map can be believed: linear models, where everything can be worked by hand, and cases made to fail."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.errors import Cancelled
from imgcls.explain import explain
from imgcls.trust import completeness, curves, pointing, randomised, ranking, stability
from imgcls.trust.question import Question, rank_correlation

SIDE = 8


@pytest.fixture(scope="module")
def linear():
    """Two classes, whose logits are ±10 times the mean of the upper left quarter: the picture's only reason."""
    weights = np.zeros((SIDE, SIDE, 1, 2), np.float32)
    weights[:4, :4, 0] = 10 / 16, -10 / 16
    inputs = keras.Input((SIDE, SIDE, 1))
    model = keras.Model(inputs, layers.Dense(2, use_bias=False)(layers.Flatten()(inputs)))
    model.set_weights([weights.reshape(-1, 2)])
    return model


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((SIDE, SIDE, 1))
    x = layers.Conv2D(6, 3, padding="same")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


@pytest.fixture
def picture():
    return np.random.default_rng(0).uniform(0.5, 1, (SIDE, SIDE, 1)).astype(np.float32)


def corner(inside: float, outside: float) -> np.ndarray:
    heat = np.full((SIDE, SIDE), outside, np.float32)
    heat[:4, :4] = inside
    return heat


class TestCurves:
    def test_the_true_reason_beats_chance_and_the_centre(self, linear):
        picture = corner(0.1, 0)[..., None]
        found = curves.curves(Question(linear, picture, 0, "saliency", values=(-1.0, 1.0)), corner(1, 0))
        assert found.beats == (True, True)
        assert curves.verdict(found) == curves.BOTH

    def test_the_opposite_of_the_reason_does_not(self, linear):
        picture = corner(0.1, 0)[..., None]
        found = curves.curves(Question(linear, picture, 0, "saliency", values=(-1.0, 1.0)), corner(0, 1))
        assert found.beats == (False, False)
        assert curves.verdict(found) == curves.NEITHER

    def test_probabilities_at_both_ends_and_in_between(self, linear):
        picture = np.ones((SIDE, SIDE, 1), np.float32)
        found = curves.curves(Question(linear, picture, 0, "saliency", values=(-1.0, 1.0)), corner(1, 0))
        deletion = found.deletion[curves.MAP]
        # grey is 0 here: the logits go from ±10 to 0 while the quarter of the pixels is taken away
        np.testing.assert_allclose(deletion[0], 1 / (1 + np.exp(-20)), rtol=1e-5)
        np.testing.assert_allclose(deletion[5:], 0.5, rtol=1e-6)
        left = 16 - round(64 / curves.STEPS * 2)
        np.testing.assert_allclose(deletion[2], 1 / (1 + np.exp(-20 * left / 16)), rtol=1e-5)
        by_hand = float(((deletion[1:] + deletion[:-1]) / 2).mean())
        assert found.area("deletion", curves.MAP) == pytest.approx(by_hand)


class TestRandomised:
    def test_the_model_is_left_as_it_was(self, network, picture):
        before = [weight.numpy().tobytes() for weight in network.weights]
        question = Question(network, picture, 1, "grad-cam")
        stages = randomised.randomised(question)
        curves.curves(question, stages[0].map)
        stability.stability(question)
        assert [weight.numpy().tobytes() for weight in network.weights] == before

    def test_from_the_head_down_to_all_layers(self, network, picture):
        stages = randomised.randomised(Question(network, picture, 1, "saliency"))
        assert [stage.layers for stage in stages] == [1, 2, 3, 4]
        assert all(stage.map.shape == (SIDE, SIDE) for stage in stages)

    def test_a_map_that_ignores_the_weights_is_found_out(self, network, picture, monkeypatch):
        from imgcls.explain import saliency

        drawn = np.abs(np.diff(picture[..., 0], axis=0, append=0))
        monkeypatch.setattr(saliency, "strongest", lambda gradients: np.repeat(drawn[None], len(gradients), axis=0))
        stages = randomised.randomised(Question(network, picture, 1, "saliency"))
        assert [stage.correlation for stage in stages] == pytest.approx([1, 1, 1, 1])
        assert randomised.verdict(stages) == randomised.HARDLY

    def test_the_gradient_of_a_linear_model_follows_its_shuffled_weights(self, linear, picture):
        stages = randomised.randomised(Question(linear, picture, 0, "saliency"))
        assert stages[-1].correlation < randomised.LOW
        assert randomised.verdict(stages) == randomised.DEPENDS

    def test_the_same_seed_the_same_maps(self, network, picture):
        one, two = (randomised.randomised(Question(network, picture, 1, "hirescam"), seed=3) for _ in range(2))
        for first, second in zip(one, two, strict=True):
            np.testing.assert_array_equal(first.map, second.map)


class TestStability:
    def test_the_gradient_of_a_linear_model_does_not_move(self, linear, picture):
        found = stability.stability(Question(linear, picture, 0, "saliency"))
        assert found.correlations == pytest.approx((1.0,) * stability.COPIES)
        assert found.same_answer == 1
        assert stability.verdict(found) == stability.STAYS

    def test_a_map_of_chance_breaks(self, linear, picture, monkeypatch):
        from imgcls.explain import saliency

        draws = np.random.default_rng(0)
        monkeypatch.setattr(saliency, "strongest", lambda gradients: draws.random(gradients.shape[:3]))
        assert stability.verdict(stability.stability(Question(linear, picture, 0, "saliency"))) == stability.BREAKS


class TestCompleteness:
    def test_a_linear_model_adds_up_exactly(self, linear, picture):
        found = completeness.completeness(Question(linear, picture, 0, "integrated-gradients"))
        assert found.gap < 1e-5
        assert found.score == pytest.approx(10 * float(picture[:4, :4].mean()), rel=1e-5)

    def test_with_another_class_and_another_baseline(self, network, picture):
        options = {"baseline": "grey", "steps": 64}
        question = Question(network, picture, 0, "integrated-gradients", options=options, against=2)
        found = completeness.completeness(question)
        assert found.gap < 0.02
        assert completeness.verdict(found) == completeness.YES

    def test_shares_that_do_not_add_up_are_said(self):
        assert completeness.verdict(completeness.Completeness(1.0, 2.0)) == completeness.NO


class TestPointing:
    def test_hits_and_energy_by_hand(self, linear):
        pictures = np.ones((4, SIDE, SIDE, 1), np.float32)
        masks = np.zeros((4, SIDE, SIDE), bool)
        masks[:3, :4, :4] = True  # three objects where the weights are, one elsewhere
        masks[3, 4:, 4:] = True
        found = pointing.pointing(linear, pictures, np.zeros(4, int), masks, "saliency")
        assert (found.hits, found.centre, found.chance, found.drawn) == (0.75, 0, 0.25, 4)
        assert found.energy == pytest.approx(0.75)
        assert pointing.verdict(found) == pointing.POINTS

    def test_without_any_map_all_miss(self, linear):
        pictures, masks = np.ones((2, SIDE, SIDE, 1), np.float32), np.ones((2, SIDE, SIDE), bool)
        found = pointing.pointing(linear, pictures, np.zeros(2, int), masks, "grad-cam")
        assert (found.hits, found.drawn) == (0, 0)
        assert np.isnan(found.energy)


class TestRanking:
    def test_a_row_for_each_method_that_fits(self, linear, picture):
        rows = ranking.ranking(linear, np.stack([picture] * 2), np.zeros(2, int), None)
        names = [row.method for row in rows]
        assert "saliency" in names
        assert not {"grad-cam", "guided-backprop", "activation-maximization"} & set(names)
        assert all(row.hits is None and row.drawn == 1 and row.seconds > 0 for row in rows)

    def test_it_says_how_far_it_is_and_can_be_ended(self, linear, picture):
        told = []
        ranking.ranking(linear, picture[None], np.zeros(1, int), None, progress=lambda *said: told.append(said))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1]

        def stop(done, total):
            raise Cancelled("It was cancelled.")

        with pytest.raises(Cancelled):
            ranking.ranking(linear, picture[None], np.zeros(1, int), None, progress=stop)


def test_rank_correlation_is_scipys():
    from scipy.stats import spearmanr

    one, other = np.random.default_rng(0).normal(size=(2, 5, 5)).round(1)  # with ties
    assert rank_correlation(one, other) == pytest.approx(spearmanr(one.ravel(), other.ravel()).statistic)
    assert rank_correlation(one, np.ones_like(one)) is None
    assert rank_correlation(one, one[:2]) is None


def test_a_question_asks_what_explain_would_answer(network, picture):
    found = Question(network, picture, 2, "integrated-gradients", options={"steps": 4}, against=0).explain()[0]
    same = explain(network, picture[None], 2, "integrated-gradients", options={"steps": 4}, against=0)[0]
    np.testing.assert_array_equal(found.raw, same.raw)

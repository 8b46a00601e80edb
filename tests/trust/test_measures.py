"""How far a map can be believed: linear models, where everything can be worked by hand, and cases made to fail."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.errors import Cancelled
from imgcls.explain import explain, method
from imgcls.trust import completeness, curves, pointing, randomised, ranking, stability
from imgcls.trust.question import WHOLE, Question, pieces, rank_correlation

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


@pytest.fixture(scope="module")
def brightest():
    """Class 0 by how bright the whole picture is, wherever it is so."""
    inputs = keras.Input((16, 16, 1))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(inputs)))
    model.set_weights([np.array([[10.0, -10.0]]), np.zeros(2)])
    return model


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

    def test_what_is_of_one_rank_goes_in_random_order_and_not_from_top_to_bottom(self, linear):
        picture = corner(0.1, 0)[..., None]
        question = Question(linear, picture, 0, "saliency", values=(-1.0, 1.0))
        # a map that says nothing: were its ties taken in order, the upper left quarter would go first
        flat = curves.curves(question, np.zeros((SIDE, SIDE), np.float32))
        chance = flat.area("deletion", curves.CHANCE)
        assert flat.area("deletion", curves.MAP) == pytest.approx(chance, abs=0.05)

    def test_what_speaks_against_the_class_goes_last(self, linear):
        picture = corner(0.1, -0.1)[..., None]
        question = Question(linear, picture, 0, "saliency", values=(-1.0, 1.0))
        raw = corner(1, -1)
        raw[4:, 4:] = 0  # neither for nor against: between the two
        whole, cut = (curves.curves(question, heat) for heat in (raw, np.maximum(raw, 0)))
        assert whole.deletion[curves.MAP][0] == cut.deletion[curves.MAP][0]
        order = np.argsort(-raw.ravel(), kind="stable")
        assert set(order[:16]) == set(np.flatnonzero(raw.ravel() > 0))

    def test_a_small_raw_map_is_enlarged_before_it_is_ranked(self, linear):
        picture = corner(0.1, 0)[..., None]
        small = np.array([[1, 0], [0, 0]], np.float32)
        found = curves.curves(Question(linear, picture, 0, "saliency", values=(-1.0, 1.0)), small)
        assert found.beats == (True, True)

    def test_held_against_another_class_it_is_the_probability_among_the_two(self):
        inputs = keras.Input((SIDE, SIDE, 1))
        model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))
        model.set_weights([np.zeros((SIDE * SIDE, 3)), np.array([1.0, 2.0, 9.0])])
        picture = np.ones((SIDE, SIDE, 1), np.float32)
        asked = [Question(model, picture, 0, "saliency", against=against) for against in (None, 1)]
        alone, rather = (curves.curves(question, corner(1, 0)).deletion[curves.MAP][0] for question in asked)
        logits = np.exp([1.0, 2.0, 9.0])
        assert alone == pytest.approx(logits[0] / logits.sum(), rel=1e-5)
        assert rather == pytest.approx(1 / (1 + np.e), rel=1e-5)


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

    def test_the_verdict_is_the_mean_over_several_shuffles(self, network, picture):
        question = Question(network, picture, 1, "saliency")
        copy = randomised.Forgetful(network)
        original = question.explain()[0]
        alike = []
        for seed in range(randomised.SHUFFLES):
            again = question.explain(model=copy.after(copy.layers(1.0), seed))[0]
            alike.append(abs(rank_correlation(original.raw, again.raw)))
        assert len(set(alike)) == randomised.SHUFFLES >= 3
        assert randomised.randomised(question)[-1].correlation == pytest.approx(np.mean(alike))

    def test_a_shuffle_without_a_map_is_likeness_nought(self):
        assert randomised._mean([None, 0.4, -0.2]) == pytest.approx(0.2)
        assert randomised._mean([None, None]) is None

    def test_the_copy_forgets_and_knows_again(self, network, picture):
        copy = randomised.Forgetful(network)
        head = copy.after(1, seed=0).get_weights()
        assert not np.array_equal(head[-2], network.get_weights()[-2])
        assert all(np.array_equal(*pair) for pair in zip(head[:-2], network.get_weights()[:-2], strict=True))
        again = copy.after(0, seed=0).get_weights()
        assert all(np.array_equal(*pair) for pair in zip(again, network.get_weights(), strict=True))

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
        pictures = np.ones((16, SIDE, SIDE, 1), np.float32)
        masks = np.zeros((16, SIDE, SIDE), bool)
        masks[:12, :4, :4] = True  # twelve objects where the weights are, four elsewhere
        masks[12:, 4:, 4:] = True
        found = pointing.pointing(linear, pictures, np.zeros(16, int), masks, "saliency")
        assert (found.hits, found.centre, found.chance, found.drawn) == (0.75, 0, 0.25, 16)
        assert found.energy == pytest.approx(0.75)
        assert found.margin == pytest.approx(2 * np.sqrt(2 * 0.75 * 0.25 / 16))
        assert pointing.verdict(found) == pointing.POINTS

    def test_without_any_map_all_miss(self, linear):
        pictures, masks = np.ones((12, SIDE, SIDE, 1), np.float32), np.ones((12, SIDE, SIDE), bool)
        found = pointing.pointing(linear, pictures, np.zeros(12, int), masks, "grad-cam")
        assert (found.hits, found.drawn) == (0, 0)
        assert np.isnan(found.energy)
        assert pointing.verdict(found) == pointing.MISSES

    def test_only_pictures_that_the_network_knows_are_explained(self, linear):
        pictures, masks = np.ones((6, SIDE, SIDE, 1), np.float32), np.ones((6, SIDE, SIDE), bool)
        found = pointing.pointing(linear, pictures, np.array([0, 0, 1, 1, 1, 1]), masks, "saliency")
        assert (found.images, found.asked) == (2, 6)
        assert pointing.verdict(found) == pointing.TOO_FEW
        none = pointing.pointing(linear, pictures, np.ones(6, int), masks, "saliency")
        assert (none.images, none.drawn, none.asked) == (0, 0, 6)
        assert pointing.verdict(none) == pointing.TOO_FEW

    @pytest.mark.parametrize(
        ("hits", "centre", "chance", "images", "said"),
        [
            (0.8, 0.3, 0.2, 40, pointing.POINTS),
            (0.4, 0.3, 0.2, 40, pointing.UNSURE),  # a tenth on forty images can be chance
            (0.4, 0.3, 0.2, 400, pointing.POINTS),
            (0.3, 0.3, 0.2, 400, pointing.MISSES),
            (0.3, 0.1, 0.4, 400, pointing.MISSES),  # a random place does better
            (1.0, 0.0, 0.0, 9, pointing.TOO_FEW),
        ],
    )
    def test_a_verdict_needs_more_than_both_baselines_and_more_than_chance(self, hits, centre, chance, images, said):
        assert pointing.verdict(pointing.Pointing(hits, centre, chance, 0.5, images, images, images)) == said

    def test_moved_pictures_keep_their_masks_and_free_the_centre(self):
        rows, columns = np.mgrid[0:32, 0:32]
        blob = (rows - 16) ** 2 + (columns - 16) ** 2 < 64
        masks = np.repeat(blob[None], 200, axis=0)
        images = np.where(masks[..., None], 200, 10).astype(np.uint8)
        assert pointing.centre_hits(masks) == 1
        seen, where = pointing.moved(images, masks)
        np.testing.assert_array_equal(seen[..., 0] > 100, where)
        assert (where.sum(axis=(1, 2)) == blob.sum()).all()
        assert pointing.centre_hits(where) < 0.5
        np.testing.assert_array_equal(masks, np.repeat(blob[None], 200, axis=0))  # what was given stays

    def test_a_map_that_points_passes_where_the_object_is_moved(self, brightest):
        """What always lay in the middle could never be pointed at better than by the centre."""
        images, masks = np.zeros((64, 16, 16, 1), np.float32), np.zeros((64, 16, 16), bool)
        images[:, 6:10, 6:10], masks[:, 6:10, 6:10] = 1, True
        labels = np.zeros(64, int)
        still = pointing.pointing(brightest, images, labels, masks, "occlusion")
        assert (still.hits, still.centre) == (1, 1)
        assert pointing.verdict(still) == pointing.MISSES
        elsewhere, where = pointing.moved(images, masks)
        moved = pointing.pointing(brightest, elsewhere, labels, where, "occlusion")
        assert moved.hits > 0.9
        assert moved.centre < 0.5
        assert pointing.verdict(moved) == pointing.POINTS


class TestRanking:
    def test_a_row_for_each_method_that_fits(self, linear, picture):
        found = ranking.ranking(linear, np.stack([picture] * 2), np.zeros(2, int), None)
        rows = found.rows
        assert (found.centre, found.chance, found.known) == (None, None, None)
        names = [row.method for row in rows]
        assert "saliency" in names
        assert not {"grad-cam", "guided-backprop", "activation-maximization"} & set(names)
        assert all(row.hits is None and row.drawn == 1 and row.seconds > 0 for row in rows)

    def test_where_masks_are_known_it_is_held_against_the_centre_and_chance(self, linear, picture, monkeypatch):
        monkeypatch.setattr(ranking, "fitting", lambda *found: [method("saliency"), method("gradient-x-input")])
        masks = np.zeros((12, SIDE, SIDE), bool)
        masks[:, 2:6, 2:6] = True
        labels = np.array([0] * 9 + [1] * 3)  # the last three are not known
        found = ranking.ranking(linear, np.stack([picture] * 12), labels, masks)
        assert [row.method for row in found.rows] == ["saliency", "gradient-x-input"]
        assert all(0 <= row.hits <= 1 and 0 < row.energy < 1 for row in found.rows)
        assert found.known == 9
        assert found.chance == pytest.approx(0.25)
        assert 0 <= found.centre < 1

    def test_a_copy_of_the_network_is_made_once(self, linear, picture, monkeypatch):
        made = []
        clone = keras.models.clone_model
        monkeypatch.setattr(keras.models, "clone_model", lambda model: made.append(model) or clone(model))
        monkeypatch.setattr(ranking, "fitting", lambda *found: [method("saliency"), method("gradient-x-input")])
        ranking.ranking(linear, np.stack([picture] * 3), np.zeros(3, int), None)
        assert len(made) == 1

    def test_it_says_how_far_it_is_and_can_be_ended(self, linear, picture, monkeypatch):
        monkeypatch.setattr(ranking, "fitting", lambda *found: [method("saliency"), method("rise")])
        told = []
        ranking.ranking(linear, picture[None], np.zeros(1, int), None, progress=lambda *said: told.append(said))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1]

        def stop(done, total):
            raise Cancelled("It was cancelled.")

        with pytest.raises(Cancelled):
            ranking.ranking(linear, picture[None], np.zeros(1, int), None, progress=stop)


def stopping(after: int):
    """A listener that ends the work at its so-manieth word, and what it was told."""
    told = []

    def listen(done, total):
        told.append((done, total))
        if len(told) >= after:
            raise Cancelled("It was cancelled.")

    return listen, told


@pytest.mark.parametrize(
    "check",
    [
        lambda question, progress: randomised.randomised(question, progress=progress),
        lambda question, progress: stability.stability(question, progress=progress),
        lambda question, progress: curves.curves(question, question.explain()[0].raw, progress=progress),
    ],
    ids=["randomised", "stability", "curves"],
)
def test_a_check_ends_within_a_heavy_explanation_and_never_tells_of_less(linear, picture, check):
    question = Question(linear, picture, 0, "rise", options={"masks": 160})
    listen, told = stopping(10**6)
    check(question, listen)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    words = len(told)
    assert words > 10  # RISE asks in batches of 32: each of them is a chance to stop
    listen, _ = stopping(words // 2)
    with pytest.raises(Cancelled):
        check(question, listen)


def test_pieces_of_work_are_told_as_one():
    told = []
    first, second = pieces(lambda *said: told.append(said), [1, 3])
    first(0, 10)
    first(10, 10)
    second(1, 2)
    second(7, 2)  # more than all is all
    second(0, 0)
    assert told == [(0, WHOLE), (250, WHOLE), (625, WHOLE), (WHOLE, WHOLE), (250, WHOLE)]


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

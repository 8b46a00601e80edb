"""From a raw map to one that may be drawn, and what `explain` takes and refuses."""

from __future__ import annotations

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from imgcls.errors import ImageError, InputError, UnknownNameError
from imgcls.explain import STATUS_WORDS, Explanation, Status, explain, explanation_from
from imgcls.explain.explain import BATCH
from imgcls.explain.explanation import (
    DRAWN,
    drawable,
    drawable_together,
    judge,
    softmax,
    upsample,
    without_rounding,
)
from tests.explain.nets import cheap

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def net():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 6, 1))
    x = layers.Conv2D(4, 3, activation="relu", name="map", bias_initializer="ones")(inputs)
    pooled = layers.GlobalAveragePooling2D(keepdims=True, name="pooled")(x)
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(pooled)))


@pytest.fixture(scope="module")
def images():
    return RNG.random((3, 8, 6, 1)).astype("float32")


def summary(found):
    return [(each.target, each.status) for each in found]


def test_maps_on_one_scale_keep_their_shares():
    one, other = np.array([[-4.0, 1.0]], np.float32), np.array([[4.0, 2.0]], np.float32)
    drawn = drawable_together([one, other, np.zeros((0, 0), np.float32)], (1, 2))
    assert [each.tolist() for each in drawn] == [[[0, 0.25]], [[1, 0.5]], [[0, 0]]]
    assert drawable_together([-other, np.zeros((0, 0), np.float32)], (2, 2))[0].tolist() == [[0, 0], [0, 0]]
    alone = drawable_together([other * 1e-30], (8, 8))[0]
    np.testing.assert_allclose(alone, drawable(other, (8, 8)), rtol=1e-5)  # one map alone is drawn as ever


@pytest.mark.parametrize(
    ("old", "new"), [((5, 5), (28, 28)), ((7, 4), (50, 33)), ((1, 3), (6, 6)), ((4, 4), (4, 4)), ((9, 9), (4, 6))]
)
def test_upsampling_is_that_of_tensorflow(old, new):
    raw = RNG.normal(size=old).astype("float32")
    theirs = tf.image.resize(raw[:, :, None], new, antialias=True).numpy()[:, :, 0]
    np.testing.assert_allclose(upsample(raw, new), theirs, atol=1e-5)


def test_upsampling_does_not_move_the_evidence():
    raw = np.zeros((4, 4), np.float32)
    raw[0, 3] = 1  # the cell's centre is 12.5 % from the top and from the right
    large = upsample(raw, (80, 80))
    rows, columns = np.unravel_index(np.flatnonzero(large == large.max()), large.shape)
    assert set(rows) == set(range(10))  # corner-aligned, only the outermost pixel would be at the top
    assert set(columns) == set(range(70, 80))


def test_a_drawable_map_is_the_positive_part_and_ends_at_one():
    raw = np.array([[-3.0, 1.0], [2.0, 4.0]], np.float32)
    assert drawable(raw, (2, 2)).tolist() == [[0, 0.25], [0.5, 1]]
    large = drawable(raw, (16, 16))
    assert (large.min(), large.max(), large.dtype) == (0, 1, np.float32)


@pytest.mark.parametrize("scale", [1e-38, 1e-20, 1e20, 3e38])
def test_very_small_and_very_large_maps_are_drawable(scale):
    raw = np.array([[-1, 0.5], [0, 1]], np.float32) * np.float32(scale)
    np.testing.assert_allclose(drawable(raw, (2, 2)), [[0, 0.5], [0, 1]], rtol=1e-3)


def test_a_single_place_is_not_lost_when_a_map_is_reduced():
    raw = np.zeros((40, 40), np.float32)
    raw[13, 29] = 1
    assert drawable(raw, (7, 5)).max() == 1


@pytest.mark.parametrize(
    ("raw", "gradient", "expected"),
    [
        ([[1, -1]], [1], Status.OK),
        ([[1, 1]], [1], Status.OK),
        ([[0, -1]], [1], Status.NO_POSITIVE_EVIDENCE),
        ([[1e-9, -1]], [1], Status.NO_POSITIVE_EVIDENCE),
        ([[0, 0]], [1], Status.NO_EFFECT),
        ([[0, 0]], [-1], Status.NO_EFFECT),
        ([[0, 0]], [0], Status.GRADIENT_VANISHED),
        ([[1e-40, 0]], [0], Status.GRADIENT_VANISHED),
        ([[5]], [1], Status.LAYER_1X1),
        ([[np.nan, 1]], [1], Status.NON_FINITE),
        ([[np.inf, 1]], [1], Status.NON_FINITE),
    ],
)
def test_a_map_is_judged_before_it_is_drawn(raw, gradient, expected):
    assert judge(np.array(raw, np.float32), np.array(gradient, np.float32)) == expected


@pytest.mark.parametrize(
    ("activations", "gradient", "expected"),
    [
        ([0, 0], [1], Status.LAYER_SILENT),
        ([0, 0], [0], Status.LAYER_SILENT),
        ([1, 0], [-1, 0], Status.NO_POSITIVE_EVIDENCE),
        ([1, 0], [0, 1], Status.NO_EFFECT),
        ([1, 0], [0], Status.GRADIENT_VANISHED),
    ],
)
def test_a_map_of_zeros_has_a_reason_of_its_own(activations, gradient, expected):
    zeros = np.zeros((2, 2), np.float32)
    assert judge(zeros, np.array(gradient, np.float32), np.array(activations, np.float32)) == expected


def test_what_the_method_found_in_the_way_counts_only_where_there_is_no_map():
    one, zeros = np.ones(1, np.float32), np.zeros((2, 2), np.float32)
    assert judge(zeros, one, hindrance=Status.SATURATED) == Status.SATURATED
    assert judge(zeros + one, one, hindrance=Status.SATURATED) == Status.OK


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("grad-cam", "evidence for this class"),
        ("saliency", "reacts to, up or down: that is no evidence"),
        ("smoothgrad", "reacts to, up or down: that is no evidence"),
        ("guided-backprop", "reacts to, up or down: that is no evidence"),
        ("eigen-cam", "what stands out in the picture, whatever the class"),
        ("integrated-gradients", "evidence for this class"),
        ("activation-maximization", "was made to excite what was chosen"),
    ],
)
def test_only_maps_of_evidence_are_called_so(net, images, known, said):
    named = {} if known in ("saliency", "smoothgrad", "guided-backprop") else {"layer": "map"}
    found = explain(net, images[:1], 0, known, options=cheap(known), **named)[0]
    found = dataclasses.replace(found, status=Status.OK)  # the random network may have none
    assert said in found.words.means
    assert ("evidence for" in found.shown.title) == (said == "evidence for this class")
    assert ("evidence" in found.shown.caption) == (said == "evidence for this class")


def test_every_status_says_what_it_means_and_what_to_try():
    assert set(STATUS_WORDS) == set(Status)
    for words in STATUS_WORDS.values():
        assert words.means.endswith(".")
        assert words.advice.endswith(".")


def test_softmax_does_not_overflow():
    np.testing.assert_array_equal(softmax(np.array([[1e30, 0, -1e30]], np.float32)), [[1, 0, 0]])
    assert softmax(np.array([1.0, 2.0, 3.0], np.float32)).sum() == pytest.approx(1)


def test_targets_may_be_none_one_or_one_each(net, images):
    predicted = explain(net, images, None)
    assert [each.target for each in predicted] == [int(each.logits.argmax()) for each in predicted]
    assert summary(explain(net, images, 1)) == summary(explain(net, images, [1, 1, 1]))
    assert [each.target for each in explain(net, images, np.array([2, 0, 1]))] == [2, 0, 1]


def test_an_explanation_names_its_layer_and_its_time(net, images):
    found = explain(net, images, 0)[0]
    assert (found.method, found.layer, found.layer_shape) == ("grad-cam", "map", (6, 4, 4))
    assert found.map.shape == (8, 6)
    assert 0 < found.seconds < 60
    assert found.probabilities.sum() == pytest.approx(1)


def test_a_layer_of_one_place_cannot_say_where(net, images):
    found = explain(net, images, 0, layer="pooled")[0]
    assert found.status == Status.LAYER_1X1
    assert found.raw.shape == (1, 1)
    assert not found.map.any()


def test_more_images_than_fit_into_one_pass_stay_in_order(net):
    many = RNG.random((BATCH + 3, 8, 6, 1)).astype("float32")
    targets = np.arange(len(many)) % 3
    found = explain(net, many, targets)
    assert [each.target for each in found] == targets.tolist()
    np.testing.assert_allclose(found[-1].raw, explain(net, many[-1:], targets[-1])[0].raw, rtol=1e-5, atol=1e-7)
    assert explain(net, many[:0], None) == []


def test_a_diverged_network_is_not_drawn(net, images):
    broken = keras.models.clone_model(net)
    broken.set_weights([np.full_like(weight, np.nan) for weight in net.get_weights()])
    for found in explain(broken, images, None):
        assert found.status == Status.NON_FINITE
        assert not found.map.any()


@pytest.mark.parametrize("targets", [3, -1, [0, 1, 3], np.array([0, -2, 1])])
def test_a_class_that_is_not_there_is_refused(net, images, targets):
    with pytest.raises(UnknownNameError, match=r"no class number -?\d\. Expected 0 to 2"):
        explain(net, images, targets)


@pytest.mark.parametrize("targets", [[0, 1], [[0, 1, 2]]])
def test_targets_must_be_as_many_as_images(net, images, targets):
    with pytest.raises(InputError, match="one for each of the 3 images"):
        explain(net, images, targets)


@pytest.mark.parametrize("shape", [(8, 6, 1), (1, 6, 8, 1), (1, 8, 6, 3)])
def test_images_of_another_shape_are_refused(net, shape):
    with pytest.raises(ImageError, match=r"n × 8 × 6 × 1 .* Received: "):
        explain(net, np.zeros(shape, "float32"), None)


def test_unknown_names_are_refused(net, images):
    with pytest.raises(UnknownNameError, match="Expected one of: map, pooled"):
        explain(net, images, None, layer="conv")
    with pytest.raises(UnknownNameError, match="grad-cam"):
        explain(net, images, None, method="x-ray")


def test_options_that_a_method_does_not_have_are_refused(net, images):
    with pytest.raises(InputError, match="The option “samples” of the method “grad-cam” is refused"):
        explain(net, images, None, options={"samples": 3})
    assert summary(explain(net, images, 0, options={})) == summary(explain(net, images, 0))


def test_what_is_drawn_is_evidence_or_says_that_it_is_none():
    assert set(DRAWN) == {Status.OK, Status.NOT_CLASS_SPECIFIC}
    one = np.ones((1, 2), np.float32)
    for status in Status:
        found = Explanation("m", None, (), 0, one, one, one[0], one[0], str(status), 0.1)
        assert found.drawn == (status in DRAWN)
        assert found.words == STATUS_WORDS[status]
    none = np.zeros((0, 0), np.float32)
    assert not Explanation("m", None, (), 0, none, one, one[0], one[0], "ok", 0.1, picture=one).drawn


def test_an_image_of_one_pixel_is_whole():
    five, one = np.array([[5]], np.float32), np.array([1], np.float32)
    assert judge(five, one, whole=True) == Status.OK
    assert judge(-five, one, whole=True) == Status.NO_POSITIVE_EVIDENCE
    assert judge(0 * five, 0 * one, whole=True) == Status.GRADIENT_VANISHED


def test_the_brightest_of_single_pixels_do_not_darken_the_rest():
    raw = np.full((10, 10), 1, np.float32)
    raw[3, 4] = 1000
    assert np.median(drawable(raw, (10, 10))) == pytest.approx(0.001)
    bright = drawable(raw, (10, 10), highest=0.9)
    assert (bright == 1).all()  # the outlier is no brighter than the others
    assert drawable(np.array([[-1, 0, 2]], np.float32), (1, 3), highest=0.99).tolist() == [[0, 0, 1]]


def test_rounding_is_no_evidence():
    found = without_rounding(np.array([[1e-7, -4e-7, 1e-5, -1e-5, 0, np.nan]]), -1.0)
    np.testing.assert_array_equal(found, [[0, 0, 1e-5, -1e-5, 0, np.nan]])


@pytest.mark.parametrize("known", ["grad-cam", "saliency", "activation-maximization"])
def test_an_explanation_travels_and_arrives_whole(net, images, known):
    sent = explain(net, images, 0, known, against=2, options={"steps": 1} if known.startswith("act") else None)[0]
    names = [field.name for field in dataclasses.fields(Explanation)]
    arrays = {name: value for name in names if isinstance(value := getattr(sent, name), np.ndarray)}
    facts = json.loads(json.dumps({name: getattr(sent, name) for name in names if name not in arrays}))
    came = explanation_from(facts, arrays)
    for name in names:
        np.testing.assert_array_equal(getattr(came, name), getattr(sent, name))
    assert (came.target, came.against, came.signed) == (0, 2, known != "saliency")
    assert (came.picture is not None) == (known == "activation-maximization")


def test_a_class_may_be_held_against_one_or_against_one_each(net, images):
    one, each = explain(net, images, 0, against=1), explain(net, images, [0, 1, 2], against=[1, 2, 0])
    assert [found.against for found in one] == [1, 1, 1]
    assert [found.against for found in each] == [1, 2, 0]
    np.testing.assert_array_equal(one[0].raw, each[0].raw)
    turned = explain(net, images, 1, against=0)
    np.testing.assert_allclose(turned[0].raw, -one[0].raw, atol=1e-6)
    assert [found.against for found in explain(net, images, 0)] == [None, None, None]


@pytest.mark.parametrize(("target", "against"), [(1, 1), ([0, 1, 2], [1, 0, 2])])
def test_a_class_is_not_held_against_itself(net, images, target, against):
    with pytest.raises(InputError, match="two different classes"):
        explain(net, images, target, against=against)


def test_against_a_class_that_is_not_there_is_refused(net, images):
    with pytest.raises(UnknownNameError, match="no class number 3"):
        explain(net, images, 0, against=3)
    with pytest.raises(InputError, match="one for each of the 3 images"):
        explain(net, images, 0, against=[1, 2])


@pytest.mark.parametrize(
    ("known", "options", "named"),
    [
        ("rise", {"masks": 1}, "masks"),
        ("integrated-gradients", {"steps": 1}, "steps"),
        ("occlusion", {"patch": 0}, "patch"),
        ("occlusion", {"fill": "pink"}, "fill"),
        ("lime", {"samples": "many"}, "samples"),
        ("smoothgrad", {"noise": -0.1}, "noise"),
        ("activation-maximization", {"filter": -1}, "filter"),
    ],
)
def test_options_out_of_range_are_refused_by_name(net, images, known, options, named):
    with pytest.raises(InputError, match=rf"The option “{named}” of the method “{known}” is refused"):
        explain(net, images, 0, known, options=options)


def test_values_are_what_is_hidden_behind(net, images):
    # the same picture in other units: a network whose first layer undoes the difference explains it alike
    shifted = keras.models.clone_model(net)
    kernel, bias, *head = net.get_weights()
    shifted.set_weights([kernel / 2, bias + kernel.sum(axis=(0, 1, 2)) / 2, *head])  # x = (y + 1) / 2
    for known in ("occlusion", "rise", "lime", "integrated-gradients", "smoothgrad"):
        (one,) = explain(net, images[:1], 0, known)
        (other,) = explain(shifted, 2 * images[:1] - 1, 0, known, values=(-1.0, 1.0))
        scale = 2 if known == "smoothgrad" else 1  # a gradient is by the unit
        np.testing.assert_allclose(scale * other.raw, one.raw, atol=2e-3 * np.abs(one.raw).max(), err_msg=known)

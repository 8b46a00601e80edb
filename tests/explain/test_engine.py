"""The traced pass: right numbers, the right layer, no trace left in the model."""

from __future__ import annotations

import gc
import threading
import weakref

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.errors import InputError, UnknownNameError
from imgcls.explain import engine

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


def conv_net(size=(8, 6, 3), policy="float32"):
    inputs = keras.Input(size)
    x = layers.Conv2D(4, 3, padding="same", activation="relu", dtype=policy, name="conv")(inputs)
    x = layers.BatchNormalization(dtype=policy, name="norm")(x)
    x = layers.Flatten(dtype=policy)(x)
    return keras.Model(inputs, layers.Dense(3, dtype="float32")(x))


def tail_of_one_place():
    """As MobileNet's: the last convolution stands after global pooling and sees one place."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.ReLU(name="out_relu")(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Conv2D(3, 1)(x)
    return keras.Model(inputs, layers.Reshape((3,))(x))


def joined(join, name):
    """As DenseNet's or ResNet V2's: the last convolution stands before the branches are joined."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, padding="same", name="stem")(inputs)
    branch = layers.Conv2D(4, 3, padding="same", name="branch")(x)
    x = join(name=name)([x, branch])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(3)(x))


def gated():
    """Squeeze-and-excitation: a 1×1 branch is executed between the map and its product."""
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(4, 1, activation="sigmoid")(gate)
    x = layers.Multiply(name="gated")([x, gate])
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def shared():
    """One convolution, executed twice: `layer.output` would raise."""
    inputs = keras.Input((8, 8, 1))
    conv = layers.Conv2D(1, 3, padding="same", name="shared")
    x = layers.ReLU(name="between")(conv(inputs))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(conv(x))))


def only_one_place():
    inputs = keras.Input((3, 3, 1))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(layers.Conv2D(4, 3, name="whole")(inputs))))


def mlp():
    inputs = keras.Input((4, 4, 1))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))


def sequential():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(2, 3),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


def images_for(model, number=2):
    return RNG.random((number, *model.inputs[0].shape[1:])).astype("float32")


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (conv_net, "norm"),
        (tail_of_one_place, "out_relu"),
        (lambda: joined(layers.Concatenate, "concat"), "concat"),
        (lambda: joined(layers.Add, "add"), "add"),
        (gated, "gated"),
        (shared, "shared"),
        (sequential, "pool"),
        (only_one_place, "whole"),
        (mlp, None),
    ],
    ids=["conv", "tail 1x1", "concat", "add", "gate", "shared", "sequential", "only 1x1", "mlp"],
)
def test_the_default_layer_is_the_last_map(build, expected):
    assert engine.default_layer(build()) == expected


def test_layers_are_listed_in_the_order_of_execution():
    assert engine.explainable_layers(joined(layers.Add, "sum")) == [
        {"name": "stem", "kind": "Conv2D", "shape": (8, 8, 4)},
        {"name": "branch", "kind": "Conv2D", "shape": (8, 8, 4)},
        {"name": "sum", "kind": "Add", "shape": (8, 8, 4)},
    ]
    assert [layer["name"] for layer in engine.explainable_layers(shared())] == ["between", "shared"]
    assert engine.explainable_layers(mlp()) == []


def test_logits_and_activations_are_those_of_inference():
    model = conv_net()
    images = images_for(model)
    seen = engine.look(model, images, np.array([0, 2]), "norm")
    between = keras.Model(model.inputs[0], model.get_layer("norm").output)
    np.testing.assert_allclose(seen.logits, model(images, training=False), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen.activations, between(images, training=False), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("trainable", [True, False])
def test_the_way_to_the_image_can_be_left_out(trainable):
    model = conv_net()
    model.trainable = trainable
    given = model, images_for(model), np.array([0, 2])
    whole, part = engine.look(*given, "conv"), engine.look(*given, "conv", to_image=False)
    assert part.input_gradients.size == 0 < whole.input_gradients.size
    for field in ("activations", "activation_gradients", "logits"):
        np.testing.assert_array_equal(getattr(part, field), getattr(whole, field))
    np.testing.assert_array_equal(
        engine.look(*given, None, to_image=False).input_gradients, engine.look(*given, None).input_gradients
    )


def test_each_image_has_the_gradient_of_its_own_class():
    model = conv_net()
    head = model.layers[-1].get_weights()[0].reshape(8, 6, 4, 3)  # the logits are linear in the last map
    seen = engine.look(model, images_for(model), np.array([0, 2]), "norm")
    np.testing.assert_allclose(seen.activation_gradients, head[..., [0, 2]].transpose(3, 0, 1, 2), rtol=1e-6)


def test_the_input_gradient_of_a_linear_model_is_its_weights():
    model = mlp()
    seen = engine.look(model, images_for(model), np.array([1, 1]), None)
    weights = model.layers[-1].get_weights()[0][:, 1].reshape(4, 4, 1)
    np.testing.assert_allclose(seen.input_gradients, [weights, weights], rtol=1e-6)
    assert seen.activations.shape == seen.activation_gradients.shape == (2, 0, 0, 0)


def test_predicted_means_the_highest_logit():
    model = conv_net()
    images = images_for(model)
    predicted = engine.look(model, images, np.full(2, engine.PREDICTED), "conv")
    asked = engine.look(model, images, predicted.logits.argmax(axis=1), "conv")
    for one, other in zip(predicted, asked, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_shared_layer_and_its_gradient_are_those_of_the_last_call():
    model = shared()
    seen = engine.look(model, images_for(model), np.array([0, 0]), "shared")
    head = model.layers[-1].get_weights()[0][:, 0].reshape(8, 8, 1)
    np.testing.assert_allclose(seen.activation_gradients, [head, head], rtol=1e-6)


def test_an_unknown_layer_is_refused_and_the_known_ones_are_named():
    with pytest.raises(UnknownNameError, match=r"no layer “conv9”.*Expected one of: conv, norm"):
        engine.look(conv_net(), np.zeros((1, 8, 6, 3), "float32"), np.array([0]), "conv9")


def test_of_very_many_layers_those_that_were_probably_meant_are_named():
    inputs = x = keras.Input((4, 4, 1))
    for number in range(40):
        x = layers.ReLU(name=f"block{number}_relu")(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    with pytest.raises(UnknownNameError) as refused:
        engine.refuse_unknown_layer(model, "block33_rellu")
    told = str(refused.value)
    assert "Expected one of: block33_relu, " in told
    assert told.count("_relu") == 20


def test_the_derivative_of_the_score_is_asked_for_by_the_classes_alone():
    model = conv_net()
    images = images_for(model)
    plain = engine.look(model, images, np.array([1, 0]), "conv")
    rather = engine.look(model, images, np.array([1, 0]), "conv", np.array([0, engine.NOTHING]))
    other = engine.look(model, images, np.array([0, 0]), "conv")
    for name in ("activation_gradients", "input_gradients"):
        own, both, against = (getattr(seen, name) for seen in (plain, rather, other))
        np.testing.assert_allclose(both[0], own[0] - against[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(both[1], own[1], rtol=1e-5, atol=1e-7)
    operations = engine._traced(model).function("conv", False).graph.get_operations()
    assert not [one.type for one in operations if one.type.startswith("Gather")]


def two_headed():
    inputs = keras.Input((4, 4, 1))
    x = layers.Flatten()(inputs)
    return keras.Model(inputs, [layers.Dense(2)(x), layers.Dense(2)(x)])


class Subclassed(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    "build",
    [
        two_headed,
        Subclassed,
        lambda: keras.Sequential([layers.Flatten(), layers.Dense(2)]),
        lambda: keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2, activation="softmax")]),
    ],
    ids=["two heads", "subclassed", "not built", "softmax"],
)
def test_other_models_are_refused(build):
    with pytest.raises(InputError, match="Expected a"):
        engine.default_layer(build())


def test_new_weights_are_seen_without_a_new_trace():
    model = conv_net()
    images, targets = images_for(model), np.array([0, 1])
    before = engine.look(model, images, targets, "conv").logits
    model.set_weights([2 * weight for weight in model.get_weights()])
    after = engine.look(model, images, targets, "conv").logits
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, model(images, training=False), rtol=1e-5, atol=1e-6)


def test_a_sequential_model_that_has_grown_is_traced_again():
    model = sequential()
    assert engine.look(model, images_for(model), np.array([0, 0]), "pool").logits.shape == (2, 3)
    model.add(layers.Dense(7))
    assert engine.look(model, images_for(model), np.array([0, 0]), "pool").logits.shape == (2, 7)


def test_any_number_of_images_and_a_free_input_size_share_one_trace():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    assert engine.explainable_layers(model) == [{"name": "conv", "kind": "Conv2D", "shape": (None, None, 4)}]
    for number, height, width in [(1, 7, 9), (3, 12, 5)]:
        images = RNG.random((number, height, width, 3)).astype("float32")
        seen = engine.look(model, images, np.zeros(number, int), "conv")
        assert seen.activations.shape == (number, height - 2, width - 2, 4)
    assert len(engine._cache[model].functions) == 1


def test_models_are_let_go():
    model = sequential()
    engine.look(model, images_for(model), np.array([0, 0]), "pool")
    known, traced = weakref.ref(model), weakref.ref(engine._cache[model])
    del model
    gc.collect()
    assert known() is None
    assert traced() is None


def test_random_layers_and_batch_statistics_are_left_alone():
    # a bare model(x) augments here, and overwrites the moving statistics
    inputs = keras.Input((8, 8, 1))
    x = layers.RandomFlip()(inputs)
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3)(x))
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(layers.Dropout(0.5)(x))))
    images = images_for(model)
    before = [variable.numpy().tobytes() for variable in model.variables]
    first, second = (engine.look(model, images, np.array([0, 1]), "norm") for _ in range(2))
    assert [variable.numpy().tobytes() for variable in model.variables] == before
    np.testing.assert_array_equal(first.logits, second.logits)
    np.testing.assert_allclose(first.logits, model.predict(images, verbose=0), rtol=1e-5, atol=1e-6)


def test_bfloat16_models_answer_in_float32():
    model = conv_net(policy="mixed_bfloat16")
    exact = conv_net()
    exact.set_weights(model.get_weights())
    images = images_for(model)
    for rough, fine in zip(
        *(engine.look(net, images, np.array([0, 1]), "norm") for net in (model, exact)), strict=True
    ):
        assert rough.dtype == np.float32
        # not place by place: rounding may carry a unit across the corner of its ReLU
        assert np.corrcoef(rough.ravel(), fine.ravel())[0, 1] > 0.99


def test_four_threads_at_once_get_what_one_gets():
    model = conv_net()
    images, targets = images_for(model, 8), np.arange(8) % 3
    answers: dict[int, list[engine.Pass]] = {}
    start = threading.Barrier(4)

    def work(number):
        start.wait()  # the first look of all four meets an untraced model
        own = slice(2 * number, 2 * number + 2)
        answers[number] = [engine.look(model, images[own], targets[own], "norm") for _ in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = engine.look(model, images, targets, "norm")
    for number in range(4):
        for seen in answers[number]:
            for one, whole in zip(seen, alone, strict=True):
                np.testing.assert_allclose(one, whole[2 * number : 2 * number + 2], rtol=1e-5, atol=1e-6)
    assert len(engine._cache[model].functions) == 1


def test_a_class_held_against_another_is_the_difference_of_their_gradients():
    model = conv_net()
    images = images_for(model)
    own, other, both = (
        engine.look(model, images, np.array(targets), "norm", against)
        for targets, against in [([0, 2], None), ([1, 1], None), ([0, 2], np.array([1, 1]))]
    )
    for field in ("activation_gradients", "input_gradients"):
        difference = getattr(own, field) - getattr(other, field)
        np.testing.assert_allclose(getattr(both, field), difference, atol=1e-6)
        assert difference.any()
    np.testing.assert_array_equal(both.logits, own.logits)
    nothing = engine.look(model, images, np.array([0, 2]), "norm", np.full(2, engine.NOTHING))
    np.testing.assert_array_equal(nothing.input_gradients, own.input_gradients)


@pytest.mark.parametrize("number", [1, 64, 70])
def test_scores_are_the_logits_of_any_number_of_images(number):
    model = conv_net()
    images = images_for(model, number)
    found = engine.scores(model, images)
    assert (found.shape, found.dtype) == ((number, 3), np.float32)
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(engine.scores(model, images, most=3), found, rtol=1e-5, atol=1e-6)


def test_scores_of_a_bfloat16_model_are_float32():
    model = conv_net(policy="mixed_bfloat16")
    assert engine.scores(model, images_for(model)).dtype == np.float32


def relus(first, second):
    """w·relu(v·relu(u·x)) at one pixel: everything can be worked out by hand."""
    inputs = keras.Input((1, 1, 1))
    x = first(layers.Conv2D(2, 1, use_bias=False)(inputs))
    x = second(layers.Conv2D(2, 1, use_bias=False)(x))
    model = keras.Model(inputs, layers.Dense(2, use_bias=False)(layers.Flatten()(x)))
    model.set_weights(
        [np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 1.0], [-1.0, 1.0]]]]), np.array([[1.0, 1.0], [1.0, -1.0]])]
    )
    return model


@pytest.mark.parametrize("largest", [None, 6.0])
def test_guided_gradients_by_hand(largest):
    # x = 1: hidden (1, 2), then (1 - 2, 1 + 2) = (-1, 3): the first is shut, so only the second is followed.
    # Class 0: dS/dsecond = (1, 1) → (shut, 1) → first layer: (1·1, 1·1) = (1, 1), both open → 1·1 + 2·1 = 3.
    # Class 1: dS/dsecond = (1, -1) → the second is negative and does not pass → 0, where the gradient is -3.
    model = relus(layers.ReLU(largest), layers.ReLU(largest))
    x = np.ones((2, 1, 1, 1), np.float32)
    assert engine.guided(model, x, np.array([0, 1])).ravel().tolist() == [3, 0]
    assert engine.look(model, x, np.array([0, 1]), None).input_gradients.ravel().tolist() == [3, -3]
    # S₀ - S₁ = (0, 2) behind the second ReLU
    assert engine.guided(model, x[:1], np.array([0]), np.array([1])).ravel().tolist() == [6]


def test_what_stands_above_six_is_shut_in_a_relu6():
    model = relus(layers.ReLU(6.0), layers.ReLU(6.0))
    # x = 4: hidden (4, 8 → 6), then (-2, 10 → 6): all that is left is shut
    x = np.full((1, 1, 1, 1), 4, np.float32)
    assert engine.guided(model, x, np.array([0])).ravel().tolist() == [0]
    # x = 1, with u₂ = 7: hidden (1, 7 → 6), then (-5, 7 → 6)
    _, *others = model.get_weights()
    model.set_weights([np.array([[[[1.0, 7.0]]]]), *others])
    assert engine.guided(model, np.full((1, 1, 1, 1), 0.2, np.float32), np.array([0])).ravel().tolist() == [8]
    assert engine.guided(model, np.full((1, 1, 1, 1), 0.9, np.float32), np.array([0])).ravel().tolist() == [0]


@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_an_activation_inside_a_layer_is_guided_as_well(activation):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 6, 1))
    x = layers.Conv2D(8, 3, activation=activation, bias_initializer="ones")(inputs)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    images, targets = images_for(model), np.array([0, 1])
    kernel, head = model.get_weights()[0], model.get_weights()[2].reshape(4, 4, 8, 3)
    hidden = keras.Model(inputs, x)(images, training=False).numpy()
    assert ((hidden > 0) & (hidden < 6)).all()  # open everywhere, so that only the sign of the gradient decides
    for found, target in zip(engine.guided(model, images, targets), targets, strict=True):
        passed = np.maximum(head[..., target], 0)
        expected = np.zeros((6, 6))
        for row in range(3):
            for column in range(3):
                expected[row : row + 4, column : column + 4] += passed @ kernel[row, column, 0]
        np.testing.assert_allclose(found[..., 0], expected, rtol=1e-4, atol=1e-5)


def test_guided_gradients_leave_the_plain_ones_alone():
    model = relus(layers.ReLU(), layers.ReLU())
    x = np.ones((1, 1, 1, 1), np.float32)
    for _ in range(2):
        assert engine.guided(model, x, np.array([engine.PREDICTED])).ravel().tolist() == [3]
        assert engine.look(model, x, np.array([1]), None).input_gradients.ravel().tolist() == [-3]


@pytest.mark.parametrize(
    ("activation", "expected"),
    [("relu", True), ("relu6", True), (layers.ReLU(), True), ("gelu", False), ("linear", False), ("tanh", False)],
    ids=["relu", "relu6", "layer", "gelu", "linear", "tanh"],
)
def test_whether_there_is_a_relu(activation, expected):
    inputs = keras.Input((4, 4, 1))
    x = layers.Conv2D(2, 3)(inputs)
    x = activation(x) if isinstance(activation, layers.Layer) else layers.Activation(activation)(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    assert engine.has_relu(model) == expected


def test_the_output_of_a_layer_is_the_one_that_is_explained():
    model = shared()
    images = images_for(model)
    seen = engine.look(model, images, np.array([0, 0]), "shared")
    between = keras.Model(model.inputs[0], engine.output_of(model, "shared"))
    np.testing.assert_allclose(between(images, training=False), seen.activations, rtol=1e-5, atol=1e-6)

"""The stack of one's own: shapes and parameters by arithmetic, and what shrinks to nothing is refused."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from imgcls.architectures import build_model, check_image_shape, parameter_count
from imgcls.architectures.cnn import CNNOptions, stack_shapes
from imgcls.errors import RecipeError
from imgcls.home import home
from imgcls.recipe import Choice, Recipe, recipe_from_code, with_settings
from imgcls.training.check import check_recipe


def options(*blocks, **more) -> CNNOptions:
    return CNNOptions(blocks=blocks, **more)


def test_shapes_by_hand():
    blocks = [
        {"width": 4, "kernel": 5, "padding": "valid"},
        {"width": 6, "convolutions": 2, "padding": "valid", "pooling": "none"},
        {"width": 8, "pooling": "average"},
    ]
    shapes = [shape for _, shape in stack_shapes(options(*blocks), (28, 21, 3))]
    assert shapes == [(12, 8, 4), (8, 4, 6), (4, 2, 8)]


CASES = list(
    itertools.product(
        ["same", "valid"], ["max", "average", "none"], [1, 4], [1, 2], [True, False], ["flatten", "average"]
    )
)


@pytest.mark.parametrize(
    ("padding", "pooling", "kernel", "convolutions", "norm", "gathering"), [CASES[i] for i in range(0, len(CASES), 7)]
)
def test_shapes_and_parameters_are_those_of_the_built_network(padding, pooling, kernel, convolutions, norm, gathering):
    block = {"padding": padding, "pooling": pooling, "kernel": kernel, "convolutions": convolutions, "batch_norm": norm}
    choice = Choice(
        name="cnn",
        blocks=[block | {"width": 5}, block | {"width": 7, "dropout": 0.1}],
        gathering=gathering,
        dense=9 * norm,
        dropout=0.2,
    )
    model = build_model(choice, (23, 30, 2), 4, seed=0)
    made = [
        tuple(model.get_layer(f"block_{place}_{'conv_' if pooling == 'none' else 'pool'}{last}").output.shape[1:])
        for place in (1, 2)
        for last in [convolutions if pooling == "none" else ""]
    ]
    assert made == [shape for _, shape in stack_shapes(CNNOptions(**choice.options), (23, 30, 2))]
    assert parameter_count(choice, (23, 30, 2), 4) == model.count_params()


def test_the_articles_network_can_be_put_together():
    block = {"padding": "valid"}
    choice = Choice(name="cnn", blocks=[block | {"width": 32}, block | {"width": 64}], dense=64)
    assert build_model(choice, (28, 28, 1), 10, seed=0).count_params() == 121_930


def test_the_order_within_a_block():
    block = {"width": 3, "convolutions": 2, "batch_norm": True, "activation": "gelu", "dropout": 0.5}
    model = build_model(Choice(name="cnn", blocks=[block], dense=0, dropout=0.1), (8, 8, 1), 2, seed=0)
    assert [layer.name for layer in model.layers[1:]] == [
        *("block_1_conv_1", "block_1_norm_1", "block_1_activation_1"),
        *("block_1_conv_2", "block_1_norm_2", "block_1_activation_2"),
        *("block_1_pool", "block_1_dropout", "flatten", "dropout", "logits"),
    ]
    assert model.get_layer("block_1_conv_1").activation.__name__ == "linear"
    assert model.get_layer("block_1_activation_1").activation.__name__ == "gelu"


def test_batch_norm_adds_its_layers_and_moves_bias_and_activation_into_them():
    names = {
        norm: {
            layer.name
            for layer in build_model(Choice(name="cnn", blocks=[{"batch_norm": norm}]), (8, 8, 1), 2, 0).layers
        }
        for norm in (True, False)
    }
    assert names[True] - names[False] == {"block_1_norm_1", "block_1_activation_1"}
    assert names[False] <= names[True]


# -- what shrinks to nothing


@pytest.mark.parametrize(
    ("blocks", "image_shape", "number", "before"),
    [
        ([{}] * 5, (28, 28, 1), 5, "1 × 1"),
        ([{"kernel": 9, "convolutions": 4, "padding": "valid"}], (28, 28, 1), 1, "28 × 28"),
        ([{}, {"kernel": 7, "padding": "valid", "pooling": "none"}, {}], (12, 12, 1), 2, "6 × 6"),
        ([{}] * 4, (64, 8, 3), 4, "8 × 1"),
    ],
)
def test_a_stack_that_shrinks_to_nothing_is_refused_with_the_block_that_does_it(blocks, image_shape, number, before):
    choice = Choice(name="cnn", blocks=blocks)
    with pytest.raises(RecipeError, match=rf"Block {number} makes \d+ × \d+ out of {before}:"):
        check_image_shape(choice, image_shape)
    with pytest.raises(RecipeError):
        build_model(choice, image_shape, 2, seed=0)
    shapes = stack_shapes(CNNOptions(**choice.options), image_shape)
    assert len(shapes) == number
    assert 0 in shapes[-1][1]
    assert all(0 not in shape for _, shape in shapes[:-1])


def test_it_is_refused_before_there_is_a_run_and_without_keras():
    code = """
import sys
from imgcls.recipe import Recipe, with_settings
from imgcls.training.check import check_recipe
from imgcls.errors import RecipeError
try:
    check_recipe(with_settings(Recipe(), ["architecture.name=cnn", "architecture.blocks=[{},{},{},{},{}]"]))
except RecipeError as error:
    print(error.exit_code, len({"keras", "tensorflow"} & set(sys.modules)), error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2 0 ")
    assert "Block 5 makes 0 × 0 out of 1 × 1" in done.stdout
    assert not (home() / "runs").exists()


def test_too_many_parameters_are_refused_before_there_is_a_run():
    block = {"width": 512, "kernel": 11, "convolutions": 2}
    with pytest.raises(RecipeError, match="at most 30,000,000 parameters"):
        check_recipe(Recipe(architecture=Choice(name="cnn", blocks=[block])))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"blocks": []}, "“architecture.blocks” is not usable"),
        ({"blocks": [{}] * 9}, "“architecture.blocks” must have at most 8 entries"),
        ({"blocks": [{}, {"kernel": 0}]}, "“architecture.blocks.1.kernel” must be at least 1. Received: 0"),
        (
            {"blocks": [{"pooling": "min"}]},
            "“architecture.blocks.0.pooling” must be one of: 'max', 'average' or 'none'",
        ),
        ({"blocks": [{"colour": 1}]}, "no setting “architecture.blocks.0.colour”"),
        ({"blocks": "many"}, "“architecture.blocks” must be a list"),
        ({"dense": 2000}, "“architecture.dense” must be at most 1024"),
    ],
)
def test_blocks_out_of_range_are_refused_with_their_place(data, words):
    with pytest.raises(RecipeError) as refused:
        check_recipe(Recipe(architecture=Choice(name="cnn", **data)))
    assert words in str(refused.value)


def test_blocks_travel_in_a_link_and_on_the_command_line():
    recipe = with_settings(Recipe(), ["architecture.name=cnn", 'architecture.blocks=[{"width":8},{"pooling":"none"}]'])
    again = recipe_from_code(recipe.to_code())
    assert again == recipe
    blocks = CNNOptions(**again.architecture.options).blocks
    assert (blocks[0].width, blocks[1].pooling) == (8, "none")

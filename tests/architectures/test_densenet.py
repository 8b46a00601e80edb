"""DenseNet-BC, by the paper's figures and equations."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.measure import costs
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_recipe


@pytest.fixture(scope="module")
def model():
    return build_model(Choice(name="densenet"), (32, 32, 3), 10, seed=0)


def test_depth_40_and_growth_12_have_176122_parameters(model):
    assert costs(model)["trainable_parameters"] == 176_122


def test_depth_100_and_growth_12_have_the_papers_800_thousand():
    entry = ARCHITECTURES.get("densenet")
    total = entry.parameters(entry.options(depth=100), (32, 32, 3), 10)
    assert 0.75e6 < total < 0.85e6


def test_the_depth_is_the_number_of_layers_with_kernels(model):
    assert sum(type(layer).__name__ in ("Conv2D", "Dense") for layer in model.layers) == 40


def test_each_layer_adds_growth_maps_and_each_transition_keeps_half(model):
    channels = [model.get_layer("stem_conv").output.shape[-1]]
    for block in (1, 2, 3):
        channels += [model.get_layer(f"block_{block}_layer_{place}_concat").output.shape[-1] for place in (1, 6)]
    assert channels == [24, 36, 96, 60, 120, 72, 132]  # 24 + 6·12 = 96 → 48 → 120 → 60 → 132
    sides = [model.get_layer(f"block_{block}_layer_6_concat").output.shape[1] for block in (1, 2, 3)]
    assert sides == [32, 16, 8]


def test_a_layer_reads_all_layers_before_it_in_its_block(model):
    """The concatenation at the end of a block holds the output of each of its layers, unchanged."""
    reads = {
        layer.name: [one._keras_history.operation.name for one in layer.input]
        for layer in model.layers
        if "concat" in layer.name
    }
    for place in range(2, 7):
        assert reads[f"block_2_layer_{place}_concat"] == [
            f"block_2_layer_{place - 1}_concat",
            f"block_2_layer_{place}_growth_conv",
        ]


def test_options_change_what_they_name():
    options = {"depth": 22, "growth": 4, "compression": 1.0, "dropout": 0.2}
    model = build_model(Choice(name="densenet", **options), (12, 12, 1), 3, seed=0)
    assert model.get_layer("last_norm").input.shape[-1] == 8 + 9 * 4
    # after every convolution but the first: 18 in the blocks and 2 in the transitions
    assert sum(type(layer).__name__ == "Dropout" for layer in model.layers) == 20
    assert (
        ARCHITECTURES.get("densenet").parameters(ARCHITECTURES.get("densenet").options(**options), (12, 12, 1), 3)
        == model.count_params()
    )


def test_other_depths_are_refused():
    with pytest.raises(
        RecipeError, match=r"“architecture\.depth” must be one of: 22, 40, 58, 76 or 100\. Received: 41"
    ):
        check_recipe(Recipe(architecture=Choice(name="densenet", depth=41)))

"""Every augmentation: the same for the same seed, within 0…255, grey and colour, and labels that still add up to 1."""

from __future__ import annotations

import re

import numpy as np
import pytest

from imgcls.augmentation import AUGMENTATIONS, augmentation_options, doubtful
from imgcls.datasets import DATASETS, Facts
from imgcls.datasets.editing import add_class, add_image, create, set_writing
from imgcls.datasets.importing import import_dataset
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice
from tests.augmentation.helpers import changed, digits, one_hot
from tests.datasets.people import bring, encoded, picture

NAMES = AUGMENTATIONS.names()
#: Numeric options: (augmentation, field, lowest, highest).
RANGES = [
    (entry.name, field, details["minimum"], details["maximum"])
    for entry in AUGMENTATIONS
    for field, details in entry.options.model_json_schema()["properties"].items()
    if details["type"] in ("number", "integer")
]
#: What takes an augmentation's strength away: the fields that may be 0.
NEUTRAL = {
    entry.name: fields
    for entry in AUGMENTATIONS
    if (fields := {field: 0.0 for name, field, lowest, _ in RANGES if name == entry.name and lowest == 0})
}

MIXING = {"mixup", "cutmix"}


def photographs(**changed: object) -> Facts:
    """A data set of coloured photographs, by name only."""
    facts = {"image_shape": (32, 32, 3), "preparation": "fit"} | changed
    return Facts(class_names=("a", "b"), size=2, **facts)


def test_the_twelve_are_there():
    wanted = {
        "affine",
        "flip",
        "shift",
        "rotate",
        "zoom",
        "contrast",
        "colour-jitter",
        "elastic",
        "cutout",
        "mixup",
        "cutmix",
    }
    assert set(NAMES) == wanted | {"randaugment"}
    assert {entry.name for entry in AUGMENTATIONS if entry.mixes} == MIXING


# -- metadata


@pytest.mark.parametrize("name", NAMES)
def test_every_augmentation_is_described(name):
    entry = AUGMENTATIONS.get(name)
    assert re.fullmatch("[a-z-]+", name)
    assert entry.title
    assert len(entry.summary) > 60
    assert re.search(r"(19|20)\d\d, .*, https:[/]{2}(arxiv|doi)\.org/", entry.paper)
    assert entry.options() == augmentation_options(Choice(name=name))
    for field, details in entry.options.model_json_schema()["properties"].items():
        assert details["title"], field
        assert details["description"], field


@pytest.mark.parametrize(("name", "field", "lowest", "highest"), RANGES)
def test_options_out_of_range_are_refused(name, field, lowest, highest):
    assert lowest < AUGMENTATIONS.get(name).options.model_fields[field].default <= highest
    for value, words in ((lowest - 1, "at least"), (highest + 1, "at most"), ("1", "must be"), (True, "must be")):
        with pytest.raises(RecipeError, match=f"“augmentation.{name}.{field}” .*{words}.*Received: {value!r}"):
            augmentation_options(Choice(name=name, **{field: value}))


@pytest.mark.parametrize("name", NAMES)
def test_unknown_options_are_refused(name):
    with pytest.raises(RecipeError, match=f"no setting “augmentation.{name}.nonsense”. Received: 1"):
        augmentation_options(Choice(name=name, nonsense=1))


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match=r"no augmentation “blur”\. Expected one of: flip, shift"):
        augmentation_options(Choice(name="blur"))


@pytest.mark.parametrize(
    ("choice", "on_digits", "on_photographs"),
    [
        (Choice(name="flip"), "another one", ""),
        (Choice(name="shift"), "", ""),
        (Choice(name="shift", distance=0.3), "strokes leave it", ""),
        (Choice(name="rotate"), "", ""),
        (Choice(name="rotate", degrees=90), "6 like a 9", ""),
        (Choice(name="zoom"), "", ""),
        (Choice(name="elastic"), "", "do not bend"),
        (Choice(name="contrast"), "", ""),
        (Choice(name="colour-jitter"), "are grey", ""),
        (Choice(name="cutout"), "", ""),
        (Choice(name="mixup"), "", ""),
        (Choice(name="cutmix"), "background", ""),
        (Choice(name="randaugment"), "for photographs", ""),
    ],
    ids=str,
)
def test_doubts_are_said(choice, on_digits, on_photographs):
    for dataset, words in ((DATASETS.get("mnist-5k").usual, on_digits), (photographs(), on_photographs)):
        said = doubtful(choice, dataset)
        assert (words in said and said.endswith(".")) if words else said is None


WRITING = ["mnist-5k", "digits-8x8", "mnist"]


@pytest.mark.parametrize("name", DATASETS.built_in())
def test_digits_are_not_to_be_mirrored_whatever_their_size(name):
    facts = DATASETS.get(name).usual
    assert facts.writing == (name in WRITING)
    said = doubtful(Choice(name="flip"), facts)
    assert ("mirrored" in str(said)) == (name in WRITING)


def test_what_was_drawn_by_hand_is_writing_until_a_photograph_comes():
    create("signs")
    for label in ("a", "b"):
        add_class("signs", label)
        add_image("signs", label, encoded(picture(ord(label))), drawn=True)
    assert doubtful(Choice(name="flip"), DATASETS.get("signs").usual) is not None
    add_image("signs", "a", encoded(picture(3)))
    assert doubtful(Choice(name="flip"), DATASETS.get("signs").usual) is None
    add_image("signs", "a", encoded(picture(4)), drawn=True)
    assert doubtful(Choice(name="flip"), DATASETS.get("signs").usual) is None, "not all of it is"


def test_what_a_person_says_is_writing_is_treated_as_digits_are(tmp_path):
    import_dataset("signs", bring(tmp_path / "signs"))
    assert doubtful(Choice(name="flip"), DATASETS.get("signs").usual) is None
    assert "unsteady hand" in str(doubtful(Choice(name="elastic"), DATASETS.get("signs").usual))
    set_writing("signs", True)
    assert "mirrored" in str(doubtful(Choice(name="flip"), DATASETS.get("signs").usual))
    assert doubtful(Choice(name="elastic"), DATASETS.get("signs").usual) is None


def test_every_augmentation_can_be_doubted_about_every_data_set():
    for name in NAMES:
        for dataset in (entry.usual for entry in DATASETS):
            assert doubtful(Choice(name=name), dataset) is None or len(doubtful(Choice(name=name), dataset)) > 20
    with pytest.raises(UnknownNameError):
        doubtful(Choice(name="blur"), photographs())


# -- what it does


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_augmentation(name, channels):
    images = digits(32, channels)
    labels = one_hot(32, 10)
    found, mixed = changed(images, name, labels=labels, seed=7, epoch=3, batch=5)

    assert (found.shape, found.dtype) == (images.shape, np.float32)
    assert (mixed.shape, mixed.dtype) == (labels.shape, np.float32)
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 255
    assert not np.array_equal(found, images), "it does something"

    # labels are shares, changed only where images are mixed
    np.testing.assert_allclose(mixed.sum(axis=1), 1, atol=1e-5)
    assert mixed.min() >= 0
    assert np.array_equal(mixed, labels) != AUGMENTATIONS.get(name).mixes

    # the same for the same seed, epoch and batch, and only then
    again, again_mixed = changed(images, name, labels=labels, seed=7, epoch=3, batch=5)
    np.testing.assert_array_equal(again, found)
    np.testing.assert_array_equal(again_mixed, mixed)
    for other in ({"seed": 8}, {"epoch": 4}, {"batch": 6}, {"epoch": 5, "batch": 3}):
        differs, _ = changed(images, name, labels=labels, **{"seed": 7, "epoch": 3, "batch": 5, **other})
        assert not np.array_equal(differs, found), other


@pytest.mark.parametrize("name", sorted(set(NAMES) - MIXING))
def test_images_of_a_batch_are_changed_differently(name):
    """The same image many times: a layer that draws once for a batch would change all alike."""
    found, _ = changed(np.repeat(digits(1, 3), 32, axis=0), name)
    assert len({image.tobytes() for image in found}) >= (2 if name == "flip" else 8)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(28, 28, 1), (12, 20, 3), (8, 8, 1)])
def test_in_a_pipeline_whose_last_batch_is_smaller(name, shape):
    """As outside of one: what a layer does must not hang on knowing the size of the batch, or on its first batch."""
    import tensorflow as tf

    from imgcls.augmentation import augment

    images = np.random.default_rng(0).integers(0, 256, (10, *shape), np.uint8)
    labels = one_hot(10, 3)
    change = augment([Choice(name=name)], 1)
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4).enumerate()
    pipeline = batches.map(lambda number, batch: change(batch[0], batch[1], tf.constant(2, tf.int64), number))
    assert pipeline.element_spec[0].shape == (None, *shape)
    found = list(pipeline.as_numpy_iterator())
    assert [len(batch) for batch, _ in found] == [4, 4, 2]
    for number, (batch, mixed) in enumerate(found):
        part = slice(4 * number, 4 * number + 4)
        alone, alone_mixed = changed(images[part], name, labels=labels[part], seed=1, epoch=2, batch=number)
        np.testing.assert_allclose(batch, alone, atol=0.01)  # another graph may add up in another order
        np.testing.assert_allclose(mixed, alone_mixed, atol=1e-5)


@pytest.mark.parametrize(("name", "field", "lowest", "highest"), RANGES)
@pytest.mark.parametrize("channels", [1, 3])
def test_both_ends_of_every_option_work(name, field, lowest, highest, channels):
    for value in (lowest, highest):
        found, mixed = changed(digits(64, channels), name, **{field: value})
        assert np.isfinite(found).all()
        assert 0 <= found.min() <= found.max() <= 255
        np.testing.assert_allclose(mixed.sum(axis=1), 1, atol=1e-5)


def test_most_have_a_neutral_end():
    assert set(NEUTRAL) == set(NAMES) - {"mixup", "cutmix", "randaugment"}


@pytest.mark.parametrize("name", NEUTRAL)
@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_at_strength_0(name, channels):
    images = digits(16, channels)
    np.testing.assert_allclose(changed(images, name, **NEUTRAL[name])[0], images, atol=0.01)

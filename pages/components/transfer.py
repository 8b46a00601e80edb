"""Transfer learning as its three steps: what the body knows, the new head, and what may still change."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.architectures import architecture_options
from imgcls.architectures.efficientnet_lite0 import EfficientNetLite0Options
from imgcls.architectures.from_run import FromRunOptions
from imgcls.architectures.transfer import BodyOptions
from imgcls.datasets import dataset_facts, load, split_indices
from imgcls.errors import ImgclsError, MissingWeightsError
from imgcls.images import enlarge
from imgcls.models import model_card
from imgcls.preparation import fit
from imgcls.preparation.choose import prepare_for
from imgcls.recipe import Recipe
from imgcls.training.sizes import part_sizes
from imgcls.training.timing import Timing, augmented_copies
from pages.components.answers import ask, waiting
from pages.components.durations import short_duration
from pages.components.notices import literal, note, show_error
from pages.components.picture import show_picture
from pages.components.sources import uploaded
from pages.components.weights import weights_notice
from pages.components.words import _

#: Answers of the body's own head that are told.
_TOLD = 5


def transfer_steps(recipe: Recipe, described: dict[str, Any] | None) -> None:
    """The three steps for a network with a body that has learned before; nothing for any other.

    Args:
        recipe: what is about to be trained.
        described: the network, as the worker describes it; None while it is being built.
    """
    options = architecture_options(recipe.architecture)
    if not isinstance(options, BodyOptions) or not options.has_learned:
        return
    st.subheader(_("Transfer learning in three steps"))
    knows, head, tuning = st.columns(3, gap="medium")
    with knows, st.container(border=True):
        st.markdown(_("**1. A body that knows something**"))
        _what_it_knows(recipe, options)
    with head, st.container(border=True):
        st.markdown(_("**2. A new head**"))
        _new_head(recipe, described)
    with tuning, st.container(border=True):
        st.markdown(_("**3. Fine-tuning**"))
        _what_learns(recipe, options, described)


def _what_it_knows(recipe: Recipe, options: BodyOptions) -> None:
    """The old head's answer to one of the learner's own pictures, before anything is trained."""
    try:
        picture = _chosen_picture(recipe)
        model = _with_its_old_head(recipe, options)
        model_card(model)
    except MissingWeightsError as missing:
        note(_("It has learned from 1.2 million photographs. Its old head would say what it sees in your picture."))
        weights_notice(missing, key="old head")
        return
    except ImgclsError as error:
        show_error(error)
        return
    try:
        card = model_card(model)
        image = prepare_for(card.preparation, _colour(picture), card.image_shape, False).image
        answer = ask("knows", "predict", {"images": image[None]}, model=model, version=card.version)
    except ImgclsError as error:
        show_error(error)
        return
    if answer is None:
        waiting("knows")
        return
    st.caption(_("It was trained for other classes. With its old head, it says to your picture:"))
    shares = answer.arrays["probabilities"][0]
    lines = [f"- {literal(card.class_names[place])} {shares[place]:.0%}" for place in np.argsort(-shares)[:_TOLD]]
    st.markdown("\n".join(lines))


def _with_its_old_head(recipe: Recipe, options: BodyOptions) -> str:
    """The model that the body comes from."""
    if isinstance(options, FromRunOptions):
        return options.run
    return imagenet.NAME if isinstance(options, EfficientNetLite0Options) else recipe.architecture.name


def _chosen_picture(recipe: Recipe) -> np.ndarray:
    """One of the training images, or one that the learner brings: uint8 (h, w, c)."""
    with st.popover(_("A picture of yours")):
        brought = uploaded(several=False)
    if brought:
        square = fit.prepare(brought[0].pixels, 224, 224, 3).image
        show_picture(square, _("Your picture: {name}", name=literal(brought[0].name)), width=160)
        return square
    picture, name = _own_picture(recipe)
    show_picture(enlarge(picture, 224), _("One of your training images: {name}", name=name), width=160)
    st.button(_("Another picture"), key="another picture", on_click=_turn_over)
    return picture


def _turn_over() -> None:
    st.session_state["own picture"] = st.session_state.get("own picture", 0) + 1


def _own_picture(recipe: Recipe) -> tuple[np.ndarray, str]:
    """A training image, uint8 (h, w, c), and its class: one class after the other."""
    images = load(recipe.dataset)
    train = split_indices(images.labels, recipe.split, recipe.seed, images.parts, images.class_names).train
    turn, classes = st.session_state.get("own picture", 0), len(images.class_names)
    members = train[images.labels[train] == turn % classes]
    place = members[turn // classes % len(members)]
    return images.images[place], images.class_names[turn % classes]


def _colour(picture: np.ndarray) -> np.ndarray:
    return picture.repeat(3, axis=2) if picture.shape[2] == 1 else picture


def _new_head(recipe: Recipe, described: dict[str, Any] | None) -> None:
    classes = len(dataset_facts(recipe.dataset).class_names)
    features = described["features"] if described else None
    count = f"{(features + 1) * classes:,}" if features else "…"
    st.metric(_("New parameters"), count)
    if features:
        st.caption(
            _(
                "The body turns each image into {features:,} numbers, its features. The head weighs them for each of "
                "your {classes} classes. It alone starts from random numbers.",
                features=features,
                classes=classes,
            )
        )


def _what_learns(recipe: Recipe, options: BodyOptions, described: dict[str, Any] | None) -> None:
    st.metric(_("Parameters that learn"), f"{described['trainable_parameters']:,}" if described else "…")
    if not described:
        return
    blocks = described["blocks"]
    free = min(options.trainable_blocks, blocks)
    if free:
        st.caption(
            _(
                "The last {free} of {blocks} blocks learn with the head, at {share:g} times its learning rate. The "
                "others are frozen, and their batch norm keeps the statistics it has.",
                free=free,
                blocks=blocks,
                share=options.body_rate,
            )
        )
        return
    st.caption(_("All {blocks} blocks are frozen: only the head learns.", blocks=blocks))
    timed = ask("measure", "measure", recipe=recipe.model_dump(mode="json"))
    timing = Timing(**timed.facts) if timed else None
    if timing and timing.feature_image:
        _once(recipe, timing)


def _once(recipe: Recipe, timing: Timing) -> None:
    """What goes through the frozen body, and how long that takes."""
    train, validation, _test = part_sizes(recipe)
    copies = augmented_copies(recipe)
    seconds = (train * copies + validation) * timing.feature_image
    if recipe.augmentation:
        text = _(
            "So {copies} changed copies of each training image go through the body, which takes about {once}, and no "
            "more in each of the {epochs} epochs.",
            copies=copies,
            once=short_duration(seconds),
            epochs=recipe.training.epochs,
        )
    else:
        text = _(
            "So each image goes through the body once, which takes about {once}, and not again in each of the "
            "{epochs} epochs.",
            once=short_duration(seconds),
            epochs=recipe.training.epochs,
        )
    st.caption(text)

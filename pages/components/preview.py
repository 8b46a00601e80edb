"""Before Start: what is about to be trained, how large it is, and how long it will take."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.datasets import DATASETS
from imgcls.errors import ImgclsError, InputError, MissingDataError
from imgcls.figures.diagram import FROZEN, KINDS, SKIP, network_diagram
from imgcls.images import enlarge
from imgcls.language import translator
from imgcls.recipe import Recipe
from imgcls.training.data import divided, trained_on
from imgcls.training.sizes import epoch_images, part_sizes
from imgcls.training.timing import Timing, estimated_seconds
from pages.components.answers import ask, look_again
from pages.components.durations import duration
from pages.components.glossary import terms
from pages.components.missing import Missing, missing_notice
from pages.components.missing_data import data_notice
from pages.components.notices import literal, show_error
from pages.components.picture import show_drawing, show_picture
from pages.components.rate_finder import rate_finder
from pages.components.style import is_dark
from pages.components.time_budget import time_budget
from pages.components.transfer import transfer_steps
from pages.components.words import _, language


def preview(recipe: Recipe, missing: Missing | None = None) -> None:
    """Sizes and time, sample images, and the network's text.

    Args:
        recipe: what is about to be trained.
        missing: what has to be downloaded first; its notice then stands above the numbers, which do not need it.
    """
    dataset, architecture = DATASETS.get(recipe.dataset.name), ARCHITECTURES.get(recipe.architecture.name)
    if missing:
        missing_notice(missing)
    described, timing = _numbers(recipe)
    if timing and not missing:
        time_budget(recipe, timing)
        rate_finder(recipe)
    st.subheader(_(architecture.title))
    st.markdown(_(architecture.summary))
    _diagram(recipe, described["layers"] if described else [])
    if architecture.departs:
        st.markdown(_("**Not as in the paper:** {departs}", departs=_(architecture.departs)))
    st.caption(architecture.paper)
    if not isinstance(missing, MissingDataError):  # its first step shows a training image
        transfer_steps(recipe, described)
    st.subheader(literal(_(dataset.title)))
    st.markdown(literal(dataset.described(translator(language()))))
    if isinstance(missing, MissingDataError):
        st.caption(_parts(recipe))
    else:
        _show_samples(recipe)


def _show_samples(recipe: Recipe) -> None:
    try:
        samples = _samples(_seen(recipe), recipe)
    except MissingDataError as error:  # it was there, and is found to be damaged only now
        data_notice(error)
    except InputError as error:
        show_error(error)
    else:
        show_picture(samples, _("Training images of each class"), f"{_parts(recipe)} {_wrong_ones(recipe)}".rstrip())


def _numbers(recipe: Recipe) -> tuple[dict[str, Any] | None, Timing | None]:
    """What it costs; counted and measured by the inference worker the first time a recipe is seen.

    Returns:
        The network as the worker describes it, and its measured steps; None while they are under way, or cannot be.
    """
    try:
        described = ask("describe", "describe", recipe=_network_of(recipe))  # first: it is there at once
        timed = ask("measure", "measure", recipe=recipe.model_dump(mode="json"))
    except ImgclsError as error:
        show_error(error)
        return None, None
    timing, costs = Timing(**timed.facts) if timed else None, described.facts if described else None
    count = -(-epoch_images(recipe) // recipe.training.batch_size)
    batch = recipe.training.batch_size
    facts = [
        (_("Parameters"), f"{timing.parameters:,}" if timing else "…", ""),
        (_("Steps"), f"{count * recipe.training.epochs:,}", ""),
        (_("Estimated time"), duration(estimated_seconds(recipe, timing)) if timing else "…", ""),
        (
            _("Multiply-adds"),
            _millions(costs["multiply_adds"]) if costs else "…",
            _("Multiplications, each with its addition, that one image needs on its way through the network."),
        ),
        (
            _("Memory"),
            f"{costs['activation_bytes'] * batch / 1e6:,.0f} MB" if costs else "…",
            _("What the feature maps of a batch of {batch} occupy while the network trains.", batch=batch),
        ),
        (
            _("Per image"),
            f"{timing.image * 1000:.2g} ms" if timing else "…",
            _("Measured on this machine: one image's share of a batch that is predicted."),
        ),
    ]
    with st.container(horizontal=True, gap="medium"):
        for label, value, text in facts:
            st.metric(label, value, width=150, help=text or None)
    terms("parameter", "multiply-add", "feature map", "batch")
    if costs is None:
        look_again("describe")
    elif timing is None:
        look_again("measure")
    return costs, timing


def _network_of(recipe: Recipe) -> dict[str, Any]:
    """The recipe with nothing but its network and images: other epochs are no other question."""
    return Recipe(dataset=recipe.dataset, architecture=recipe.architecture).model_dump(mode="json")


def _millions(count: int) -> str:
    return f"{count / 1e6:,.1f} M" if count >= 100_000 else f"{count:,}"


def _diagram(recipe: Recipe, layers: list[dict[str, Any]]) -> None:
    """The network's layers as slabs; none make an empty sheet, which keeps the place: the page does not jump."""
    words = {kind_word: _(kind_word) for kind_word in [SKIP, FROZEN, *(word for word, _place in KINDS.values())]}
    svg = network_diagram(layers, is_dark(), words)
    title = ARCHITECTURES.get(recipe.architecture.name).title
    show_drawing(svg, _("{title}: its layers from the image to the classes", title=_(title)))


def _wrong_ones(recipe: Recipe) -> str:
    """Why images stand among those of another class; empty where label noise puts none there."""
    if not recipe.label_noise:
        return ""
    return _(
        "Each stands with the class that training is told: label noise has put {share} % of them with a wrong one.",
        share=f"{100 * recipe.label_noise:g}",
    )


def _seen(recipe: Recipe) -> str:
    """What decides which images are trained on, and under which labels; the same for the same strip."""
    fields = {"dataset", "split", "corrections", "label_noise", "subset", "imbalance", "seed"}
    return f"{recipe.model_dump_json(include=fields)} {DATASETS.get(recipe.dataset.name).version()}"


@st.cache_data(show_spinner=False, max_entries=32)
def _samples(seen: str, _recipe: Recipe, across: int = 20) -> np.ndarray:
    """Some training images of each class side by side, uint8 (h, w, c): of the class that training is told."""
    images, parts = divided(_recipe)
    train, labels = trained_on(images, parts, _recipe)
    classes = [train[labels == label] for label in range(len(images.class_names))]
    each = max(1, across * 2 // len(classes))
    chosen = images.images[np.concatenate([members[:each] for members in classes])]
    blank = np.zeros((-len(chosen) % across, *images.image_shape), np.uint8)  # the last row is as long as the others
    pictures = np.concatenate([chosen, blank])
    rows = [np.concatenate(list(row), axis=1) for row in pictures.reshape(-1, across, *images.image_shape)]
    return enlarge(np.concatenate(rows, axis=0).squeeze(), 1120)


def _parts(recipe: Recipe) -> str:
    train, validation, test = part_sizes(recipe)
    return _(
        "{train:,} images to train on, {validation:,} to validate each epoch, {test:,} kept for the test at the end.",
        train=train,
        validation=validation,
        test=test,
    )

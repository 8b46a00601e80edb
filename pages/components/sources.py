"""Where a picture comes from: drawn, uploaded, photographed, or one of the samples."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.datasets import load, split_indices
from imgcls.errors import ImageError, ImgclsError
from imgcls.images import decode_image, read_image
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.models import ModelCard
from imgcls.preparation import fit
from imgcls.recipe import Recipe
from imgcls.runs import get_run
from pages.components.canvas import canvas
from pages.components.current import Picture, current_picture
from pages.components.gallery import gallery
from pages.components.notices import note, show_error
from pages.components.picture import show_picture
from pages.components.uploads import most_megabytes
from pages.components.words import _

_SOURCE = "picture source"
#: Samples to choose from, where there are many classes.
_MOST_SAMPLES = 100


def pick_pictures(model: str, several: bool) -> list[Picture]:
    """What the reader gives: any number of pictures if `several`, else at most one."""
    sources = {
        "draw": _("Draw"),
        "upload": _("Upload"),
        "sample": _("Sample"),
        "camera": _("Camera"),
    }
    if model == imagenet.NAME:  # it has seen photographs, never a drawing
        sources = {name: sources[name] for name in ("sample", "upload", "camera", "draw")}
    kept = current_picture()
    if kept is not None and not several:
        sources = {"kept": _("Same"), **sources}
    wanted = st.session_state.get(_SOURCE)
    source = st.segmented_control(
        _("Picture"),
        list(sources),
        format_func=sources.__getitem__,
        default=next(iter(sources)) if not several or wanted not in sources else wanted,
        required=True,
        key=f"source {several} {model == imagenet.NAME}",
    )
    if several:
        st.session_state[_SOURCE] = source
    try:
        return _from(source or "draw", model, several, kept)
    except ImgclsError as error:
        show_error(error)
        return []


def _from(source: str, model: str, several: bool, kept: Picture | None) -> list[Picture]:
    if source == "kept" and kept is not None:
        show_picture(kept.pixels, kept.name, kept.name, width=200)
        return [kept]
    if source == "upload":
        return uploaded(several)
    if source == "sample":
        return _sample(model)
    if source == "camera":
        return photographed()
    return drawn(_("Draw here") if model == imagenet.NAME else _("Draw a digit here"))


def drawn(label: str) -> list[Picture]:
    """What the reader draws; nothing while the paper is empty."""
    words: Any = {
        "undo": _("Undo"),
        "clear": _("Clear"),
        "hint": _("No mouse or finger at hand? Samples and uploads work with the keyboard."),
    }
    png = canvas("drawing", label, words)
    return [] if png is None else [Picture(_("your drawing"), decode_image(png, "drawing.png"))]


def uploaded(several: bool) -> list[Picture]:
    """The reader's files; bad ones are named and left out."""
    files = st.file_uploader(
        _("Pictures (JPEG, PNG or WebP, at most {megabytes:.0f} MB each)", megabytes=limit("image_megabytes")),
        type=["jpg", "jpeg", "png", "webp"],
        max_upload_size=most_megabytes("image_megabytes"),
        accept_multiple_files=several,
        key=f"upload {several}",
    )
    chosen: list[Any] = files if isinstance(files, list) else [files] if files is not None else []
    most = int(limit("predict_images"))
    if len(chosen) > most:
        show_error(
            ImageError(
                N_("Expected at most {most} pictures at once. Received: {count}. The first {most} are shown."),
                most=most,
                count=len(chosen),
            )
        )
    return [picture for file in chosen[:most] if (picture := _opened(file)) is not None]


def _opened(file: Any) -> Picture | None:
    """One file; a bad one is named and left out, the others stay."""
    try:
        return Picture(file.name, decode_image(file.getvalue(), file.name))
    except ImageError as error:
        show_error(error)
        return None


def photographed() -> list[Picture]:
    """What the reader's camera sees."""
    photo = st.camera_input(_("Hold it before the camera"), key="camera")
    return [] if photo is None else [Picture(_("your photograph"), decode_image(photo.getvalue(), "camera.png"))]


def _sample(model: str) -> list[Picture]:
    if model == imagenet.NAME:
        return photograph()
    part = st.segmented_control(
        _("From"),
        ["validation", "test"],
        format_func={"validation": _("validation"), "test": _("test")}.__getitem__,
        default="validation",
        required=True,
        label_visibility="collapsed",
        key=f"sample part {model}",
    )
    if part == "test":
        note(_("Test images: the network has never met them, and nobody chose anything by them."))
    else:
        note(_("Validation images: the network was watched on them, but never trained on them."))
    images, labels = _samples(get_run(model).recipe, part or "validation")
    captions = [_("a {name}", name=label) for label in labels]
    place = gallery(f"samples {part} {model}", _("Choose a sample"), list(images), captions)
    return [] if place is None else [Picture(captions[place], as_rgb(images[place]), labels[place])]


def photograph() -> list[Picture]:
    """One of the photographs that come with the installed packages."""
    note(_("Photographs that come with scikit-image and scikit-learn."))
    photographs = _photographs()
    names = list(photographs)
    small = [fit.prepare(photographs[name], 112, 112, 3).image for name in names]
    place = gallery("photographs", _("Choose a sample"), small, names, cell=96)
    return [] if place is None else [Picture(names[place], photographs[names[place]])]


#: Package and file of each photograph; read as files, because importing the packages takes a second.
_PHOTOGRAPHS = {
    "chelsea.png": "skimage.data",
    "coffee.png": "skimage.data",
    "rocket.jpg": "skimage.data",
    "astronaut.png": "skimage.data",
    "flower.jpg": "sklearn.datasets.images",
    "china.jpg": "sklearn.datasets.images",
}


@st.cache_resource(show_spinner=False)
def _photographs() -> dict[str, np.ndarray]:
    """Name → uint8 (h, w, 3); those that the installed packages hold."""
    found = {}
    for file, package in _PHOTOGRAPHS.items():
        top, _dot, inside = package.partition(".")
        spec = importlib.util.find_spec(top)  # finds a package without importing it
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin).parent.joinpath(*inside.split("."), file)
            if path.exists():
                found[path.stem] = read_image(path)
    return found


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs={Recipe: Recipe.hash})
def _samples(recipe: Recipe, part: str, each: int = 4) -> tuple[np.ndarray, list[str]]:
    """Some validation or test images of each class with their class names."""
    images = load(recipe.dataset)
    drawn = split_indices(images.labels, recipe.split, recipe.seed, images.parts, images.class_names)
    members, count = drawn.test if part == "test" else drawn.validation, len(images.class_names)
    classes = [members[images.labels[members] == label] for label in range(count)]
    turns = range(min(each, max(1, _MOST_SAMPLES // count)))
    chosen = np.array([part[turn] for turn in turns for part in classes if turn < len(part)])
    return images.images[chosen], [images.class_names[label] for label in images.labels[chosen]]


def test_sample(recipe: Recipe) -> tuple[np.ndarray, list[str]]:
    """Some test images of each class, uint8 (n, h, w, c), with their class names."""
    return _samples(recipe, "test")


def as_rgb(image: np.ndarray) -> np.ndarray:
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


def bring_it() -> bool:
    """Whether pictures are brought to what the network knows; the same on all pages of the session."""
    return bool(st.session_state.get("bring", True))


def preparation_switch(card: ModelCard) -> None:
    """Lets the reader leave pictures as they are; only where there is something to switch off."""
    if card.preparation != "mnist-style":
        return
    st.toggle(
        _("Bring the picture to what the network knows"),
        value=bring_it(),
        help=_(
            "The network has only seen light strokes on black, centred, 28 × 28. Pictures are inverted if needed, "
            "cropped to the strokes, shrunk and centred, the way its training images were made."
        ),
        key="bring switch",
        on_change=_remember_switch,
    )


def _remember_switch() -> None:
    # a widget's own value is forgotten when its page is left
    st.session_state["bring"] = st.session_state["bring switch"]


def invite_to_train(model: str) -> None:
    """Beside a ready-made network: that one can have one's own."""
    if model == imagenet.NAME:
        st.page_link("pages/train.py", label=_("Train a network of your own: ten seconds"))

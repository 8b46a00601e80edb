"""How many images of each class are in which part, and whether that is enough."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets.look import THREE, Look
from imgcls.datasets.registry import Part
from imgcls.datasets.statistics import Unevenness, class_counts, scarce, unevenness
from imgcls.figures.counts import count_bars
from imgcls.figures.layout import PLOT_CONFIG
from pages.components.data_choice import Asked, part_words, show_images_of
from pages.components.notices import literal, note
from pages.components.style import is_dark
from pages.components.words import _, listed

_CHART = "data counts"
#: Classes that are named in a sentence.
_NAMED = 5


def counts_view(asked: Asked, seen: Look) -> None:
    counts, words, names = class_counts(seen), part_words(), seen.images.class_names
    found, even = warnings(seen), unevenness(counts)
    if found:
        st.warning("\n".join(f"- {literal(sentence)}" for sentence in found))
    else:
        note(_even_words(even))
    figure = count_bars(counts, names, [words[part] for part in THREE], is_dark(), _("images"))
    alt = _(
        "Images of each class, from {least:,} of {smallest} to {most:,} of {largest} for training",
        least=even.least,
        smallest=names[even.smallest],
        most=even.most,
        largest=names[even.largest],
    )
    st.plotly_chart(figure, key=_CHART, config=PLOT_CONFIG, theme=None, alt=alt, on_select=_show_chosen)
    note(_("Click a piece of a bar to see its images."))
    if nowhere := int((seen.parts < 0).sum()):
        note(_("{count:,} images are left out of all parts.", count=nowhere))


def _even_words(even: Unevenness) -> str:
    if even.least == even.most:
        return _("The classes are equally large: {count:,} training images each.", count=even.most)
    return _(
        "The classes are about equally large: {least:,} to {most:,} training images each.",
        least=even.least,
        most=even.most,
    )


def warnings(seen: Look) -> list[str]:
    """What should be known of the classes' sizes before anything is trained, in sentences."""
    counts, names = class_counts(seen), seen.images.class_names
    if not counts.sum():
        return []
    found, even = [], unevenness(counts)
    if even.is_large:
        found.append(
            _(
                "The classes are uneven: {largest} has {most:,} training images, {smallest} only {least:,}. Who always "
                "says {largest} looks good already. Look at each class's own accuracy, or choose a balance when you "
                "train.",
                largest=names[even.largest],
                most=even.most,
                smallest=names[even.smallest],
                least=even.least,
            )
        )
    return found + [_scarce_words(part, least, [names[place] for place in few]) for part, least, few in scarce(counts)]


def _scarce_words(part: Part, least: int, few: list[str]) -> str:
    named = listed(few[:_NAMED]) + (" …" if len(few) > _NAMED else "")
    word = part_words()[part]
    if not least:
        return _(
            "Some classes have few or no images for {part}: {classes}. A run needs at least one of each class in every "
            "part.",
            part=word,
            classes=named,
        )
    if part is Part.TRAIN:
        return _(
            "Some classes have few images for training, the smallest {least}: {classes}. From so few a network learns "
            "little.",
            least=least,
            classes=named,
        )
    return _(
        "Some classes have few images for {part}, the smallest {least}: {classes}. What is measured on so few is a "
        "matter of luck.",
        part=word,
        least=least,
        classes=named,
    )


def _show_chosen() -> None:
    """A piece of a bar was clicked: show its images."""
    points = st.session_state[_CHART]["selection"]["points"]
    if points:
        label, place = points[0]["customdata"]
        show_images_of(int(label), THREE[int(place)])

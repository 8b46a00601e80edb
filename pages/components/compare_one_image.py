"""Two networks on the same test images: what each says, how surely, and where it finds its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.explain.picture import overlay
from imgcls.figures.bars import percentage
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.evaluate_images import Seen
from pages.components.notices import note, show_error
from pages.components.picture import Labelled, show_columns
from pages.components.words import _

#: Images that are looked at at once, and pixels of each side.
_MOST, _SIDE = 6, 168


def both_on_one(pair: tuple[Run, Run], kept: tuple[Kept, Kept], seen: Seen, chosen: Sequence[int]) -> None:
    """Grad-CAM of both networks for what each of them says.

    Args:
        pair: the two runs.
        kept: their tests.
        seen: of the first.
        chosen: places in the first one's test.
    """
    if seen.images is None or not all(is_saved(run) for run in pair):
        return
    if not chosen:
        note(_("Choose images above to see where each of the two finds its evidence."))
        return
    indices = kept[0].indices[list(chosen[:_MOST])]
    images = seen.images.images[indices]
    answers = [_answer(run, one, images, indices) for run, one in zip(pair, kept, strict=True)]
    if None in answers:
        return
    columns = []
    for place, image in enumerate(images):
        cells = [Labelled(image, _("the image"), (_("the image"),))]
        for number, answer in enumerate(answers, 1):
            assert answer is not None
            cells.append(_cell(seen, image, answer, place, number))
        columns.append(cells)
    st.markdown(_("#### Both on one image"))
    show_columns(columns, least=6, most=10)
    note(_("Grad-CAM for what each network itself says: above the first of the two, below the second."))


def _answer(run: Run, kept: Kept, images: np.ndarray, indices: np.ndarray) -> Answer | None:
    """Its maps for its own answers; None while they are under way, or if it cannot give any."""
    where = {int(index): place for place, index in enumerate(kept.indices)}
    classes = [int(kept.predicted[where[int(index)]]) for index in indices]
    place = f"compare why {run.id}"
    try:
        answer = ask(place, "explain_images", {"images": images}, model=run.id, method="grad-cam", classes=classes)
    except ImgclsError as error:
        show_error(error)
        return None
    if answer is None:
        waiting(place)
    return answer


def _cell(seen: Seen, image: np.ndarray, answer: Answer, place: int, number: int) -> Labelled:
    shares = answer.arrays["probabilities"][place]
    said = int(shares.argmax())
    words = _("{number}: {name} {share}", number=number, name=seen.class_names[said], share=percentage(shares[said]))
    lines = (words,) if answer.facts["statuses"][place] == "ok" else (words, _("no evidence"))
    return Labelled(overlay(image, answer.arrays["maps"][place], side=_SIDE), words, lines)

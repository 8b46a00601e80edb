"""Two networks on the same images, of the test or one's own: what each says, how surely, and where its evidence is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import Kept
from imgcls.explain.picture import overlay
from imgcls.figures.bars import percentage
from imgcls.models import model_card
from imgcls.preparation.choose import prepare_for
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.current import Picture
from pages.components.evaluate_images import Seen
from pages.components.notices import literal, note, show_error
from pages.components.picture import Labelled, show_columns, show_picture
from pages.components.sources import bring_it, pick_pictures
from pages.components.words import _

#: Images that are looked at at once, and pixels of each side.
_MOST, _SIDE = 6, 168
#: Pixels of each side of a picture of one's own.
_OWN_SIDE = 336


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


def both_on_own(labels: Mapping[str, str], runs: Sequence[Run]) -> None:
    """Any two of the runs on a picture that is drawn, uploaded, photographed or taken from the samples.

    Args:
        labels: what each is called, by its identifier.
        runs: that have been tested, two or more.
    """
    able = {run.id: run for run in runs if is_saved(run)}
    if len(able) < 2 or not st.toggle(_("Both on a picture of your own"), key="compare own"):
        return
    given, answered = st.columns([5, 9], gap="large")
    with given:
        first, second = (_pick(able, labels, number) for number in (1, 2))
        pictures = pick_pictures(first.id, several=False)
    with answered:
        if not pictures:
            note(_("Draw, upload or choose a picture: what both say appears here."))
            return
        for column, run in zip(st.columns(2), (first, second), strict=True):
            with column:
                _on_own(run, labels[run.id], pictures[0])


def _pick(able: Mapping[str, Run], labels: Mapping[str, str], number: int) -> Run:
    words = _("The first") if number == 1 else _("The second")
    key = f"compare own {number}"
    return able[st.selectbox(words, list(able), number - 1, format_func=labels.__getitem__, key=key)]


def _on_own(run: Run, label: str, picture: Picture) -> None:
    """What one network sees of a picture, what it says, and where it finds its evidence for that."""
    card, place = model_card(run.id), f"compare own {run.id}"
    prepared = prepare_for(card.preparation, picture.pixels, card.image_shape, not bring_it())
    try:
        answer = ask(place, "explain_images", {"images": prepared.image[None]}, model=run.id, method="grad-cam")
    except ImgclsError as error:
        show_error(error)
        return
    st.markdown(f"**{literal(label)}**")
    if answer is None:
        waiting(place)
        return
    shares = answer.arrays["probabilities"][0]
    best = [int(one) for one in np.argsort(-shares)[:3]]
    told = [f"{card.class_names[one]} {percentage(float(shares[one]))}" for one in best]
    show_picture(overlay(prepared.image, answer.arrays["maps"][0], side=_OWN_SIDE), _("Where it finds its evidence"))
    st.markdown(_("It says **{answer}**", answer=literal(told[0])))
    st.caption(literal(" · ".join(told[1:])))


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

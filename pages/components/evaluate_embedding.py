"""The test images on a map, whose points open their images."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.evaluation.embedding import Embedding, known_embedding
from imgcls.evaluation.kept import Kept
from imgcls.figures.embedding import embedding_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.models import model_card
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting_long
from pages.components.evaluate_images import Seen, answers
from pages.components.evaluate_nearest import nearest_images
from pages.components.evaluate_repair import ask_why, evidence
from pages.components.glossary import terms
from pages.components.notices import literal, note, show_error
from pages.components.picture import show_picture
from pages.components.style import is_dark
from pages.components.words import _


def embedding_map(run: Run, kept: Kept, seen: Seen) -> None:
    st.markdown(_("#### What looks alike to the network"))
    terms("embedding")
    if seen.images is None or not is_saved(run):
        st.info(_("For a map the network looks at its test images again: they, or its weights, are not there."))
        return
    version = model_card(run.id).version
    found = known_embedding(run, version)
    if found is None:
        _ask(run, version)
        return
    places = found.places[found.places < len(kept.labels)]
    if len(places) != len(found.places):
        return
    _draw(run, kept, seen, found)


def _ask(run: Run, version: str) -> None:
    place, wanted = f"embedding {run.id}", f"embedding wanted {run.id}"
    if not st.session_state.get(wanted):
        note(
            _(
                "Each image becomes a point: where the last layer sees them alike, they lie together. The network "
                "looks at up to 1,000 test images; that takes some seconds, once."
            )
        )
        if not st.button(_("Draw the map"), type="primary", key=f"{place} go"):
            return
        st.session_state[wanted] = True
    try:
        answer = ask(place, "embedding", slow=True, model=run.id, version=version)
    except ImgclsError as error:
        st.session_state.pop(wanted)
        show_error(error)
        return
    if answer is None:
        waiting_long(place, _("The map is being drawn …"), lambda: st.session_state.pop(wanted, None))
        return
    st.session_state.pop(wanted, None)
    st.rerun()


def _draw(run: Run, kept: Kept, seen: Seen, found: Embedding) -> None:
    ways = {"neighbours": _("Neighbours (t-SNE)"), "components": _("Principal components")}
    way = st.segmented_control(
        _("Drawn by"), list(ways), format_func=ways.__getitem__, default="neighbours", required=True, key="map way"
    )
    points = found.components if way == "components" else found.neighbours
    figure = embedding_figure(
        points,
        kept.labels[found.places],
        kept.predicted[found.places],
        seen.class_names,
        is_dark(),
        _("is {true}, says {predicted}", true="{true}", predicted="{predicted}"),
    )
    chart, beside = st.columns([9, 3], gap="large")
    key, place = f"map {way} {run.id}", f"map image {run.id}"

    def clicked() -> None:
        selected: list[Any] = st.session_state[key]["selection"]["points"]
        if selected:
            st.session_state[place] = int(np.ravel(selected[0]["customdata"])[0])

    with chart:
        st.plotly_chart(
            figure,
            key=key,
            config=PLOT_CONFIG,
            theme=None,
            on_select=clicked,
            selection_mode="points",
            alt=_("{count:,} test images as points, coloured by their class", count=len(points)),
        )
        _say(str(way), found, kept)
    with beside:
        chosen = _beside(kept, seen, found, place)
    if chosen is not None:
        evidence(run, kept, seen, [chosen])
        text = _("Opens this image on Explain: any class, any method, and how far to believe the map.")
        ask_why(run, kept, seen, chosen, f"map why {run.id}", text)
        nearest_images(run, kept, seen, [chosen])


def _say(way: str, found: Embedding, kept: Kept) -> None:
    wrong = int((~kept.correct[found.places]).sum())
    note(_("Crosses are mistakes: {wrong:,} of {count:,}.", wrong=wrong, count=len(found.places)))
    if way == "components":
        along, across = (f"{share:.0%}" for share in found.explained)
        note(
            _(
                "The two directions in which the images differ most; they hold {along} and {across} of all "
                "differences. What they leave out is not seen here.",
                along=along,
                across=across,
            )
        )
    else:
        note(_("Neighbours are true neighbours; how far groups lie apart, and how large they are, means little."))


def _beside(kept: Kept, seen: Seen, found: Embedding, key: str) -> int | None:
    """The image of the point that was clicked, or chosen from a list; its place in the test."""
    assert seen.images is not None
    say = answers(kept, seen)
    wrong_first = np.argsort(kept.correct[found.places], kind="stable")
    point = st.selectbox(
        _("Image, the mistakes first"),
        wrong_first.tolist(),
        None,
        format_func=lambda one: ", ".join(say(int(found.places[one]))),
        placeholder=_("click a point, or choose"),
        key=key,
    )
    if point is None:
        note(_("Click a point to see its image."))
        return None
    place = int(found.places[point])
    true, said = say(place)
    show_picture(seen.images.images[kept.indices[place]], f"{true}, {said}", None)
    st.markdown(f"**{literal(true)}**, {literal(said)}")
    return place

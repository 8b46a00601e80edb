"""What is left of the accuracy when the images are noisy, blurred, shifted, turned or pale."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.evaluation.corruptions import CORRUPTIONS, STRENGTHS, corrupted
from imgcls.evaluation.kept import Kept
from imgcls.evaluation.metrics import accuracy_interval
from imgcls.evaluation.robustness import MOST, known_robustness
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.robustness import robustness_figure
from imgcls.language import translator
from imgcls.models import model_card
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting_long
from pages.components.evaluate_images import Seen
from pages.components.notices import note, show_error
from pages.components.picture import Labelled, show_columns
from pages.components.style import is_dark
from pages.components.words import _, language


def robustness(run: Run, kept: Kept, seen: Seen) -> None:
    st.markdown(_("#### What if the pictures are not so clean?"))
    if seen.images is None or not is_saved(run):
        st.info(_("The network would have to look at its test images again: they, or its weights, are not there."))
        return
    version = model_card(run.id).version
    found = known_robustness(run, version)
    if found is None:
        _ask(run, version)
    else:
        _draw(run, found, min(MOST, len(kept.labels)))
    _examples(kept, seen)


def _ask(run: Run, version: str) -> None:
    place, wanted = f"robustness {run.id}", f"robustness wanted {run.id}"
    if not st.session_state.get(wanted):
        note(
            _(
                "Up to {most} test images are spoiled in {ways} ways and {strengths} strengths, and shown again.",
                most=MOST,
                ways=len(CORRUPTIONS),
                strengths=STRENGTHS,
            )
        )
        if not st.button(_("Try it out"), type="primary", key=f"{place} go"):
            return
        st.session_state[wanted] = True
    try:
        answer = ask(place, "robustness", slow=True, model=run.id, version=version)
    except ImgclsError as error:
        st.session_state.pop(wanted)
        show_error(error)
        return
    if answer is None:
        waiting_long(place, _("Spoiled images are being shown …"), lambda: st.session_state.pop(wanted, None))
        return
    st.session_state.pop(wanted, None)
    st.rerun()


def _draw(run: Run, accuracy: np.ndarray, count: int) -> None:
    """The accuracies, and how exactly so many images tell them."""
    translate = translator(language())
    names = [translate(one.title) for one in CORRUPTIONS.values()]
    figure = robustness_figure(accuracy, names, is_dark(), (_("strength"), _("accuracy")))
    alt = _("Accuracy against strength, for each way of spoiling images")
    st.plotly_chart(figure, key=f"robustness chart {run.id}", config=PLOT_CONFIG, theme=None, alt=alt)
    losses = accuracy[:, 0] - accuracy[:, 3]
    worst = int(losses.argmax())
    before, after = (float(accuracy[worst, strength]) for strength in (0, 3))
    low, high = accuracy_interval(after, count)
    if losses[worst] <= 0:
        st.markdown(_("At strength 3 nothing is lost to any of them."))
    else:
        st.markdown(
            _(
                "At strength 3, **{name}** costs most: accuracy falls from {before:.0%} to {after:.0%} (95 % interval "
                "{low:.0%} to {high:.0%}).",
                name=names[worst],
                before=before,
                after=after,
                low=low,
                high=high,
            )
        )
    note(
        _(
            "Each point is the accuracy on {count:,} test images: its 95 % interval reaches up to {margin:.1f} points "
            "to either side.",
            count=count,
            margin=_widest(accuracy, count),
        )
    )
    note(_("What a network shall stand, it can be shown while it learns: that is what augmentation is for."))


def _widest(accuracy: np.ndarray, count: int) -> float:
    """The farthest that an end of a 95 % interval lies from its accuracy, in points."""
    return 100 * max(abs(float(end) - one) for one in accuracy.flat for end in accuracy_interval(float(one), count))


def _examples(kept: Kept, seen: Seen) -> None:
    """One image, spoiled in every way and strength."""
    assert seen.images is not None
    translate = translator(language())
    right = np.flatnonzero(kept.correct)
    place = int(right[0]) if len(right) else 0
    image = seen.images.images[kept.indices[place]][None]
    name = seen.class_names[kept.labels[place]]
    columns = []
    for key, way in CORRUPTIONS.items():
        title = translate(way.title)
        cells = [Labelled(image[0], name, (title,))]
        for strength, amount in enumerate(way.amounts, 1):
            words = translate(way.unit).format(amount=amount)
            cells.append(Labelled(corrupted(image, key, strength)[0], f"{title}: {words}", (words,)))
        columns.append(cells)
    show_columns(columns, least=6, most=7)

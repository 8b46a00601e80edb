"""Can I trust it? Every check of a map, on demand, with what it means in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, method
from imgcls.explain.explanation import DRAWN, STATUS_WORDS, Status
from imgcls.explain.picture import overlay
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.trust_curves import trust_curves_figure
from imgcls.trust import randomised, ranking, told
from imgcls.trust.pointing import POINTED, has_masks
from imgcls.trust.price import passes_of_checks, passes_of_pointing, passes_of_ranking
from pages.components.answers import ask, waiting_long
from pages.components.explain_question import Question
from pages.components.notices import note, strong
from pages.components.picture import show_picture
from pages.components.prices import price_words, seconds_of, wait_for_price
from pages.components.style import is_dark
from pages.components.words import _

#: Test images of the table of all methods.
RANKED = 16


def trust_panel(question: Question, explanation: Explanation) -> None:
    """Checks of one map: nothing is computed before it is asked for, at a price that is told."""
    card, image = question.card, question.image
    if not explanation.drawn:
        st.info(_(told.NO_MAP))
        return
    if st.session_state.get("trust wanted") != question.token:
        st.markdown(
            _(
                "A heatmap always looks convincing. Three checks: does it change when what was learned is destroyed, "
                "does the answer hang on what it shows, and does it stay when the picture hardly changes?"
            )
        )
        passes = sum(passes_of_checks(question.passes).values())
        if _is_wanted(question, passes, _("Check this map"), "check map", main=True):
            st.session_state["trust wanted"] = question.token
            st.rerun()
        return
    answer = ask(
        "trust",
        "trust_map",
        {"image": image},
        slow=True,
        model=card.name,
        version=card.version,
        method=explanation.method,
        layer=explanation.layer,
        against=explanation.against,
        options=dict(question.options),
        **{"class": explanation.target},
    )
    if answer is None:
        waiting_long("trust", _("Checking the map"), lambda: st.session_state.pop("trust wanted", None))
        return
    _whole(answer)
    _randomised(image, explanation, answer)
    _curves(question, explanation, answer)
    _stability(answer)
    _completeness(answer)
    _pointing(question, explanation)


def _is_wanted(question: Question, passes: int, label: str, key: str, main: bool = False) -> bool:
    """A button with its price; while that is not known yet, a place holder."""
    seconds = seconds_of(question.card, passes, len(question.layers.facts["layers"]))
    if seconds is None:
        wait_for_price(question.card)
        return False
    wanted = st.button(label, type="primary" if main else "secondary", key=key)
    note(price_words(passes, seconds))
    return wanted


def _title(name: str) -> None:
    """What a check does."""
    strong(_(told.CHECK_WORDS[name]))


def _verdict(text: str) -> None:
    """One sentence, marked as good, bad or between by a word and not by colour alone."""
    show = st.success if text in told.GOOD else st.error if text in told.BAD else st.warning
    show(f"{told.mark(text)} {_(text)}")


def _said(sentence: told.Sentence) -> str:
    text, values = sentence
    return _(text, **values)


def _whole(answer: Answer) -> None:
    st.markdown(f"#### {_said(told.whole(answer.facts))}")
    note(_(told.NO_PROOF))


def _randomised(image: np.ndarray, explanation: Explanation, answer: Answer) -> None:
    _title("randomised")
    _verdict(answer.facts["randomised"]["verdict"])
    rows, stages = answer.facts["randomised"]["rows"], answer.arrays["stages"]
    drawn_statuses = [str(status) for status in DRAWN]
    columns = st.columns(len(rows) + 1)
    with columns[0]:
        show_picture(overlay(image, explanation.map, side=200), _("as trained"), _("as trained"))
    for column, row, heat in zip(columns[1:], rows, stages, strict=True):
        with column:
            words = _("random from the head down: {layers} layers", layers=row["layers"])
            drawn = row["status"] in drawn_statuses
            picture = overlay(image, heat if drawn else np.zeros_like(heat), side=200)
            below = _(told.LIKENESS, layers=row["layers"], likeness=told.likeness(row))
            show_picture(picture, words, below)
    for row in rows:
        if row["status"] not in drawn_statuses:
            note(_(told.NO_STAGE, layers=row["layers"], reason=_(STATUS_WORDS[Status(row["status"])].means)))
    note(
        _(
            "Weights change places, from the answer back to the pixels (Adebayo et al. 2018). Likeness is Spearman's "
            "rank correlation with the first map, whatever its sign: 1 the same, 0 nothing in common; in the last "
            "picture the mean of {shuffles} shuffles. A map that stays was never about what the network learned.",
            shuffles=randomised.SHUFFLES,
        )
    )


def _curves(question: Question, explanation: Explanation, answer: Answer) -> None:
    _title("curves")
    _verdict(answer.facts["curves"]["verdict"])
    names = (_("by this map"), _("from the centre"), _("by chance"))
    axis = _("probability") if explanation.against is None else _("probability, of these two classes")
    for column, curve in zip(st.columns(2), told.CURVE_WORDS, strict=True):
        title = _(told.CURVE_WORDS[curve])
        with column:
            figure = trust_curves_figure(answer.arrays["shares"], answer.arrays[curve], names, is_dark(), (title, axis))
            st.plotly_chart(figure, key=f"trust {curve}", config=PLOT_CONFIG, theme=None, alt=title)
            note(_said(told.areas(answer.facts["curves"][curve])))
    note(
        _(
            "Hottest pixels first. Left they become grey, and a good map lets the probability fall at once; right they "
            "return to a blurred picture, and a good map lets it rise at once (Petsiuk et al. 2018)."
        )
    )


def _stability(answer: Answer) -> None:
    _title("stability")
    _verdict(answer.facts["stability"]["verdict"])
    for sentence in told.noise(answer.facts["stability"]):
        note(_said(sentence))


def _completeness(answer: Answer) -> None:
    found = answer.facts["completeness"]
    if found is None:
        return
    _title("completeness")
    _verdict(found["verdict"])
    for sentence in told.shares(found):
        note(_said(sentence))


def _pointing(question: Question, explanation: Explanation) -> None:
    """Only where the data set knows where its objects are."""
    card, options = question.card, dict(question.options)
    if not has_masks(card.name):
        return
    _title("pointing")
    key = f"pointing wanted {card.name} {explanation.method} {explanation.layer} {sorted(options.items())}"
    if not st.session_state.get(key):
        passes = passes_of_pointing(question.passes, POINTED)
        if _is_wanted(question, passes, _("Ask over {count} test images", count=POINTED), "check pointing"):
            st.session_state[key] = True
            st.rerun()
        return
    answer = ask(
        "pointing",
        "trust_pointing",
        slow=True,
        model=card.name,
        version=card.version,
        method=explanation.method,
        layer=explanation.layer,
        options=options,
        count=POINTED,
    )
    if answer is None:
        waiting_long("pointing", _("Looking where the maps are hottest"), lambda: st.session_state.pop(key, None))
        return
    found = told.pointed(answer.facts)
    _verdict(found.verdict)
    for sentence in found.notes:
        note(_said(sentence))


def ranking_panel(question: Question) -> None:
    """All methods that fit a network in one table, measured on the same test images."""
    card = question.card
    if card.name == imagenet.NAME:
        st.info(_("This network has no test set on board. The table is for networks that you trained."))
        return
    key = f"ranking wanted {card.version}"
    if not st.session_state.get(key):
        st.markdown(
            _(
                "Every method that fits this network, on {count} test images: does its map depend on what was learned, "
                "does the answer hang on it, is it steady, what does it cost?",
                count=RANKED,
            )
        )
        if _is_wanted(question, _passes_of_ranking(question), _("Measure all methods"), "rank methods", main=True):
            st.session_state[key] = True
            st.rerun()
        return
    answer = ask("ranking", "trust_ranking", slow=True, model=card.name, version=card.version, count=RANKED)
    if answer is None:
        waiting_long("ranking", _("Measuring all methods"), lambda: st.session_state.pop(key, None))
        return
    _table(answer)


def _passes_of_ranking(question: Question) -> int:
    facts = question.layers.facts
    size = replace(question, layer=None).size  # the table is made at the usual layer
    known = ranking.fitting(bool(facts["layers"]), bool(facts.get("relu", True)))
    ones = [ranking.passes_of_each(one, size) for one in known]
    return passes_of_ranking(ones, RANKED, ranking.CLOSELY, has_masks(question.card.name))


def _table(answer: Answer) -> None:
    masks = bool(answer.facts["masks"])
    columns = {
        "dependence": _("depends on what was learned"),
        "deletion": _("deletion (low is good)"),
        "insertion": _("insertion (high is good)"),
        "steadiness": _("steady under noise"),
        **({"hits": _("points at the object"), "energy": _("heat on the object")} if masks else {}),
        "drawn": _("images with a map"),
    }
    rows = [
        {
            _("method"): _(method(row["method"]).title),
            **{title: None if row[name] is None else round(row[name], 2) for name, title in columns.items()},
            _("milliseconds"): round(1000 * row["seconds"], 1),
        }
        for row in sorted(answer.facts["rows"], key=lambda row: -(row["insertion"] or 0) + (row["deletion"] or 1))
    ]
    if masks and answer.facts["centre"] is not None:
        for name, hits in ((_("– the centre of the picture"), "centre"), (_("– a random place"), "chance")):
            rows.append({_("method"): name, columns["hits"]: round(answer.facts[hits], 2)})
    st.dataframe(rows, hide_index=True, key="ranking table")
    note(
        _(
            "{count} test images, best first by insertion minus deletion; the first four images for dependence and "
            "noise. Heavy methods work with fewer samples than usual here. Read the first column before the others: "
            "methods that point best may be the ones that ignore the network.",
            count=answer.facts["images"],
        )
    )
    if masks:
        note(
            _(
                "Pointing is measured on these images moved to other places, {known} of which the network still knows. "
                "What does not beat the centre and a random place does not point.",
                known=answer.facts["known"],
            )
        )
    _warning(answer)


def _warning(answer: Answer) -> None:
    """Names the method that points best and hardly depends on what was learned, if there is one."""
    pointed = [row for row in answer.facts["rows"] if row["hits"] is not None and row["dependence"] is not None]
    if not pointed:
        return
    best = max(pointed, key=lambda row: row["hits"])
    if best["dependence"] < 1 - randomised.HIGH:
        st.warning(
            _(
                "{method} points best here, and its map stays much the same when all weights are random. It finds the "
                "object whatever the network learned.",
                method=_(method(best["method"]).title),
            )
        )

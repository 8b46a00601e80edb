"""What an explanation is called on the page: evidence is only spoken of where a map shows evidence."""

from __future__ import annotations

from collections.abc import Sequence

from imgcls.explain import Explanation
from imgcls.explain.explanation import Shows
from imgcls.figures.bars import percentage
from imgcls.models import ModelCard
from pages.components.notices import literal
from pages.components.words import _


def subject_words(card: ModelCard, explanation: Explanation) -> str:
    """ "**3**", "**3** rather than **8**", or "filter **5** of conv_2"."""
    if explanation.filter is not None:
        return _("filter **{number}** of {layer}", number=explanation.filter, layer=literal(explanation.layer or ""))
    name = literal(card.class_names[explanation.target])
    if explanation.against is None:
        return f"**{name}**"
    return _("**{name}** rather than **{other}**", name=name, other=literal(card.class_names[explanation.against]))


def plain_subject(card: ModelCard, explanation: Explanation) -> str:
    """The same without Markdown: for pictures and file names."""
    if explanation.filter is not None:
        return _("filter {number} of {layer}", number=explanation.filter, layer=explanation.layer)
    name = card.class_names[explanation.target]
    if explanation.against is None:
        return name
    return _("{name} rather than {other}", name=name, other=card.class_names[explanation.against])


def heading(card: ModelCard, explanations: Sequence[Explanation]) -> str:
    """The line above the maps; of several that show different things, what they are all about."""
    first = explanations[0]
    name, share = subject_words(card, first), percentage(float(first.probabilities[first.target]))
    shown = {one.shows for one in explanations if one.shows != Shows.STRUCTURE or len(explanations) == 1}
    if shown == {Shows.EVIDENCE}:
        return _("### Evidence for {name}, to which it gives {share}", name=name, share=share)
    if shown == {Shows.REACTION}:
        return _("### Where the score of {name} reacts, to which it gives {share}", name=name, share=share)
    if shown == {Shows.STRUCTURE}:
        return _("### What stands out in the picture, whatever the class")
    if shown == {Shows.PICTURE}:
        return _("### What excites {name}", name=name)
    return _("### {name}, to which it gives {share}", name=name, share=share)


def caption(explanation: Explanation) -> str:
    """Under the map."""
    return _(explanation.shown.caption)


def ends(card: ModelCard, explanation: Explanation) -> tuple[str, str]:
    """The two ends of the scale."""
    if explanation.shows == Shows.EVIDENCE:
        return _("less evidence"), _("more evidence for {name}", name=subject_words(card, explanation))
    return _(explanation.shown.less), _(explanation.shown.more)

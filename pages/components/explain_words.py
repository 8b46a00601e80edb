"""What an explanation is called on the page: evidence is only spoken of where a map shows evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imgcls import imagenet
from imgcls.explain import Explanation, method
from imgcls.explain.explanation import Shows
from imgcls.explain.picture import Captions
from imgcls.figures.bars import percentage
from imgcls.language import N_
from imgcls.models import ModelCard
from imgcls.runs import get_run, summarise
from pages.components.notices import literal
from pages.components.words import _

_LAYER = N_("Layer {layer} ({height} × {width}) of {model}")
_NETWORK = N_("Network: {model}")
_LIMITS = N_("What it cannot say: {limits}")


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


def captions(card: ModelCard, explanation: Explanation) -> list[Captions]:
    """What is written on the one-page picture: in the reader's language and, if this machine cannot, in English."""
    named = plain_subject(card, explanation)
    numbered = f"class {explanation.target + 1} of {len(card.class_names)}" if explanation.filter is None else named
    own = _captions(card, explanation, _, named, _model_name(card))
    return [
        own,
        _captions(card, explanation, str, named, card.name),
        _captions(card, explanation, str, numbered, card.name),
    ]


def _captions(card: ModelCard, explanation: Explanation, say: Callable[[str], str], name: str, model: str) -> Captions:
    known, shown = method(explanation.method), explanation.shown
    share = f" ({percentage(float(explanation.probabilities[explanation.target]))})"
    title = f"{say(known.title)}: {say(shown.title).format(name=name)}{share if explanation.filter is None else ''}"
    if explanation.layer is None:
        where = say(_NETWORK).format(model=model)
    else:
        height, width = explanation.layer_shape[:2]
        where = say(_LAYER).format(layer=explanation.layer, height=height, width=width, model=model)
    limits = say(_LIMITS).format(limits=say(known.limits_text))
    instead = say(explanation.words.means), say(explanation.words.advice)
    less, more = (say(end) if end else "" for end in (shown.less, shown.more))
    return Captions(title, (where, limits), (less, more), instead)


def _model_name(card: ModelCard) -> str:
    if card.name == imagenet.NAME:
        return _("ImageNet: 1,000 kinds of things")
    row = summarise(get_run(card.name))
    return card.name if row is None else row.title

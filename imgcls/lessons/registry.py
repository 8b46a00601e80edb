"""The lessons in the article's order: what each asks, its idea in one sentence, and the file of its page.

A lesson is offered as soon as the file of its page is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imgcls.errors import UnknownNameError
from imgcls.language import N_
from imgcls.lessons.pooling import BOTH_FORMULAS

MISSING_LESSON = N_("There is no lesson “{name}”. Expected one of: {known}.")


@dataclass(frozen=True)
class Lesson:
    """One idea of the article.

    Args:
        name: in code and in links.
        number: its place in the article, from 1.
        title: what it is about, marked for translation.
        question: what it answers, marked for translation.
        idea: the same in one sentence, marked for translation.
        formula: as TeX, "" where there is none.
        page: the file of its page, below `pages/`.
        words: names in the glossary.
    """

    name: str
    number: int
    title: str
    question: str
    idea: str
    formula: str
    page: str
    words: tuple[str, ...]


LESSONS = (
    Lesson(
        "convolution",
        1,
        N_("Convolution"),
        N_("What does a network do to a picture first?"),
        N_("A small table of weights slides over the picture; at each place it multiplies what it covers and adds up."),
        r"y(i,j)=\sum_{p,q} x(i+p,\,j+q)\cdot k(p,q)",
        "convolution.py",
        ("convolution", "kernel", "stride", "padding", "dilation", "channel", "feature map", "bias", "relu"),
    ),
    Lesson(
        "pooling",
        2,
        N_("Pooling"),
        N_("How does a network make a picture smaller without losing what matters?"),
        N_("Of each small window only one number is kept: the largest, or the mean."),
        BOTH_FORMULAS,
        "pooling.py",
        ("pooling", "stride", "feature map", "parameter", "dense layer", "translation invariance"),
    ),
    Lesson(
        "residual",
        3,
        N_("Residual connection"),
        N_("Why can a network with skip connections be so deep?"),
        N_("A block adds something to what came in, instead of replacing it: the way straight through stays open."),
        r"y=x+F(x)",
        "residual.py",
        ("residual connection", "block", "gradient", "vanishing gradient", "batch norm", "test accuracy"),
    ),
    Lesson(
        "normalisation",
        4,
        N_("Batch normalisation"),
        N_("Why does a network learn faster when its numbers are kept in range?"),
        N_("Each channel is moved and scaled to mean 0 and spread 1, by the numbers of the batch it comes in."),
        r"\hat{x}=\frac{x-\mu}{\sqrt{\sigma^2+\varepsilon}},\qquad y=\gamma\,\hat{x}+\beta",
        "normalisation.py",
        ("batch norm", "batch", "moving average", "channel", "learning rate", "training mode"),
    ),
    Lesson(
        "transfer",
        5,
        N_("Transfer learning"),
        N_("How can ten pictures be enough?"),
        N_("A network that has already learned to see is kept as it is; only its last layer learns your classes."),
        "",
        "transfer.py",
        ("transfer learning", "fine-tuning", "frozen", "embedding", "parameter", "learning rate"),
    ),
    Lesson(
        "augmentation",
        6,
        N_("Augmentation"),
        N_("How do you get more pictures out of the ones you have?"),
        N_("Each time a picture is shown it is changed a little, in ways that do not change what it shows."),
        "",
        "augmentation.py",
        ("augmentation", "cutout", "mixup", "overfitting", "validation"),
    ),
    Lesson(
        "imbalance",
        7,
        N_("Rare classes"),
        N_("When is 95 % accuracy worth nothing?"),
        N_("A network that never names a rare class can still be right almost always."),
        "",
        "rare.py",
        ("class weight", "resampling", "recall", "precision", "balanced accuracy", "f1"),
    ),
    Lesson(
        "overfitting",
        8,
        N_("Overfitting"),
        N_("Did it learn the rule, or the pictures by heart?"),
        N_("The gap between training and validation shows how much was learned by heart."),
        "",
        "overfitting.py",
        ("overfitting", "validation", "epoch", "dropout", "weight decay", "early stopping", "augmentation"),
    ),
    Lesson(
        "choosing",
        9,
        N_("Choosing a network"),
        N_("Which network should you take?"),
        N_("The better network is the one that stays better when seeds change and costs are counted."),
        "",
        "choosing.py",
        ("parameter", "multiply-add", "test accuracy", "seed", "epoch"),
    ),
    Lesson(
        "heatmaps",
        10,
        N_("Trusting a heatmap"),
        N_("Is it right for the right reason?"),
        N_("A heatmap shows where the evidence came from; whether to believe it has to be tested."),
        "",
        "heatmaps.py",
        ("grad-cam", "saliency", "logits", "softmax", "shortcut"),
    ),
)


def lesson(name: str) -> Lesson:
    """The lesson called `name`.

    Raises:
        UnknownNameError: there is no such lesson.
    """
    for one in LESSONS:
        if one.name == name:
            return one
    raise UnknownNameError(MISSING_LESSON, name=name, known=", ".join(one.name for one in LESSONS))


def neighbours(name: str, offered: Iterable[Lesson]) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after one, among those that are offered; None at an end."""
    number, known = lesson(name).number, sorted(offered, key=lambda one: one.number)
    before = [one for one in known if one.number < number]
    after = [one for one in known if one.number > number]
    return (before[-1] if before else None), (after[0] if after else None)

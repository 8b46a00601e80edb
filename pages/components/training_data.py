"""What is done to the data before a network learns from it: corrections, division, noise, imbalance, balance."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from imgcls.augmentation import AUGMENTATIONS
from imgcls.balance import BALANCES
from imgcls.datasets import dataset_facts
from imgcls.datasets.corrections import NONE, current_corrections, damage, read_corrections
from imgcls.errors import InputError
from imgcls.recipe import Choice, Imbalance, Recipe, Split
from pages.components.notices import literal, note, show_warning
from pages.components.options import option_controls
from pages.components.split_form import split_controls, split_words
from pages.components.words import _, listed

_NOISE = [percent / 100 for percent in range(0, 65, 5)]
_SUBSETS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0]
_KEPT_SHARES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0]
#: Classes or augmentations that are named; more are counted.
_NAMED = 3
Kind = Literal["none", "long-tail", "rare"]


def corrections_control(start: Recipe, dataset: Choice, key: str) -> str:
    """Which corrections of the data set a run is to use: those of now unless the recipe to begin with names others.

    Returns:
        Their identifier; empty for none.
    """
    now = current_corrections(dataset).identifier()
    begun = start.corrections if start.dataset == dataset else NONE
    known = [one for one in dict.fromkeys([begun, now]) if one != NONE]
    if not known:
        return NONE
    # others than before are another question
    key = f"{key} corrections {' '.join(known)}"
    if len(known) == 1:
        return _one(known[0], dataset, key)
    words = {begun: _("those that the recipe names"), now: _("those of now"), NONE: _("none")}
    picked = st.selectbox(_("Corrections"), list(words), format_func=words.__getitem__, key=key)
    note(_applied(picked, dataset))
    return str(picked)


def corrections_question(recipe: Recipe) -> bool:
    """Whether training may begin: where the corrections that count now cannot be read, somebody has to say so first."""
    damaged = damage(recipe.dataset)
    if damaged is None or recipe.corrections != NONE:
        return True
    show_warning(damaged)
    return st.checkbox(_("Train without the corrections"), key=f"without corrections {recipe.dataset.name}")


def _one(identifier: str, dataset: Choice, key: str) -> str:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_wanted = st.toggle(_("Use corrections"), True, key=key, width="content")
        st.caption(_applied(identifier if is_wanted else NONE, dataset), width="content")
    return identifier if is_wanted else NONE


def _applied(identifier: str, dataset: Choice) -> str:
    count = correction_count(identifier, dataset)
    if identifier == NONE:
        return _("No corrections are applied.")
    if count is None:
        return _("These corrections are not on this machine.")
    return _("1 correction is applied.") if count == 1 else _("{count} corrections are applied.", count=count)


def correction_count(identifier: str, dataset: Choice) -> int | None:
    """How many images these corrections change; None: they are not here."""
    try:
        return len(read_corrections(identifier, dataset).images)
    except InputError:
        return None


# -- in a fold of the form


def data_controls(start: Recipe, dataset: Choice, key: str) -> dict[str, Any]:
    """The division, label noise, imbalance and balance, as fields of a recipe.

    Raises:
        InputError: the data set is gone, or the shares leave nothing to train on.
    """
    facts = dataset_facts(dataset)
    split = split_controls(start.split, facts, key)
    subset = st.select_slider(
        _("Training images"),
        sorted({*_SUBSETS, start.subset}),
        start.subset,
        _percent,
        help=_(
            "Trains on this share of the training images, of every class alike: faster, and sooner learned by heart."
        ),
        key=f"{key} subset",
    )
    noise = st.select_slider(
        _("Label noise"),
        sorted({*_NOISE, start.label_noise}),
        start.label_noise,
        _percent,
        help=_("This share of the training images gets another class. Validation and test keep theirs."),
        key=f"{key} noise",
    )
    imbalance = _imbalance(start.imbalance, facts.class_names, key)
    balance = _balance(start.balance, key)
    data = {"split": split, "subset": float(subset), "label_noise": float(noise)}
    return {**data, "imbalance": imbalance, "balance": balance}


def chosen_words(start: Recipe, key: str) -> list[str]:
    """What the controls say, or begin with, where it is not the usual: for the fold that they stand in."""
    value = lambda name, default: st.session_state.get(f"{key} {name}", default)  # noqa: E731
    said = []
    if (shares := split_words(start.split, key)) != split_words(Split(), ""):
        said.append(shares)
    if (subset := value("subset", start.subset)) != 1:
        said.append(subset_words(subset))
    if noise := value("noise", start.label_noise):
        said.append(noise_words(noise))
    if (kind := value("imbalance", start.imbalance.kind)) != "none":
        said.append(_kinds()[kind])
    if (balance := value("balance", start.balance.name)) != "none":
        said.append(_(BALANCES.get(balance).title))
    return said


def subset_words(share: float) -> str:
    return _("{share} of the training images", share=_percent(share))


def noise_words(share: float) -> str:
    return _("{share} label noise", share=_percent(share))


def _kinds() -> dict[Kind, str]:
    return {"none": _("none"), "long-tail": _("long tail"), "rare": _("rare classes")}


def _imbalance(start: Imbalance, names: tuple[str, ...], key: str) -> Imbalance:
    kinds = _kinds()
    kind = st.selectbox(
        _("Imbalance"),
        list(kinds),
        list(kinds).index(start.kind),
        format_func=kinds.__getitem__,
        help=_(
            "Leaves training images out. Long tail: each class keeps fewer than the one before. Rare classes: those "
            "that you choose keep few."
        ),
        key=f"{key} imbalance",
    )
    if kind == "none":
        return start if start.kind == "none" else Imbalance()
    ratio = st.select_slider(
        _("The last class keeps") if kind == "long-tail" else _("They keep"),
        sorted({*_KEPT_SHARES, start.ratio}),
        start.ratio,
        _percent,
        help=_("The share of its training images that stays."),
        key=f"{key} ratio",
    )
    return Imbalance(kind=kind, ratio=float(ratio), classes=_rare(start, names, key) if kind == "rare" else ())


def _rare(start: Imbalance, names: tuple[str, ...], key: str) -> tuple[str, ...]:
    """The rare ones among these classes; another data set has others."""
    begun = [name for name in start.classes if name in names] or [names[-1]]
    return tuple(st.multiselect(_("Rare classes"), names, begun, key=f"{key} rare {hash(names)}"))


def _balance(start: Choice, key: str) -> Choice:
    names = BALANCES.names()
    name = st.selectbox(
        _("Balance"),
        names,
        names.index(BALANCES.get(start.name).name),
        format_func=lambda one: _(BALANCES.get(one).title),
        help=_("What is done about rare classes while the network is trained."),
        key=f"{key} balance",
    )
    entry = BALANCES.get(name)
    st.caption(f"{literal(_(entry.summary))}  \n{literal(_(entry.formula))}")
    begun = start.options if name == start.name else {}
    return Choice(name=name, **option_controls(entry.options, begun, f"{key} balance {name}"))


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


# -- a run that was begun with it


def data_words(recipe: Recipe) -> list[str]:
    """What a run did to its data, in a few words each; nothing for a run that took it as it is."""
    said = []
    if recipe.corrections != NONE:
        count = correction_count(recipe.corrections, recipe.dataset)
        some = _("1 correction") if count == 1 else _("{count:,} corrections", count=count)
        said.append(_("corrected labels") if count is None else some)
    if recipe.subset != 1:
        said.append(subset_words(recipe.subset))
    if recipe.label_noise:
        said.append(noise_words(recipe.label_noise))
    if recipe.imbalance.kind != "none":
        said.append(_imbalance_words(recipe.imbalance))
    if recipe.balance.name != "none" and recipe.balance.name in BALANCES:
        said.append(_(BALANCES.get(recipe.balance.name).title))
    return said + _augmentation_words(recipe)


def _augmentation_words(recipe: Recipe) -> list[str]:
    if len(recipe.augmentation) > _NAMED:
        return [_("{count} augmentations", count=len(recipe.augmentation))]
    return [_(AUGMENTATIONS.get(one.name).title) for one in recipe.augmentation if one.name in AUGMENTATIONS]


def _imbalance_words(imbalance: Imbalance) -> str:
    share = _percent(imbalance.ratio)
    if imbalance.kind == "long-tail":
        return _("long tail down to {share}", share=share)
    if len(imbalance.classes) > _NAMED:
        return _("{count} rare classes, {share} kept", count=len(imbalance.classes), share=share)
    return _("rare: {classes}, {share} kept", classes=listed(imbalance.classes), share=share)

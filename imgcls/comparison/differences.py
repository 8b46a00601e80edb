"""In which settings recipes differ, counted one by one and called what people call them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from imgcls.architectures import architecture_options
from imgcls.augmentation import AUGMENTATIONS, augmentation_options
from imgcls.balance import balance_options
from imgcls.datasets import DATASETS, dataset_options
from imgcls.errors import ImgclsError
from imgcls.language import N_, Translate
from imgcls.recipe import WATCHED, Choice, Recipe

#: In a path: the same place of every entry of a list.
EACH = "*"

#: The settings of a recipe as people call them, by their path; the longest path that fits counts.
SETTING_WORDS = {
    "dataset": N_("data set"),
    "split.validation": N_("validation share"),
    "split.test": N_("test share"),
    "corrections": N_("corrections"),
    "label_noise": N_("label noise"),
    "subset": N_("share of the training images"),
    "imbalance": N_("imbalance"),
    "imbalance.ratio": N_("share that is kept"),
    "imbalance.classes": N_("rare classes"),
    "balance": N_("balance"),
    "augmentation": N_("augmentation"),
    "architecture": N_("network"),
    "training.epochs": N_("epochs"),
    "training.batch_size": N_("batch size"),
    "training.optimizer": N_("optimizer"),
    "training.optimizer.learning_rate": N_("learning rate"),
    "training.schedule": N_("learning-rate schedule"),
    "training.early_stopping": N_("patience"),
    "training.precision": N_("precision"),
    "seed": N_("seed"),
}
#: What a setting is chosen from, and how the model of a choice's options is had.
_CHOICES: dict[str, Callable[[Choice], BaseModel]] = {
    "dataset": dataset_options,
    "balance": balance_options,
    "architecture": architecture_options,
}


def differences(recipes: Iterable[Recipe]) -> list[str]:
    """Paths of the settings in which recipes differ, in the order of a recipe; none for fewer than two recipes.

    An option that is not said has its default, so that saying the default is no difference. Where another data set,
    network or optimizer is chosen, that is one setting, and its own options are not told; of two networks or
    optimizers those that both have still are, if one of them is not as it usually is. Which images are watched makes
    no difference.

    Example:
        >>> differences([Recipe(), Recipe(seed=1)])
        ['seed']
        >>> differences([Recipe(architecture=Choice(name="resnet-20", batch_norm=on)) for on in (True, False)])
        ['architecture.batch_norm']
    """
    return differences_of([spelled_out(recipe) for recipe in recipes])


def differences_of(said: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same of recipes that are spelled out already."""
    return list(dict.fromkeys(path.removeprefix(".") for path in _differing(said, "")))


def spelled_out(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain values, every option of a choice with its default where nothing is said."""
    said = recipe.model_dump(mode="json", exclude=set(WATCHED))
    for name in _CHOICES:
        said[name] = _whole(name, getattr(recipe, name))
    said["augmentation"] = [_whole("augmentation", choice) for choice in recipe.augmentation]
    return said


def _whole(kind: str, choice: Choice) -> dict[str, Any]:
    try:
        # what people made themselves comes and goes
        known = _kept if kind != "dataset" or choice.name in DATASETS.built_in() else _options
        return {"name": choice.name, **known(kind, choice.model_dump_json())}
    except ImgclsError:  # registered no more, or an own data set that has been deleted
        return choice.model_dump(mode="json")


def _options(kind: str, code: str) -> dict[str, Any]:
    choice = Choice.model_validate_json(code)
    options = augmentation_options if kind == "augmentation" else _CHOICES[kind]
    return options(choice).model_dump(mode="json")


@lru_cache(maxsize=1024)
def _kept(kind: str, code: str) -> dict[str, Any]:
    """A list of a thousand runs has few choices that differ."""
    return _options(kind, code)


def _differing(values: Sequence[Any], path: str) -> list[str]:
    if all(value == values[0] for value in values):
        return []
    if all(isinstance(value, dict) for value in values):
        return _of_objects(values, path)
    if all(isinstance(value, list) for value in values):
        return _of_lists(values, path)
    return [path]


def _of_objects(values: Sequence[Mapping[str, Any]], path: str) -> list[str]:
    if len({value.get("name") for value in values}) > 1:
        return [path, *_shared(values, path)]
    if len({value.get("kind") for value in values}) > 1:  # of imbalance: its other settings mean nothing then
        return [path]
    names = dict.fromkeys(name for value in values for name in value)
    return [found for name in names for found in _differing([value.get(name) for value in values], f"{path}.{name}")]


def _shared(values: Sequence[Mapping[str, Any]], path: str) -> list[str]:
    """Options that all of several networks have, and in which they differ though their defaults are the same."""
    if path == ".training.optimizer":
        return _differing([value["learning_rate"] for value in values], f"{path}.learning_rate")
    if path != ".architecture":
        return []
    usual = [_whole("architecture", Choice(name=value["name"])) for value in values]
    common = [name for name in values[0] if name != "name" and all(name in value for value in values)]
    found = []
    for name in common:
        differ = any(value[name] != values[0][name] for value in values)
        unusual = any(value[name] != default.get(name) for value, default in zip(values, usual, strict=True))
        if differ and unusual:
            found.append(f"{path}.{name}")
    return found


def _of_lists(values: Sequence[list[Any]], path: str) -> list[str]:
    """Augmentations by their name, blocks by their place; anything else as one."""
    if not all(isinstance(one, dict) for value in values for one in value):
        return [path]
    named = [{one.get("name"): one for one in value} for value in values]
    if all(None not in by_name and len(by_name) == len(value) for by_name, value in zip(named, values, strict=True)):
        return _of_named(named, path) or [path]  # the same ones in another order
    if len({len(value) for value in values}) > 1:
        return [path]
    places = zip(*values, strict=True)
    return [found for place in places for found in _differing(place, f"{path}.{EACH}")]


def _of_named(values: Sequence[Mapping[str, Any]], path: str) -> list[str]:
    names = dict.fromkeys(name for value in values for name in value)
    found = []
    for name in names:
        place = f"{path}.{name}"
        has = [name in value for value in values]
        found += _differing([value[name] for value in values], place) if all(has) else [place]
    return found


def value_at(said: Mapping[str, Any], path: str) -> Any:
    """What a recipe that is spelled out has at a path; None where it has nothing there."""
    found: Any = said
    for place, name in enumerate(names := path.split(".")):
        if isinstance(found, list):
            if name == EACH:
                return [value_at(one, ".".join(names[place + 1 :])) for one in found]
            found = next((one for one in found if one.get("name") == name), None)
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def setting_word(path: str, recipe: Recipe, translate: Translate = str) -> str:
    """What people call the setting at a path.

    Args:
        recipe: that has it, for the options of what is chosen in it.

    Example:
        >>> setting_word("architecture.batch_norm", Recipe(architecture=Choice(name="resnet-20")))
        'batch norm'
    """
    known = max((name for name in SETTING_WORDS if _is_in(path, name)), key=len, default=None)
    if known is None:
        return path
    word, inside = translate(SETTING_WORDS[known]), path.removeprefix(known).removeprefix(".")
    if not inside:
        return word
    if known == "architecture":  # skip connections, growth rate: everybody knows of what
        return translate(_option_title(known, inside, recipe))
    option = translate(_option_title(known, inside, recipe))
    return translate(N_("{setting} ({option})")).format(setting=word, option=option)


def _is_in(path: str, setting: str) -> bool:
    return path == setting or path.startswith(f"{setting}.")


def _option_title(setting: str, inside: str, recipe: Recipe) -> str:
    """The title of an option, to be translated; its name where it has none."""
    names = [name for name in inside.split(".") if name != EACH]
    try:
        if setting == "augmentation":
            if len(names) == 1:
                return AUGMENTATIONS.get(names[0]).title
            return _title_in(AUGMENTATIONS.get(names[0]).options, names[1:])
        choice: Choice = getattr(recipe, setting)
        return _title_in(type(_CHOICES[setting](choice)), names)
    except (ImgclsError, KeyError):
        return names[-1].replace("_", " ")


def _title_in(model: type[BaseModel], names: Sequence[str]) -> str:
    field = model.model_fields[names[0]]
    if len(names) == 1:
        return field.title or names[0].replace("_", " ")
    inner = next(one for one in getattr(field.annotation, "__args__", ()) if isinstance(one, type))
    return _title_in(inner, names[1:])


def setting_words(paths: Iterable[str], recipes: Sequence[Recipe], translate: Translate = str) -> list[str]:
    """What people call the settings at these paths, one for each."""
    return [setting_word(path, _owner(path, recipes), translate) for path in paths]


def _owner(path: str, recipes: Sequence[Recipe]) -> Recipe:
    """The first recipe that has something at a path: of two networks only one may have an option."""
    return next((one for one in recipes if value_at(spelled_out(one), path) is not None), recipes[0])


def say_differences(recipes: Iterable[Recipe], translate: Translate = str) -> str:
    """One sentence: in what the recipes differ, and whether that is a fair comparison."""
    known = list(recipes)
    words = setting_words(differences(known), known, translate)
    if not words:
        return translate(N_("The same settings for all: what differs in the end is chance."))
    if len(words) == 1:
        return translate(N_("All the same but for one setting: {setting}.")).format(setting=words[0])
    return translate(
        N_("They differ in more than one setting ({settings}): no difference can be put down to one of them alone.")
    ).format(settings=", ".join(words))

"""A recipe: everything that decides a run. The same recipe and seed give the same numbers.

It travels as JSON in the run's folder and as a short code in a link. What the names in it mean is
checked against the registries by `imgcls.training.check.check_recipe`, because a recipe stands
below the registries and does not know them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import zlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from imgcls.errors import RecipeError
from imgcls.language import N_

#: The largest unpacked link code that is read, in bytes.
CODE_LIMIT = 64 * 1024
#: The most augmentations of one recipe.
MOST_AUGMENTATIONS = 8
#: The most images that are watched while a network trains: a row of them on a screen.
MOST_PINNED = 12


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _is_plain(value: Any, depth: int = 3) -> bool:
    """Whether `value` is made of finite numbers, words, true, false and null, in lists and objects not too deep."""
    if isinstance(value, list | dict):
        inside = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_plain(one, depth - 1) for one in inside)
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int | str | None)


class Choice(BaseModel):
    """A registered name and its options, side by side: `{"name": "cnn", "width": 32}`."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _has_plain_options(self) -> Choice:
        for name, value in self.options.items():
            if not _is_plain(value):
                raise ValueError(f"the option {name[:64]} must be made of finite numbers, words, true and false")
        return self

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Split(_Part):
    """Shares of the data set; drawn per class (stratified) with the recipe's seed."""

    validation: float = Field(0.1, gt=0, lt=1, strict=True, title=N_("validation share"))
    test: float = Field(0.2, gt=0, lt=1, strict=True, title=N_("test share"))

    @property
    def train(self) -> float:
        return round(1 - self.validation - self.test, 10)

    @model_validator(mode="after")
    def _leaves_training_images(self) -> Split:
        if self.train <= 0:
            raise ValueError("validation and test together must leave something to train on")
        return self


class Imbalance(_Part):
    """Training images that are taken away, so that some classes become rare. Validation and test keep theirs.

    `long-tail`: of k classes, class i keeps the share ratio^(i / (k − 1)), the first all, the last `ratio` (Cao et al.
    2019, Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss). `rare`: the chosen ones keep `ratio`.
    """

    kind: Literal["none", "long-tail", "rare"] = Field("none", title=N_("imbalance"))
    ratio: float = Field(0.1, ge=0.005, le=1, strict=True, title=N_("share that is kept"))
    classes: tuple[str, ...] = Field((), max_length=100, title=N_("rare classes"))


class Optimizer(_Part):
    """The rule that turns gradients into steps; Keras's own."""

    name: Literal["adam", "adamw", "sgd", "rmsprop"] = Field("adam", title=N_("optimizer"))
    learning_rate: float = Field(0.001, gt=0, le=10, strict=True, title=N_("learning rate"))


class Training(_Part):
    """How the network is trained."""

    epochs: int = Field(10, ge=1, le=1000, strict=True, title=N_("epochs"))
    batch_size: int = Field(32, ge=1, le=65536, strict=True, title=N_("batch size"))
    optimizer: Optimizer = Optimizer()
    schedule: Literal["constant", "step", "cosine", "warmup-cosine", "one-cycle"] = Field(
        "constant", title=N_("learning-rate schedule")
    )
    early_stopping: int | None = Field(None, ge=1, le=100, strict=True, title=N_("patience"))
    precision: Literal["auto", "float32", "mixed_bfloat16"] = Field("auto", title=N_("precision"))


#: Settings that came after the first recipes were stored.
_LATER = ("augmentation", "corrections", "label_noise", "subset", "imbalance", "balance")
#: Settings that change no number of a run, only what is kept of it to look at. Recipes that differ in them are equal.
WATCHED = ("pinned",)


class Recipe(_Part):
    """What is trained on what, and how.

    Example:
        >>> Recipe(dataset=Choice(name="mnist-5k"), architecture=Choice(name="seed-cnn")).training.epochs
        10
    """

    version: Literal[1] = 1
    dataset: Choice = Choice(name="mnist-5k")
    split: Split = Split()
    corrections: str = Field("", pattern=r"^([0-9a-f]{12})?$", title=N_("corrections"))
    label_noise: float = Field(0.0, ge=0, le=0.9, strict=True, title=N_("label noise"))
    subset: float = Field(1.0, gt=0, le=1, strict=True, title=N_("share of the training images"))
    imbalance: Imbalance = Imbalance()
    balance: Choice = Choice(name="none")
    augmentation: tuple[Choice, ...] = Field((), max_length=MOST_AUGMENTATIONS, title=N_("augmentation"))
    architecture: Choice = Choice(name="seed-cnn")
    training: Training = Training()
    pinned: tuple[Annotated[int, Field(ge=0, strict=True)], ...] = Field(
        (), max_length=MOST_PINNED, title=N_("images to watch")
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, strict=True, title=N_("seed"))

    @field_validator("pinned")
    @classmethod
    def _pins_each_image_once(cls, pinned: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(pinned)) < len(pinned):
            raise ValueError("an image can be watched only once")
        return pinned

    def to_json(self) -> str:
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False)

    def to_code(self) -> str:
        """The recipe as a short text for a link: what differs from the defaults, packed."""
        data = json.dumps(_difference(self.model_dump(mode="json"), Recipe().model_dump(mode="json")))
        return base64.urlsafe_b64encode(zlib.compress(data.encode(), 9)).decode().rstrip("=")

    def hash(self) -> str:
        """The same for recipes that give the same numbers: 12 hexadecimal digits of a sha256."""
        said, usual = self.model_dump(mode="json"), Recipe().model_dump(mode="json")
        for name in _LATER:
            if said[name] == usual[name]:
                del said[name]  # what was a recipe before there was this setting keeps its hash
        for name in WATCHED:
            del said[name]
        data = json.dumps(said, sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()[:12]


def recipe_from(data: Any) -> Recipe:
    """A recipe from parsed JSON.

    Raises:
        RecipeError: a field is unknown or out of range; the message names field, expectation and value.
    """
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise refusal(error) from None


#: pydantic's kinds of complaint → our sentence, and the bound's name in pydantic's context
_COMPLAINTS: dict[str, tuple[str, str]] = {
    "extra_forbidden": (N_("There is no setting “{field}”. Received: {value}"), ""),
    "missing": (N_("The setting “{field}” is missing. Received: {value}"), ""),
    "greater_than": (N_("The setting “{field}” must be greater than {bound}. Received: {value}"), "gt"),
    "greater_than_equal": (N_("The setting “{field}” must be at least {bound}. Received: {value}"), "ge"),
    "less_than": (N_("The setting “{field}” must be less than {bound}. Received: {value}"), "lt"),
    "less_than_equal": (N_("The setting “{field}” must be at most {bound}. Received: {value}"), "le"),
    "literal_error": (N_("The setting “{field}” must be one of: {bound}. Received: {value}"), "expected"),
    "finite_number": (N_("The setting “{field}” must be a finite number. Received: {value}"), ""),
    "int_type": (N_("The setting “{field}” must be a whole number. Received: {value}"), ""),
    "int_parsing": (N_("The setting “{field}” must be a whole number. Received: {value}"), ""),
    "int_from_float": (N_("The setting “{field}” must be a whole number. Received: {value}"), ""),
    "float_type": (N_("The setting “{field}” must be a number. Received: {value}"), ""),
    "float_parsing": (N_("The setting “{field}” must be a number. Received: {value}"), ""),
    "tuple_type": (N_("The setting “{field}” must be a list. Received: {value}"), ""),
    "too_long": (N_("The setting “{field}” must have at most {bound} entries. Received: {value}"), "max_length"),
    "bool_parsing": (N_("The setting “{field}” must be true or false. Received: {value}"), ""),
    "bool_type": (N_("The setting “{field}” must be true or false. Received: {value}"), ""),
}
_OTHER_COMPLAINT = N_("The setting “{field}” is not usable: {reason}. Received: {value}")


def refusal(error: ValidationError, prefix: str = "") -> RecipeError:
    """The first complaint of pydantic as one sentence in the project's words."""
    first = error.errors(include_url=False)[0]
    field = ".".join(part for part in [prefix, *(str(place) for place in first["loc"])] if part) or "recipe"
    template, bound = _COMPLAINTS.get(first["type"], (_OTHER_COMPLAINT, ""))
    return RecipeError(
        template,
        field=field,
        bound=str(first.get("ctx", {}).get(bound, "")),
        reason=first["msg"].removeprefix("Value error, ").rstrip("."),
        value=_short(first["input"]),
    )


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = "…"
    return text if len(text) <= 80 else text[:79] + "…"


def recipe_from_code(code: str) -> Recipe:
    """The recipe behind a link code.

    Raises:
        RecipeError: not a code made by `Recipe.to_code`.
    """
    try:
        packed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        unpacker = zlib.decompressobj()
        data = json.loads(unpacker.decompress(packed, CODE_LIMIT))
        if unpacker.unconsumed_tail or not isinstance(data, dict):
            raise ValueError
    except (ValueError, zlib.error, binascii.Error, RecursionError):
        raise RecipeError(
            N_("Expected a recipe code copied from a link of this app. Received: {code}"), code=_short(code)
        ) from None
    return recipe_from(_merge(Recipe().model_dump(mode="json"), data))


def with_settings(recipe: Recipe, settings: list[str]) -> Recipe:
    """`recipe` with `PATH=VALUE` settings applied, as in `training.optimizer.learning_rate=0.01`.

    Values are read as JSON where they are JSON, else as text.
    """
    data = recipe.model_dump(mode="json")
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path:
            raise RecipeError(N_("Expected a setting of the form PATH=VALUE. Received: {setting}"), setting=setting)
        _put(data, path.strip().split("."), _value(text.strip()), path.strip())
    return recipe_from(data)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _put(data: dict[str, Any], path: list[str], value: Any, whole: str) -> None:
    for part in path[:-1]:
        if not isinstance(data.get(part), dict):
            raise RecipeError(N_("There is no setting “{field}”. Received: {value}"), field=whole, value=_short(value))
        data = data[part]
    if path[-1] == "name" and data.get("name") != value:
        # another network or data set: the options of the old one no longer apply
        for key in [key for key in data if key not in ("name", "learning_rate")]:
            del data[key]
    data[path[-1]] = value


def _difference(data: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict) and isinstance(default.get(key), dict):
            if part := _difference(value, default[key]):
                found[key] = part
        elif key not in default or value != default[key]:
            found[key] = value
    return found


def _merge(default: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in data.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged

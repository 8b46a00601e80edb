"""Keras's optimizers by name, and which of them changes what."""

from __future__ import annotations

from typing import Any

from imgcls.architectures import architecture_options
from imgcls.architectures.transfer import BodyOptions, parts
from imgcls.recipe import Recipe
from imgcls.training.step import Group


def make_optimizer(name: str) -> Any:
    """A Keras optimizer with its default settings; the learning rate is set at every step."""
    import keras

    makers: dict[str, Any] = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "sgd": lambda: keras.optimizers.SGD(momentum=0.9),
        "rmsprop": keras.optimizers.RMSprop,
    }
    return makers[name]()


def optimizer_groups(model: Any, recipe: Recipe) -> list[Group]:
    """One optimizer for all that a network learns; two where its body goes at a learning rate of its own.

    Scaling the gradients would not do: Adam and RMSprop divide by their size.
    """
    name, options = recipe.training.optimizer.name, architecture_options(recipe.architecture)
    variables = list(model.trainable_variables)
    if not isinstance(options, BodyOptions) or not options.has_learned or options.body_rate == 1:
        return [Group(make_optimizer(name), variables)]
    own = {id(variable) for layer in parts(model).head for variable in layer.trainable_variables}
    body = [variable for variable in variables if id(variable) not in own]
    head = [variable for variable in variables if id(variable) in own]
    slow = [Group(make_optimizer(name), body, options.body_rate)] if body else []
    return [*slow, Group(make_optimizer(name), head)]

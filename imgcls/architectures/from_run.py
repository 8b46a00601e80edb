"""A network that begins where one of one's own runs ended: its body, and a new head."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.architectures.registry import ARCHITECTURES, Architecture, Preprocessing, Shape
from imgcls.architectures.transfer import BodyOptions, fitted, parts, unused
from imgcls.errors import ImgclsError, RecipeError, UnknownNameError
from imgcls.language import N_
from imgcls.runs import Run, get_run
from imgcls.saved_model import check_model, read_model, saved_card

#: Pixels reach every network of this file as the default has it, 0 to 1; the body may want others.
PREPROCESSING = Preprocessing()


class FromRunOptions(BodyOptions):
    """Which run, and how much of its body may still change."""

    run: str = Field(
        "",
        max_length=64,
        title=N_("run"),
        description=N_("A run of yours that has ended: its network without the last layer is the body."),
        json_schema_extra={"choose": "finished run"},
    )


def check(options: FromRunOptions, image_shape: Shape) -> None:
    """Refuse a run that is not there, has not ended or was damaged, before there is a new one.

    Raises:
        RecipeError: no run is chosen, or it was deleted.
        RunStateError: the run has left no model.
        CheckpointError: its model was damaged.
    """
    run = _run(options)
    saved_card(run)
    check_model(run)


def _run(options: FromRunOptions) -> Run:
    if not options.run:
        raise RecipeError(N_("Choose a run that has ended, whose body the new network is to start from."))
    try:
        return get_run(options.run)
    except UnknownNameError:
        raise RecipeError(
            N_("Expected a run to start from. Run “{run}” is not there; it may have been deleted."), run=options.run
        ) from None


def blocks(options: FromRunOptions) -> int | None:
    """Of the run's body, as it noted when it ended; None if it did not, or is not there."""
    try:
        return saved_card(_run(options)).blocks
    except ImgclsError:
        return None


def parameters(options: FromRunOptions, image_shape: Shape, classes: int) -> int | None:
    """Those of the run with a head for as many classes; None if the run is not there, or noted too little."""
    try:
        run = _run(options)
        card = saved_card(run)
    except ImgclsError:
        return None
    if card.features is None:
        return None
    luma = 3 if card.image_shape[2] < image_shape[2] else 0
    return int((run.result or {})["parameters"]) + (card.features + 1) * (classes - card.classes) + luma


def build(inputs: Any, classes: int, options: FromRunOptions) -> Any:
    """The run's layers up to what its last layer reads, with their weights, and a new last layer.

    Images are brought to the size, the channels and the values that the body learned with.
    """
    import keras
    from keras import layers

    run = _run(options)
    card, source = saved_card(run), read_model(run)
    height, width, channels = card.image_shape
    found = parts(source)
    taken = {layer.name for layer in source.layers}
    x = fitted(inputs, (height, width), channels, taken)
    if (card.scale, card.offset) != (PREPROCESSING.scale, PREPROCESSING.offset):
        scale = card.scale / PREPROCESSING.scale
        offset = card.offset - PREPROCESSING.offset * scale
        x = layers.Rescaling(scale, offset, name=unused("body_values", taken))(x)
    x = _grown_on(x, keras.Model(source.inputs, found.features.output))
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def _grown_on(x: Any, body: Any) -> Any:
    """The layers of `body` once more, with its weights, one by one on the tensor `x`: the graph stays flat.

    The layers themselves cannot be used: they would remember that they were called before, on the run's own images.
    """
    tensors = {id(body.inputs[0]): x}
    for layer in body.layers[1:]:
        args, kwargs = layer._inbound_nodes[0].arguments.fill_in(tensors)
        copy = type(layer).from_config(layer.get_config())
        tensors[id(layer.output)] = copy(*args, **kwargs)
        copy.set_weights(layer.get_weights())
        copy.trainable = not layer.name.startswith("luma")  # what the run froze is free to learn again
    return tensors[id(body.outputs[0])]


ARCHITECTURES.add(
    Architecture(
        name="from-run",
        title=N_("From a run of your own"),
        paper="Yosinski et al. 2014, How transferable are features in deep neural networks?, "
        "https://arxiv.org/abs/1411.1792",
        summary=N_(
            "Takes the network of a run that has ended, leaves out its last layer, and puts a new one in its place. "
            "What the body learned on the first images is there from the start on the next: this is transfer learning "
            "from beginning to end."
        ),
        build=build,
        options=FromRunOptions,
        check=check,
        parameters=parameters,
        blocks=blocks,
        preprocessing=PREPROCESSING,
    )
)

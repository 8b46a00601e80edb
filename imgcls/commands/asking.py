"""evaluate, predict, explain: asking a trained network, in this process."""

from __future__ import annotations

import argparse
import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgcls.atomic import read_arrays, write_bytes
from imgcls.commands.answer import Answer, table
from imgcls.commands.fetching import fetching
from imgcls.commands.pricing import passes_of, tell_price
from imgcls.commands.second import check_second_opinion, second_opinion_on
from imgcls.commands.telling import telling
from imgcls.commands.trusting import trusted
from imgcls.errors import InputError, RunStateError
from imgcls.evaluation.calibration import fitted_temperature, reliability
from imgcls.evaluation.metrics import (
    accuracy,
    accuracy_interval,
    balanced_accuracy,
    confusion_matrix,
    cross_entropy,
    per_class,
    softmax,
)
from imgcls.evaluation.threshold import NOT_SURE, threshold_of_model
from imgcls.evaluation.validation import known_validation
from imgcls.images import encode_png, read_image
from imgcls.language import N_
from imgcls.models import ModelCard, model_card
from imgcls.preparation.choose import prepare_for
from imgcls.runs import STATUS_WORDS, Run, get_run

if TYPE_CHECKING:
    from imgcls.explain import Explanation, Method
    from imgcls.explain.picture import Captions


def evaluate(asked: argparse.Namespace) -> Answer:
    run = get_run(asked.model)
    card = model_card(run.id)
    arrays = _test_results(run)
    logits, labels = arrays["logits"], arrays["labels"]
    matrix = confusion_matrix(logits, labels)
    scores = per_class(matrix)
    share = accuracy(logits, labels)
    calibration = reliability(softmax(logits).max(axis=1), logits.argmax(axis=1) == labels)
    low, high = accuracy_interval(share, len(labels))
    classes = [
        {"class": name, **{score: float(scores[score][place]) for score in scores}, "images": int(matrix[place].sum())}
        for place, name in enumerate(card.class_names)
    ]
    data = {
        "run": run.id,
        "test_images": len(labels),
        "test_accuracy": share,
        "test_accuracy_interval": [low, high],
        "balanced_accuracy": balanced_accuracy(matrix),
        "test_loss": float(cross_entropy(logits, labels).mean()),
        "expected_calibration_error": calibration.error,
        "classes": classes,
        "confusion_matrix": matrix.tolist(),
    }
    rows = [(row["class"], *(f"{score} {row[score]:.3f}" for score in scores)) for row in classes]
    line = f"test accuracy {share:.2%} on {len(labels)} images (95 % interval {low:.1%} to {high:.1%})"
    sure = f"expected calibration error {calibration.error:.2%}"
    known = known_validation(run, card.version)
    if known is not None:
        data["temperature"] = temperature = fitted_temperature(*known)
        after = reliability(softmax(logits / temperature).max(axis=1), logits.argmax(axis=1) == labels)
        data["expected_calibration_error_with_temperature"] = after.error
        sure += f", {after.error:.2%} with a temperature of {temperature:.2f} fitted on the validation images"
    return Answer(data, [line, sure, *table(rows)])


def _test_results(run: Run) -> dict[str, np.ndarray]:
    """Logits and labels of the test images: kept by training; computed once for a run that was cut short."""
    try:
        return read_arrays(run.folder / "evaluation.npz")
    except FileNotFoundError:
        if not run.status.is_over:
            raise RunStateError(
                N_("Expected a run that has ended. Run {run} is: {status}. The test images wait until it is over."),
                run=run.id,
                status=STATUS_WORDS[run.status],
            ) from None
    except (OSError, ValueError):
        pass  # damaged: it can be computed again
    from imgcls.models import load_trained
    from imgcls.training.data import run_data

    test = run_data(run.recipe).test
    return {"logits": load_trained(run.id).logits(test.images), "labels": test.labels}


def predict(asked: argparse.Namespace) -> Answer:
    from imgcls.workers.operations import predict as ask

    if asked.top < 1:
        raise InputError(N_("Expected --top of at least 1. Received: {top}"), top=asked.top)
    card = _card(asked.model)
    images = np.stack([_prepared(path, card, asked.as_is) for path in asked.images])
    facts, arrays = ask({"model": asked.model}, {"images": images})
    threshold = threshold_of_model(card.name, card.version)
    shares = arrays["probabilities"] if threshold is None else threshold.probabilities(arrays["logits"])
    files: list[dict[str, Any]] = []
    for path, probabilities in zip(asked.images, shares, strict=True):
        order = np.argsort(-probabilities)[: asked.top]
        found = [{"label": card.class_names[place], "probability": float(probabilities[place])} for place in order]
        unsure = threshold is not None and not threshold.is_sure(probabilities)
        files.append({"file": str(path), "predictions": found, "not_sure": unsure})
    data = {"model": asked.model, **facts, "threshold": threshold and asdict(threshold), "images": files}
    return Answer(data, [*([] if threshold is None else [threshold.say()]), *table(list(map(_cells, files)))])


def _cells(entry: dict[str, Any]) -> tuple[str, ...]:
    """A picture's file and its answers; “not sure” before them where the threshold says so."""
    first, *others = (f"{found['label']} {found['probability']:.1%}" for found in entry["predictions"])
    return entry["file"], NOT_SURE.format(guess=first) if entry["not_sure"] else first, *others


def explain(asked: argparse.Namespace) -> Answer:
    from imgcls.explain import explanation_from, method
    from imgcls.explain.explain import settings_of
    from imgcls.explain.picture import panel
    from imgcls.workers.operations import class_number, explain_image

    chosen = method(asked.method)
    settings_of(chosen, options := _options(asked.option))
    card = _card(asked.model)
    _check_out(asked.out, ".png")
    if asked.raw is not None:
        _check_out(asked.raw, ".npy")
    target, against = (
        None if name is None else class_number(name, card.class_names) for name in (asked.class_name, asked.against)
    )
    if asked.second_opinion:
        check_second_opinion(chosen.name, against)
    image = _prepared(asked.image, card, asked.as_is)
    arguments = {"model": asked.model, "method": chosen.name, "layer": asked.layer, "options": options}
    tell_price(card, chosen.title, passes_of(card, chosen, arguments))
    with telling(chosen.title):
        facts, arrays = explain_image({**arguments, "class": target, "against": against}, {"image": image})
    explanation = explanation_from(facts, arrays)
    share = float(explanation.probabilities[explanation.target])
    what = explanation.shown.title.format(name=_subject(card, explanation))
    title = f"{chosen.title}: {what}" + ("" if explanation.filter is not None else f" ({share:.1%})")
    write_bytes(asked.out, encode_png(panel(image, explanation, _captions(card, chosen, explanation, title))))
    if asked.raw is not None:
        write_bytes(asked.raw, _npy(explanation.raw))
    data: dict[str, Any] = {
        "model": asked.model,
        "method": explanation.method,
        "layer": explanation.layer,
        "layer_shape": list(explanation.layer_shape),
        "class": None if explanation.filter is not None else card.class_names[explanation.target],
        "against": None if against is None else card.class_names[against],
        "filter": explanation.filter,
        "probability": share,
        "status": str(explanation.status),
        "shows": str(explanation.shows),
        "meaning": explanation.words.means,
        "advice": explanation.words.advice,
        "limits": chosen.limits_text,
        "out": str(asked.out),
        "seconds": explanation.seconds,
    }
    layer = "" if explanation.layer is None else f"; layer {explanation.layer}"
    lines = [
        f"{title}{layer}; {explanation.status}; {asked.out}",
        f"{explanation.words.means} {explanation.words.advice}",
    ]
    if asked.trust:
        data["trust"], told = trusted(card, chosen, arguments, image, explanation)
        lines += told
    if asked.second_opinion:
        data["second_opinion"], told = second_opinion_on(asked.model, image, explanation)
        lines += told
    return Answer(data, lines)


def _captions(card: ModelCard, chosen: Method, explanation: Explanation, title: str) -> list[Captions]:
    """What is written on the picture; with the number of the class where this machine has no letters for its name."""
    from imgcls.explain.picture import Captions

    name = f"class {explanation.target + 1} of {len(card.class_names)}"
    plain = f"{chosen.title}: {explanation.shown.title.format(name=name)}"
    height, width = explanation.layer_shape[:2] or (0, 0)
    layer = "" if explanation.layer is None else f"Layer {explanation.layer} ({height} × {width}) of "
    below = (f"{layer or 'Network: '}{card.name}", f"What it cannot say: {chosen.limits_text}")
    ends = explanation.shown.less or "less", explanation.shown.more or "more"
    instead = explanation.words.means, explanation.words.advice
    return [Captions(each, below, ends, instead) for each in (title, plain)]


def _subject(card: ModelCard, explanation: Explanation) -> str:
    if explanation.filter is not None:
        return f"filter {explanation.filter} of {explanation.layer}"
    rather = "" if explanation.against is None else f" rather than {card.class_names[explanation.against]}"
    return f"{card.class_names[explanation.target]}{rather}"


def _card(name: str) -> ModelCard:
    """The model that is asked; what it misses is downloaded."""
    return fetching(lambda: model_card(name))


def _options(given: list[str]) -> dict[str, Any]:
    """`name=value` pairs, values as JSON where they are that, else as text.

    Raises:
        InputError: one has no name or no value.
    """
    found: dict[str, Any] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not name or not sign:
            raise InputError(N_("Expected an option as NAME=VALUE. Received: {pair}"), pair=pair)
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _check_out(path: Path, ending: str) -> None:
    """Refuse a place that the file cannot go to, before any work is done."""
    # os.path answers no where pathlib raises: a name too long, say
    if path.suffix.lower() != ending or os.path.isdir(path) or not os.path.isdir(path.absolute().parent):
        raise InputError(
            N_("Expected a file name that ends in {ending} in a folder that exists. Received: {path}"),
            ending=ending,
            path=path,
        )


def _prepared(path: Path, card: ModelCard, as_is: bool) -> np.ndarray:
    return prepare_for(card.preparation, read_image(path), card.image_shape, as_is).image

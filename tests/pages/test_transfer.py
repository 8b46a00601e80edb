"""Transfer learning on the page: three steps before the start, both times while it trains."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.recipe import Choice, Recipe
from tests.pages.test_train import field, metrics, moving


def recipe(**options: Any) -> Recipe:
    return Recipe(architecture=Choice(name="efficientnet-lite0", **options))


def opened(visit: Any, asked: Recipe) -> Any:
    app = visit("train", link={"recipe": asked.to_code()})
    assert not app.exception
    return app


def test_three_steps_for_a_body_that_has_learned(visit: Any, words: Any, inference: Any) -> None:
    app = opened(visit, recipe())
    said = words(app)
    for words_of_step in ("1. A body that knows something", "2. A new head", "3. Fine-tuning"):
        assert words_of_step in said
    told = metrics(app)
    assert told["New parameters"] == "12,810"  # 10 classes, each 1,280 features and a bias
    assert told["Parameters that learn"] == "12,810"
    assert told["Per image"] == "10 ms"
    assert "All 18 blocks are frozen" in said
    # 4,000 training and validation images at 10 ms
    assert "which takes about 40 s, and not again in each of the 10 epochs" in said
    assert [arguments["model"] for operation, arguments in inference.asked if operation == "predict"] == ["imagenet"]


@pytest.mark.parametrize("other", [Choice(name="seed-cnn"), Choice(name="efficientnet-lite0", weights="none")])
def test_no_steps_where_nothing_was_learned_before(visit: Any, words: Any, other: Choice) -> None:
    assert "Transfer learning" not in words(opened(visit, Recipe(architecture=other)))


def test_another_of_the_learners_pictures(visit: Any, words: Any, inference: Any) -> None:
    app = opened(visit, recipe())
    pictures = ["".join(element.proto.body for element in app.get("html"))]
    for _turn in range(2):
        app.button(key="another picture").click().run()
        pictures.append("".join(element.proto.body for element in app.get("html")))
    for number, picture in enumerate(pictures):
        assert f"One of your training images: {number}" in picture
    assert sum(operation == "predict" for operation, _ in inference.asked) == 3


def test_a_picture_that_the_learner_brings(visit: Any, words: Any, inference: Any, picture_file: bytes) -> None:
    app = opened(visit, recipe())
    app.file_uploader[0].set_value([("mine.png", picture_file, "image/png")]).run()
    assert not app.exception
    drawn = "".join(element.proto.body for element in app.get("html"))
    assert "Your picture: mine.png" in drawn
    assert "One of your training images" not in drawn
    assert sum(operation == "predict" for operation, _ in inference.asked) == 2


def test_without_its_old_head_a_body_offers_to_bring_it(
    visit: Any, words: Any, monkeypatch: Any, home_folder: Any, tmp_path: Any
) -> None:
    """The weights of the body are here; what it knows is the old head's to say."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    known = DOWNLOADED.get("MobileNetV2")
    monkeypatch.setitem(known.__dict__, "size", 4)
    place = home_folder / "cache" / "weights" / known.file
    place.parent.mkdir(parents=True)
    place.write_bytes(b"body")
    app = opened(visit, Recipe(architecture=Choice(name="applications/MobileNetV2")))
    assert "MobileNetV2-with-head (15 MB)" in "".join(info.value.replace("\\", "") for info in app.info)
    assert app.button(key="download old head").label == "Download (15 MB)"
    assert not app.button(key="start").disabled


def test_no_more_blocks_can_be_freed_than_there_are(visit: Any, words: Any) -> None:
    app = opened(visit, recipe())
    slider = field(app, "slider", "trainable blocks")
    assert (slider.min, slider.max, slider.value) == (0, 18, 0)
    slider.set_value(3).run()
    assert not app.exception
    assert "The last 3 of 18 blocks learn with the head, at 0.1 times its learning rate" in words(app)


def test_from_a_run_there_has_to_be_one(visit: Any, words: Any) -> None:
    app = opened(visit, Recipe())
    field(app, "selectbox", "Network").set_value("from-run").run()
    assert not app.exception
    assert "No run has ended yet" in words(app)
    assert "Choose a run that has ended" in "".join(error.value for error in app.error)
    assert app.button(key="start").disabled


def test_from_a_run_of_ones_own(visit: Any, engine: Any, tiny_run: Any) -> None:
    app = opened(visit, Recipe())
    field(app, "selectbox", "Network").set_value("from-run").run()
    assert not app.exception
    assert field(app, "selectbox", "run").value == tiny_run.id
    slider = field(app, "slider", "trainable blocks")
    assert (slider.min, slider.max) == (0, 3)  # of seed-cnn: two convolutions and a dense layer
    slider.set_value(1).run()
    app.button(key="start").click().run()
    assert not app.exception
    ((_, submitted),) = engine.calls
    assert submitted.architecture == Choice(name="from-run", run=tiny_run.id, trainable_blocks=1)


# -- while it trains


def log(run: Any, *lines: dict[str, Any]) -> None:
    with (run.folder / "metrics.jsonl").open("a") as file:
        for line in lines:
            file.write(json.dumps({"t": 1_770_000_100.0, **line}) + "\n")


FEATURES = {"kind": "features", "done": 4000, "total": 4000, "cached": 0, "seconds": 40.0, "image_seconds": 0.01}


def test_how_far_the_features_are(visit: Any, make_run: Any) -> None:
    run = make_run("running", epochs=0, recipe=recipe())
    log(run, {**FEATURES, "done": 1000})
    told = moving(visit("train", link={"run": run.id}))
    assert told["said"] == "Computing what the frozen body sees: 1,000 of 4,000 images"
    assert told["share"] == 0.25


@pytest.mark.parametrize(
    ("cached", "seconds", "sentence"),
    [
        (0, 40.0, "The features of 4,000 images took 40 s, once."),
        (1000, 30.0, "1,000 of 4,000 images were kept from an earlier run, the others took 30 s."),
        (4000, 0.0, "The features of all 4,000 images were kept from an earlier run."),
    ],
)
def test_both_times(visit: Any, make_run: Any, words: Any, cached: int, seconds: float, sentence: str) -> None:
    run = make_run("completed", recipe=recipe())
    log(run, {**FEATURES, "cached": cached, "seconds": seconds})
    app = visit("train", link={"run": run.id})
    assert not app.exception
    assert sentence in words(app)
    told = metrics(app)
    assert told["An epoch now"] == "1 min 15 s"
    assert told["With the body in every epoch"] == "1 min 55 s"


def test_no_such_times_without_a_frozen_body(visit: Any, make_run: Any) -> None:
    run = make_run("completed")
    assert "An epoch now" not in metrics(visit("train", link={"run": run.id}))

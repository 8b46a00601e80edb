"""The prediction page: pictures in, answers out, bad files named and left out."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.errors import WorkerError
from imgcls.figures.bars import percentage

#: Two file names, made of what a browser might take for something else.
NAMES = [["<script>alert(1)</script>", "**x**", "[a](http://b)"], ["$x$", ":red[x]", "`x`", "www.b.example", "_y_"]]


def upload(app: Any, *files: tuple[str, bytes]) -> Any:
    """Give these files to the page."""
    source = next(group for group in app.segmented_control if group.label == "Picture")
    if source.value != "upload":
        source.set_value("upload").run()
    app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()
    return app


def test_without_a_run_imagenet_is_there_and_a_way_to_train(visit: Any, words: Any) -> None:
    app = visit("predict")
    assert not app.exception
    assert app.selectbox[0].options == ["ImageNet: 1,000 kinds of things"]
    assert "Photographs that come with" in words(app)


def test_without_a_network_it_leads_to_training(visit: Any, words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.current._ready_made", lambda: [])  # its packages are not installed
    app = visit("predict")
    assert "No trained network yet" in words(app)
    app.button[0].click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"


def test_without_a_picture_it_says_what_to_do(visit: Any, make_run: Any, words: Any, inference: Any) -> None:
    make_run("completed")
    app = visit("predict")
    assert not app.exception
    assert "Nothing to look at yet" in words(app)
    assert inference.asked == []


def test_runs_without_weights_are_not_offered(visit: Any, make_run: Any) -> None:
    good = make_run("completed")
    make_run("failed", epochs=0)
    make_run("queued")
    app = visit("predict")
    assert app.selectbox[0].options == [f"{good.title} · 86.2%", "ImageNet: 1,000 kinds of things"]


def test_one_picture_gets_an_answer(visit: Any, make_run: Any, words: Any, picture_file: bytes, inference: Any) -> None:
    run = make_run("completed")
    app = upload(visit("predict"), ("three.png", picture_file))
    assert not app.exception
    assert f"## It says **3**, with {percentage(0.91)} probability" in words(app)
    ((operation, asked),) = inference.asked
    assert operation == "predict"
    assert asked["model"] == run.id
    assert len(app.html) >= 3  # style, the picture, what the network sees


def test_asking_the_same_again_costs_nothing(visit: Any, make_run: Any, picture_file: bytes, inference: Any) -> None:
    make_run("completed")
    app = upload(visit("predict"), ("three.png", picture_file))
    app.run().run()
    assert len(inference.asked) == 1


def test_while_it_is_asked_the_page_says_so(visit: Any, make_run: Any, picture_file: bytes, inference: Any) -> None:
    make_run("completed")
    inference.silent = True
    app = upload(visit("predict"), ("three.png", picture_file))
    assert not app.exception
    assert [info.value for info in app.info] == ["Asking the network …"]


def test_a_worker_that_dies_is_one_sentence(visit: Any, make_run: Any, picture_file: bytes, inference: Any) -> None:
    make_run("completed")
    inference.refusal = WorkerError("The process that asks the model has ended.")
    app = upload(visit("predict"), ("three.png", picture_file))
    assert not app.exception
    assert [error.value for error in app.error] == ["The process that asks the model has ended."]
    inference.refusal = None
    app.run()
    assert not app.error


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"hello", "is not a picture"),
        (b"GIF89a" + bytes(50), "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "bad.png"),
    ],
)
def test_a_broken_picture_has_its_own_sentence_and_the_good_ones_stay(
    visit: Any, make_run: Any, words: Any, picture_file: bytes, data: bytes, sentence: str
) -> None:
    make_run("completed")
    app = upload(visit("predict"), ("good.png", picture_file), ("bad.png", data), ("also.png", picture_file))
    assert not app.exception
    (error,) = app.error
    assert sentence in error.value
    assert "bad.png" in error.value
    assert "## 2 pictures" in words(app)


def test_a_picture_cut_off_is_named(visit: Any, make_run: Any, words: Any, picture_file: bytes) -> None:
    make_run("completed")
    app = upload(visit("predict"), ("cut.png", picture_file[: len(picture_file) // 2]))
    assert not app.exception
    (error,) = app.error
    assert "cut off" in error.value
    assert "Nothing to look at yet" in words(app)


def test_more_pictures_than_allowed(visit: Any, make_run: Any, words: Any, picture_file: bytes, inference: Any) -> None:
    make_run("completed")
    app = upload(visit("predict"), *[(f"{number}.png", picture_file) for number in range(35)])
    assert not app.exception
    (error,) = app.error
    assert "at most 32 pictures" in error.value
    assert "35" in error.value
    assert "## 32 pictures" in words(app)
    assert len(inference.asked) == 1


def test_each_of_several_pictures_can_be_asked_why(visit: Any, make_run: Any, picture_file: bytes) -> None:
    make_run("completed")
    app = upload(visit("predict"), ("a.png", picture_file), ("b.png", picture_file))
    app.button(key="why 1").click().run()
    assert not app.exception
    assert app.title[0].value == "What did it look at?"
    assert app.session_state["picture"].name == "b.png"


@pytest.mark.parametrize("parts", NAMES)
def test_a_hostile_file_name_is_shown_literally(
    visit: Any, make_run: Any, markup: Any, picture_file: bytes, parts: list[str]
) -> None:
    def live(app: Any) -> list[str]:
        assert not app.exception
        return [part for part in parts if markup(app, part)]

    make_run("completed")
    name = " ".join(parts) + ".png"
    one = upload(visit("predict"), (name, picture_file))
    assert live(one) == []
    several = upload(one, (name, picture_file), ("b.png", picture_file), (name, b"hello"))
    assert len(several.error) == 1
    assert live(several) == []
    several.button(key="why 0").click().run()
    assert several.title[0].value == "What did it look at?"
    assert live(several) == []


def test_pictures_can_be_left_as_they_are(visit: Any, make_run: Any, picture_file: bytes, inference: Any) -> None:
    make_run("completed")
    app = upload(visit("predict"), ("three.png", picture_file))
    app.toggle(key="bring switch").set_value(False).run()
    assert not app.exception
    assert len(inference.asked) == 2
    assert app.session_state["bring"] is False


def test_a_checkpoint_answers_while_the_run_goes_on(visit: Any, make_run: Any, words: Any, picture_file: bytes) -> None:
    make_run("running")
    app = upload(visit("predict"), ("three.png", picture_file))
    assert not app.exception
    assert "still training" in app.selectbox[0].options[0]
    assert "epoch 2" in words(app)


def test_a_photograph(visit: Any, make_run: Any, words: Any, picture_file: bytes) -> None:
    make_run("completed")
    app = visit("predict")
    app.segmented_control[0].set_value("camera").run()
    app.camera_input[0].set_value(("photo.jpg", picture_file, "image/jpeg")).run()
    assert not app.exception
    assert "It says **3**" in words(app)


def test_the_samples_are_offered(visit: Any, make_run: Any, words: Any) -> None:
    run = make_run("completed")
    app = visit("predict")
    app.segmented_control[0].set_value("sample").run()
    assert not app.exception
    assert "never trained on them" in words(app)
    assert run.id

"""evaluate, predict and explain on a trained run, in this process."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from imgcls.atomic import read_arrays
from imgcls.commands import telling as telling_module
from imgcls.commands.asking import evaluate, explain, predict
from imgcls.datasets import load
from imgcls.errors import ImageError, InputError, PlaceError, RunStateError, UnknownNameError
from imgcls.evaluation.calibration import reliability
from imgcls.evaluation.metrics import softmax
from imgcls.evaluation.threshold import Threshold, keep_threshold
from imgcls.evaluation.validation import keep_validation
from imgcls.images import encode_png, read_image
from imgcls.models import model_card
from imgcls.recipe import Choice


@pytest.fixture
def digit(trained_once, tmp_path) -> Path:
    """The test image that the run is surest of, and right, as somebody would save it; its name is its class."""
    kept = read_arrays(trained_once / "evaluation.npz")
    shares = kept["probabilities"][np.arange(1000), kept["labels"]]
    images = load(Choice(name="mnist-5k")).images
    path = tmp_path / f"{kept['labels'][shares.argmax()]}.png"
    path.write_bytes(encode_png(images[kept["indices"][shares.argmax()]]))
    return path


def asked(run, **given) -> argparse.Namespace:
    return argparse.Namespace(**{"model": run if isinstance(run, str) else run.id, "as_is": False, **given})


class TestEvaluate:
    def test_the_numbers_of_training(self, tiny_run):
        data = evaluate(asked(tiny_run)).data
        assert data["test_accuracy"] == pytest.approx(tiny_run.result["test_accuracy"])
        assert data["test_loss"] == pytest.approx(tiny_run.result["test_loss"], rel=1e-5)
        low, high = data["test_accuracy_interval"]
        assert low < data["test_accuracy"] < high
        matrix = np.array(data["confusion_matrix"])
        assert matrix.shape == (10, 10)
        assert matrix.sum() == data["test_images"] == 1000
        assert np.trace(matrix) / 1000 == pytest.approx(data["test_accuracy"])
        assert [row["images"] for row in data["classes"]] == [100] * 10
        assert {"class", "precision", "recall", "f1", "images"} == set(data["classes"][0])
        json.dumps(data)

    def test_calibration_and_the_temperature_once_it_is_known(self, tiny_run):
        before = evaluate(asked(tiny_run))
        kept = read_arrays(tiny_run.folder / "evaluation.npz")
        sure, right = softmax(kept["logits"]).max(axis=1), kept["logits"].argmax(axis=1) == kept["labels"]
        assert before.data["expected_calibration_error"] == reliability(sure, right).error
        assert "temperature" not in before.data
        # logits that are twice as steep as the labels were drawn from
        random = np.random.default_rng(0)
        logits = random.normal(0, 2, (4000, 10))
        labels = np.array([random.choice(10, p=row) for row in softmax(logits)])
        keep_validation(tiny_run, model_card(tiny_run.id).version, 2 * logits, labels)
        after = evaluate(asked(tiny_run))
        assert after.data["temperature"] == pytest.approx(2, rel=0.1)
        cooler = softmax(kept["logits"] / after.data["temperature"]).max(axis=1)
        assert after.data["expected_calibration_error_with_temperature"] == reliability(cooler, right).error
        assert f"temperature of {after.data['temperature']:.2f}" in "\n".join(after.lines)

    def test_damaged_results_are_computed_again(self, tiny_run):
        before = evaluate(asked(tiny_run)).data
        (tiny_run.folder / "evaluation.npz").write_bytes(b"PK\x03\x04 nonsense")
        after = evaluate(asked(tiny_run)).data
        assert after["confusion_matrix"] == before["confusion_matrix"]
        (tiny_run.folder / "evaluation.npz").unlink()
        assert evaluate(asked(tiny_run)).data["test_accuracy"] == before["test_accuracy"]

    def test_test_images_wait_until_the_run_is_over(self, interrupted_run):
        with pytest.raises(RunStateError, match="is: interrupted"):
            evaluate(asked(interrupted_run))

    def test_no_weights_yet(self, queued_run):
        with pytest.raises(RunStateError, match="no weights yet"):
            evaluate(asked(queued_run))


class TestPredict:
    def test_labels_and_probabilities(self, tiny_run, digit):
        data = predict(asked(tiny_run, images=[digit, digit], top=3)).data
        assert [entry["file"] for entry in data["images"]] == [str(digit)] * 2
        first = data["images"][0]["predictions"]
        assert len(first) == 3
        assert first[0]["label"] == digit.stem
        shares = [found["probability"] for found in first]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1.00001
        json.dumps(data)

    def test_more_classes_asked_for_than_there_are(self, tiny_run, digit):
        data = predict(asked(tiny_run, images=[digit], top=1000)).data
        assert sum(found["probability"] for found in data["images"][0]["predictions"]) == pytest.approx(1, rel=1e-5)

    def test_not_sure_below_the_kept_threshold(self, tiny_run, digit):
        before = predict(asked(tiny_run, images=[digit], top=2))
        assert before.data["threshold"] is None
        assert not before.data["images"][0]["not_sure"]
        keep_threshold(tiny_run, model_card(tiny_run.id).version, Threshold(0.999, temperature=50.0))
        after = predict(asked(tiny_run, images=[digit], top=2))
        assert after.data["threshold"] == {"least": 0.999, "temperature": 50.0}
        (entry,) = after.data["images"]
        assert entry["not_sure"]
        guess, earlier = entry["predictions"][0], before.data["images"][0]["predictions"][0]
        assert guess["label"] == earlier["label"], "its best guess stays"
        assert guess["probability"] < earlier["probability"], "at the temperature that the threshold is meant for"
        first, line = after.lines
        assert first.startswith("Below 100% it says “not sure”: chosen on Evaluate. Its probabilities are those at")
        assert f"not sure: {digit.stem} {guess['probability']:.1%}" in line
        json.dumps(after.data)

    def test_sure_enough_is_an_answer(self, tiny_run, digit):
        keep_threshold(tiny_run, model_card(tiny_run.id).version, Threshold(0.11))
        answer = predict(asked(tiny_run, images=[digit], top=1))
        assert not answer.data["images"][0]["not_sure"]
        assert answer.lines[0] == "Below 11% it says “not sure”: chosen on Evaluate."
        assert answer.lines[1].partition("  ")[2].startswith(digit.stem)

    @pytest.mark.parametrize("top", [0, -3])
    def test_no_classes(self, tiny_run, digit, top):
        with pytest.raises(InputError, match="--top of at least 1"):
            predict(asked(tiny_run, images=[digit], top=top))

    def test_one_bad_picture_refuses_all_and_names_it(self, tiny_run, digit, tmp_path):
        (tmp_path / "bad.png").write_text("text")
        with pytest.raises(ImageError, match=r"bad\.png"):
            predict(asked(tiny_run, images=[digit, tmp_path / "bad.png"], top=5))

    def test_as_is_is_another_picture(self, tiny_run, tmp_path):
        paper = np.full((60, 60, 3), 255, np.uint8)
        paper[10:50, 28:32] = 0
        (tmp_path / "one.png").write_bytes(encode_png(paper))
        seen = [
            predict(argparse.Namespace(model=tiny_run.id, images=[tmp_path / "one.png"], top=1, as_is=as_is)).data
            for as_is in (False, True)
        ]
        assert seen[0]["images"] != seen[1]["images"]


class TestExplain:
    def asked(self, run, image, out, **given) -> argparse.Namespace:
        chosen = {"method": "grad-cam", "class_name": None, "against": None, "layer": None, "option": [], "raw": None}
        chosen |= {"trust": False, "second_opinion": False}
        return asked(run, **{"image": image, "out": out, **chosen, **given})

    def test_picture_of_the_promised_size(self, tiny_run, digit, tmp_path):
        out = tmp_path / "why.png"
        data = explain(self.asked(tiny_run, digit, out)).data
        assert {"method", "layer", "class", "status", "out"} <= set(data)
        assert (data["method"], data["layer"], data["class"], data["status"]) == (
            "grad-cam",
            "pool_2",
            digit.stem,
            "ok",
        )
        picture = read_image(out)
        assert picture.shape[1] == 3 * 280 + 4 * 12  # three pictures side by side
        assert 280 < picture.shape[0] < 560
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 100  # and something is drawn
        json.dumps(data)

    def test_what_takes_long_is_priced_and_says_how_far_it_is(self, tiny_run, digit, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(telling_module, "_EVERY", 0.0)
        given = {"method": "rise", "option": ["masks=160"]}
        explain(self.asked(tiny_run, digit, tmp_path / "why.png", **given))
        out, said = capsys.readouterr()
        assert out == ""
        price, *told = said.strip().splitlines()
        assert price.startswith("RISE: 163 pictures pass through the network, about ")
        assert told[0] == "RISE 0%"
        assert told[-1].startswith("RISE 80%, about ")
        assert told[-1].endswith(" s to go")

    def test_what_is_quick_says_nothing_before_its_answer(self, tiny_run, digit, tmp_path, capsys):
        explain(self.asked(tiny_run, digit, tmp_path / "why.png"))
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("known", "what", "said"),
        [
            ("grad-cam", "evidence for", "found evidence for this class"),
            ("saliency", "where the score of {name} reacts", "that is no evidence"),
            ("eigen-cam", "what stands out, whatever the class", "whatever the class: it is no evidence for one"),
        ],
    )
    def test_only_evidence_is_called_so(self, tiny_run, digit, tmp_path, known, what, said):
        answer = explain(self.asked(tiny_run, digit, tmp_path / "why.png", method=known))
        assert said in answer.data["meaning"]
        assert answer.data["advice"].endswith(".")
        assert f": {what.format(name=digit.stem)}" in answer.lines[0]
        assert answer.lines[1] == f"{answer.data['meaning']} {answer.data['advice']}"

    def test_a_filter_is_named_in_place_of_the_class(self, tiny_run, digit, tmp_path):
        given = {"method": "activation-maximization", "layer": "conv_2", "option": ["filter=64", "steps=2"]}
        answer = explain(self.asked(tiny_run, digit, tmp_path / "why.png", **given))
        assert (answer.data["filter"], answer.data["class"], answer.data["layer"]) == (64, None, "conv_2")
        assert answer.lines[0].startswith("Activation maximization: a picture that excites filter 64 of conv_2; ")

    def test_class_and_layer(self, tiny_run, digit, tmp_path):
        pictures = {}
        for name, layer in (("3", "conv_2"), ("8", "conv_1")):
            out = tmp_path / f"{name}.PNG"
            data = explain(self.asked(tiny_run, digit, out, class_name=name, layer=layer)).data
            assert (data["class"], data["layer"]) == (name, layer)
            pictures[name] = out.read_bytes()
        assert pictures["3"] != pictures["8"]

    def test_rather_than_another_class_and_the_raw_values(self, tiny_run, digit, tmp_path):
        found = {}
        for name, against in (("plain", None), ("rather", "8")):
            given = {"class_name": "3", "against": against, "raw": tmp_path / f"{name}.npy"}
            data = explain(self.asked(tiny_run, digit, tmp_path / "why.png", **given)).data
            assert (data["class"], data["against"]) == ("3", against)
            found[name] = np.load(given["raw"])
            assert list(found[name].shape) == data["layer_shape"][:2]
        assert not np.array_equal(found["plain"], found["rather"])

    def test_options(self, tiny_run, digit, tmp_path):
        given = {"method": "occlusion", "option": ["patch=0.4", "stride=1"], "raw": tmp_path / "raw.npy"}
        explain(self.asked(tiny_run, digit, tmp_path / "why.png", **given))
        coarse = np.load(given["raw"])
        explain(self.asked(tiny_run, digit, tmp_path / "why.png", **{**given, "option": []}))
        assert coarse.shape == np.load(given["raw"]).shape
        assert not np.array_equal(coarse, np.load(given["raw"]))

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"method": "nope"}, UnknownNameError),
            ({"class_name": "cat"}, UnknownNameError),
            ({"class_name": ""}, UnknownNameError),
            ({"layer": "nope"}, UnknownNameError),
            ({"layer": "nope", "method": "saliency"}, UnknownNameError),
            ({"layer": "nope", "method": "activation-maximization"}, UnknownNameError),
            ({"method": "activation-maximization", "option": ["filter=65"], "layer": "conv_2"}, InputError),
            ({"method": "activation-maximization", "option": ["filter=0"]}, InputError),
            ({"layer": "logits"}, InputError),
            ({"against": "cat"}, UnknownNameError),
            ({"option": ["patch"]}, InputError),
            ({"method": "occlusion", "option": ["pach=0.3"]}, InputError),
            ({"method": "occlusion", "option": ["patch=wide"]}, InputError),
            ({"method": "occlusion", "option": ["patch=-1"]}, InputError),
            ({"raw": Path("missing/raw.npy")}, InputError),
        ],
    )
    def test_refusals_write_nothing(self, tiny_run, digit, tmp_path, given, kind):
        with pytest.raises(kind):
            explain(self.asked(tiny_run, digit, tmp_path / "why.png", **given))
        assert not (tmp_path / "why.png").exists()

    @pytest.mark.parametrize(
        "out", ["missing/why.png", "why.jpg", "why", "folder.png", "x" * 300 + ".png", "file/a.png"]
    )
    def test_places_that_a_picture_cannot_go_to(self, tiny_run, digit, tmp_path, out, monkeypatch):
        (tmp_path / "folder.png").mkdir()
        (tmp_path / "file").touch()
        monkeypatch.chdir(tmp_path)
        before = sorted(tmp_path.iterdir())
        with pytest.raises(InputError):
            explain(self.asked(tiny_run, digit, Path(out)))
        assert sorted(tmp_path.iterdir()) == before

    def test_place_without_permission(self, tiny_run, digit):
        with pytest.raises(PlaceError):
            explain(self.asked(tiny_run, digit, Path("/proc/why.png")))

    def test_old_picture_is_replaced(self, tiny_run, digit, tmp_path):
        out = tmp_path / "why.png"
        out.write_text("old")
        explain(self.asked(tiny_run, digit, out))
        assert read_image(out).size


def test_evaluation_kept_by_training_is_what_is_shown(tiny_run):
    kept = read_arrays(tiny_run.folder / "evaluation.npz")
    assert set(kept) == {"logits", "probabilities", "labels", "indices"}

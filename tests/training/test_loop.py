"""A run from its first batch to its end: resumed it is the same run; paused, stopped, steered or broken it says so."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from imgcls.atomic import read_arrays, read_json
from imgcls.errors import PlaceError, RecipeError
from imgcls.evaluation.metrics import accuracy, cross_entropy
from imgcls.runs.metrics import NAME, read_curve
from imgcls.training import loop
from imgcls.training.checkpoints import Checkpoints
from imgcls.training.control import Wishes, write_wishes
from imgcls.training.finish import finish
from imgcls.training.loop import first_filters, train


def weights(session):
    return [np.array(variable.numpy()) for variable in session.model.trainable_variables]


def same_weights(one, other, tolerance=1e-5):
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first, second, atol=tolerance)


def facts(lines):
    """What must be equal in the epoch lines of two runs: everything but times."""
    return [{key: value for key, value in line.items() if "seconds" not in key and key != "t"} for line in lines]


def close_facts(one, other):
    assert len(one) == len(other)
    for first, second in zip(facts(one), facts(other), strict=True):
        assert first.keys() == second.keys()
        for key, value in first.items():
            wanted = value if isinstance(value, str) else pytest.approx(value, rel=1e-3, abs=1e-4)
            assert second[key] == wanted, key


# -- a straight run


def test_a_straight_run(begin, bar_recipe):
    session = begin(bar_recipe(epochs=3), one_by_one=False)
    assert (session.per_epoch, session.total) == (3, 9)
    assert session.run() == "completed"
    curve = read_curve(session.folder)
    assert curve.start["parameters"] == session.model.count_params()
    assert {"train_images": 105, "validation_images": 15, "classes": 3}.items() <= curve.start.items()
    assert curve.step == list(range(1, 10))
    assert [line["step"] for line in curve.epochs] == [3, 6, 9]
    assert [line["epoch"] for line in curve.epochs] == [1, 2, 3]
    assert curve.epochs[0]["best"]
    assert curve.images_per_second > 0
    assert (session.progress.epoch, session.progress.step, session.progress.images) == (3, 9, 315)


def test_the_epoch_line_is_the_truth(begin, bar_recipe):
    """Training: mean over the images, not the batches (40, 40 and 25). Validation: the weights at the epoch's end."""
    session = begin(bar_recipe(epochs=1))
    session.run()
    (line,), curve = read_curve(session.folder).epochs, read_curve(session.folder)
    sizes = np.array([40, 40, 25])
    assert line["loss"] == pytest.approx(float(np.array(curve.loss) @ sizes / 105), rel=1e-4)
    assert line["accuracy"] == pytest.approx(float(np.array(curve.accuracy) @ sizes / 105), rel=1e-4)
    pixels, labels = session.data.validation.images, session.data.validation.labels
    logits = np.asarray(session.model(pixels.astype(np.float32) / 255, training=False))
    assert line["val_accuracy"] == pytest.approx(accuracy(logits, labels), rel=1e-4)
    assert line["val_loss"] == pytest.approx(cross_entropy(logits, labels).mean(), rel=1e-3)


def test_snapshots_of_every_epoch(begin, bar_recipe):
    session = begin(bar_recipe(epochs=2))
    session.run()
    for number in (1, 2):
        arrays = read_arrays(session.folder / "snapshots" / f"epoch-{number:04d}.npz")
        assert arrays["confusion"].sum() == 15
        assert arrays["filters"].shape == (3, 3, 1, 32)
    np.testing.assert_array_equal(arrays["filters"], session.model.layers[1].kernel.numpy())


def test_the_same_seed_gives_the_same_run_and_another_does_not(begin, bar_recipe):
    recipe = bar_recipe(epochs=1)
    runs = [begin(recipe, "a"), begin(recipe, "b"), begin(recipe.model_copy(update={"seed": 1}), "c")]
    for session in runs:
        session.run()
    same_weights(weights(runs[0]), weights(runs[1]))
    assert not np.allclose(weights(runs[0])[0], weights(runs[2])[0], atol=1e-3)


def test_one_batch_larger_than_the_data(begin, bar_recipe):
    session = begin(bar_recipe(epochs=2, batch_size=1000), one_by_one=False)
    assert session.run() == "completed"
    assert read_curve(session.folder).step == [1, 2]
    assert session.progress.images == 210


def test_it_learns(begin, bar_recipe):
    session = begin(bar_recipe(epochs=12, batch_size=20), one_by_one=False)
    session.run()
    assert read_curve(session.folder).best["val_accuracy"] > 0.9


def test_a_recipe_that_makes_no_sense_is_refused_first(begin, bar_recipe, monkeypatch):
    with pytest.raises(RecipeError):
        begin(bar_recipe(epochs=51))
    monkeypatch.setenv("IMGCLS_PARAMETERS", "100")
    with pytest.raises(RecipeError, match="at most 100 parameters"):
        begin(bar_recipe())


# -- resume truth


@pytest.mark.parametrize("training", [{"schedule": "cosine"}, {"optimizer": "sgd", "learning_rate": 0.05}])
def test_a_resumed_run_is_the_straight_run(begin, before_step, bar_recipe, training):
    recipe = bar_recipe(epochs=4, **training)
    straight = begin(recipe, "straight")
    assert straight.run() == "completed"

    first = begin(recipe, "parts")
    before_step(first, 8, first.control.leave.set)  # in the middle of the third epoch
    assert first.run() == "left"
    assert read_curve(first.folder).last_step == 8
    second = begin(recipe, "parts")
    assert second.run() == "completed"

    one, other = read_curve(straight.folder), read_curve(second.folder)
    close_facts(one.epochs, other.epochs)
    assert one.step == other.step == list(range(1, 13))
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(one.learning_rate, other.learning_rate, rtol=1e-4)
    same_weights(weights(straight), weights(second))
    same_weights(straight.checkpoints.best(), second.checkpoints.best())
    wanted = replace(straight.progress, seconds=0.0, loss_sum=0.0, hit_sum=0.0, best=None)
    assert replace(second.progress, seconds=0.0, loss_sum=0.0, hit_sum=0.0, best=None) == wanted
    assert second.progress.best["epoch"] == straight.progress.best["epoch"]


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(begin, before_step, bar_recipe):
    """No word of leave: the log has steps that no checkpoint knows, and they are void."""
    recipe = bar_recipe(epochs=3)
    straight = begin(recipe, "straight")
    straight.run()

    class Power(BaseException):
        pass

    def fail():
        raise Power

    first = begin(recipe, "parts")
    before_step(first, 5, fail)
    with pytest.raises(Power):
        first.run()
    assert read_curve(first.folder).last_step == 5
    assert Checkpoints(first.folder).newest()[0].step == 3
    second = begin(recipe, "parts")
    assert second.run() == "completed"
    curve = read_curve(second.folder)
    assert curve.step == list(range(1, 10))
    assert [event["step"] for event in curve.events if event["kind"] == "resumed"] == [0, 3]
    close_facts(read_curve(straight.folder).epochs, curve.epochs)
    same_weights(weights(straight), weights(second))


def test_a_damaged_checkpoint_is_said_and_the_one_before_taken(begin, before_step, bar_recipe, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0)
    recipe = bar_recipe(epochs=3)
    first = begin(recipe)
    before_step(first, 7, first.control.leave.set)
    first.run()
    place = first.folder / "checkpoints"
    last = place / read_json(place / "checkpoint.json")["last"]["file"]
    last.write_bytes(last.read_bytes()[:-9])
    second = begin(recipe)
    assert second.run() == "completed"
    events = [event for event in read_curve(second.folder).events if event["kind"] == "resumed"]
    assert [(event["step"], event["fell_back"]) for event in events] == [(0, False), (6, True)]
    assert len(read_curve(second.folder).epochs) == 3


def test_a_checkpoint_of_an_ended_epoch_resumes_with_the_next(begin, before_step, bar_recipe):
    first = begin(bar_recipe(epochs=2))
    before_step(first, 3, first.control.leave.set)
    assert first.run() == "left"
    assert (first.progress.epoch, first.progress.step) == (1, 3)
    second = begin(bar_recipe(epochs=2))
    assert second.run() == "completed"
    assert [line["epoch"] for line in read_curve(second.folder).epochs] == [1, 2]


# -- early stopping


def stubborn(session, scores):
    """Let validation say what the test wants."""

    def judge(line):
        line["val_accuracy"] = scores[session.progress.epoch - 1]
        return type(session)._is_best(session, line)

    session._is_best = judge


def test_early_stopping_ends_and_keeps_the_best(begin, bar_recipe):
    session = begin(bar_recipe(epochs=9, early_stopping=2))
    stubborn(session, [0.1, 0.9, 0.3, 0.4, 0.95])
    kept = []
    finish_epoch = session._finish_epoch
    session._finish_epoch = lambda: [finish_epoch(), kept.append(weights(session))][0]
    assert session.run() == "early"
    assert session.progress.epoch == 4
    assert session.progress.best["epoch"] == 2
    same_weights(session.checkpoints.best()[: len(kept[1])], kept[1], 0)
    result = finish(session, "early")
    assert result["status"] == "completed"
    assert result["best_epoch"] == 2
    assert "no better epoch for 2 epochs" in result["reason"]["template"].format(**result["reason"]["values"])


def test_patience_and_best_are_carried_over_a_resume(begin, before_step, bar_recipe):
    recipe = bar_recipe(epochs=9, early_stopping=3)
    first = begin(recipe)
    stubborn(first, [0.9, 0.1, 0.1])
    before_step(first, 10, first.control.leave.set)
    assert first.run() == "left"
    assert first.progress.waited == 2
    second = begin(recipe)
    stubborn(second, [None, None, None, 0.8, 0.95])
    assert second.run() == "early"
    assert (second.progress.epoch, second.progress.best["epoch"]) == (4, 1)


def test_the_best_epoch_has_the_lowest_loss_among_those_level_with_the_highest_accuracy(begin, bar_recipe):
    """By hand, for 15 validation images: at 0.5 the standard error is 0.129, at 0.9 it is 0.077."""
    session = begin(bar_recipe())
    assert len(session.data.validation) == 15

    def judged(accuracy, loss):
        line = {"val_accuracy": accuracy, "val_loss": loss}
        best = session._is_best(line)
        if best:
            session.progress.best = line
        return best

    assert judged(0.5, 1.0)
    assert not judged(0.5, 1.0)
    assert judged(0.5, 0.9)
    assert not judged(0.6, 0.95)  # level with it, and the loss is higher
    assert judged(0.55, 0.8)
    assert not judged(0.4, 0.1)  # below 0.6 - 0.126
    assert judged(0.9, 2.0)  # far above, whatever the loss
    assert not judged(0.8, 0.1)
    assert judged(0.85, 1.9)
    assert not judged(0.76, 0.1)  # the highest of all counts, not the present best's


# -- asked from outside


def test_pause_and_continue(begin, before_step, bar_recipe):
    session = begin(bar_recipe(epochs=2))
    before_step(session, 2, lambda: write_wishes(session.folder, Wishes(pause=True)))
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    wait_for(lambda: [event for event in read_curve(session.folder).events if event.get("event") == "paused"])
    time.sleep(0.2)
    assert read_curve(session.folder).last_step == 2
    seconds = session.progress.seconds
    write_wishes(session.folder, Wishes())
    thread.join(60)
    curve = read_curve(session.folder)
    assert [event["event"] for event in curve.events if event["kind"] == "event"] == ["paused", "continued"]
    assert [event["step"] for event in curve.events if event["kind"] == "event"] == [2, 2]
    assert curve.step == list(range(1, 7))
    assert len(curve.epochs) == 2
    assert session.progress.seconds - seconds < 30


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("how", ["stop", "leave"])
def test_a_paused_run_can_be_stopped_and_left(begin, before_step, bar_recipe, how):
    session, endings = begin(bar_recipe(epochs=2)), []
    before_step(session, 2, lambda: write_wishes(session.folder, Wishes(pause=True)))
    thread = threading.Thread(target=lambda: endings.append(session.run()), daemon=True)
    thread.start()
    wait_for(lambda: read_curve(session.folder).events[1:])
    if how == "stop":
        write_wishes(session.folder, Wishes(pause=True, stop=True))
    else:
        session.control.leave.set()
    thread.join(60)
    assert endings == [{"stop": "stopped", "leave": "left"}[how]]
    assert [event["event"] for event in read_curve(session.folder).events[1:]] == ["paused"]
    assert Checkpoints(session.folder).newest()[0].step == 2


def test_stop_in_an_epoch_validates_what_there_is_and_keeps_the_best(begin, before_step, bar_recipe):
    session = begin(bar_recipe(epochs=5))
    before_step(session, 4, lambda: write_wishes(session.folder, Wishes(stop=True)))
    assert session.run() == "stopped"
    curve = read_curve(session.folder)
    assert [(line["epoch"], line["step"], line["partial"]) for line in curve.epochs] == [(1, 3, False), (2, 4, True)]
    assert curve.epochs[1]["loss"] == pytest.approx(curve.loss[3], rel=1e-4)
    result = finish(session, "stopped")
    assert result["status"] == "stopped"
    assert result["best_epoch"] == curve.best["epoch"]
    assert result["validation_accuracy"] == curve.best["val_accuracy"]
    assert result["reason"]["values"] | {"step": 4, "total": 15} == result["reason"]["values"]
    logits = session.steps.predict(session.data.validation.images)
    assert accuracy(logits, session.data.validation.labels) == pytest.approx(curve.best["val_accuracy"], abs=1e-4)


def test_stop_before_the_first_step_and_at_the_end_of_an_epoch(begin, before_step, bar_recipe):
    session = begin(bar_recipe(), "at once")
    write_wishes(session.folder, Wishes(stop=True))
    assert session.run() == "stopped"
    assert finish(session, "stopped")["steps"] == 0
    session = begin(bar_recipe(epochs=3), "between")
    before_step(session, 3, lambda: write_wishes(session.folder, Wishes(stop=True)))
    assert session.run() == "stopped"
    assert [line["partial"] for line in read_curve(session.folder).epochs] == [False]


def test_a_new_learning_rate_takes_effect_and_is_logged_once(begin, before_step, bar_recipe):
    session = begin(bar_recipe(epochs=2, learning_rate=0.01))
    frozen = []

    def freeze():
        write_wishes(session.folder, Wishes(learning_rate=1e-12))
        frozen.append(weights(session))

    before_step(session, 4, freeze)
    session.run()
    curve = read_curve(session.folder)
    assert curve.learning_rate == [0.01] * 4 + [1e-12] * 2
    (event,) = [event for event in curve.events if event["kind"] == "event"]
    assert (event["event"], event["value"], event["step"]) == ("learning_rate", 1e-12, 4)
    assert float(session.steps._groups[0].optimizer.learning_rate.numpy()) == pytest.approx(1e-12)
    same_weights(frozen[0], weights(session), 1e-6)


def test_a_new_learning_rate_is_the_top_of_the_cosine(begin, before_step, bar_recipe):
    session = begin(bar_recipe(epochs=2, schedule="cosine", learning_rate=0.01))
    before_step(session, 3, lambda: write_wishes(session.folder, Wishes(learning_rate=0.002)))
    session.run()
    factors = 0.5 * (1 + np.cos(np.pi * np.arange(6) / 6))
    wanted = np.array([0.01] * 3 + [0.002] * 3) * factors
    np.testing.assert_allclose(read_curve(session.folder).learning_rate, wanted, rtol=1e-4)


def test_the_time_limit_stops(begin, bar_recipe, monkeypatch):
    monkeypatch.setenv("IMGCLS_TRAIN_MINUTES", "0.000001")
    session = begin(bar_recipe(epochs=5))
    assert session.run() == "time"
    assert session.progress.step == 1
    result = finish(session, "time")
    assert result["status"] == "stopped"
    assert "time limit" in result["reason"]["template"]
    assert result["test_accuracy"] is not None


# -- numbers that are none


def said(result) -> str:
    return result["reason"]["template"].format(**result["reason"]["values"])


def test_a_learning_rate_that_is_too_large_ends_as_failed_and_names_the_step(begin, bar_recipe):
    session = begin(bar_recipe(epochs=9, optimizer="sgd", learning_rate=10))
    session.rate = 1e30  # 10, the most that a recipe may ask for, kills the network but not the numbers
    assert session.run() == "diverged"
    result = finish(session, "diverged")
    assert result["status"] == "failed"
    assert f"at step {session.progress.step}:" in said(result)
    assert "learning rate below 1e+30 " in said(result)
    assert read_json(session.folder / "result.json")["status"] == "failed"
    curve = read_curve(session.folder)
    assert curve.last_step >= session.progress.step - 1


def break_at(session, step, value=np.nan):
    """From this step on the loss is no number."""
    call = session.steps.train

    def broken(batches, rates):
        losses, hits = call(batches, rates)
        numbers = np.arange(session.progress.step, session.progress.step + len(losses)) + 1
        return np.where(numbers >= step, np.float32(value), losses), hits

    session.steps.train = broken


@pytest.mark.parametrize("one_by_one", [True, False])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_broken_after_a_good_epoch_keeps_that_epoch(begin, bar_recipe, one_by_one, value):
    """Also where several steps run in a call: the step that is named is the first broken one."""
    session = begin(bar_recipe(epochs=9, batch_size=20), one_by_one=one_by_one)
    break_at(session, 9, value)
    assert session.run() == "diverged"
    assert session.progress.step == 9
    result = finish(session, "diverged")
    assert said(result).startswith(f"The loss became {value} at step 9:")
    assert (result["status"], result["best_epoch"]) == ("failed", 1)
    assert result["test_accuracy"] > 0
    assert (session.folder / "model.keras").exists()


def test_broken_before_the_best_epoch_was_on_disk_keeps_it_and_gives_nothing_to_resume_from(begin, bar_recipe):
    session = begin(bar_recipe(epochs=9))
    session._saved = np.inf  # epochs so short that none has had its checkpoint
    break_at(session, 5)
    kept = []
    finish_epoch = session._finish_epoch
    session._finish_epoch = lambda: [finish_epoch(), kept.append(weights(session))][0]
    assert session.run() == "diverged"
    assert Checkpoints(session.folder).newest() is None
    same_weights(Checkpoints(session.folder).best()[: len(kept[0])], kept[0], 0)
    assert finish(session, "diverged")["best_epoch"] == 1


def test_broken_before_any_epoch_has_no_model(begin, bar_recipe):
    session = begin(bar_recipe())
    break_at(session, 2)
    assert session.run() == "diverged"
    result = finish(session, "diverged")
    assert result["best_epoch"] is None
    assert "test_accuracy" not in result
    assert not (session.folder / "model.keras").exists()


def test_broken_after_a_checkpoint_falls_back_on_it(begin, bar_recipe, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0)
    session = begin(bar_recipe(epochs=9))
    break_at(session, 5)
    assert session.run() == "diverged"
    assert Checkpoints(session.folder).newest()[0].step == 3
    assert finish(session, "diverged")["best_epoch"] == 1


@pytest.mark.parametrize("epochs", [1, 3])
def test_weights_that_break_in_the_last_step_of_an_epoch(begin, bar_recipe, epochs):
    """The loss of the training batch is taken before the step: only validation can see it."""
    session = begin(bar_recipe(epochs=epochs, batch_size=200))
    predict, calls = session.steps.predict, []

    def broken(images, *more):
        calls.append(len(images))
        return predict(images, *more) * (np.nan if len(calls) == epochs else 1)

    session.steps.predict = broken
    assert session.run() == "diverged"
    session.steps.predict = predict
    result = finish(session, "diverged")
    assert said(result).startswith(f"The loss became nan at step {epochs}:")
    assert result["best_epoch"] in ([None] if epochs == 1 else [1, 2])
    assert "nan" not in (session.folder / "result.json").read_text().lower().replace("became nan", "").replace(
        '"nan"', ""
    )


def test_images_that_are_no_numbers(begin, bar_recipe):
    """The rectifier turns them into 0, and the loss stays a number: the weights tell."""
    session = begin(bar_recipe())
    session.steps._preprocessing = replace(session.steps._preprocessing, scale=float("inf"))
    assert session.run() == "diverged"
    assert "at step 3:" in said(finish(session, "diverged"))


# -- the test set


def test_the_test_images_are_not_touched_before_the_end(begin, bar_recipe):
    session = begin(bar_recipe(early_stopping=5))
    whole = session.data

    class Counted:
        """How many test images there are may be known; which they are, not."""

        def __len__(self):
            return len(whole.test)

        def __getattr__(self, name):
            raise AssertionError("the test set was read")

    class Sealed:
        test = Counted()

        def __getattr__(self, name):
            if name.startswith("test"):
                raise AssertionError("the test set was read")
            return getattr(whole, name)

    session.data = Sealed()
    assert session.run() == "completed"
    with pytest.raises(AssertionError, match="test set was read"):
        finish(session, "completed")
    session.data = whole
    assert finish(session, "completed")["test_images"] == 30


# -- the log and the disk


def test_several_steps_share_an_entry_in_long_runs(begin, bar_recipe, monkeypatch):
    monkeypatch.setenv("IMGCLS_LOG_MEGABYTES", str(3 * loop.STEP_BYTES / 1e6))  # room for three of nine steps
    session = begin(bar_recipe(epochs=3), one_by_one=False)
    session._call = 3
    session._adapt = lambda count, took: None
    session.run()
    curve = read_curve(session.folder)
    assert curve.step == [3, 6, 9]


def test_a_full_disk_ends_the_run_with_its_cause_and_leaves_it_resumable(begin, before_step, bar_recipe):
    recipe = bar_recipe(epochs=2)
    straight = begin(recipe, "straight")
    straight.run()
    session = begin(recipe)
    full = open("/dev/full", "ab")  # noqa: SIM115
    before_step(session, 4, lambda: setattr(session.log, "_file", full))
    with pytest.raises(PlaceError, match="The disk is full"):
        session.run()
    session.log.close()
    again = begin(recipe)
    assert again.run() == "completed"
    close_facts(read_curve(straight.folder).epochs, read_curve(again.folder).epochs)


def test_train_reports_a_full_disk_though_closing_the_log_fails_as_well(tmp_path, bar_recipe):
    (tmp_path / NAME).symlink_to("/dev/full")
    with pytest.raises(PlaceError, match="The disk is full"):
        train(tmp_path, bar_recipe(), threading.Event())


def test_snapshots_that_cannot_be_written_are_a_matter_of_the_disk(begin, bar_recipe):
    session = begin(bar_recipe())
    (session.folder / "snapshots").write_text("a file in its place")
    with pytest.raises(PlaceError):
        session.run()


# -- parts


def test_first_filters():
    import keras

    inputs = keras.Input((8, 8, 1))
    dense = keras.layers.Dense(2)(keras.layers.Flatten()(inputs))
    assert first_filters(keras.Model(inputs, dense)) is None
    conv = keras.layers.Conv2D(100, 3)(inputs)
    kernels = first_filters(keras.Model(inputs, conv))
    assert kernels.shape == (3, 3, 1, 64)
    assert kernels.dtype == np.float32

"""A run from its first batch to its result, in the process that holds the run's lock."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np

from imgcls.architectures import build_model
from imgcls.atomic import disk_errors, write_arrays
from imgcls.evaluation.metrics import accuracy, confusion_matrix, cross_entropy
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import Recipe
from imgcls.runs.metrics import MetricsLog
from imgcls.training.check import check_parameters, check_recipe
from imgcls.training.checkpoints import (
    Checkpoints,
    Progress,
    model_weights,
    optimizer_weights,
    restore,
    snapshot,
)
from imgcls.training.control import Control
from imgcls.training.data import RunData, run_data
from imgcls.training.data_card import hold_data
from imgcls.training.half import HALF
from imgcls.training.precision import FULL, chosen_precision
from imgcls.training.route import FeatureProgress, route
from imgcls.training.schedule import schedule_factor
from imgcls.training.step import MOST
from imgcls.training.timelapse import Watch

#: Seconds that one call of the training function aims at: short enough to answer Pause at once.
CALL_SECONDS = 0.25
#: Seconds between checkpoints of short epochs; longer ones get one each.
CHECKPOINT_SECONDS = 2.0
#: Bytes of the log that one step takes up: its loss and its accuracy, and its share of the line.
STEP_BYTES = 40

#: How the loop ended; None: it goes on.
Ending = Literal["completed", "early", "stopped", "time", "left", "diverged"]

REASONS = {
    "early": N_("Stopped by early stopping: no better epoch for {patience} epochs."),
    "stopped": N_("Stopped by hand after {step} of {total} steps."),
    "time": N_("Stopped by the time limit of {minutes:.0f} minutes, after {step} of {total} steps."),
    "diverged": N_(
        "The loss became {loss} at step {step}: the numbers grew too large to compute with. "
        "A learning rate below {rate:g} usually helps."
    ),
}


class Session:
    """One run while it is trained.

    Args:
        folder: the run's.
        recipe: what was asked.
        control: what is asked since.
        log: where the curve goes.
    """

    def __init__(self, folder: Path, recipe: Recipe, control: Control, log: MetricsLog) -> None:
        check_recipe(recipe)
        self.folder, self.recipe, self.control, self.log = folder, recipe, control, log
        self.data: RunData = run_data(recipe)
        hold_data(folder, recipe, np.bincount(self.data.train.labels, minlength=len(self.data.class_names)).tolist())
        training = recipe.training
        shape, classes = self.data.train.image_shape, len(self.data.class_names)
        self.model = build_model(recipe.architecture, shape, classes, recipe.seed)
        self.parameters = int(self.model.count_params())
        check_parameters(self.parameters)
        self.route = route(self.model, recipe, self.data)
        self.steps = self.route.steps
        self.per_epoch, self.total = self.route.per_epoch, self.route.per_epoch * training.epochs
        self.watch = Watch(folder, self.model, recipe, self.data, self.route.frozen)
        self.checkpoints = Checkpoints(folder)
        self.progress = Progress()
        self.rate = training.optimizer.learning_rate
        self.bad_loss = 0.0
        # beyond the limit, several steps share one entry
        self._every = math.ceil(self.total * STEP_BYTES / (limit("log_megabytes") * 1e6))
        self._best_weights: list[np.ndarray] | None = None  # best so far, not yet on disk
        self._saved, self._call = 0.0, 1
        self._recent: list[tuple[int, float]] = []
        self._epoch_seconds = 0.0

    # -- the course of a run

    def run(self) -> Ending:
        """Train from where the run stands until it ends."""
        self._start()
        if ending := self._prepare():
            return self._end(ending)
        while self.progress.epoch < self.recipe.training.epochs:
            if ending := self._steps_of_epoch() or self._finish_epoch():
                return self._end(ending)
            patience = self.recipe.training.early_stopping
            if patience is not None and self.progress.waited >= patience:
                return self._end("early")
        return self._end("completed")

    def _start(self) -> None:
        damaged = self.checkpoints.is_damaged
        found = self.checkpoints.newest()
        if found:
            self.progress, arrays = found
            restore(self.route.learned, model_weights(arrays))
            restore(self.steps.optimizer_variables, optimizer_weights(arrays))
        # a head on kept features is a step of microseconds; and a run that goes on keeps what it began with
        settled = FULL if self.route.frozen else self.progress.precision or chosen_precision(self.recipe)
        self.progress.precision, self.steps.half = settled, settled == HALF
        self.log.write(
            "start",
            precision=settled,
            parameters=self.parameters,
            epochs=self.recipe.training.epochs,
            steps_per_epoch=self.per_epoch,
            train_images=len(self.data.train),
            epoch_images=self.route.images,
            validation_images=len(self.data.validation),
            test_images=len(self.data.test),
            classes=len(self.data.class_names),
        )
        # also when nothing was found: then what an earlier worker logged is void from its first step on
        self.log.write("resumed", step=self.progress.step, epoch=self.progress.epoch, fell_back=damaged)

    def _prepare(self) -> Ending | None:
        """What the route does once, before the first step: the features of a frozen body."""
        endings: list[Ending | None] = []
        before = self.progress.feature_seconds

        def tell(features: FeatureProgress) -> bool:
            self.progress.feature_seconds = before + features.seconds
            self.log.write(
                "features",
                done=features.done,
                total=features.total,
                cached=features.cached,
                seconds=round(features.seconds, 3),
                image_seconds=features.image_seconds,
            )
            endings.append(self._asked())
            return endings[-1] is None

        return None if self.route.prepare(tell) else endings[-1]

    def _end(self, ending: Ending) -> Ending:
        """Leave everything on disk that the result, or a resume, needs."""
        if ending == "left":
            self._save()
            return ending
        partial = self.progress.step % self.per_epoch != 0
        if ending in ("stopped", "time") and partial:
            ending = ending if self._validate(partial=True) else "diverged"
        if ending == "diverged":
            # the present weights are broken: only a best epoch is worth keeping
            if self._best_weights is not None:
                self.checkpoints.save_best(self.progress, self._best_weights)
            return ending
        self._save()
        return ending

    # -- one epoch

    def _steps_of_epoch(self) -> Ending | None:
        done = self.progress.step - self.progress.epoch * self.per_epoch
        batches = self.route.epoch(self.progress.epoch, skip=done)
        while done < self.per_epoch:
            if ending := self._asked():
                return ending
            count = min(self._call, self.per_epoch - done)
            if not self._call_steps(batches, count, last=done + count == self.per_epoch):
                return "diverged"
            done += count
        return None

    def _asked(self) -> Ending | None:
        """What people, the clock or the server want, between two calls."""
        if self.control.wishes.pause:
            self.log.write("event", event="paused", step=self.progress.step)
            self.control.wait_while_paused()
            if not self.control.wishes.stop and not self.control.leave.is_set():
                self.log.write("event", event="continued", step=self.progress.step)
        if self.control.leave.is_set():
            return "left"
        wishes = self.control.wishes
        if wishes.stop:
            return "stopped"
        if wishes.learning_rate is not None and wishes.learning_rate != self.rate:
            self.rate = wishes.learning_rate
            self.log.write("event", event="learning_rate", value=self.rate, step=self.progress.step)
        seconds = self.progress.seconds + self.progress.feature_seconds
        return "time" if seconds > limit("train_minutes") * 60 else None

    def _call_steps(self, batches: Any, count: int, last: bool) -> bool:
        """Train `count` steps and log them; False if the loss is no number any more."""
        progress = self.progress
        numbers = np.arange(progress.step, progress.step + count)
        rates = self.rate * schedule_factor(self.recipe.training.schedule, numbers, self.total)
        began = time.perf_counter()
        losses, hits = self.steps.train(batches, rates)
        took = time.perf_counter() - began
        sizes = self._sizes(count, last)
        progress.step += count
        progress.seconds += took
        progress.images += int(sizes.sum())
        progress.loss_sum += float(losses @ sizes)
        progress.hit_sum += float(hits @ sizes)
        speed = self._speed(int(sizes.sum()), took)
        self._log_steps(losses, hits, float(rates[-1]), speed)
        if progress.step == count == 1:  # the first call is one step long: these are the gradients at initialisation
            self._write_snapshot(0, self._gradients() | self._filters() | self.watch.look(0, took))
        self._adapt(count, took)
        if not np.isfinite(losses).all():
            broken = int(np.flatnonzero(~np.isfinite(losses))[0])
            self.bad_loss = float(losses[broken])
            progress.step += broken + 1 - count
            return False
        return True

    def _sizes(self, count: int, last: bool) -> np.ndarray:
        """Images in each of `count` batches; the last one of an epoch may be smaller."""
        sizes = np.full(count, self.recipe.training.batch_size)
        if last:
            sizes[-1] = self.route.images - (self.per_epoch - 1) * self.recipe.training.batch_size
        return sizes

    def _adapt(self, count: int, took: float) -> None:
        """Choose how many steps the next call runs. The first call is one step long, so that it is seen at once."""
        fits = CALL_SECONDS / max(took / count, 1e-6)
        self._call = int(min(max(1, fits), 2 * count, MOST)) if self.progress.step > 1 else 2

    def _speed(self, images: int, took: float) -> float:
        """Images per second over the last few calls; the first call traces the graph and does not count."""
        if self.progress.step > 1:
            self._recent = [*self._recent[-7:], (images, took)]
        known = self._recent or [(images, took)]
        return sum(count for count, _ in known) / sum(seconds for _, seconds in known)

    def _log_steps(self, losses: np.ndarray, hits: np.ndarray, rate: float, speed: float) -> None:
        count = -(-len(losses) // self._every)
        self.log.write(
            "steps",
            step=self.progress.step,
            every=self._every,
            loss=[_short(part.mean()) for part in np.array_split(losses, count)],
            accuracy=[_short(part.mean()) for part in np.array_split(hits, count)],
            learning_rate=_short(rate),
            images_per_second=_short(speed),
        )

    # -- the end of an epoch

    def _finish_epoch(self) -> Ending | None:
        self.progress.epoch += 1
        if not self._validate(partial=False):
            return "diverged"
        self.progress.loss_sum = self.progress.hit_sum = 0.0
        if time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self._save()
        return None

    def _validate(self, partial: bool) -> bool:
        """Log the epoch and keep its weights if they are the best; False if the loss is no number any more."""
        progress = self.progress
        began = time.perf_counter()
        logits = self.route.validation()
        took = time.perf_counter() - began
        progress.seconds += took
        labels = self.data.validation.labels
        loss = float(cross_entropy(logits, labels).mean())
        weights = snapshot(self.route.learned)
        # a rectifier may answer 0 to what is no number: then only the weights show it
        if not (np.isfinite(loss) and all(np.isfinite(value).all() for value in weights)):
            self.bad_loss = loss if not np.isfinite(loss) else float("nan")
            return False
        seen = self._seen_in_epoch(partial)
        epoch = progress.epoch + partial
        line = {
            "epoch": epoch,
            "step": progress.step,
            "partial": partial,
            "loss": _short(progress.loss_sum / seen),
            "accuracy": _short(progress.hit_sum / seen),
            "val_loss": _short(loss),
            "val_accuracy": _short(accuracy(logits, labels)),
            "seconds": round(progress.seconds, 3),
            "validation_seconds": round(took, 4),
        }
        line["best"] = self._is_best(line)
        if line["best"]:
            progress.best, progress.waited = dict(line), 0
            self._best_weights = weights
        else:
            progress.waited += not partial  # patience counts whole epochs
        self._snapshot(epoch, logits, labels)
        self.log.write("epoch", **line)
        return True

    def _seen_in_epoch(self, partial: bool) -> int:
        whole = self.route.images
        steps = self.progress.step % self.per_epoch
        return max(1, min(whole, steps * self.recipe.training.batch_size)) if partial else whole

    def _is_best(self, line: dict[str, Any]) -> bool:
        """The lowest validation loss among the epochs whose validation accuracy is the highest, give or take its error.

        On 500 images, 99.0 and 99.4 % are the same: two images. The highest of thirty such numbers is a lucky epoch;
        among all that are level with it the loss, which counts every image, knows better. This is the rule of one
        standard error, √(p (1 − p) / n): Breiman, Friedman, Olshen, Stone 1984, *Classification and regression trees*.
        """
        progress, accuracy = self.progress, line["val_accuracy"]
        progress.top_accuracy = top = max(progress.top_accuracy, accuracy)
        least = top - math.sqrt(top * (1 - top) / len(self.data.validation))
        if progress.best is None:
            return True
        if accuracy < least or progress.best["val_accuracy"] < least:
            return bool(accuracy >= least)
        return bool(line["val_loss"] < progress.best["val_loss"])

    def _snapshot(self, epoch: int, logits: np.ndarray, labels: np.ndarray) -> None:
        """What the page shows of this epoch besides the curve: mistakes on validation images, first filters, gradients.

        `confusion` (classes, classes); `filters` (height, width, channels, filters) if there is a convolution;
        `gradient_norms` and `gradient_layers` (layers,), of the last step's batch; what `Watch.look` gives.
        """
        arrays = {"confusion": confusion_matrix(logits, labels), **self._gradients(), **self._filters()}
        arrays |= self.watch.look(epoch, self.progress.seconds / max(1, epoch))
        self._write_snapshot(epoch, arrays)

    def _filters(self) -> dict[str, np.ndarray]:
        filters = first_filters(self.model)
        return {} if filters is None else {"filters": filters}

    def _gradients(self) -> dict[str, np.ndarray]:
        steps = self.steps
        return {"gradient_norms": steps.gradient_norms, "gradient_layers": np.array(steps.kernel_layers)}

    def _write_snapshot(self, epoch: int, arrays: dict[str, np.ndarray]) -> None:
        place = self.folder / "snapshots"
        with disk_errors(place):
            place.mkdir(exist_ok=True)
        write_arrays(place / f"epoch-{epoch:04d}.npz", arrays, durable=False)

    def _save(self) -> None:
        optimizer = snapshot(self.steps.optimizer_variables)
        self.checkpoints.save(self.progress, snapshot(self.route.learned), optimizer, self._best_weights)
        self._best_weights = None
        self._saved = time.monotonic()


def first_filters(model: Any, most: int = 64) -> np.ndarray | None:
    """Kernels of the first convolution, float32 (height, width, channels, filters); None if there is none."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return np.array(layer.kernel.numpy(), np.float32)[..., :most]
    return None


def _short(value: float) -> float:
    """Five significant digits: what a curve can show, in a third of the bytes."""
    return float(f"{float(value):.5g}")


def train(folder: Path, recipe: Recipe, leave: threading.Event) -> tuple[Session, Ending]:
    """Train the run in `folder`; its lock must be held."""
    log = MetricsLog(folder)
    try:
        session = Session(folder, recipe, Control(folder, leave), log)
        return session, session.run()
    finally:
        log.close()

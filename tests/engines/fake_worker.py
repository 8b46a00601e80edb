"""The real training worker around a network that is none: its files, locks and signals, but no TensorFlow.

An epoch of four steps takes `FAKE_EPOCH` seconds. The only weight counts the steps, and each batch knows its number:
a step that is done twice, or left out, after a resume is an error. `FAKE_MODE` makes the worker misbehave.
Each begin and end of training is added to `$IMGCLS_HOME/trace.txt`.
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

if os.environ.get("FAKE_MODE") == "dies":
    sys.exit(3)

import numpy as np

from imgcls.datasets import ImageSet
from imgcls.training import finish, loop
from imgcls.training.control import Control, Wishes
from imgcls.training.data import RunData
from imgcls.workers import training

MODE = os.environ.get("FAKE_MODE", "")
EPOCH = float(os.environ.get("FAKE_EPOCH", "0.05"))
SIZE = int(os.environ.get("FAKE_WEIGHTS", "8"))
STEPS = 4


class Variable:
    """As much of a Keras variable as checkpoints need."""

    def __init__(self, size):
        self.value, self.shape = np.zeros(size), (size,)

    def numpy(self):
        return self.value

    def assign(self, value):
        self.value = np.array(value)


class Model:
    def __init__(self):
        self.variables = [Variable(SIZE)]

    def count_params(self):
        return SIZE

    def save(self, path):
        Path(path).write_bytes(self.variables[0].value.tobytes())


class Optimizer:
    def __init__(self):
        self.variables = [Variable(1)]


class Steps:
    gradient_norms, kernel_layers = np.ones(1, np.float32), ["none"]

    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer
        self.optimizer_variables = optimizer.variables

    def train(self, batches, rates):
        losses = []
        for _ in rates:
            _dawdle()
            weight, done = self.model.variables[0], int(self.model.variables[0].value[0])
            assert next(batches) == done == int(self.optimizer.variables[0].value[0]), "weights and batches disagree"
            losses.append(1 / (1 + done))
            weight.assign(weight.value + 1)
            self.optimizer.variables[0].assign([done + 1])
        return np.array(losses), np.full(len(losses), 0.5)


class Route:
    """The number of each batch of the run."""

    per_epoch = STEPS
    frozen = False

    def __init__(self, model, recipe, data):
        self.steps, self.learned, self.data = Steps(model, Optimizer()), model.variables, data
        self.images = len(data.train)

    def prepare(self, tell):
        return True

    def epoch(self, number, skip=0):
        return iter(range(number * STEPS + skip, (number + 1) * STEPS))

    def validation(self):
        return self._logits(self.data.validation)

    def test(self):
        return self._logits(self.data.test)

    def _logits(self, images):
        done = self.learned[0].value[0]
        return np.tile([done, 0.0], (len(images), 1)).astype(np.float32)


def _dawdle():
    time.sleep(EPOCH / STEPS)
    if MODE == "hangs":
        time.sleep(3600)


def _images(count):
    return ImageSet(np.zeros((count, 8, 8, 1), np.uint8), np.zeros(count, np.int64), ("a", "b"))


def _trace(word, folder):
    with open(Path(os.environ["IMGCLS_HOME"]) / "trace.txt", "a") as file:
        file.write(f"{word} {folder.name} {os.getpid()} {time.monotonic()}\n")


def _traced(folder, recipe, leave):
    if MODE in ("hangs", "deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        leave.is_set = lambda: False
    _trace("begin", folder)
    try:
        return _train(folder, recipe, leave)
    finally:
        _trace("end", folder)


_train = loop.train
loop.train = _traced
loop.run_data = lambda recipe: RunData(
    _images(STEPS * recipe.training.batch_size), _images(5), _images(5), np.arange(5)
)
loop.build_model = lambda *_: Model()
loop.route, loop.first_filters = Route, lambda model: None
loop.chosen_precision = lambda recipe: "float32"  # there is nothing to time
finish.parts = lambda model: SimpleNamespace(
    blocks=(), features=SimpleNamespace(output=SimpleNamespace(shape=(None, 8)))
)
loop.CHECKPOINT_SECONDS = float(os.environ.get("FAKE_CHECKPOINT", "0"))
loop.CALL_SECONDS = EPOCH / STEPS
finish.costs = lambda model: {"multiply_adds": 0}
training.warm_up = lambda wanted: time.sleep(float(os.environ.get("FAKE_START", "0")))
assert finish.finish
if MODE in ("hangs", "deaf", "stubborn"):
    Control.wishes = property(lambda self: Wishes())


def _forget():
    """There are no graphs; one that lingers ends late and takes no other run."""
    if MODE == "lingers":
        time.sleep(1)
        sys.exit(0)


training._forget = _forget
sys.exit(training.main())

"""The commands of `python -m imgcls`, one function each: parsed arguments → an `Answer`."""

from imgcls.commands.asking import evaluate, explain, predict
from imgcls.commands.compare import compare
from imgcls.commands.corrections import corrections
from imgcls.commands.dataset import dataset
from imgcls.commands.doctor import doctor
from imgcls.commands.lab import lab
from imgcls.commands.listing import architectures, augmentations, balances, datasets, methods, presets, runs
from imgcls.commands.training import resume, train
from imgcls.commands.weights import weights

__all__ = [
    "architectures",
    "augmentations",
    "balances",
    "compare",
    "corrections",
    "dataset",
    "datasets",
    "doctor",
    "evaluate",
    "explain",
    "lab",
    "methods",
    "predict",
    "presets",
    "resume",
    "runs",
    "train",
    "weights",
]

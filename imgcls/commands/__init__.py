"""The commands of `python -m imgcls`, one function each: parsed arguments → an `Answer`."""

from imgcls.commands.asking import evaluate, explain, predict
from imgcls.commands.doctor import doctor
from imgcls.commands.listing import architectures, datasets, methods, runs
from imgcls.commands.training import resume, train

__all__ = [
    "architectures",
    "datasets",
    "doctor",
    "evaluate",
    "explain",
    "methods",
    "predict",
    "resume",
    "runs",
    "train",
]

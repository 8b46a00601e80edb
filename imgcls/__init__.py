"""imgcls: train small image-classification networks live, and explain what they decide.

Nothing here imports Keras until a network is built, so that the pages can use the same names.

Example:
    >>> from imgcls import LocalEngine, Recipe, get_run
    >>> engine = LocalEngine(adopt=False, spare=False)                      # doctest: +SKIP
    >>> run_id = engine.submit(Recipe())                                    # doctest: +SKIP
    >>> engine.wait(run_id), get_run(run_id).result["test_accuracy"]        # doctest: +SKIP
    (<Status.COMPLETED: 'completed'>, 0.967)
"""

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.datasets import DATASETS, load
from imgcls.engines import LocalEngine
from imgcls.errors import ImgclsError, InputError
from imgcls.models import load_trained
from imgcls.recipe import Choice, Recipe
from imgcls.runs import get_run, list_runs

__version__ = "0.1.0"

__all__ = [
    "ARCHITECTURES",
    "DATASETS",
    "Choice",
    "ImgclsError",
    "InputError",
    "LocalEngine",
    "Recipe",
    "build_model",
    "get_run",
    "list_runs",
    "load",
    "load_trained",
]

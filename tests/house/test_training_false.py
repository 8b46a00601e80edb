"""Rule 4: a Keras model is never called without saying whether it trains.

With a `Random*` layer anywhere in a model, a bare call would augment the picture and overwrite the moving averages.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def is_model(function: ast.expr) -> bool:
    """Whether the called thing is, by its name, a model: `model(x)`, `self.model(x)`, `trained.keras_model(x)`."""
    name = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    return name in ("model", "_model", "keras_model", "submodel", "network", "graph") or name.endswith("_model_")


def bare_calls(tree: ast.AST) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_model(node.func) and "training" not in {word.arg for word in node.keywords}
    ]


def test_no_model_is_called_bare(sources: list[Path]) -> None:
    guilty = {
        path.relative_to(ROOT).as_posix(): found
        for path in sources
        if (found := bare_calls(ast.parse(path.read_text())))
    }
    assert guilty == {}


def test_the_rule_has_something_to_look_at(sources: list[Path]) -> None:
    called = [
        ast.unparse(node)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and is_model(node.func)
    ]
    assert len(called) >= 3
    assert any("training=True" in text for text in called)
    assert any("training=False" in text for text in called)


@pytest.mark.parametrize(
    "code", ["model(x)", "self.model(x)", "trained.keras_model(x[None])", "self._model(x, mask=m)"]
)
def test_a_bare_call_is_seen(code: str) -> None:
    assert bare_calls(ast.parse(code))


@pytest.mark.parametrize("code", ["model(x, training=False)", "model.predict(x)", "build_model(x)", "load_model(p)"])
def test_nothing_else_is_taken_for_one(code: str) -> None:
    assert not bare_calls(ast.parse(code))


def test_no_augmentation_layer_inside_an_architecture() -> None:
    """Augmentation belongs into the pipeline: a saved or exported model would go on augmenting."""
    for path in (ROOT / "imgcls" / "architectures").glob("*.py"):
        names = [ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [name for name in names if name.split(".")[-1].startswith(("Random", "CutMix", "MixUp", "Aug"))], (
            path
        )

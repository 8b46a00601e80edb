"""What is exchanged for a while is back afterwards."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from imgcls.training.instead import instead


class Layer:
    def call(self):
        return "stock"


def test_an_attribute_and_a_method_come_back():
    layer, other = Layer(), SimpleNamespace(value=1)
    with instead([(layer, "call", lambda: "quick"), (other, "value", 2), (other, "value", 3)]):
        assert (layer.call(), other.value) == ("quick", 3)
    assert (layer.call(), other.value) == ("stock", 1)
    assert "call" not in vars(layer)


def test_also_after_an_error_and_what_could_not_be_changed():
    layer = Layer()
    with pytest.raises(ZeroDivisionError), instead([(layer, "call", None)]):
        _ = 1 / 0
    assert layer.call() == "stock"
    with pytest.raises(TypeError), instead([(layer, "call", None), (3, "call", None)]):
        pass
    assert layer.call() == "stock"

"""The activation functions that networks offer, and the starting weights that suit them."""

from __future__ import annotations

from typing import Literal

Activation = Literal["relu", "leaky_relu", "elu", "silu", "gelu", "tanh", "sigmoid"]


def initializer(activation: str) -> str:
    """The starting weights that keep the size of activations from layer to layer.

    He et al. 2015, https://arxiv.org/abs/1502.01852, for rectifiers, which silence half of their input;
    Glorot and Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*, for the others.
    """
    return "glorot_uniform" if activation in ("tanh", "sigmoid") else "he_normal"

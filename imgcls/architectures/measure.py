"""What a network costs: parameters, multiply-adds and memory, counted from the shapes of its layers."""

from __future__ import annotations

from math import prod
from typing import Any

_BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}


def costs(model: Any) -> dict[str, int]:
    """The costs of one image on its way through a flat functional Keras model.

    Not covered: additions, activations, pooling and normalisation do not count as multiply-adds, as in the
    literature. Batch norm would vanish into the convolutions of a finished network anyway.

    Returns:
        `parameters`, moving statistics included; `trainable_parameters`; `multiply_adds`; `activation_bytes`, what
        the outputs of all layers occupy when they are kept for the way back, as training does.

    Example:
        >>> costs(build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, seed=0))["multiply_adds"]
        2528000
    """
    rows = layer_costs(model)
    return {
        "parameters": int(model.count_params()),
        "trainable_parameters": sum(prod(weight.shape) for weight in model.trainable_weights),
        "multiply_adds": sum(row["multiply_adds"] for row in rows),
        "activation_bytes": sum(row["activation_bytes"] for row in rows),
    }


#: Images in one pass through a network, and pixels of its largest feature maps: what a pass computes should stay
#: near the processor. At 224 × 224, 9 images at once take a seventh longer for each than 16 or 24.
PASS_IMAGES = 256
PASS_PIXELS = 1_000_000


def images_a_pass(model: Any) -> int:
    """How many images go through a network at once where nothing is trained; it may enlarge them before it begins."""
    sizes = [prod(layer.output.shape[1:3]) for layer in model.layers if len(layer.output.shape) == 4]
    return max(1, min(PASS_IMAGES, PASS_PIXELS // max(sizes, default=1)))


def layer_costs(model: Any) -> list[dict[str, Any]]:
    """One row a layer, in the order of the graph: `name`, `kind`, `shape`, the `inputs`, and its share of each cost."""
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "shape": tuple(layer.output.shape[1:]),
            "inputs": _inputs(layer),
            "parameters": int(layer.count_params()),
            "multiply_adds": multiply_adds(layer),
            "activation_bytes": activation_bytes(layer),
        }
        for layer in model.layers
    ]


def _inputs(layer: Any) -> list[str]:
    """Names of the layers whose outputs it takes; in a flat graph every layer is called once."""
    from keras import tree

    tensors = tree.flatten(layer.input) if layer._inbound_nodes[0].parent_nodes else []
    return [tensor._keras_history.operation.name for tensor in tensors]


def multiply_adds(layer: Any) -> int:
    """Multiplications, each with its addition, that one image needs in a layer; a bias costs none."""
    from keras import layers

    places = prod(layer.output.shape[1:-1])
    match layer:
        case layers.SeparableConv1D() | layers.SeparableConv2D():
            return places * (prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape))
        case layers.Conv1DTranspose() | layers.Conv2DTranspose() | layers.Conv3DTranspose():
            return prod(layer.input.shape[1:-1]) * prod(layer.kernel.shape)
        case layers.Conv1D() | layers.Conv2D() | layers.Conv3D() | layers.Dense():
            return places * prod(layer.kernel.shape)
        case layers.DepthwiseConv1D() | layers.DepthwiseConv2D():
            return places * prod(layer.kernel.shape)
        case layers.EinsumDense():
            return _einsum(layer)
        case layers.MultiHeadAttention():
            return _attention(layer)
    return 0


def _einsum(layer: Any) -> int:
    """One for each combination of the letters, the batch's aside: `btd,de->bte` needs t · d · e."""
    terms, output = layer.equation.split("->")
    pairs = [*zip(terms.split(","), (layer.input.shape, layer.kernel.shape), strict=True), (output, layer.output.shape)]
    sizes = {letter: size for term, shape in pairs for letter, size in zip(term, shape, strict=True)}
    return prod(size for size in sizes.values() if size is not None)


def _attention(layer: Any) -> int:
    """Queries, keys, values and the way back are dense layers; scores and mixing compare every token with every one."""
    tokens, parts = _tokens(layer), (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    dense = tokens * sum(prod(part.kernel.shape) for part in parts)
    return dense + layer.num_heads * tokens * tokens * (layer.key_dim + layer.value_dim)


def _tokens(layer: Any) -> int:
    return int(prod(layer.output.shape[1:-1]))


def activation_bytes(layer: Any) -> int:
    """What a layer's output occupies; 0 where it is its input in another shape."""
    from keras import layers

    if isinstance(layer, layers.Flatten | layers.Reshape):
        return 0
    size = _BYTES.get(layer.output.dtype, 4)
    numbers = prod(layer.output.shape[1:])
    if isinstance(layer, layers.MultiHeadAttention):
        tokens, heads = _tokens(layer), layer.num_heads
        # queries, keys, values and their mixture; and one score and one share for each pair of tokens and head
        numbers += tokens * heads * (2 * layer.key_dim + 2 * layer.value_dim) + 2 * heads * tokens * tokens
    return int(numbers) * size

"""Golden raw Grad-CAM maps from an independent implementation: pytorch-grad-cam on torch, without TensorFlow.

Not part of the everyday tests. To make `grad_cam.npz` again:

    python3 -m venv /tmp/golden
    /tmp/golden/bin/pip install torch==2.13.0 numpy opencv-python-headless scikit-learn tqdm pillow matplotlib
    /tmp/golden/bin/pip install --no-deps grad-cam==1.5.7 ttach==0.0.3
    /tmp/golden/bin/python tests/explain/golden/make_golden.py

There is no CPU torchvision to install here. pytorch-grad-cam imports it for preprocessing photographs, which
is not used, so its names are stubbed; the Grad-CAM that runs is the package's own.

The file holds weights, inputs and maps in Keras' layout (channels last), under `<net>/<name>`.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

import numpy as np
import torch
from torch import nn

CLASSES = 5
TARGETS = [0, 3, 1, 4]


def stub_torchvision() -> None:
    """Empty stand-ins for the torchvision names that pytorch-grad-cam imports and Grad-CAM never calls."""
    for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
        sys.modules[name] = types.ModuleType(name)
    for name in ("Compose", "Normalize", "ToTensor"):
        setattr(sys.modules["torchvision.transforms"], name, None)
    sys.modules["torchvision.transforms.functional"].resize = None


def gap_net() -> nn.Sequential:
    """Stride, padding, batch normalization, global average pooling: 17×13×3 to 9×7×8 to 5×4×10 to 5 classes."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8, eps=1e-3),
        nn.ReLU(),
        nn.Conv2d(8, 10, 3, stride=2, padding=1),
        nn.BatchNorm2d(10, eps=1e-3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(10, CLASSES),
    )


def flatten_net() -> nn.Sequential:
    """Maximum pooling and a flattened head: 12×12×1 to 10×10×6 to 5×5×6 to 16 to 5 classes."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(150, 16),
        nn.ReLU(),
        nn.Linear(16, CLASSES),
    )


def shake(net: nn.Module, generator: torch.Generator) -> None:
    """Give biases and batch statistics values that a mistake in copying or reading them would show."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.weight.data = 0.5 + torch.rand(layer.weight.shape, generator=generator)
            layer.bias.data = 0.3 * torch.randn(layer.bias.shape, generator=generator)
            layer.running_mean = 0.3 * torch.randn(layer.running_mean.shape, generator=generator)
            layer.running_var = 0.5 + torch.rand(layer.running_var.shape, generator=generator)


def keras_weights(net: nn.Sequential, flattened: tuple[int, int, int] | None) -> list[np.ndarray]:
    """The weights as `keras.Model.set_weights` takes them; `flattened` is the `(k, h, w)` before `Flatten`."""
    weights: list[torch.Tensor] = []
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            weights += [layer.weight.permute(2, 3, 1, 0), layer.bias]
        elif isinstance(layer, nn.BatchNorm2d):
            weights += [layer.weight, layer.bias, layer.running_mean, layer.running_var]
        elif isinstance(layer, nn.Linear):
            kernel = layer.weight
            if flattened:  # torch flattens channels first, Keras channels last
                kernel = kernel.reshape(-1, *flattened).permute(0, 2, 3, 1).reshape(kernel.shape)
                flattened = None
            weights += [kernel.T, layer.bias]
    return [weight.detach().numpy() for weight in weights]


def raw_maps(net: nn.Module, layer: nn.Module, images: torch.Tensor) -> np.ndarray:
    """Grad-CAM before its ReLU, `(n, h', w')`."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    targets = [ClassifierOutputTarget(target) for target in TARGETS]
    with GradCAM(model=net, target_layers=[layer]) as method:
        method(input_tensor=images, targets=targets)
        seen = method.activations_and_grads
        activations, gradients = (x[0].detach().numpy() for x in (seen.activations, seen.gradients))
        return method.get_cam_image(images, layer, targets, activations, gradients)


def main() -> None:
    stub_torchvision()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    stored = {"targets": np.array(TARGETS)}
    for name, net, shape, layers, flattened in (
        ("gap", gap_net(), (3, 17, 13), {"first": 2, "last": 5}, None),
        ("flatten", flatten_net(), (1, 12, 12), {"first": 1, "last": 2}, (6, 5, 5)),
    ):
        shake(net, generator)
        net.eval()
        images = torch.rand((len(TARGETS), *shape), generator=generator)
        stored[f"{name}/images"] = images.permute(0, 2, 3, 1).numpy()
        stored[f"{name}/logits"] = net(images).detach().numpy()
        for place, index in layers.items():
            stored[f"{name}/raw_{place}"] = raw_maps(net, net[index], images)
        for index, weight in enumerate(keras_weights(net, flattened)):
            stored[f"{name}/weight_{index:02d}"] = weight
    np.savez_compressed(Path(__file__).with_name("grad_cam.npz"), **stored)


if __name__ == "__main__":
    main()

"""Golden raw maps from independent implementations: pytorch-grad-cam and captum on torch, in float64.

Not part of the everyday tests. To make `golden.npz` again:

    python3 -m venv /tmp/golden
    /tmp/golden/bin/pip install torch==2.13.0 numpy opencv-python-headless scikit-learn tqdm pillow matplotlib
    /tmp/golden/bin/pip install --no-deps grad-cam==1.5.7 ttach==0.0.3 captum==0.8.0
    /tmp/golden/bin/python tests/explain/golden/make_golden.py

There is no CPU torchvision to install here. pytorch-grad-cam imports it for preprocessing photographs, which
is not used, so its names are stubbed; the methods that run are the package's own. Two things are set:

- its Score-CAM enlarges masks with the corners aligned. Here they are enlarged by half pixels, as all else.
- its Grad-CAM++ adds 1e-6 below the fraction of its α. The last layer's weights are multiplied by 4096 for it, so that
  this is nothing beside the rest; and by 32 for Score-CAM, whose channels would otherwise weigh much the same.
  Whoever compares does the same (`LOUDER`).

The file holds weights, inputs and maps in Keras' layout (channels last), under `<net>/<name>`; maps of a layer
under `<net>/<method>/<layer>`, maps of the pixels under `<net>/<method>`.
"""

from __future__ import annotations

import copy
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

CLASSES = 5
TARGETS = [0, 3, 1, 4]
LOUDER = {"grad-cam++": 4096, "score-cam": 32}
STEPS = 32
GREY = 0.5
#: Side of the occluding square and its step, in pixels: they end at the edge of both nets' pictures.
SQUARE, STEP = {"gap": 5, "flatten": 4}, {"gap": 4, "flatten": 2}


def stub_torchvision() -> None:
    """Empty stand-ins for the torchvision names that pytorch-grad-cam imports and the methods never call."""
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
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(150, 16),
        nn.ReLU(),
        nn.Linear(16, CLASSES),
    )
    # no channel is all but silent: pytorch-grad-cam's Score-CAM adds 1e-8 to the range of each
    net[0].bias.data += 0.1
    return net


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


def louder(net: nn.Sequential, times: int) -> nn.Sequential:
    """A copy whose logits are so many times as large."""
    copied = copy.deepcopy(net)
    copied[-1].weight.data *= times
    copied[-1].bias.data *= times
    return copied


def half_pixels(size: tuple[int, int]) -> nn.Module:
    return nn.Upsample(size, mode="bilinear", align_corners=False)


def raw_maps(kind: Callable[..., object], net: nn.Sequential, index: int, images: torch.Tensor) -> np.ndarray:
    """The maps of a class activation method before ReLU, resizing and normalisation: `(n, h', w')`."""
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    targets, layer = [ClassifierOutputTarget(target) for target in TARGETS], net[index]
    with kind(model=net, target_layers=[layer]) as method:
        method(input_tensor=images, targets=targets)
        seen = method.activations_and_grads
        activations = seen.activations[0].detach().numpy()
        gradients = seen.gradients[0].detach().numpy() if seen.gradients else None
        return method.get_cam_image(images, layer, targets, activations, gradients, False)


def layer_maps(net: nn.Sequential, places: dict[str, int], images: torch.Tensor) -> Iterator[tuple[str, np.ndarray]]:
    import pytorch_grad_cam as theirs

    kinds = {
        "grad-cam": theirs.GradCAM,
        "grad-cam++": theirs.GradCAMPlusPlus,
        "hirescam": theirs.HiResCAM,
        "layercam": theirs.LayerCAM,
        "xgrad-cam": theirs.XGradCAM,
        "eigen-cam": theirs.EigenCAM,
        "score-cam": theirs.ScoreCAM,
    }
    for name, kind in kinds.items():
        seen = louder(net, LOUDER.get(name, 1))
        for place, index in places.items():
            yield f"{name}/{place}", raw_maps(kind, seen, index, images)


def pixel_maps(net: nn.Sequential, square: int, step: int, images: torch.Tensor) -> Iterator[tuple[str, np.ndarray]]:
    """Captum's attributions, made maps of one number a pixel: `(n, h, w)`."""
    from captum import attr

    def asked(by: object, **named: object) -> torch.Tensor:
        return by.attribute(images.clone().requires_grad_(), target=TARGETS, **named).detach()

    black, integral = torch.zeros_like(images), {"method": "gausslegendre", "n_steps": STEPS}
    window, steps = (images.shape[1], square, square), (images.shape[1], step, step)
    found = {
        "saliency": asked(attr.Saliency(net)).amax(1),
        "gradient-x-input": asked(attr.InputXGradient(net)).sum(1),
        "integrated-gradients": asked(attr.IntegratedGradients(net), baselines=black, **integral).sum(1),
        "integrated-gradients-grey": asked(attr.IntegratedGradients(net), baselines=black + GREY, **integral).sum(1),
        "guided-backprop": asked(attr.GuidedBackprop(net)).abs().amax(1),
        "occlusion": asked(
            attr.Occlusion(net),
            sliding_window_shapes=window,
            strides=steps,
            baselines=GREY,
        ).mean(1),  # the same for all channels of a pixel
    }
    yield from ((name, array.numpy()) for name, array in found.items())


def main() -> None:
    stub_torchvision()
    torch.nn.UpsamplingBilinear2d = half_pixels
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    stored = {"targets": np.array(TARGETS)}
    for name, net, shape, places, flattened in (
        ("gap", gap_net(), (3, 17, 13), {"first": 2, "last": 5}, None),
        ("flatten", flatten_net(), (1, 12, 12), {"first": 1, "last": 2}, (6, 5, 5)),
    ):
        shake(net, generator)
        net.eval()
        images = torch.rand((len(TARGETS), *shape), generator=generator)
        stored[f"{name}/images"] = images.permute(0, 2, 3, 1).numpy()
        for index, weight in enumerate(keras_weights(net, flattened)):
            stored[f"{name}/weight_{index:02d}"] = weight
        net, images = net.double(), images.double()  # what is held to these values rounds, these do not
        stored[f"{name}/logits"] = net(images).detach().numpy().astype(np.float32)
        for maps in (layer_maps(net, places, images), pixel_maps(net, SQUARE[name], STEP[name], images)):
            stored.update({f"{name}/{method}": array.astype(np.float32) for method, array in maps})
    np.savez_compressed(Path(__file__).with_name("golden.npz"), **stored)


if __name__ == "__main__":
    main()

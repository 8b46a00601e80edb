"""Grad-CAM of one image through the inference worker, against the bare traced function, tf-keras-vis, pytorch-grad-cam.

    python -m tests.benchmarks.grad_cam

Asked alternately in one run, after a warm-up: through the worker as a page does (client, pipe, worker, pipe); the same
traced function in this process; tf-keras-vis in this process, on the same model and at the same layer; and, where torch
and grad-cam are installed (tests/benchmarks/requirements.txt), pytorch-grad-cam on the article's network with the same
weights. Then the worker's memory over 500 predictions and 200 explanations by every method, and over checks of maps.
Prints JSON
after each of the three, with all so far.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS = 60
#: Checks of a map, in the soak.
CHECKS = 20

Works = dict[str, Callable[[], Any]]


def median_ms(works: Works, rounds: int) -> dict[str, tuple[float, float, float]]:
    """Median, lowest and highest decile of each work in milliseconds, asked in turn."""
    for work in works.values():
        work()
        work()
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            took[name].append(1000 * (time.perf_counter() - began))
    return {
        name: (statistics.median(values), *(float(np.quantile(values, share)) for share in (0.1, 0.9)))
        for name, values in took.items()
    }


def compare(client: Any, name: str, image: np.ndarray, more: Callable[[Any, np.ndarray], Works]) -> dict[str, Any]:
    from tf_keras_vis.gradcam import Gradcam

    from imgcls.explain import engine, explain
    from imgcls.models import load_trained

    trained = load_trained(name)
    model, inputs = trained.keras_model, trained.inputs(image[None])
    layer = engine.default_layer(model)
    assert layer is not None
    target = int(engine.scores(model, inputs).argmax())
    other = Gradcam(model, model_modifier=None, clone=False)
    # the layer that is asked for, and not the last convolution before it
    asked: dict[str, Any] = {"penultimate_layer": layer, "seek_penultimate_conv_layer": False}
    raw = {"activation_modifier": None, "expand_cam": False, "normalize_cam": False}

    def theirs() -> np.ndarray:
        return np.asarray(other(lambda logits: logits[:, target], inputs, **asked, **raw))

    ours = explain(model, inputs, target)[0].raw
    assert np.abs(theirs().reshape(ours.shape) - ours).max() < 1e-4 * np.abs(ours).max()
    works = {
        "worker": lambda: client.ask("explain", {"image": image}, model=name, method="grad-cam").result(60),
        "bare": lambda: engine.look(model, inputs, np.array([target]), layer, to_image=False),
        "tf-keras-vis": theirs,
        **more(model, inputs),
    }
    found = median_ms(works, ROUNDS)
    middle = {work: values[0] for work, values in found.items()}
    ratios = {"worker / bare": middle["worker"] / middle["bare"]}
    for work in middle.keys() - {"worker", "bare"}:
        ratios[f"{work} / worker"] = middle[work] / middle["worker"]
        ratios[f"{work} / bare"] = middle[work] / middle["bare"]
    return {"milliseconds": found, **ratios}


def nothing_more(model: Any, inputs: np.ndarray) -> Works:
    return {}


def pytorch_grad_cam(model: Any, inputs: np.ndarray) -> Works:
    """The article's network in torch, with the weights of `model`; nothing where torch or grad-cam is missing."""
    for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
        if name not in sys.modules:  # it is imported for the preparation of photographs alone
            sys.modules[name] = types.ModuleType(name)
    for name in ("Compose", "Normalize", "ToTensor"):
        setattr(sys.modules["torchvision.transforms"], name, None)
    sys.modules["torchvision.transforms.functional"].resize = None  # type: ignore[attr-defined]
    try:
        import torch
        from pytorch_grad_cam import GradCAM
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
        from torch import nn
    except ImportError:
        return {}
    torch.set_num_threads(os.cpu_count() or 1)
    net = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    first, first_bias, second, second_bias, dense, dense_bias, head, head_bias = map(torch.tensor, model.get_weights())
    dense = dense.T.reshape(64, 5, 5, 64).permute(0, 3, 1, 2).reshape(64, 1600)  # channels last to channels first
    places = {0: (first.permute(3, 2, 0, 1), first_bias), 3: (second.permute(3, 2, 0, 1), second_bias)}
    for place, (weight, bias) in {**places, 7: (dense, dense_bias), 9: (head.T, head_bias)}.items():
        net[place].weight.data, net[place].bias.data = weight.contiguous(), bias
    net.eval()
    given = torch.tensor(inputs).permute(0, 3, 1, 2).contiguous()
    logits = net(given)[0].detach().numpy()
    assert np.abs(logits - np.asarray(model(inputs, training=False))[0]).max() < 1e-3
    target = int(logits.argmax())
    seen = GradCAM(net, [net[5]])
    return {"pytorch-grad-cam": lambda: seen(given, targets=[ClassifierOutputTarget(target)])}


def memory(client: Any, name: str, image: np.ndarray) -> dict[str, float]:
    """Megabytes of the worker before and after 500 predictions and 200 explanations, and then checks of maps."""
    from imgcls.explain import methods

    known = [one.name for one in methods()]

    def explained(count: int) -> None:
        for place in range(count):
            method = known[place % len(known)]
            options = _FEW.get(method, {})
            client.ask("explain", {"image": image}, model=name, method=method, options=options).result(60)

    def checked(count: int) -> None:
        for place in range(count):
            asked = {"method": ("grad-cam", "saliency")[place % 2], "class": place % 10}
            client.ask("trust_map", {"image": image}, slow=True, model=name, **asked).result(120)

    client.ask("predict", {"images": image[None]}, model=name).result(60)
    explained(2 * len(known))
    checked(4)
    pid = client._worker.pid
    before = resident(pid)
    for _ in range(500):
        client.ask("predict", {"images": image[None]}, model=name).result(60)
    explained(200)
    after = resident(pid)
    checked(CHECKS)
    return {"before": before, "grown": after - before, f"grown by {CHECKS} checks": resident(pid) - after}


#: What heavy methods are given to do in the soak.
_FEW: dict[str, dict[str, int]] = {
    "rise": {"masks": 60},
    "lime": {"samples": 60},
    "activation-maximization": {"steps": 5},
}


def resident(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from imgcls.cli import main as command
        from imgcls.datasets import load
        from imgcls.engines.inference import InferenceClient
        from imgcls.recipe import Choice
        from imgcls.runs import list_runs

        command(["train", "--epochs", "1"])
        run = list_runs()[0].id
        digit = load(Choice(name="mnist-5k")).images[0]
        photograph = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
        client = InferenceClient()
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "seed-cnn 28×28": lambda: compare(client, run, digit, pytorch_grad_cam),
            "efficientnet-lite0 224×224": lambda: compare(client, "imagenet", photograph, nothing_more),
            "memory of the worker, MB": lambda: memory(client, run, digit),
        }
        found: dict[str, Any] = {}
        for name, part in parts.items():
            found[name] = part()
            print(json.dumps(found), flush=True)  # whole after each: who stops it early keeps those
        client.close()


if __name__ == "__main__":
    main()

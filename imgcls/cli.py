"""`python -m imgcls …`: the words of the pages, for a shell.

With `--json`, standard output is one JSON object. Progress and messages go to standard error.
Exit codes: 0 done, 2 the input was refused, 1 our fault.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from imgcls import commands
from imgcls.commands.corrections import MOVES
from imgcls.commands.dataset import ACTIONS
from imgcls.errors import ImgclsError, InputError
from imgcls.language import N_, environment_language, translator
from imgcls.race import DEFAULT_DEPTH


class _Parser(argparse.ArgumentParser):
    """Refuses in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise InputError(N_("{message}. See: {program} --help"), message=message, program=self.prog)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m imgcls", description="Train, ask and explain image-classification networks.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object to standard output")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        command = subparsers.add_parser(name, parents=[common], help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("doctor", commands.doctor, "check that this machine has what the app needs")
    add("datasets", commands.datasets, "list the data sets")
    _add_dataset(
        add(
            "dataset",
            commands.dataset,
            "import, export, change, delete or check a data set of your own, or download one",
        )
    )
    _add_corrections(add("corrections", commands.corrections, "list what is corrected in a data set, or correct it"))
    _add_architectures(add("architectures", commands.architectures, "list the networks, or say what one of them costs"))
    add("augmentations", commands.augmentations, "list the ways to change images while training")
    add("balances", commands.balances, "list what can be done about rare classes")
    add("presets", commands.presets, "list the recipes to begin with")
    add("methods", commands.methods, "list the methods of explanation")
    _add_weights(add("weights", commands.weights, "list the weights that can be downloaded, or download some"))
    _add_train(add("train", commands.train, "train a network and test it"))
    text = "train one deep network four times, without and with batch norm and skip connections, and compare gradients"
    _add_lab(add("lab", commands.lab, text))
    add("runs", commands.runs, "list the runs")
    add("resume", commands.resume, "go on with an interrupted or stopped run").add_argument("model", metavar="RUN")
    add("evaluate", commands.evaluate, "how well a run does on its test images").add_argument("model", metavar="RUN")
    compared = add("compare", commands.compare, "which of several runs is better, and whether that can be chance")
    compared.add_argument("models", nargs="+", metavar="RUN")
    _add_predict(add("predict", commands.predict, "what a network sees in pictures"))
    _add_explain(add("explain", commands.explain, "why a network says so, as a heatmap"))
    return parser


def _add_architectures(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", metavar="NAME", help="count and measure this one, layer by layer")
    command.add_argument("--dataset", metavar="NAME", help="for the images of this data set (mnist-5k)")
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="any setting of the recipe")


def _add_dataset(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=list(ACTIONS), metavar="|".join(ACTIONS))
    command.add_argument("name", metavar="NAME", help="of the data set")
    command.add_argument("path", nargs="?", type=Path, metavar="PATH", help="import: FOLDER-or-ZIP; export: OUT.zip")
    command.add_argument("--replace", action="store_true", help="import: a data set of this name is replaced")
    text = "import, change: these are letters, digits or signs that must not be mirrored; or they are not"
    command.add_argument("--writing", action=argparse.BooleanOptionalAction, help=text)


def _add_corrections(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="DATASET", help="see: datasets")
    command.add_argument("keys", nargs="*", metavar="KEY", help="of images: a number, or class/file in one's own")
    command.add_argument("--relabel", metavar="CLASS", help="give these images this class")
    command.add_argument("--move", choices=MOVES, metavar="|".join(MOVES), help="put these images to this part")
    command.add_argument("--leave-out", action="store_true", help="take these images out of all parts")
    command.add_argument("--as-it-was", action="store_true", help="take all corrections of these images back")
    command.add_argument("--undo", action="store_true", help="take the last step back")
    command.add_argument("--redo", action="store_true", help="do the step again that was taken back")
    text = "an option of the data set, as in train: dataset.images=400"
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=text)


def _add_weights(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", metavar="NAME", help="download these; see: weights")


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dataset", metavar="NAME", help="see: datasets")
    command.add_argument("--architecture", metavar="NAME", help="see: architectures")
    text = "now, or the identifier of some: images with another class or part, or left out; see: corrections"
    command.add_argument("--corrections", metavar="now|ID", help=text)
    command.add_argument("--balance", metavar="NAME", help="what is done about rare classes; see: balances")
    command.add_argument("--epochs", type=int)
    command.add_argument("--batch-size", type=int)
    command.add_argument("--seed", type=int)
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="any setting of the recipe")
    command.add_argument("--recipe", metavar="FILE-or-code", help="start from this recipe")
    command.add_argument("--preset", metavar="NAME", help="start from this recipe of ours; see: presets")


def _add_lab(command: argparse.ArgumentParser) -> None:
    text = f"layers with kernels in each of the four: 8, 14, 20 … ({DEFAULT_DEPTH})"
    command.add_argument("--depth", type=int, default=DEFAULT_DEPTH, help=text)
    command.add_argument("--dataset", metavar="NAME", help="see: datasets")
    command.add_argument("--epochs", type=int)
    command.add_argument("--batch-size", type=int)
    command.add_argument("--seed", type=int)
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="any setting of the recipes")


MODEL = "a run, `imagenet`, or applications/NAME with its own head"


def _add_predict(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="RUN|imagenet", help=MODEL)
    command.add_argument("images", nargs="+", metavar="IMAGE", type=Path)
    command.add_argument("--top", type=int, default=5, metavar="K", help="classes named per picture (5)")
    _add_as_is(command)


def _add_explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="RUN|imagenet", help=MODEL)
    command.add_argument("image", metavar="IMAGE", type=Path)
    command.add_argument("--method", default="grad-cam", metavar="NAME", help="see: methods (grad-cam)")
    command.add_argument("--class", dest="class_name", metavar="NAME", help="the class to explain (the predicted one)")
    command.add_argument("--against", metavar="NAME", help="a class to hold it against: why 3 rather than 8")
    command.add_argument("--layer", metavar="NAME", help="the layer to look at (the last one that is a picture)")
    text = "an option of the method, as often as needed; see: methods"
    command.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help=text)
    command.add_argument("--raw", type=Path, metavar="NPY", help="also keep the raw signed map, as a numpy file")
    text = "also check how far the map can be believed, as on the page Explain, and say so"
    command.add_argument("--trust", action="store_true", help=text)
    text = "also hold Grad-CAM against that of tf-keras-vis, another implementation, and say how far they are apart"
    command.add_argument("--second-opinion", action="store_true", help=text)
    command.add_argument("--out", required=True, type=Path, metavar="PNG")
    _add_as_is(command)


def _add_as_is(command: argparse.ArgumentParser) -> None:
    text = "only fit the picture's size; do not invert, crop and centre strokes"
    command.add_argument("--as-is", action="store_true", help=text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    try:
        asked = _parser().parse_args(arguments)
        answer = asked.run(asked)
    except ImgclsError as error:
        message = error.say(translator(environment_language()))
        print("imgcls:", " ".join(message.splitlines()), file=sys.stderr)  # one line, whatever came
        return error.exit_code
    except KeyboardInterrupt:
        print("imgcls: interrupted", file=sys.stderr)
        return 130
    # ASCII: a program must be able to read it whatever the shell's encoding and the file names' bytes
    _show(json.dumps(answer.data, indent=1, default=float) if asked.json else "\n".join(answer.lines))
    return answer.exit_code


def _show(text: str) -> None:
    """Print to standard output; who reads it may leave early, and may not know every letter."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end

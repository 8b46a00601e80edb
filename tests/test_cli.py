"""The command line as a shell and a program see it: what is printed where, and the exit codes.

The contract is the README's; every command here is a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from imgcls.cli import main
from imgcls.engines.process import ROOT
from imgcls.images import encode_png, read_image
from imgcls.recipe import Recipe
from imgcls.runs import Status, get_run, list_runs, read_curve
from tests.engines.fakes import children, is_running, until


def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "imgcls", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        start_new_session=True,
        # who runs the tests in the background has Ctrl-C ignored, and so would the commands
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def call(*arguments: object, **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = start(*arguments, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def answered(*arguments: object) -> dict:
    """The one JSON object of a command that goes well."""
    code, out, err = call(*arguments, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def refused(*arguments: object, **environment: str) -> str:
    """The one line of a command that is refused."""
    code, out, err = call(*arguments, **environment)
    assert (code, out) == (2, ""), err
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("imgcls: ")
    return lines[0]


def in_process(capsys, *arguments: object) -> str:
    """As `refused`, in this process: for the many cases that need no process to show the fault."""
    assert main([*map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("imgcls: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return said.err


# -- imports


@pytest.mark.parametrize(
    "code",
    [
        "import imgcls",
        "import imgcls.cli",
        "from imgcls.cli import main; main(['runs'])",
        "from imgcls.cli import main; main(['datasets', '--json'])",
        "from imgcls.cli import main; main(['doctor'])",
        "from imgcls.cli import main; main(['weights'])",
        "from imgcls.engines import LocalEngine; LocalEngine(spare=False).close()",
        "from imgcls.engines.inference import InferenceClient; InferenceClient().close()",
    ],
)
def test_neither_keras_nor_streamlit_is_imported(code):
    check = "import sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{check}"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    modules = set(done.stderr.splitlines()[-1].split())
    assert not modules & {"tensorflow", "keras", "streamlit", "torch", "mlxtend", "sklearn"}


# -- lists


@pytest.mark.parametrize("command", ["datasets", "architectures", "methods", "runs", "weights"])
def test_lists(command, capsys):
    assert main([command]) == 0
    said = capsys.readouterr()
    assert said.out.strip()
    assert said.err == ""
    assert list(answered(command)) == [command]


def test_doctor():
    code, out, _ = call("doctor", "--json")
    found = json.loads(out)
    assert code == (0 if found["ok"] else 1)


def test_help_is_no_error():
    code, out, err = call("train", "--help")
    assert (code, err) == (0, "")
    assert "usage: python -m imgcls" in out


# -- refusals


def png_header(width: int, height: int) -> bytes:
    """A whole PNG of few bytes that claims a size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.fixture
def pictures(tmp_path) -> Path:
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "good.jpg")
    whole = (tmp_path / "good.jpg").read_bytes()
    (tmp_path / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("this is no picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "dot.png").write_bytes(encode_png(np.zeros((1, 1, 3), np.uint8)))
    (tmp_path / "bomb.png").write_bytes(png_header(9500, 9500))
    (tmp_path / "wide.png").write_bytes(png_header(8000, 8000))
    (tmp_path / "good.png").write_bytes(encode_png(noise))
    (tmp_path / "folder.png").mkdir()
    return tmp_path


BAD_PICTURES = {
    "text.png": "not a picture",
    "empty.png": "is empty",
    "dot.png": "too small",
    "bomb.png": "too long a side",
    "wide.png": "too many pixels",
    "truncated.jpg": "cut off",
    "missing.png": "no file",
    "folder.png": "not a file",
    "a\nb.png": "no file",
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_bad_pictures(pictures, tiny_run, capsys, name):
    assert BAD_PICTURES[name] in in_process(capsys, "predict", tiny_run.id, pictures / name)
    out = pictures / "why.png"
    assert BAD_PICTURES[name] in in_process(capsys, "explain", tiny_run.id, pictures / name, "--out", out)
    assert not out.exists()


def test_bad_picture_in_a_process(pictures, tiny_run):
    assert "too long a side" in refused("predict", tiny_run.id, pictures / "bomb.png")


REFUSED = {
    "nothing": ([], "required"),
    "no such command": (["dance"], "invalid choice"),
    "no such option": (["train", "--epoch-count", "3"], "unrecognized"),
    "an option with a line break": (["train", "--a\nb"], "unrecognized"),
    "an option without its value": (["train", "--epochs"], "expected one argument"),
    "epochs in words": (["train", "--epochs", "three"], "invalid int"),
    "no epochs": (["train", "--epochs", "0"], "training.epochs"),
    "too many epochs": (["train", "--epochs", "51"], "training.epochs"),
    "an absurd number": (["train", "--epochs", "1" + "0" * 400], "training.epochs"),
    "a negative seed": (["train", "--seed", "-1"], "seed"),
    "no batch": (["train", "--batch-size", "0"], "training.batch_size"),
    "no such data set": (["train", "--dataset", "nope"], "There is no data set “nope”"),
    "no such architecture": (["train", "--architecture", "nope"], "There is no architecture “nope”"),
    "a set without a value": (["train", "--set", "training.epochs"], "PATH=VALUE"),
    "a set without a path": (["train", "--set", "=3"], "PATH=VALUE"),
    "a set without anything": (["train", "--set", ""], "PATH=VALUE"),
    "a setting that is not there": (["train", "--set", "training.epoch=3"], "There is no setting"),
    "a path through a number": (["train", "--set", "seed.x=3"], "There is no setting"),
    "a path of dots": (["train", "--set", "...=3"], "There is no setting"),
    "a part as a number": (["train", "--set", "training=3"], "training"),
    "a name that is no name": (["train", "--set", "dataset.name=null"], "dataset.name"),
    "a rate that is no number": (["train", "--set", "training.optimizer.learning_rate=NaN"], "learning_rate"),
    "an infinite rate": (["train", "--set", "training.optimizer.learning_rate=1e999"], "learning_rate"),
    "a negative rate": (["train", "--set", "training.optimizer.learning_rate=-1"], "learning_rate"),
    "an option that the network lacks": (["train", "--set", "architecture.width=3"], "architecture.width"),
    "shares of more than all": (["train", "--set", "split.test=0.95"], "leave something to train on"),
    "a share of nothing": (["train", "--set", "split.test=0"], "split.test"),
    "a recipe that is not there": (["train", "--recipe", "missing.json"], "recipe file in JSON"),
    "a recipe that is no JSON": (["train", "--recipe", "pyproject.toml"], "recipe file in JSON"),
    "a recipe that is a folder": (["train", "--recipe", "/tmp"], "recipe file in JSON"),
    "a code that is none": (["train", "--recipe", "nonsense"], "recipe code"),
    "a code longer than a file name": (["train", "--recipe", "A" * 3000], "recipe code"),
    "a depth in words": (["lab", "--depth", "deep"], "invalid int"),
    "a depth that the lab's networks do not have": (["lab", "--depth", "9"], "The depth must be 6n + 2"),
    "another network for the lab": (["lab", "--set", "architecture.name=mlp"], "only --depth can be chosen"),
    "no such run to resume": (["resume", "20260101-000000-abcdef"], "There is no run"),
    "a path for a run": (["resume", "../../etc/passwd"], "There is no run"),
    "no such run to evaluate": (["evaluate", "nope"], "There is no run"),
    "no such run to ask": (["predict", "nope", "x.png"], "There is no run"),
    "no run at all": (["evaluate"], "required"),
    "no picture": (["predict", "nope"], "required"),
    "no place for the answer": (["explain", "nope", "x.png"], "--out"),
    "no such method": (["explain", "nope", "x.png", "--method", "magic", "--out", "x.png"], "no explanation method"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(capsys, name, home_folder):
    arguments, words = REFUSED[name]
    assert words in in_process(capsys, *arguments)
    assert list_runs() == []
    assert not list(home_folder.glob("runs/*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--class", "cat"], "does not know the class “cat”"),
        (["--layer", "nope"], "nope"),
        (["--layer", "logits"], "logits"),
        (["--method", "magic"], "magic"),
        (["--out", "missing/why.png"], "in a folder that exists"),
        (["--out", "why.gif"], "ends in .png"),
        (["--out", "x" * 300 + ".png"], "could not be written"),
        (["--out", "/dev/null/why.png"], "in a folder that exists"),
    ],
)
def test_refused_explanations(pictures, tiny_run, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(pictures)
    before = sorted(pictures.rglob("*"))
    default = [] if "--out" in arguments else ["--out", "why.png"]
    assert words in in_process(capsys, "explain", tiny_run.id, "good.png", *default, *arguments)
    assert sorted(pictures.rglob("*")) == before


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"IMGCLS_HOME": "/dev/null/x"}, "Set IMGCLS_HOME to another folder"),
        ({"IMGCLS_HOME": str(ROOT / "pyproject.toml" / "x")}, "Set IMGCLS_HOME to another folder"),
        ({"IMGCLS_DISK_FREE_MEGABYTES": "1e12"}, "MB free on the disk"),
        ({"IMGCLS_SLOTS": "many"}, "IMGCLS_SLOTS must be a positive number"),
        ({"IMGCLS_QUEUED_RUNS": "-5"}, "IMGCLS_QUEUED_RUNS must be a positive number"),
        ({"IMGCLS_TRAIN_MINUTES": "nan"}, "IMGCLS_TRAIN_MINUTES must be a positive number"),
        ({"IMGCLS_PARAMETERS": "inf"}, "IMGCLS_PARAMETERS must be a positive number"),
    ],
)
def test_surroundings_that_do_not_allow_it(environment, words, home_folder, monkeypatch, capsys):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words in in_process(capsys, "train", "--epochs", 1)
    assert not list(home_folder.glob("runs/*"))


def test_surroundings_in_a_process():
    assert "Set IMGCLS_HOME" in refused("train", "--epochs", 1, IMGCLS_HOME="/dev/null/x")
    assert "IMGCLS_SLOTS" in refused("train", "--epochs", 1, IMGCLS_SLOTS="many")


def test_refusal_in_the_readers_language():
    line = refused("train", "--dataset", "nope", LANGUAGE="zh_CN")
    assert "nope" in line


def test_unfinished_run_is_refused_in_words(queued_run, capsys):
    assert "no weights yet" in in_process(capsys, "evaluate", queued_run.id)


# -- where the answer goes


def test_reader_that_leaves_early_is_no_fault():
    process = start("datasets", "--json")
    process.stdout.close()
    assert process.wait(30) in (0, 1)
    assert process.stderr.read() == ""
    process.stderr.close()


def test_answer_is_json_whatever_the_file_is_called(pictures, tiny_run, capsysbinary):
    name = os.fsdecode(b"good-\xff-\xe6\x95\xb0.png")
    (pictures / name).write_bytes((pictures / "good.png").read_bytes())
    assert main(["predict", tiny_run.id, str(pictures / name), "--json"]) == 0
    found = json.loads(capsysbinary.readouterr().out.decode("ascii"))
    assert Path(found["images"][0]["file"]).name == name
    assert main(["predict", tiny_run.id, str(pictures / name)]) == 0  # and so do the lines for people


def test_lines_in_a_shell_that_knows_few_letters():
    code, out, err = call("architectures", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert "seed-cnn" in out


# -- the whole way, with Keras


@pytest.mark.timeout(200)
@pytest.mark.slow
def test_train_evaluate_predict_explain(pictures, tmp_path, home_folder, capsys):
    """One run through all commands; then the same recipe and seed once more, as a code: the same numbers."""
    first = answered("train", "--dataset", "mnist-5k", "--architecture", "seed-cnn", "--epochs", 2, "--batch-size", 64)
    wanted = {"run", "status", "test_accuracy", "parameters", "train_seconds", "images_per_second", "epochs"}
    assert wanted <= set(first)
    assert (first["status"], first["epochs"], first["parameters"]) == ("completed", 2, 121_930)
    assert first["test_accuracy"] > 0.85
    assert first["images_per_second"] > 100

    code = get_run(first["run"]).recipe.to_code()
    process = start("train", "--recipe", code, "--json")
    out, err = process.communicate(timeout=100)
    second = json.loads(out)
    assert [line.split()[:2] for line in err.splitlines()][1:] == [["epoch", "1/2"], ["epoch", "2/2"]]
    assert second["run"] != first["run"]
    for name in ("test_accuracy", "test_loss", "validation_accuracy", "best_epoch", "recipe_hash"):
        assert second[name] == first[name], name

    found = answered("evaluate", first["run"])
    assert found["test_accuracy"] == pytest.approx(first["test_accuracy"])
    assert len(found["classes"]) == 10

    both = [pictures / "good.png", pictures / "good.jpg"]
    # in this process, where Keras is loaded already
    assert main(["predict", first["run"], *map(str, both), "--top", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [Path(entry["file"]).name for entry in found["images"]] == ["good.png", "good.jpg"]
    for entry in found["images"]:
        assert len(entry["predictions"]) == 3
        assert set(entry["predictions"][0]) == {"label", "probability"}

    out_file = tmp_path / "why.png"
    found = answered("explain", first["run"], pictures / "good.png", "--class", "7", "--out", out_file)
    assert {"method", "layer", "class", "status", "out"} <= set(found)
    assert (found["class"], found["out"]) == ("7", str(out_file))
    assert read_image(out_file).shape[1] == 3 * 280 + 4 * 12

    listed = answered("runs")["runs"]
    assert {row["run"] for row in listed} == {first["run"], second["run"]}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_lab_trains_all_four(home_folder):
    arguments = ("--depth", 8, "--epochs", 1, "--dataset", "digits-8x8", "--set", "subset=0.2")
    out, err = (process := start("lab", *arguments, "--json")).communicate(timeout=280)  # four trainings, not one
    assert process.returncode == 0, err
    found = json.loads(out)
    assert [one["network"] for one in found["networks"]] == ["neither", "batch norm", "skip", "both"]
    for one in found["networks"]:
        assert (one["status"], get_run(one["run"]).status) == ("completed", Status.COMPLETED)
        assert 0 < one["test_accuracy"] < 1
        assert [each["epoch"] for each in one["gradients"]] == [0, 1]
        for each in one["gradients"]:
            assert len(each["layers"]) == len(each["norms"]) >= 8
            assert min(each["norms"]) > 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_lab_interrupted_by_hand(home_folder):
    """As `train`; what had not begun does not begin by itself."""
    process = start("lab", "--depth", 8, "--epochs", 3, "--dataset", "digits-8x8", "--json")
    assert process.stderr
    while "epoch 1/3" not in (line := process.stderr.readline()):
        assert line, "it ended by itself"
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.splitlines()[-1]) == (130, "", "imgcls: interrupted")
    assert "Traceback" not in err
    until(lambda: not any(map(is_running, workers)), 1)
    assert sorted(run.status for run in list_runs()) == [Status.INTERRUPTED, *[Status.STOPPED] * 3]
    assert answered("resume", list_runs()[0].id)["status"] == "completed"


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_interrupted_by_hand_and_resumed(home_folder):
    """Ctrl-C goes to the command and its worker alike, as in a shell."""
    process = start("train", "--epochs", 4, "--batch-size", 32, "--json")
    assert process.stderr
    run = process.stderr.readline().split()[1]
    while "epoch 1/4" not in (line := process.stderr.readline()):
        assert line, "it ended by itself"
    workers = children(process.pid)
    assert workers
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "imgcls: interrupted"
    assert "Traceback" not in err
    until(lambda: not any(map(is_running, workers)), 1)
    assert get_run(run).status is Status.INTERRUPTED
    assert read_curve(get_run(run).folder).last_step > 0
    found = answered("resume", run)
    assert (found["run"], found["status"], found["epochs"]) == (run, "completed", 4)
    curve = read_curve(get_run(run).folder)
    assert [epoch["epoch"] for epoch in curve.epochs] == [1, 2, 3, 4]
    assert curve.step == list(range(1, 4 * 110 + 1))
    assert "completed" in refused("resume", run)


@pytest.mark.timeout(100)
@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.4, 1.5, 4.0])
def test_interrupted_before_it_has_begun(home_folder, after):
    """Whatever the moment: no process stays, and the run can be resumed."""
    import time

    process = start("train", "--epochs", 1, "--batch-size", 256)
    assert process.stderr
    run = process.stderr.readline().split()[1]
    time.sleep(after)
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    until(lambda: not any(map(is_running, workers)), 1)
    assert answered("resume", run)["status"] == "completed"


def test_default_recipe_is_the_articles():
    assert (Recipe().dataset.name, Recipe().architecture.name) == ("mnist-5k", "seed-cnn")

"""What is installed and how the server is set: pinned, above the floors, bound to this machine, free of addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.version import Version

from imgcls.limits import LIMITS

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"]

#: Versions below which there are known holes.
FLOORS = {
    "keras": "3.15.1",
    "pillow": "12.3",
    "streamlit": "1.54",
    "starlette": "1.1",
    "python-multipart": "0.0.22",
}


def requirements(path: Path) -> list[Requirement]:
    lines = [line.split(" #")[0].strip() for line in path.read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for requirement in requirements(path):
        found.setdefault(requirement.name.lower(), set()).update(spec.version for spec in requirement.specifier)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_everything_is_pinned_to_one_version(path: Path) -> None:
    found = requirements(path)
    assert found
    for requirement in found:
        assert [spec.operator for spec in requirement.specifier] == ["=="], requirement
        assert "*" not in str(requirement.specifier)
        assert requirement.url is None
    assert all(len(versions) == 1 for versions in pins(path).values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_there_are_requirements_only_no_options(path: Path) -> None:
    for line in path.read_text().splitlines():
        assert not line.strip().startswith("-"), line
        assert "://" not in line, line
        assert "@" not in line, line


def test_tests_do_not_pin_another_version() -> None:
    app, tests = (pins(path) for path in FILES)
    assert {name: versions for name, versions in tests.items() if name in app and versions != app[name]} == {}


@pytest.mark.parametrize("name", FLOORS)
def test_floors(name: str) -> None:
    (version,) = pins(FILES[0])[name]
    assert Version(version) >= Version(FLOORS[name])


SYSTEMS = [
    {"sys_platform": system, "platform_machine": machine, "python_version": python}
    for system, machine in (
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        ("darwin", "x86_64"),
        ("win32", "AMD64"),
    )
    for python in ("3.11", "3.12", "3.13")
]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: " ".join(system.values()))
def test_every_system_gets_exactly_one_tensorflow(system: dict[str, str]) -> None:
    wanted = [
        requirement.name
        for requirement in requirements(FILES[0])
        if requirement.name.startswith("tensorflow")
        and (requirement.marker is None or Marker(str(requirement.marker)).evaluate(system))
    ]
    small = system["sys_platform"] == "win32" or (system["sys_platform"], system["platform_machine"]) == (
        "linux",
        "x86_64",
    )
    assert wanted == ["tensorflow-cpu" if small else "tensorflow"]


def test_what_is_installed_is_what_is_pinned() -> None:
    from importlib.metadata import PackageNotFoundError, version

    wrong = {}
    for requirement in requirements(FILES[0]):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            installed = "missing"
        if installed not in {spec.version for spec in requirement.specifier}:
            wrong[requirement.name] = installed
    assert wrong == {}


# -- no address of anybody's machine or index


#: Addresses that people may read: papers, documentation, licences, names that are reserved for examples.
READABLE = re.compile(
    r"https?://(arxiv\.org/|doi\.org/|jfly\.uni-koeln\.de/color|yann\.lecun\.com/exdb/mnist|www\.cs\.toronto\.edu/~kriz/cifar\.html|www\.w3\.org/|keras\.io|"
    r"docs\.streamlit\.io|github\.com/[\w.-]+/[\w.-]+|www\.kaggle\.com/|creativecommons\.org/|opensource\.org/|"
    r"www\.apache\.org/licenses|localhost|127\.0\.0\.1|example\.(org|com)|scikit-|rasbt\.github\.io|"
    r"[^\s]*\.(readthedocs|pytorch|tensorflow)\.[a-z]+)"
)
#: Where weights and data sets come from when somebody asks for them.
_KERAS = "https://storage.googleapis.com/tensorflow/"
FETCHED = {
    "imgcls/architectures/applications.py": {f"{_KERAS}keras-applications/"},
    "imgcls/datasets/mnist.py": {f"{_KERAS}tf-keras-datasets/mnist.npz"},
    "imgcls/datasets/fashion_mnist.py": {f"{_KERAS}tf-keras-datasets/"},
    "imgcls/datasets/cifar.py": {f"https://www.cs.toronto.edu/~kriz/cifar-{n}-python.tar.gz" for n in (10, 100)},
}
ADDRESS = re.compile(r"https?://[^\s)\"'`>\]]+")
#: Tests may use addresses as hostile input: there they lead nowhere.
HOSTILE = re.compile(r"https?://([a-z]|\w*evil\w*|host|x\.y)\b")

#: Options that choose an index, and files that do.
INDEX = re.compile(r"(?:--(?:extra-)?index-url|--find-links|--trusted-host|PIP_INDEX_URL|UV_INDEX_URL|\[global\])")
#: A folder of one particular machine.
MACHINE = re.compile(r"(?<![\w.~$/{}-])/(?:work|root|home|Users|mnt|opt)/\w")
HOST = re.compile(
    r"(?<![\w.])(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d+\.\d+(?![\w.])"
)


def texts(repository: list[Path]) -> list[tuple[str, str]]:
    found = []
    for path in repository:
        name = path.relative_to(ROOT).as_posix()
        if (
            path.suffix in (".png", ".npz", ".mo", ".jpg", ".webp", ".svg")
            or name == "tests/house/test_requirements.py"
        ):
            continue
        found.append((name, path.read_text("utf-8")))
    assert len(found) > 80
    return found


def test_no_index_is_chosen(repository: list[Path]) -> None:
    assert [name for name, text in texts(repository) if INDEX.search(text)] == []
    assert [path for path in repository if path.name in ("pip.conf", "pip.ini", "uv.toml", ".netrc", ".pypirc")] == []


def test_no_address_but_what_people_read(repository: list[Path]) -> None:
    strange = {
        f"{name}: {address}"
        for name, text in texts(repository)
        for address in ADDRESS.findall(text)
        if not READABLE.match(address)
        and not (name.startswith("tests/") and HOSTILE.match(address))
        and address not in FETCHED.get(name, ())
    }
    assert strange == set()


def test_no_folder_of_one_machine(repository: list[Path]) -> None:
    found = {f"{name}: {hit[0]}" for name, text in texts(repository) if (hit := MACHINE.search(text))}
    assert found == set()


def test_no_host_of_one_network(repository: list[Path]) -> None:
    found = {f"{name}: {hit[0]}" for name, text in texts(repository) if (hit := HOST.search(text))}
    assert found == set()


def test_no_large_or_strange_file(repository: list[Path]) -> None:
    assert {path.name: path.stat().st_size for path in repository if path.stat().st_size > 1_000_000} == {}
    models = (".keras", ".h5", ".pkl", ".pickle", ".pt", ".pth", ".onnx", ".tflite", ".pyc", ".env")
    assert [path.name for path in repository if path.suffix in models or path.name == ".env"] == []


# -- the server's settings


SETTINGS: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": ["localhost", "127.0.0.1"],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
}


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name: str) -> None:
    section, key = name.split(".")
    assert settings()[section][key] == SETTINGS[name]


def test_both_limits_of_an_upload_are_the_same() -> None:
    assert settings()["server"]["maxUploadSize"] == LIMITS["upload_megabytes"].default == 50
    assert LIMITS["image_megabytes"].default == 10


def test_streamlit_knows_every_setting() -> None:
    from streamlit import config

    known = config.get_config_options()
    for section, entries in settings().items():
        for key, value in entries.items():
            names = (
                [f"{section}.{key}.{deeper}" for deeper in value] if isinstance(value, dict) else [f"{section}.{key}"]
            )
            assert [name for name in names if name not in known] == []


def test_there_are_no_secrets(repository: list[Path]) -> None:
    assert [path for path in repository if path.name == "secrets.toml"] == []

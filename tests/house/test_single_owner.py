"""Rule 2: what is dangerous is done in one place, or nowhere."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def calls(tree: ast.AST, *endings: str) -> bool:
    """Whether anything that ends in one of these dotted names is called."""
    names = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(name == ending or name.endswith(f".{ending}") for name in names for ending in endings)


def imports(tree: ast.AST, *modules: str) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] in modules for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules:
            return True
    return False


def passes(tree: ast.AST, keyword: str, value: object = None) -> bool:
    """Whether a call passes `keyword`, with `value` unless that is None."""
    return any(
        found.arg == keyword
        and (value is None or (isinstance(found.value, ast.Constant) and found.value.value is value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for found in node.keywords
    )


def reads_our_environment(tree: ast.AST) -> bool:
    """Whether a variable of ours, or one whose name is made up, is read: `os.environ.get(…)`, `os.environ[…]`."""
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv", "environ.get"):
            key = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("os.environ", "environ"):
            key = node.slice
        if isinstance(key, ast.Attribute) or (isinstance(key, ast.Constant) and str(key.value).startswith("IMGCLS_")):
            return True
    return False


def reads_archives(tree: ast.AST) -> bool:
    """Whether an archive is opened for anything but writing a new one."""
    return any(
        ast.unparse(node.func).split(".")[-1] in ("ZipFile", "PyZipFile", "is_zipfile")
        and not (len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and node.args[1].value in ("w", "x"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


RULES: dict[str, tuple[Callable[[ast.AST], bool], set[str]]] = {
    "Image.open": (lambda tree: calls(tree, "Image.open"), {"imgcls/images.py"}),
    "archives": (
        lambda tree: imports(tree, "zipfile"),
        # the first reads those of strangers; the others write our own
        {"imgcls/datasets/archive.py", "imgcls/datasets/bundling.py", "imgcls/datasets/packing.py"},
    ),
    "tar archives": (lambda tree: imports(tree, "tarfile"), {"imgcls/datasets/formats/tar_members.py"}),
    "reading archives": (reads_archives, {"imgcls/datasets/archive.py"}),
    "unpacking": (lambda tree: calls(tree, "extractall", "extract", "unpack_archive", "make_archive"), set()),
    "load_model": (
        lambda tree: calls(tree, "load_model", "load_weights", "model_from_json", "deserialize_keras_object"),
        {"imgcls/saved_model.py"},
    ),
    "unpickling": (lambda tree: imports(tree, "pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"), set()),
    "reading pickles": (lambda tree: imports(tree, "pickletools"), {"imgcls/restricted_pickle.py"}),
    "allow_pickle": (lambda tree: passes(tree, "allow_pickle", True), set()),
    "unsafe_allow_html": (lambda tree: passes(tree, "unsafe_allow_html"), set()),
    "unsafe_allow_javascript": (lambda tree: passes(tree, "unsafe_allow_javascript"), set()),
    "st.html": (lambda tree: calls(tree, "st.html"), {"pages/components/picture.py", "pages/components/style.py"}),
    "processes": (
        lambda tree: calls(tree, "subprocess.Popen", "subprocess.run", "check_output", "check_call", "os.system"),
        {"imgcls/engines/process.py"},
    ),
    "a shell": (lambda tree: passes(tree, "shell", True) or calls(tree, "os.popen"), set()),
    "fork": (lambda tree: calls(tree, "os.fork") or imports(tree, "multiprocessing"), set()),
    "eval": (
        lambda tree: any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
            for node in ast.walk(tree)
        ),
        set(),
    ),
    "the network": (
        lambda tree: (
            calls(tree, "urlopen", "build_opener", "urlretrieve", "create_connection", "HTTPSConnection", "get_file")
            or imports(tree, "requests", "httpx", "aiohttp", "ftplib", "socket")
        ),
        {"imgcls/downloads/fetch.py"},
    ),
    "variables of ours": (reads_our_environment, {"imgcls/limits.py", "imgcls/home.py"}),
}


@pytest.mark.parametrize("name", RULES)
def test_it_is_done_where_it_belongs(name: str, sources: list[Path]) -> None:
    does, owners = RULES[name]
    found = {path.relative_to(ROOT).as_posix() for path in sources if does(ast.parse(path.read_text()))}
    assert found == owners


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Image.open", "from PIL import Image\nImage.open(x)"),
        ("archives", "import zipfile"),
        ("tar archives", "from tarfile import open"),
        ("reading archives", "zipfile.ZipFile(x)"),
        ("reading archives", 'ZipFile(x, "a")'),
        ("unpacking", "archive.extractall()"),
        ("load_model", "keras.saving.load_model(x)"),
        ("unpickling", "def f():\n    import pickle"),
        ("reading pickles", "import pickletools"),
        ("allow_pickle", "np.load(x, allow_pickle=True)"),
        ("unsafe_allow_html", "st.markdown(x, unsafe_allow_html=flag)"),
        ("processes", "subprocess.Popen([])"),
        ("a shell", "run(x, shell=True)"),
        ("eval", "exec(x)"),
        ("the network", "urllib.request.urlopen(x)"),
        ("the network", "def f():\n    import requests"),
        ("variables of ours", 'os.environ["IMGCLS_HOME"]'),
        ("variables of ours", "os.environ.get(known.environment)"),
    ],
)
def test_a_rule_sees_what_it_forbids(name: str, code: str) -> None:
    assert RULES[name][0](ast.parse(code))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Image.open", '"""The only Image.open(x)."""  # Image.open(x)'),
        ("archives", "except_ = zipfile.BadZipFile"),
        ("reading archives", 'zipfile.ZipFile(x, "w")'),
        ("variables of ours", 'os.environ.get("LANG")'),
        ("unsafe_allow_html", "# unsafe_allow_html=True"),
    ],
)
def test_a_rule_is_not_held_by_words(name: str, code: str) -> None:
    assert not RULES[name][0](ast.parse(code))


def test_no_path_of_a_stranger_goes_around_images() -> None:
    """Pillow is imported where pictures are read or drawn, not by pages."""
    for path in (ROOT / "pages").rglob("*.py"):
        assert not imports(ast.parse(path.read_text()), "PIL", "skimage", "cv2"), path


def test_nothing_is_left_to_do(sources: list[Path]) -> None:
    """No notes of unfinished work, no prints left behind, no debugger."""
    for path in sources:
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        comments = " ".join(token.string for token in tokens if token.type == tokenize.COMMENT)
        assert not any(word in comments for word in ("TODO", "FIXME", "XXX", "HACK")), path
        assert not calls(ast.parse(path.read_text()), "breakpoint", "set_trace"), path

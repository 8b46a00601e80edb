"""Small copies of data sets that have to be downloaded, in the real formats, where Keras would have put them."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgcls.datasets.cifar_names import COARSE, FINE, TEN

#: Names of the idx files by half.
IDX = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


@dataclass(frozen=True)
class Drawn:
    """Images (n, h, w) or (n, h, w, 3) and their labels, one row for each labelling, as `keras.datasets` has them."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def images(self) -> np.ndarray:
        """uint8, (n, h, w, c), training images first."""
        both = np.concatenate([self.x_train, self.x_test])
        return both if both.ndim == 4 else both[..., None]

    def labels(self, labelling: int = 0) -> np.ndarray:
        return np.concatenate([self.y_train[labelling], self.y_test[labelling]])


def drawn(shape: tuple[int, ...], classes: Sequence[int], train: int, test: int, seed: int = 0) -> Drawn:
    """Coarse noise, each image another; every class has equally many, in no order."""
    random = np.random.default_rng(seed)

    def images(count: int) -> np.ndarray:
        coarse = random.integers(0, 256, (count, shape[0] // 4, shape[1] // 4, *shape[2:]), np.uint8)
        return coarse.repeat(4, axis=1).repeat(4, axis=2)

    def labels(count: int) -> np.ndarray:
        finest = random.permutation(np.arange(count) % max(classes))
        return np.stack([finest * each // max(classes) for each in classes])

    return Drawn(images(train), labels(train), images(test), labels(test))


# -- MNIST and Fashion-MNIST


def place_mnist(keras_home: Path, train: int = 200, test: int = 50) -> Drawn:
    """`mnist.npz`."""
    made = drawn((28, 28), (10,), train, test)
    path = keras_home / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = {"y_train": made.y_train[0].astype(np.uint8), "y_test": made.y_test[0].astype(np.uint8)}
    np.savez_compressed(path, x_train=made.x_train, x_test=made.x_test, **labels)
    return made


def place_mnist_idx(keras_home: Path, train: int = 200, test: int = 50) -> Drawn:
    """The files of MNIST's authors, in `datasets/mnist`."""
    return _place_idx(keras_home / "datasets" / "mnist", train, test, seed=1)


def place_fashion_mnist(keras_home: Path, train: int = 200, test: int = 50) -> Drawn:
    """The four idx files, as Keras has them."""
    return _place_idx(keras_home / "datasets" / "fashion-mnist", train, test, seed=2)


def _place_idx(folder: Path, train: int, test: int, seed: int) -> Drawn:
    made = drawn((28, 28), (10,), train, test, seed)
    folder.mkdir(parents=True, exist_ok=True)
    for half, images, labels in (("train", made.x_train, made.y_train), ("test", made.x_test, made.y_test)):
        for file, array in zip(IDX[half], (images, labels[0]), strict=True):
            (folder / file).write_bytes(gzip.compress(idx(array.astype(np.uint8)), 1))
    return made


def idx(array: np.ndarray) -> bytes:
    """An array of bytes as an idx file has it."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


# -- CIFAR

CIFAR = {
    "cifar-10": ("cifar-10-batches-py", "cifar-10-python.tar.gz", ("labels",), (len(TEN),)),
    "cifar-100": (
        "cifar-100-python",
        "cifar-100-python.tar.gz",
        ("fine_labels", "coarse_labels"),
        (len(FINE), len(COARSE)),
    ),
}

#: Where the files may lie below `datasets`: as Keras 3 has them, as older versions had, and still packed.
CIFAR_LAYOUTS = ("target", "old", "target archive", "old archive", "archive")


def place_cifar_10(keras_home: Path, train: int = 200, test: int = 50, layout: str = "target") -> Drawn:
    """Five training batches and a test batch."""
    return _place_cifar("cifar-10", keras_home, train, test, layout)


def place_cifar_100(keras_home: Path, train: int = 2000, test: int = 200, layout: str = "target") -> Drawn:
    """One file of training images and one of test images, both with fine and coarse labels."""
    return _place_cifar("cifar-100", keras_home, train, test, layout)


def _place_cifar(name: str, keras_home: Path, train: int, test: int, layout: str) -> Drawn:
    folder, archive, _keys, classes = CIFAR[name]
    made = drawn((32, 32, 3), classes, train, test, seed=3)
    files, datasets = cifar_files(name, made), keras_home / "datasets"
    datasets.mkdir(parents=True, exist_ok=True)
    if layout in ("target", "old"):
        place = datasets / f"{folder}-target" / folder if layout == "target" else datasets / folder
        place.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (place / file).write_bytes(data)
    else:
        called = {
            "target archive": f"{folder}-target_archive",
            "old archive": f"{folder}.tar.gz",
            "archive": archive,
        }
        (datasets / called[layout]).write_bytes(packed(folder, files))
    return made


def cifar_files(name: str, made: Drawn) -> dict[str, bytes]:
    """The pickles by their names, in the order of the published archive, which is none."""
    keys = CIFAR[name][2]
    if name == "cifar-100":
        train = {
            "train": cifar_pickle(made.x_train, dict(zip(keys, made.y_train, strict=True)), "training batch 1 of 1")
        }
        return {
            "meta": b"\x80\x02}q\x01.",
            "test": cifar_pickle(made.x_test, dict(zip(keys, made.y_test, strict=True)), "testing batch 1 of 1"),
            **train,
            "file.txt~": b"",
        }
    fifths = zip(np.array_split(made.x_train, 5), np.array_split(made.y_train[0], 5), strict=True)
    batches = {
        f"data_batch_{number}": cifar_pickle(images, {"labels": labels}, f"training batch {number} of 5")
        for number, (images, labels) in enumerate(fifths, 1)
    }
    test = cifar_pickle(made.x_test, {"labels": made.y_test[0]}, "testing batch 1 of 1")
    order = ("data_batch_4", "test_batch", "data_batch_3", "data_batch_2", "data_batch_5", "data_batch_1")
    found = {**batches, "test_batch": test}
    return {"readme.html": b"<html>", "batches.meta": b"\x80\x02}q\x01.", **{file: found[file] for file in order}}


def packed(folder: str, files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar archive with the folder as its first member, as the published ones are."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo(folder)
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(info)
        for file, data in files.items():
            info = tarfile.TarInfo(f"{folder}/{file}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def cifar_pickle(images: np.ndarray, labels: Mapping[str, np.ndarray], batch_label: str) -> bytes:
    """Images (n, 32, 32, 3) and labels as Python 2's cPickle and numpy 1 wrote them: protocol 2, texts as bytes."""
    rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), 3072)
    names = [f"leptodactylus_pentadactylus_s_{number:06}.png" for number in range(len(images))]
    memo = _Memo()
    parts = [b"\x80\x02}", memo.put(), b"("]
    parts += [memo.text("batch_label"), memo.text(batch_label)]
    for key, values in labels.items():
        parts += [memo.text(key), *_list([_number(int(value)) for value in values], memo)]
    parts += [memo.text("data"), *_array(rows, memo)]
    parts += [memo.text("filenames"), *_list([memo.text(name) for name in names], memo)]
    return b"".join([*parts, b"u."])


class _Memo:
    """Numbers what may be referred to later, as cPickle does with everything that could be."""

    def __init__(self) -> None:
        self.count = 0

    def put(self) -> bytes:
        self.count += 1
        return b"q" + struct.pack("<B", self.count) if self.count < 256 else b"r" + struct.pack("<I", self.count)

    def text(self, text: str) -> bytes:
        return _text(text.encode("ascii")) + self.put()


def _text(data: bytes) -> bytes:
    return b"U" + struct.pack("<B", len(data)) + data if len(data) < 256 else b"T" + struct.pack("<i", len(data)) + data


def _number(value: int) -> bytes:
    for code, form, most in ((b"K", "<B", 2**8), (b"M", "<H", 2**16)):
        if 0 <= value < most:
            return code + struct.pack(form, value)
    return b"J" + struct.pack("<i", value)


def _list(items: Sequence[bytes], memo: _Memo) -> list[bytes]:
    """In batches of a thousand."""
    batches = [b"(" + b"".join(items[start : start + 1000]) + b"e" for start in range(0, len(items), 1000)]
    return [b"]", memo.put(), *batches]


def _array(rows: np.ndarray, memo: _Memo) -> list[bytes]:
    made = b"cnumpy.core.multiarray\n_reconstruct\n" + memo.put() + b"cnumpy\nndarray\n" + memo.put()
    made += b"K\x00\x85" + _text(b"b") + b"\x87R" + memo.put()
    kind = b"cnumpy\ndtype\n" + memo.put() + _text(b"u1") + b"K\x00K\x01\x87R" + memo.put()
    kind += b"(K\x03" + _text(b"|") + b"NNN" + _number(-1) + _number(-1) + b"K\x00tb"
    shape = b"".join(_number(side) for side in rows.shape) + b"\x86"
    return [made, b"(K\x01", shape, kind, b"\x89", _text(rows.tobytes()), b"tb"]


#: What puts a small copy into a `KERAS_HOME`, by the name of the data set.
PLACE: dict[str, Callable[[Path], Drawn]] = {
    "mnist": place_mnist,
    "fashion-mnist": place_fashion_mnist,
    "cifar-10": place_cifar_10,
    "cifar-100": place_cifar_100,
}

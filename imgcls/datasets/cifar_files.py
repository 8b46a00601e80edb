"""Where the files of CIFAR lie, unpacked or in their archive, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from imgcls.datasets.downloaded import Place
from imgcls.datasets.formats.block import Block, DamagedFileError, Halves, Wanted, readable
from imgcls.datasets.formats.cifar_batches import read_batch
from imgcls.datasets.formats.tar_members import read_members
from imgcls.downloads.keras_cache import keras_cache
from imgcls.language import N_

INCOMPLETE = N_(
    "The data set {name} cannot be read: “{path}” is incomplete. Expected the files {train} and {test} in it. "
    "Received: {found}."
)


@dataclass(frozen=True)
class CifarFiles:
    """The files of one of the two data sets.

    Args:
        archive: the file that is published.
        folder: in which the others are, in the archive.
        train: files of training images; some may be missing where somebody placed a smaller copy.
        test: the file of test images.
        wanted: what the images of one training file must be.
        tests: the most test images.
    """

    archive: str
    folder: str
    train: tuple[str, ...]
    test: str
    wanted: Wanted
    tests: int

    def places(self, ours: Path) -> Iterator[Place]:
        """In our folder and in Keras's cache, as Keras 3 and its older versions lay them down."""
        cache = keras_cache("datasets")
        yield self._packed(ours / self.archive)
        for folder in (cache / f"{self.folder}-target" / self.folder, cache / self.folder):
            yield self._unpacked(folder)
        for archive in (f"{self.folder}-target_archive", f"{self.folder}.tar.gz", self.archive):
            yield self._packed(cache / archive)

    def _packed(self, archive: Path) -> Place:
        return Place((archive,), partial(self._read_archive, archive))

    def _unpacked(self, folder: Path) -> Place:
        train = [folder / file for file in self.train if (folder / file).is_file()]
        files = (*train, folder / self.test) if train else ()
        return Place(files, partial(self._read_files, train, folder / self.test))

    def _read_files(self, train: Sequence[Path], test: Path) -> Halves:
        return Halves([self._read_file(path) for path in train], [self._read_file(test)])

    def _read_file(self, path: Path) -> Block:
        with readable(path), open(path, "rb") as stream:
            return self._block(stream, path)

    def _read_archive(self, archive: Path) -> Halves:
        found: dict[str, Block] = {}

        def keep(member: str, content: IO[bytes]) -> None:
            file = member.rpartition("/")[2]
            found[file] = self._block(content, archive / file)

        read_members(archive, {f"{self.folder}/{file}" for file in (*self.train, self.test)}, keep)
        train, test = [file for file in self.train if file in found], found.pop(self.test, None)
        if not train or test is None:
            shown = ", ".join([*train, *([self.test] if test else [])]) or "–"
            raise DamagedFileError(INCOMPLETE, archive, train=self.train[0], test=self.test, found=shown)
        return Halves([found.pop(file) for file in train], [test])

    def _block(self, stream: IO[bytes], path: Path) -> Block:
        wanted = replace(self.wanted, most=self.tests) if path.name == self.test else self.wanted
        return read_batch(stream, path, wanted)

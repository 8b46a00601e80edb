"""The page Data: every view, every filter, every correction and its way back, and what can be wrong with a data set."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Dataset, Facts, ImageSet, load
from imgcls.datasets.corrections import Correction, correct, current_corrections
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.registry import fixed
from imgcls.errors import MissingDataError, PlaceError
from imgcls.recipe import Choice, Recipe, Split
from pages.components import data_actions, data_twins
from pages.components import sheet as sheet_module
from pages.components.data_images import PAGE
from pages.components.notices import literal
from tests.datasets.people import bring

BARS = Choice(name="bars")
KEPT = "data looked at"
VERSIONS = itertools.count()


def field(app: Any, kind: str, label: str) -> Any:
    (found,) = [widget for widget in getattr(app, kind) if widget.label == label]
    return found


class Grid:
    """The grid of pictures: what it was sent, and what is chosen in it from now on."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.places: dict[str, list[int]] = {}

    def choose(self, *places: int) -> None:
        self.places = {self.data["version"]: list(places)}

    def __call__(self, *, key: str, data: dict[str, Any], **_: Any) -> Any:
        self.data = data
        version, found = data["version"], self.places.get(data["version"])
        chosen = None if found is None else {"version": version, "places": found}
        return type("Sent", (), {"chosen": chosen})

    def framed(self, frame: str) -> list[str]:
        return [cell["word"] for cell in self.data["cells"] if cell["frame"] == frame]


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Grid:
    grid = Grid()
    monkeypatch.setattr(sheet_module, "_sheet", grid)
    return grid


@pytest.fixture
def on_bars(visit: Any, bars: Dataset) -> Any:
    return lambda **session: visit("data", session={KEPT: BARS, **session})


@pytest.fixture
def dataset(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Register a data set of these images for this test."""

    def register(made: ImageSet, **more: Any) -> Choice:
        version = str(next(VERSIONS))  # what is known of another test's images is not known of these
        values = {
            "name": "made",
            "title": "Made",
            "summary": "Some images.",
            "source": "",
            "licence": "",
            "facts": fixed(Facts(made.image_shape, made.class_names, len(made))),
            "load": lambda options: made,
            "version": lambda: version,
        }
        monkeypatch.setitem(DATASETS._entries, "made", Dataset(**(values | more)))
        return Choice(name="made")

    return register


def uneven() -> ImageSet:
    labels = np.repeat([0, 1], [190, 10])
    return ImageSet(
        np.random.default_rng(5).integers(0, 256, (200, 12, 12, 3), dtype=np.uint8), labels, ("cat", "a|*b*|<i>")
    )


# -- what is shown


def test_it_opens_with_a_page_of_every_class(visit: Any, grid: Grid, words: Any) -> None:
    app = visit("data")
    assert not app.exception
    assert not app.error
    assert [cell["caption"] for cell in grid.data["cells"]] == [str(n % 10) for n in range(PAGE)]
    assert app.pagination[0].num_pages == 84
    said = words(app)
    assert "5,000 images, 28 × 28, grey, 10 classes" in said
    assert "LeCun" in said
    assert ":green-badge[classes even]" in said


def test_another_page_has_other_images(visit: Any, grid: Grid) -> None:
    app = visit("data")
    first = grid.data["picture"]
    app.pagination[0].set_value(84).run()
    assert not app.exception
    assert grid.data["picture"] != first
    assert len(grid.data["cells"]) == 5000 - 83 * PAGE


def test_parts_classes_and_orders(visit: Any, grid: Grid, on_bars: Any) -> None:
    app = on_bars()
    app.button_group(key="data part").set_value("TEST").run()
    assert len(grid.data["cells"]) == 30
    assert all("test" in cell["name"] for cell in grid.data["cells"])
    field(app, "selectbox", "Class").set_value(2).run()
    assert [cell["caption"] for cell in grid.data["cells"]] == ["right"] * 10
    app.button_group(key="data part").set_value("all").run()
    field(app, "selectbox", "Order").set_value("unlike").run()
    assert not app.exception
    assert len(grid.data["cells"]) == 50
    images = load(BARS)
    of_class = images.images[images.labels == 2].astype(float)
    furthest = 100 + np.sqrt(((of_class - of_class.mean(axis=0)) ** 2).mean(axis=(1, 2, 3))).argmax()
    assert grid.data["cells"][0]["name"].startswith(f"Image {furthest}:")


def test_filters_that_leave_nothing_say_so(on_bars: Any, grid: Grid, words: Any) -> None:
    app = on_bars()
    field(app, "selectbox", "Only").set_value("corrected").run()
    assert not app.exception
    assert "Corrected images appear here" in words(app)
    field(app, "selectbox", "Only").set_value("flipped").run()
    assert "Move the slider" in words(app)


@pytest.mark.parametrize("view", ["images", "counts", "averages", "twins"])
def test_every_view_of_every_kind_of_data_set(visit: Any, dataset: Any, view: str) -> None:
    for made in (uneven(), replace(uneven(), masks=np.ones((200, 12, 12), bool)), load(Choice(name="mnist-5k"))):
        app = visit("data", session={KEPT: dataset(made), "data view": view})
        assert not app.exception
        assert not app.error


def test_counts_warn_of_uneven_and_small_classes(visit: Any, dataset: Any, words: Any) -> None:
    app = visit("data", session={KEPT: dataset(uneven()), "data view": "counts"})
    assert not app.exception
    (warning,) = app.warning
    assert literal("cat has 133 training images, a|*b*|<i> only 7.") in warning.value
    for words_of_part in ("for training, the smallest 7", "for validation, the smallest 1", "for test, the smallest 2"):
        assert words_of_part in warning.value
    assert ":orange-badge[uneven classes]" in words(app)
    (chart,) = app.get("plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert "&lt;i&gt;" in figure["layout"]["yaxis"]["ticktext"][1]


def test_even_classes_are_said_to_be_even(visit: Any, words: Any) -> None:
    app = visit("data", session={"data view": "counts"})
    assert not app.warning
    assert "The classes are equally large: 350 training images each." in words(app)


def test_means_and_deviations_have_a_picture_for_each_class(on_bars: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(
        sheet_module, "_sheet", lambda *, key, data, **_: sent.setdefault(key, data) and type("S", (), {"chosen": None})
    )
    app = on_bars(**{"data view": "averages"})
    assert not app.exception
    for key in ("data means", "data deviations"):
        assert [cell["caption"] for cell in sent[key]["cells"]] == ["left", "middle", "right"]
        assert not sent[key]["choose"]
    assert len(app.get("plotly_chart")) == 1


def test_masks_are_offered_where_there_are_any(visit: Any, dataset: Any, grid: Grid, on_bars: Any) -> None:
    assert "Show where the object is" not in [toggle.label for toggle in on_bars().toggle]
    masks = np.zeros((200, 12, 12), bool)
    masks[:, :6] = True
    app = visit("data", session={KEPT: dataset(replace(uneven(), masks=masks))})
    plain = grid.data["picture"]
    field(app, "toggle", "Show where the object is").set_value(True).run()
    assert not app.exception
    assert grid.data["picture"] != plain


def test_it_tells_how_large_ones_own_pictures_are(visit: Any, grid: Grid, home_folder: Path, words: Any) -> None:
    assert "pictures themselves" not in words(visit("data"))
    bring(home_folder / "datasets" / "pets")
    pets = {KEPT: Choice(name="pets")}
    assert "The pictures themselves are all of 40 × 48 pixels (height × width)." in words(visit("data", session=pets))
    bring(home_folder / "datasets" / "pets" / "..", {"pets/large": 20}, size=(512, 300))
    app = visit("data", session=pets)
    assert not app.exception
    assert "are of 40 × 48 to 512 × 300 pixels (height × width), the middle one of 512 × 300." in words(app)
    assert "Larger ones were shrunk when they came: 512 is the longest side that is kept." in words(app)


# -- corrections


def test_relabel_undo_redo(on_bars: Any, grid: Grid, words: Any) -> None:
    app = on_bars()
    assert app.button(key="data relabel").disabled
    assert app.button(key="data undo").disabled
    grid.choose(0, 1)
    app.run()
    field(app, "selectbox", "Class for the chosen").set_value("right")
    app.button(key="data relabel").click().run()
    assert not app.exception
    assert current_corrections(BARS).images == {"0": Correction(label="right"), "50": Correction(label="right")}
    assert grid.framed("corrected") == ["was left", "was middle"]
    assert grid.data["cells"][0]["caption"] == "right"
    assert grid.data["chosen"] == [], "what was chosen has been used"
    assert "2 corrections" in words(app)
    app.button(key="data undo").click().run()
    assert not app.exception
    assert grid.framed("corrected") == []
    assert "0 corrections" in words(app)
    app.button(key="data redo").click().run()
    assert grid.framed("corrected") == ["was left", "was middle"]


def test_leave_out_move_and_as_it_was(on_bars: Any, grid: Grid) -> None:
    app = on_bars()
    grid.choose(0)
    app.run()
    app.button(key="data leave out").click().run()
    assert grid.framed("dropped") == ["left out"]
    assert "left out" in grid.data["cells"][0]["name"]
    grid.choose(0)
    app.run()
    field(app, "selectbox", "Part for the chosen").set_value("test")
    app.button(key="data move").click().run()
    assert not app.exception
    assert grid.framed("dropped") == []
    assert current_corrections(BARS).images == {"0": Correction(part="test")}
    assert grid.framed("corrected") == ["moved to test"]
    field(app, "selectbox", "Only").set_value("corrected").run()
    assert len(grid.data["cells"]) == 1
    grid.choose(0)
    app.run()
    app.button(key="data as it was").click().run()
    assert not app.exception
    assert current_corrections(BARS).images == {}


def test_what_changes_nothing_is_no_step(on_bars: Any, grid: Grid) -> None:
    app = on_bars()
    grid.choose(0)
    app.run()
    field(app, "selectbox", "Class for the chosen").set_value("left")
    app.button(key="data relabel").click().run()
    assert not app.exception
    assert [toast.value for toast in app.toast] == ["Nothing to change: the chosen images are like that already."]
    assert app.button(key="data undo").disabled


def test_a_disk_that_refuses_is_one_sentence(on_bars: Any, grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise PlaceError("The disk is full.")

    app = on_bars()
    grid.choose(0)
    app.run()
    monkeypatch.setattr(data_actions, "correct", full)
    app.button(key="data leave out").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == ["The disk is full."]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"ids": [7], "place": 0}', '{"ids": ["x"], "place": "1"}', "\x00\xff"]
)
def test_damaged_corrections_do_not_break_the_page(on_bars: Any, grid: Grid, home_folder: Path, text: str) -> None:
    correct(BARS, {"3": Correction(label="right")})
    for path in (home_folder / "corrections").glob("*.json"):
        path.write_text(text)
    app = on_bars()
    assert not app.exception
    (warning,) = app.warning
    assert "is damaged, so that no corrections of this data set are applied" in warning.value.replace("\\", "")
    grid.choose(1)
    app.run()
    app.button(key="data leave out").click().run()
    assert not app.exception
    assert not app.warning
    assert text.encode() in [path.read_bytes() for path in (home_folder / "corrections").glob("*.damaged-1")]
    assert current_corrections(BARS).images == {"50": Correction(dropped=True)}


def test_a_class_is_text_wherever_it_is_shown(visit: Any, dataset: Any, markup: Any, grid: Grid) -> None:
    name = "<b>[x](http://y)*z*"
    made = replace(uneven(), class_names=("cat", name))
    for view in ("images", "counts", "averages", "twins"):
        app = visit("data", session={KEPT: dataset(made), "data view": view})
        assert not app.exception
        assert markup(app, name) == []


# -- noise and training


def test_noise_is_shown_and_taken_back(on_bars: Any, grid: Grid, words: Any) -> None:
    app = on_bars()
    app.slider(key="data noise").set_value(20).run()
    assert not app.exception
    assert "21 of 105 training labels are wrong" in words(app)
    field(app, "selectbox", "Only").set_value("flipped").run()
    assert len(grid.data["cells"]) == 21
    assert all(cell["caption"].startswith("says ") and cell["word"].startswith("is ") for cell in grid.data["cells"])
    assert current_corrections(BARS).images == {}
    field(app, "selectbox", "Only").set_value("all").run()
    app.slider(key="data noise").set_value(0).run()
    assert grid.framed("flipped") == []


def test_train_with_this_noise_fills_the_form(on_bars: Any, grid: Grid) -> None:
    made = correct(BARS, {"3": Correction(label="right")})
    app = on_bars()
    assert app.button(key="data train noisy").disabled
    app.slider(key="data noise").set_value(35).run()
    app.button(key="data train noisy").click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"
    begun = app.session_state["recipe to start from"]
    assert begun == Recipe(dataset=BARS, label_noise=0.35, corrections=made.identifier())


def test_train_on_this_data_has_its_division_and_no_noise(on_bars: Any, make_run: Any) -> None:
    app = on_bars(run=make_run("completed").id)
    app.slider(key="data noise").set_value(35).run()
    field(app, "select_slider", "Test share").set_value(0.3)
    field(app, "number_input", "Seed").set_value(5).run()
    assert "Division: 60 / 10 / 30 %, seed 5" in [fold.label for fold in app.expander]
    app.button(key="data train").click().run()
    assert not app.exception
    assert app.session_state["recipe to start from"] == Recipe(dataset=BARS, split=Split(test=0.3), seed=5)
    assert "run" not in app.query_params, "the form is shown, not the last run"


def test_what_was_looked_at_is_there_after_another_page(on_bars: Any, words: Any) -> None:
    app = on_bars()
    field(app, "select_slider", "Test share").set_value(0.3).run()
    app.switch_page("pages/runs.py").run()
    app.switch_page("pages/data.py").run()
    assert not app.exception
    assert field(app, "selectbox", "Data set").value == "bars"
    assert field(app, "select_slider", "Test share").value == 0.3


# -- what can be wrong


def test_a_data_set_that_is_not_here_is_one_sentence(visit: Any, dataset: Any) -> None:
    def missing(options: Any) -> ImageSet:
        raise MissingDataError("The data set {name} has to be downloaded first.", name="made")

    app = visit("data", session={KEPT: dataset(uneven(), load=missing)})
    assert not app.exception
    assert [error.value for error in app.error] + [info.value for info in app.info]
    field(app, "selectbox", "Data set").set_value("mnist-5k").run()
    assert not app.exception
    assert not app.error


def test_a_data_set_that_is_gone_gives_way_to_the_usual_one(visit: Any) -> None:
    app = visit("data", session={KEPT: Choice(name="gone")})
    assert not app.exception
    assert field(app, "selectbox", "Data set").value == "mnist-5k"


def test_a_class_too_small_to_be_divided_is_said_and_its_images_are_shown(visit: Any, dataset: Any, grid: Grid) -> None:
    made = replace(uneven(), labels=np.repeat([0, 1], [199, 1]))
    for view in ("images", "counts", "averages", "twins"):
        app = visit("data", session={KEPT: dataset(made), "data view": view})
        assert not app.exception
        (error,) = app.error
        assert "too few to have one each" in error.value
    app = visit("data", session={KEPT: dataset(made)})
    assert len(grid.data["cells"]) == PAGE


@pytest.mark.slow
@pytest.mark.parametrize("name", DATASETS.built_in())
def test_every_registered_data_set_opens_or_says_that_it_is_not_here(visit: Any, name: str, words: Any) -> None:
    for view in ("images", "counts", "averages", "twins"):
        app = visit("data", session={KEPT: Choice(name=name), "data view": view})
        assert not app.exception
        assert not app.error
        assert "badge[" in words(app) or "is not on this machine yet" in words(app)


# -- twins


def twins() -> ImageSet:
    """200 different images, of which the last 20 are those before them once more."""
    random = np.random.default_rng(2)
    images = random.integers(0, 256, (200, 4, 4, 1), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
    images[180:] = images[160:180]
    return ImageSet(images, np.arange(200) % 2, ("cat", "dog"))


def test_twins_are_found_shown_and_left_out(visit: Any, dataset: Any, grid: Grid, words: Any) -> None:
    choice = dataset(twins())
    app = visit("data", session={KEPT: choice, "data view": "twins"})
    for _ in range(20):  # the search goes on in a thread
        if app.warning:
            break
        app.run()
    assert not app.exception
    found = len(grid.data["cells"])
    assert f"{found} test images have a twin" in app.warning[0].value
    assert f"{found} test images are also trained on" in words(app)
    grid.choose(0)
    app.run()
    assert app.button(key="data leave out copies").label == "Leave out the copy"
    grid.places = {}
    app.button(key="data leave out copies").click().run()
    assert not app.exception
    left = current_corrections(choice).images
    assert left
    assert all(one == Correction(dropped=True) for one in left.values())


def test_a_large_data_set_is_searched_only_when_asked(
    on_bars: Any, monkeypatch: pytest.MonkeyPatch, words: Any
) -> None:
    monkeypatch.setattr(data_twins, "AT_ONCE", 100)
    app = on_bars(**{"data view": "twins"})
    assert not app.exception
    assert "twins not looked for" in words(app)
    (button,) = [button for button in app.button if button.label.startswith("Look for twins (about ")]
    button.click().run()
    for _ in range(20):
        if app.success:
            break
        app.run()
    assert not app.exception
    assert app.success


# -- a data set of one's own, as it is described


@pytest.fixture
def pets(tmp_path: Path) -> dict[str, Any]:
    """Brought from a folder whose name Markdown would take for bold letters."""
    import_dataset("pets", bring(tmp_path / "**my** pets", {"cats": 20, "dogs": 21}))
    return {KEPT: Choice(name="pets")}


def test_ones_own_are_said_to_be_writing_and_others_are_not_asked(visit: Any, grid: Grid, pets: dict[str, Any]) -> None:
    said = "Letters, digits or signs that must not be mirrored"
    assert said not in [one.label for one in visit("data").toggle]
    app = visit("data", session=pets)
    field(app, "toggle", said).set_value(True).run()
    assert not app.exception
    assert DATASETS.get("pets").usual.writing


@pytest.mark.parametrize(
    ("language", "said"), [(None, "41 images in 2 classes, from"), ("zh_CN", "2 个类别，41 张图片，来自")]
)
def test_ones_own_is_described_in_the_readers_language(
    visit: Any, words: Any, markup: Any, grid: Grid, pets: dict[str, Any], language: str | None, said: str
) -> None:
    pages = [visit("data", session=pets, language=language)]
    pages.append(visit("train", session={"recipe to start from": Recipe(dataset=pets[KEPT])}, language=language))
    for app in pages:
        assert not app.exception
        assert said in words(app).replace("\\", "").replace("\u2060", "")
        assert not markup(app, "**my**")


def test_everything_about_ones_own(visit: Any, words: Any, grid: Grid, tmp_path: Path) -> None:
    """Noise, counts, means, sizes, and a picture that is trained on and tested with."""
    source = bring(tmp_path / "pets", {"cats": 60, "dogs": 10})
    for number in range(6):  # so many copies of one picture that some are in the test and some are not
        shutil.copy(source / "cats" / "photo 1.png", source / "cats" / f"copy {number}.png")
    import_dataset("pets", source)
    app = visit("data", session={KEPT: Choice(name="pets")})
    assert not app.exception
    assert "The pictures themselves are all of 40 × 48 pixels" in words(app)
    app.slider(key="data noise").set_value(50).run()
    assert not app.exception
    assert "26 of 53 training labels are wrong" in words(app)
    for view, said in (("counts", "uneven classes"), ("averages", ""), ("twins", "also trained on")):
        app.button_group(key="data view").set_value(view).run()
        assert not app.exception
        assert not app.error
        assert said in words(app)

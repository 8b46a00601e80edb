"""Before a race: each kind of network and settings in it is measured, and its time is their sum."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from imgcls.recipe import Choice, Recipe, Training
from imgcls.training.timing import Timing, estimated_seconds, keep_timing
from pages.components.durations import duration

#: By network; nothing near each other.
TIMINGS = {
    "seed-cnn": Timing(step=0.01, validation_image=0.0001, parameters=1),
    "lenet-5": Timing(step=0.5, validation_image=0.002, parameters=1),
}


@pytest.fixture(autouse=True)
def measure(inference: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(arguments: dict[str, Any], arrays: Any) -> Any:
        return vars(TIMINGS[arguments["recipe"]["architecture"]["name"]]), {}

    monkeypatch.setitem(sys.modules[type(inference).__module__].ANSWERS, "measure", measure)


def race(visit: Any, names: tuple[str, ...] = ("seed-cnn", "lenet-5")) -> Any:
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value(list(names)).run()
    assert not app.exception
    return app


def captions(app: Any) -> str:
    return "\n".join(caption.value for caption in app.caption)


def measured(inference: Any) -> list[str]:
    return [asked["recipe"]["architecture"]["name"] for name, asked in inference.asked if name == "measure"]


def test_each_network_is_measured_and_priced_by_its_own_time(visit: Any, inference: Any) -> None:
    app = race(visit)
    assert set(measured(inference)) == set(TIMINGS), "each once, whatever its seeds"
    assert all(name == "measure" for name, _ in inference.slow), "nobody's quick question waits for it"
    recipes = {name: Recipe(architecture=Choice(name=name), training=Training(epochs=3)) for name in TIMINGS}
    seconds = sum(3 * estimated_seconds(recipes[name], TIMINGS[name]) for name in TIMINGS)
    assert f"One after another they take about {duration(seconds)} on this computer." in captions(app)


def test_while_one_is_unmeasured_no_time_is_told(visit: Any, inference: Any) -> None:
    keep_timing(Recipe(), TIMINGS["seed-cnn"])
    inference.late = {"measure"}
    app = race(visit)
    assert measured(inference) == ["lenet-5"], "what is known is not measured again"
    assert "1 of 2 networks and settings are known" in captions(app)
    assert "One after another they take" not in captions(app)
    assert not app.button(key="compare race go").disabled, "Start does not wait for it"
    inference.settle()
    app.run()
    assert "One after another they take about" in captions(app)


def test_one_is_measured_after_another(visit: Any, inference: Any) -> None:
    inference.late = {"measure"}
    app = race(visit)
    assert len(measured(inference)) == 1
    assert "0 of 2 networks and settings are known" in captions(app)

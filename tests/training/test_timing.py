"""How long it takes: kept for recipes whose steps cost the same."""

from __future__ import annotations

import pytest

from imgcls.home import home
from imgcls.recipe import Recipe, with_settings
from imgcls.training.timing import OVERHEAD, Timing, estimated_seconds, keep_timing, known_timing, timing_key

TIMING = Timing(step=0.01, validation_image=0.0002, parameters=121930)


def test_unknown_until_it_is_kept():
    assert known_timing(Recipe()) is None
    keep_timing(Recipe(), TIMING)
    assert known_timing(Recipe()) == TIMING
    other = with_settings(Recipe(), ["training.batch_size=64"])
    assert known_timing(other) is None
    keep_timing(other, Timing(1.0, 1.0, 1))
    assert known_timing(Recipe()) == TIMING


@pytest.mark.parametrize(
    "setting",
    [
        "seed=5",
        "training.epochs=3",
        "training.optimizer.learning_rate=0.1",
        "training.schedule=cosine",
        "split.test=0.3",
    ],
)
def test_what_costs_nothing_has_the_same_key(setting):
    assert timing_key(with_settings(Recipe(), [setting])) == timing_key(Recipe())


@pytest.mark.parametrize(
    "setting",
    [
        "training.batch_size=64",
        "training.optimizer.name=sgd",
        "training.precision=mixed_bfloat16",
        "architecture.name=other",
        "architecture.width=3",
    ],
)
def test_what_costs_has_another_key(setting):
    assert timing_key(with_settings(Recipe(), [setting])) != timing_key(Recipe())


def test_another_machine_has_another_key(monkeypatch):
    before = timing_key(Recipe())
    monkeypatch.setattr("platform.node", lambda: "elsewhere")
    assert timing_key(Recipe()) != before


def test_estimate_by_hand():
    # 3,500 training images in batches of 32 are 110 steps, 500 are validated
    epoch = 110 * 0.01 + 500 * 0.0002
    assert estimated_seconds(Recipe(), TIMING) == pytest.approx(OVERHEAD + 10 * epoch)
    once = with_settings(Recipe(), ["training.epochs=1", "training.batch_size=3500"])
    assert estimated_seconds(once, TIMING) == pytest.approx(OVERHEAD + 0.01 + 0.1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b'{"KEY": {"step": 1}}', b'{"KEY": 3}', b'{"KEY": [1]}'])
def test_a_damaged_file_is_forgotten(content):
    (home() / "cache").mkdir(exist_ok=True)
    path = home() / "cache" / "timings.json"
    path.write_bytes(content.replace(b"KEY", timing_key(Recipe()).encode()))
    assert known_timing(Recipe()) is None
    keep_timing(Recipe(), TIMING)
    assert known_timing(Recipe()) == TIMING

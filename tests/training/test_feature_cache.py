"""Features on disk: found again by content, never trusted when damaged, never more than the limit."""

from __future__ import annotations

import os

import numpy as np
import pytest

from imgcls.training.feature_cache import FeatureCache, body_digest, digests


def kept(body="body", count=3, seconds=1.5):
    images = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 1), np.uint8)
    features = np.arange(count * 2, dtype=np.float32).reshape(count, 2)
    FeatureCache(body).keep(digests(images), features, seconds)
    return images, features


def files(home):
    return sorted((home / "cache" / "features").glob("*/*.npz"))


def test_found_again_by_content_in_any_order():
    images, features = kept()
    cache = FeatureCache("body")
    found = [cache.get(one) for one in digests(images[::-1].copy())]
    np.testing.assert_array_equal(found, features[::-1])
    assert cache.seconds_per_image == pytest.approx(0.5)


def test_another_pixel_shape_type_or_body_is_another_image():
    images, _ = kept()
    other = images.copy()
    other[0, 0, 0, 0] ^= 1
    cache = FeatureCache("body")
    assert cache.get(digests(other)[0]) is None
    assert cache.get(digests(images.reshape(3, 2, 8, 1))[0]) is None
    assert cache.get(digests(images.astype(np.float32))[0]) is None
    assert FeatureCache("another").get(digests(images)[0]) is None
    assert FeatureCache("another").seconds_per_image is None


def test_nothing_to_keep_writes_nothing(home_folder):
    FeatureCache("body").keep([], np.zeros((0, 2), np.float32), 0.0)
    assert files(home_folder) == []


@pytest.mark.parametrize("damage", ["cut", "emptied", "not of one piece"])
def test_a_damaged_file_is_as_if_it_were_not_there(home_folder, damage):
    images, _ = kept()
    (path,) = files(home_folder)
    if damage == "not of one piece":
        np.savez(path, images=np.zeros((2, 16), np.uint8), features=np.zeros((3, 2), np.float32), seconds=1.0)
    else:
        path.write_bytes(path.read_bytes()[:50] if damage == "cut" else b"")
    cache = FeatureCache("body")
    assert cache.get(digests(images)[0]) is None
    assert cache.seconds_per_image is None


def test_what_was_used_longest_ago_makes_room(home_folder, monkeypatch):
    monkeypatch.setenv("IMGCLS_FEATURE_CACHE_MEGABYTES", "0.05")
    wide = np.zeros((2, 4000), np.float32)  # 32 kB
    for number, body in enumerate(("old", "new")):
        FeatureCache(body).keep([bytes([number]) * 16, bytes([number + 9]) * 16], wide, 1.0)
        for path in files(home_folder):
            if path.parent.name == body:
                os.utime(path, (1000 * (number + 1), 1000 * (number + 1)))
    assert [path.parent.name for path in files(home_folder)] == ["new"]
    assert not (home_folder / "cache" / "features" / "old").exists()


def test_a_body_is_known_by_layers_weights_and_preprocessing():
    import keras

    def body(filters=2, value=0.5, stride=1):
        inputs = keras.Input((8, 8, 1), name="image")
        layer = keras.layers.Conv2D(filters, 3, stride, name="conv")
        model = keras.Model(inputs, layer(inputs), name="body")
        layer.set_weights([np.full(weight.shape, value, np.float32) for weight in layer.get_weights()])
        return model

    base = body_digest(body(), 1 / 255, 0.0)
    assert body_digest(body(), 1 / 255, 0.0) == base
    others = [(body(value=0.6), 1 / 255, 0.0), (body(stride=2), 1 / 255, 0.0), (body(), 1 / 127.5, 0.0)]
    assert len({base, *(body_digest(*other) for other in others)}) == 4

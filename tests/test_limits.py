"""Every limit has a default, a unit, a reason and a variable that changes it, and nonsense there is refused."""

from __future__ import annotations

import pytest

from imgcls.errors import InputError
from imgcls.limits import LIMITS, limit


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit(name, monkeypatch):
    known = LIMITS[name]
    assert known.name == name
    assert known.unit
    assert len(known.reason) > 15
    assert limit(name) == known.default > 0
    monkeypatch.setenv(f"IMGCLS_{name.upper()}", "7.5")
    assert known.environment == f"IMGCLS_{name.upper()}"
    assert limit(name) == 7.5
    monkeypatch.setenv(known.environment, "")
    assert limit(name) == known.default


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "-inf", "1,5", " ", "0x10", "1e999"])
def test_nonsense_is_refused_with_its_variable_and_unit(text, monkeypatch):
    monkeypatch.setenv("IMGCLS_EPOCHS", text)
    with pytest.raises(InputError) as refused:
        limit("epochs")
    assert "IMGCLS_EPOCHS" in str(refused.value)
    assert "(epochs)" in str(refused.value)
    assert repr(text) in str(refused.value)


def test_a_limit_that_is_not_listed_does_not_exist():
    with pytest.raises(KeyError):
        limit("patience")

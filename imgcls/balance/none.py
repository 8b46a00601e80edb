"""Nothing is done about rare classes."""

from __future__ import annotations

import numpy as np

from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_
from imgcls.registry import Options


def plan(options: Options, counts: np.ndarray) -> Plan:
    return Plan()


BALANCES.add(
    Balance(
        name="none",
        title=N_("None"),
        paper="",
        summary=N_(
            "Every image counts the same. A class that is a hundredth of the images is a hundredth of the loss: not to "
            "know it costs next to nothing."
        ),
        formula=N_("loss = (1/n) · Σᵢ CE(i), each image once an epoch"),
        plan=plan,
    )
)

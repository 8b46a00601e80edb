"""Rare classes weigh more in the loss."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_
from imgcls.registry import Options


class ClassWeightsOptions(Options):
    """How much more."""

    power: float = Field(
        1.0,
        ge=0,
        le=1,
        strict=True,
        title=N_("power"),
        description=N_("1: all classes weigh the same. 0: all images do. 0.5: half way, by square roots."),
    )


def plan(options: ClassWeightsOptions, counts: np.ndarray) -> Plan:
    """Weights whose mean over the images is 1; those of classes without images do not matter."""
    inverse = np.maximum(counts, 1) ** -float(options.power)
    return Plan(weights=inverse * counts.sum() / (inverse * counts).sum())


BALANCES.add(
    Balance(
        name="class-weights",
        title=N_("Class weights"),
        paper="King, Zeng 2001, Logistic Regression in Rare Events Data, https://doi.org/10.1093/oxfordjournals.pan.a004868",
        summary=N_(
            "The loss of an image of a rare class counts more, so that all classes count the same. Each image is still "
            "seen once an epoch; a rare one gives long steps in few batches."
        ),
        formula=N_("loss = (1/n) · Σᵢ w(cᵢ) · CE(i), w(c) = n / (k · n_c) at power 1"),
        plan=plan,
        options=ClassWeightsOptions,
    )
)

"""What is known already counts less."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_
from imgcls.registry import Options


class FocalOptions(Options):
    """How much less."""

    gamma: float = Field(
        2.0,
        ge=0,
        le=5,
        strict=True,
        title=N_("gamma"),
        description=N_("0: plain cross-entropy. 2: an image that is 90 % sure counts a hundredth."),
    )


def plan(options: FocalOptions, counts: np.ndarray) -> Plan:
    return Plan(gamma=options.gamma)


BALANCES.add(
    Balance(
        name="focal",
        title=N_("Focal loss"),
        paper="Lin, Goyal, Girshick, He, Dollár 2017, Focal Loss for Dense Object Detection, "
        "https://arxiv.org/abs/1708.02002",
        summary=N_(
            "Images that the network gets right with confidence hardly count, so the many easy ones of large classes "
            "do not drown the few hard ones. It knows nothing of classes: it looks at each image's difficulty."
        ),
        formula=N_("loss = (1/n) · Σᵢ (1 − pᵢ)^γ · CE(i), pᵢ the probability of the true class"),
        plan=plan,
        options=FocalOptions,
    )
)

"""Images of large classes are left out, others in every epoch."""

from __future__ import annotations

import numpy as np

from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_
from imgcls.registry import Options


def plan(options: Options, counts: np.ndarray) -> Plan:
    return Plan(drawn=np.minimum(counts, counts[counts > 0].min()))


BALANCES.add(
    Balance(
        name="undersampling",
        title=N_("Undersampling"),
        paper="Drummond, Holte 2003, C4.5, Class Imbalance, and Cost Sensitivity: Why Under-Sampling beats "
        "Over-Sampling",
        summary=N_(
            "Each epoch sees of every class only as many images as the rarest has, others each time. Epochs are short; "
            "most of what could be learned is passed over in each of them."
        ),
        formula=N_("class c is seen min n times an epoch, drawn anew without repetition"),
        plan=plan,
    )
)

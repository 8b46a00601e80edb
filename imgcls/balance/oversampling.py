"""Images of rare classes are seen more than once an epoch."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_
from imgcls.registry import Options


class OversamplingOptions(Options):
    """How often."""

    reach: float = Field(
        1.0,
        gt=0,
        le=1,
        strict=True,
        title=N_("reach"),
        description=N_("Every class is seen at least this share as often as the largest one. 1: as often."),
    )


def repeated(counts: np.ndarray, reach: float) -> np.ndarray:
    """Images of each class in an epoch, int64 (classes,): none fewer than there are."""
    wanted = np.maximum(counts, np.rint(reach * counts.max())).astype(np.int64)
    return np.where(counts > 0, wanted, 0)


def plan(options: OversamplingOptions, counts: np.ndarray) -> Plan:
    return Plan(drawn=repeated(counts, options.reach))


BALANCES.add(
    Balance(
        name="oversampling",
        title=N_("Oversampling"),
        paper="Buda, Maki, Mazurowski 2018, A systematic study of the class imbalance problem in convolutional neural "
        "networks, https://arxiv.org/abs/1710.05381",
        summary=N_(
            "Images of rare classes are repeated until every class is seen as often as the largest. An epoch takes "
            "longer, and the few rare images can be learned by heart."
        ),
        formula=N_("class c is seen m_c = max(n_c, reach · max n) times an epoch: each image ⌊m_c / n_c⌋ or one more"),
        plan=plan,
        options=OversamplingOptions,
    )
)

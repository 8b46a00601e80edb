"""Images of rare classes are repeated, and changed each time."""

from __future__ import annotations

import numpy as np

from imgcls.balance.oversampling import OversamplingOptions, repeated
from imgcls.balance.registry import BALANCES, Balance, Plan
from imgcls.language import N_


def plan(options: OversamplingOptions, counts: np.ndarray) -> Plan:
    """Whoever is repeated is augmented; in a balanced data set nobody is."""
    drawn = repeated(counts, options.reach)
    return Plan(drawn=drawn, augmented=drawn > counts)


BALANCES.add(
    Balance(
        name="augment-rare",
        title=N_("Augmenting the rare"),
        paper="Chawla et al. 2002, SMOTE: Synthetic Minority Over-sampling Technique, https://arxiv.org/abs/1106.1813 "
        "(the idea: new rare examples instead of copies)",
        summary=N_(
            "Oversampling whose copies are not the same: images of the classes that are repeated go through the "
            "augmentation, all others stay as they are. Without a choice of augmentation it is affine."
        ),
        formula=N_("as oversampling; an image of class c is augmented if m_c > n_c"),
        plan=plan,
        options=OversamplingOptions,
        augments=True,
    )
)

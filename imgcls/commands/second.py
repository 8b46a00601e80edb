"""explain --second-opinion: Grad-CAM as tf-keras-vis computes it, held against ours, as on the Explain page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imgcls.commands.telling import telling
from imgcls.errors import InputError
from imgcls.language import N_

if TYPE_CHECKING:
    from imgcls.explain import Explanation


def check_second_opinion(method: str, against: int | None) -> None:
    """Refuse what tf-keras-vis cannot be asked.

    Raises:
        InputError: another method than Grad-CAM, or two classes.
    """
    if method != "grad-cam" or against is not None:
        raise InputError(
            N_("Expected Grad-CAM for one class alone: that is what tf-keras-vis can answer. Received: {asked}"),
            asked=method if against is None else f"{method} --against",
        )


def second_opinion_on(
    model: str, image: np.ndarray, explanation: Explanation
) -> tuple[dict[str, Any] | None, list[str]]:
    """How far the two maps are apart: as JSON values, None where there are not two, and in words.

    Args:
        image: uint8, as the network sees it.
    """
    from imgcls.explain.second_opinion import SAME, apart, can_be_asked
    from imgcls.workers.operations import second_opinion

    share = None
    if can_be_asked(explanation.method, explanation.layer, explanation.against):
        asked = {"model": model, "class": explanation.target, "layer": explanation.layer}
        with telling("Asking tf-keras-vis"):
            share = apart(explanation.raw, second_opinion(asked, {"image": image})[1]["raw"])
    if share is None:
        return None, ["tf-keras-vis has no usable map for this network."]
    same = share < SAME
    told = (
        f"tf-keras-vis draws the same map: they differ by at most {share:.1e} of its strongest value."
        if same
        else f"tf-keras-vis draws another map: up to {share:.2%} of the strongest value apart. Do not build on either."
    )
    return {"library": "tf-keras-vis", "difference": share, "same": same}, [told]

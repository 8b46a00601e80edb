"""Whether a run can be gone on with: told before anybody asks for it."""

from __future__ import annotations

from imgcls.errors import ImgclsError
from imgcls.runs import Run
from imgcls.training.data_card import check_same_data


def in_the_way(run: Run) -> ImgclsError | None:
    """Why it cannot be gone on with, as when its data set has changed; None: nothing that is known yet."""
    try:
        check_same_data(run.folder, run.recipe)
    except ImgclsError as error:
        return error
    return None

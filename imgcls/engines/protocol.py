"""What the pages and the command line know of whoever trains."""

from __future__ import annotations

from typing import Protocol

from imgcls.recipe import Recipe
from imgcls.runs import Curve, Status


class Engine(Protocol):
    """Narrow on purpose: what a run is doing stands in its folder, whoever trains it."""

    def submit(self, recipe: Recipe) -> str:
        """Queue a run; returns its identifier.

        Raises:
            RecipeError, UnknownNameError: the recipe makes no sense.
            QueueFullError: too many runs are waiting.
            PlaceError: no space or no permission.
        """

    def resume(self, run_id: str) -> None:
        """Queue an interrupted or stopped run again; it goes on from its last checkpoint."""

    def status(self, run_id: str) -> Status:
        """How the run stands."""

    def position(self, run_id: str) -> int:
        """Runs that start before this one; 0 when it is the next or not waiting."""

    def events(self, run_id: str) -> Curve:
        """What the run's log says so far."""

    def control(
        self,
        run_id: str,
        *,
        pause: bool | None = None,
        stop: bool | None = None,
        learning_rate: float | None = None,
    ) -> None:
        """Ask something of a run; what is None stays as it is."""

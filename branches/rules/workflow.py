"""A workflow is a table: (state, step) → state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=str)
Step = TypeVar("Step", bound=str)


class StepNotAllowed(Exception):
    """The step does not exist from the present state: a message to the user, not a 403."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"no step {step} from {state}")
        self.state = state
        self.step = step


@dataclass(frozen=True, slots=True)
class Workflow(Generic[State, Step]):
    table: Mapping[tuple[State, Step], State]

    def after(self, state: State, step: Step) -> State:
        """Return the state after ``step``.

        :raises StepNotAllowed: the table has no such row.
        """
        try:
            return self.table[state, step]
        except KeyError:
            raise StepNotAllowed(state, step) from None

    def open_steps(self, state: State) -> list[Step]:
        return [step for at, step in self.table if at == state]

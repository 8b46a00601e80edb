"""What learning curves say, in words: rules, their evidence, and what to try next.

A rule looks at the epochs of one run and its recipe; it says something only where its definition holds. It never knows
more than the curve shows: a reason is the likeliest one, and the next experiment finds out.
"""

from imgcls.coach.advice import Advice, Experiment
from imgcls.coach.history import History
from imgcls.coach.rules import RULES, advise

__all__ = ["RULES", "Advice", "Experiment", "History", "advise"]

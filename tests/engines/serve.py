"""An engine in its own process, as a server or a command has it: submits runs, prints their names, and stays.

    serve.py KIND ADOPT RUNS EPOCHS

KIND `fake` or `real` workers; ADOPT 1 or 0; RUNS to submit, of EPOCHS each.
"""

import sys
import time

from imgcls.engines import local
from imgcls.recipe import recipe_from
from tests.engines.fakes import start_fake_worker

kind, adopt, runs, epochs = sys.argv[1], *map(int, sys.argv[2:5])
if kind == "fake":
    local.start_worker, local.TICK = start_fake_worker, 0.03
engine = local.LocalEngine(adopt=bool(adopt), spare=False)
for _ in range(runs):
    print(engine.submit(recipe_from({"training": {"epochs": epochs}})), flush=True)
print("ready", flush=True)
time.sleep(600)

"""The real inference worker with operations that need no TensorFlow."""

import os
import sys
import time
from types import ModuleType

from imgcls.errors import ImageError
from imgcls.workers.progress import tell


def echo(arguments, arrays):
    return arguments, arrays


def double(arguments, arrays):
    return {"number": arguments["number"]}, {name: array * 2 for name, array in arrays.items()}


def sleep(arguments, arrays):
    time.sleep(arguments["seconds"])
    return {"pid": os.getpid()}, {}


def count(arguments, arrays):
    """Counts to `total`, a hundredth of a second each, and says so."""
    for done in range(arguments["total"]):
        tell(done, arguments["total"])
        time.sleep(0.01)
    return {"counted": arguments["total"]}, {}


def refuse(arguments, arrays):
    raise ImageError("“{name}” is too small.", name=arguments["name"])


def fault(arguments, arrays):
    raise KeyError("a fault")


def chatter(arguments, arrays):
    print("printed by a library")
    os.write(1, b"written by C\n")
    return {}, {}


def leave(arguments, arrays):
    os._exit(7)


def nonsense(arguments, arrays):
    return {}, {"a": __import__("numpy").zeros(2, "float16")}


operations = ModuleType("imgcls.workers.operations")
_WORKS = (echo, double, sleep, count, refuse, fault, chatter, leave, nonsense)
operations.OPERATIONS = {work.__name__: work for work in _WORKS}
sys.modules["imgcls.workers.operations"] = operations

from imgcls.workers import inference  # noqa: E402

sys.exit(inference.main())

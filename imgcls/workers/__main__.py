"""`python -m imgcls.workers training|inference`: the child side of the engine."""

import os
import sys

# before TensorFlow is imported: its own chatter is not for people
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

if __name__ == "__main__":
    from imgcls.workers import inference, training

    sys.exit({"training": training.main, "inference": inference.main}[sys.argv[1]]())

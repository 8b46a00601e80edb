"""Augmentation: images that change a little each time they are seen, so that fewer go further.

In the pipeline only, never in a network: a network with a random layer inside changes the image that it is asked to
explain.
"""

# isort: off
# in the order of every list: moved, bent, lit, hidden, mixed, all together
from imgcls.augmentation import flip as flip
from imgcls.augmentation import shift as shift
from imgcls.augmentation import rotate as rotate
from imgcls.augmentation import zoom as zoom
from imgcls.augmentation import affine as affine
from imgcls.augmentation import elastic as elastic
from imgcls.augmentation import contrast as contrast
from imgcls.augmentation import colour_jitter as colour_jitter
from imgcls.augmentation import cutout as cutout
from imgcls.augmentation import mixup as mixup
from imgcls.augmentation import cutmix as cutmix
from imgcls.augmentation import randaugment as randaugment

# isort: on
from imgcls.augmentation.augment import augment, preview
from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, augmentation_options, doubtful

__all__ = ["AUGMENTATIONS", "Augmentation", "augment", "augmentation_options", "doubtful", "preview"]

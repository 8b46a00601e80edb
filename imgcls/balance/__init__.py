"""Balance: what can be done about rare classes while a network is trained."""

# isort: off
# in the order of every list
from imgcls.balance import none as none
from imgcls.balance import class_weights as class_weights
from imgcls.balance import oversampling as oversampling
from imgcls.balance import undersampling as undersampling
from imgcls.balance import augment_rare as augment_rare
from imgcls.balance import focal as focal

# isort: on
from imgcls.balance.draw import epoch_order, epoch_size
from imgcls.balance.registry import BALANCES, Balance, Plan, augmentation_of, balance_options, balance_plan

__all__ = [
    "BALANCES",
    "Balance",
    "Plan",
    "augmentation_of",
    "balance_options",
    "balance_plan",
    "epoch_order",
    "epoch_size",
]

"""An optimizer's update of one variable through one kernel.

Keras writes Adam's update as a dozen operations for each variable; on a small network they cost a tenth of a step.
TensorFlow has the same formula as one kernel. The optimizers stay Keras's own, with their own slots: only how these
instances update is replaced. Keras hands them TensorFlow's variables.
"""

from __future__ import annotations

from typing import Any


def fuse_update(optimizer: Any) -> None:
    """Let a Keras optimizer update each variable in one kernel, where there is one with its formula."""
    import keras

    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad:  # AdamW is one
        optimizer.update_step = _adam(optimizer)
    elif type(optimizer) is keras.optimizers.SGD and optimizer.momentum:
        optimizer.update_step = _momentum(optimizer)


def _adam(optimizer: Any) -> Any:
    import tensorflow as tf

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        place = optimizer._get_variable_index(variable)
        step = tf.cast(optimizer.iterations.value + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=optimizer._momentums[place].value.handle,
            v=optimizer._velocities[place].value.handle,
            beta1_power=tf.pow(tf.constant(optimizer.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.constant(optimizer.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=tf.constant(optimizer.beta_1, variable.dtype),
            beta2=tf.constant(optimizer.beta_2, variable.dtype),
            epsilon=tf.constant(optimizer.epsilon, variable.dtype),
            grad=tf.cast(gradient, variable.dtype),
        )

    return update_step


def _momentum(optimizer: Any) -> Any:
    import tensorflow as tf

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=optimizer.momentums[optimizer._get_variable_index(variable)].value.handle,
            lr=tf.cast(learning_rate, variable.dtype),
            grad=tf.cast(gradient, variable.dtype),
            momentum=tf.constant(optimizer.momentum, variable.dtype),
            use_nesterov=optimizer.nesterov,
        )

    return update_step

"""What Inside says of each kind of layer: a sentence, the words that belong to it, and the lesson about it."""

from __future__ import annotations

from imgcls.language import N_

#: Keras class → what it does, marked for translation.
KINDS = {
    "Conv2D": N_(
        "Each of its filters slides over all maps before it, multiplies and adds up: one map for each filter."
    ),
    "DepthwiseConv2D": N_("One small filter for each map before it; the maps are not mixed."),
    "SeparableConv2D": N_("One small filter for each map, then a mixture of all of them."),
    "MaxPooling2D": N_("Of each window it keeps the largest value: smaller maps, the same number of them."),
    "AveragePooling2D": N_("Of each window it keeps the mean: smaller maps, the same number of them."),
    "GlobalAveragePooling2D": N_("Of each map only its mean is left: how much of it there was, no longer where."),
    "BatchNormalization": N_("Each map is moved and scaled to a common range, with what training has measured."),
    "GlobalAveragePooling1D": N_("Of each channel only its mean over all places is left."),
    "LayerNormalization": N_("Each place is moved and scaled to a common range over its channels."),
    "Add": N_("Adds its inputs, number by number: here a skip connection comes back in."),
    "Concatenate": N_("Lays the maps of its inputs one behind another."),
    "Dense": N_("Each unit weighs all inputs and adds them up."),
    "Flatten": N_("Writes all maps as one long row of numbers."),
    "Dropout": N_("Silences some units while it trains; here it does nothing."),
    "ReLU": N_("Keeps what is above zero; the rest becomes zero."),
    "ZeroPadding2D": N_("Lays a frame of zeros around the maps, so that the next window fits."),
    "Activation": N_("Bends each number by itself: without it, many layers would be no more than one."),
    "EinsumDense": N_("Weighs the channels at each place and adds them up; all places share the weights."),
    "Reshape": N_("The same numbers in another order of rows and columns; nothing is computed."),
    "ZeroPadding1D": N_("Adds empty places to the row of patches."),
    "Cropping1D": N_("Takes places out of the row of patches."),
    "Resizing": N_("Brings the picture to the size that the network was made for."),
    "Rescaling": N_("Moves and scales the picture's values to the range that the network was made for."),
    "Normalization": N_("Moves and scales the picture's values to the range that the network was made for."),
    "Multiply": N_("Multiplies its inputs, number by number: one of them turns the maps of the other up or down."),
    "MultiHeadAttention": N_("Every place asks all others, and takes over what fits."),
}

#: Keras class → names in the glossary.
WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), ("convolution", "kernel", "channel", "feature map", "bias")
    ),
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), ("pooling", "stride", "feature map")),
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalAveragePooling1D"), ("pooling", "feature map")),
    "BatchNormalization": ("batch norm", "moving average", "channel"),
    "LayerNormalization": ("layer norm", "channel"),
    "MultiHeadAttention": ("attention",),
    "Add": ("residual connection", "block"),
    "Concatenate": ("channel", "block"),
    "Dense": ("dense layer", "parameter", "bias"),
    "EinsumDense": ("dense layer", "parameter"),
    "Dropout": ("dropout", "training mode"),
    "ReLU": ("relu", "feature map"),
    "ZeroPadding2D": ("padding",),
}

#: Keras class → the lesson about it.
LESSON_OF = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "ReLU", "ZeroPadding2D"), "convolution"),
    **dict.fromkeys(
        ("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalAveragePooling1D"), "pooling"
    ),
    "BatchNormalization": "normalisation",
    "Add": "residual",
}

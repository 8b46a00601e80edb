"""The words of the app: a plain sentence first, the formula second."""

from __future__ import annotations

from dataclasses import dataclass

from imgcls.language import N_
from imgcls.lessons.pooling import BOTH_FORMULAS


@dataclass(frozen=True)
class Term:
    """A word. `title` and `plain` are marked for translation; `formula`: TeX, "" where there is none."""

    title: str
    plain: str
    formula: str = ""


#: Name in code → word.
GLOSSARY = {
    "convolution": Term(
        N_("Convolution"),
        N_("A small table of weights slides over the picture; at each place it multiplies what it covers and adds up."),
        r"y(i,j)=\sum_{p,q} x(i+p,j+q)\cdot k(p,q)",
    ),
    "kernel": Term(
        N_("Kernel"),
        N_("The small table of weights that slides over the picture; the network learns its numbers."),
        r"k\in\mathbb{R}^{3\times 3}",
    ),
    "stride": Term(
        N_("Stride"),
        N_("How many pixels the window moves on at each step; with 2, the result is half as wide."),
        r"i\mapsto s\,i",
    ),
    "padding": Term(
        N_("Padding"),
        N_("Cells added around the picture (“same”), so that the window fits at its edge: zeros, or not counted."),
    ),
    "dilation": Term(
        N_("Dilation"),
        N_("Gaps between the cells of a kernel: it looks further without more weights."),
        r"d\,(k-1)+1",
    ),
    "channel": Term(
        N_("Channel"),
        N_("One of the layers of numbers a picture consists of: red, green and blue at first, one per kernel later."),
    ),
    "feature map": Term(
        N_("Feature map"),
        N_("What one kernel makes of a picture: bright where it found what it looks for."),
    ),
    "bias": Term(
        N_("Bias"),
        N_("A number that is added everywhere, learned like the weights."),
        r"y=\ldots+b",
    ),
    "relu": Term(
        N_("ReLU"),
        N_("What is below zero becomes zero, all else stays as it is."),
        r"\max(0,x)",
    ),
    "pooling": Term(
        N_("Pooling"),
        N_("Of each small window only one number is kept: the largest, or the mean."),
        BOTH_FORMULAS,
    ),
    "translation invariance": Term(
        N_("Shift invariance"),
        N_("The answer stays the same when the picture is moved a little."),
    ),
    "parameter": Term(
        N_("Parameter"),
        N_("A number that the network learns; its size is told by how many it has."),
    ),
    "dense layer": Term(
        N_("Dense layer"),
        N_("Each output looks at all inputs, each with a weight of its own."),
        r"y=Wx+b",
    ),
    "logits": Term(
        N_("Logits"),
        N_("The raw score of each class, before they are made into probabilities."),
        r"z=(z_1,\ldots,z_C)",
    ),
    "softmax": Term(
        N_("Softmax"),
        N_("Makes scores into probabilities: all positive, together 1."),
        r"p_i=e^{z_i}/\sum_j e^{z_j}",
    ),
    "cross-entropy": Term(
        N_("Cross-entropy"),
        N_("The loss: small when the right class was given a high probability, large when it was not."),
        r"-\log p_{\text{true}}",
    ),
    "loss": Term(
        N_("Loss"),
        N_("How wrong the network is, as one number; training makes it smaller."),
    ),
    "gradient": Term(
        N_("Gradient"),
        N_("Which way, and how strongly, the loss changes when a number is turned up a little."),
        r"\partial L/\partial w",
    ),
    "vanishing gradient": Term(
        N_("Vanishing gradient"),
        N_("In a deep plain network the gradient shrinks from layer to layer, so that the first layers hardly learn."),
        r"\prod_l \partial h_{l+1}/\partial h_l\to 0",
    ),
    "batch norm": Term(
        N_("Batch normalisation"),
        N_("Each channel is moved and scaled to mean 0 and spread 1, then scaled and moved by two learned numbers."),
        r"y=\gamma\frac{x-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta",
    ),
    "layer norm": Term(
        N_("Layer normalisation"),
        N_("At each place its channels are moved and scaled to mean 0 and spread 1; other images play no part."),
        r"y_c=\gamma_c\frac{x_c-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta_c",
    ),
    "attention": Term(
        N_("Attention"),
        N_("Each place asks all others how well they fit, and takes over a share of what each hands over."),
        r"\mathrm{softmax}\big(QK^{\top}/\sqrt{d}\big)\,V",
    ),
    "moving average": Term(
        N_("Moving average"),
        N_(
            "What batch normalisation keeps of all batches of training, for later; with Keras 0.99 of it stays at each."
        ),
        r"m\leftarrow 0.99\,m+0.01\,\mu",
    ),
    "training mode": Term(
        N_("Training mode"),
        N_("Some layers work differently while training: batch norm uses the batch, dropout switches units off."),
    ),
    "residual connection": Term(
        N_("Residual connection"),
        N_("A block adds something to what came in, instead of replacing it."),
        r"y=x+F(x)",
    ),
    "block": Term(
        N_("Block"),
        N_("A few layers that belong together and are repeated."),
    ),
    "epoch": Term(
        N_("Epoch"),
        N_("All training images have been shown once."),
    ),
    "batch": Term(
        N_("Batch"),
        N_("The few images after which the network changes its weights once."),
    ),
    "learning rate": Term(
        N_("Learning rate"),
        N_("How far the weights move at each step: too small is slow, too large never settles."),
        r"w\leftarrow w-\eta\,\partial L/\partial w",
    ),
    "seed": Term(
        N_("Seed"),
        N_("The number from which all chance is drawn: the same seed, the same run."),
    ),
    "overfitting": Term(
        N_("Overfitting"),
        N_("The network has learned its training images by heart, and is worse on others."),
    ),
    "validation": Term(
        N_("Validation"),
        N_("Images that are not trained on, by which one watches and chooses while training."),
    ),
    "test accuracy": Term(
        N_("Test accuracy"),
        N_("How many of the images that nobody chose anything by are named right."),
        r"\text{right}/\text{all}",
    ),
    "recall": Term(
        N_("Recall"),
        N_("Of all images of a class, the share that was found."),
        r"TP/(TP+FN)",
    ),
    "precision": Term(
        N_("Precision"),
        N_("Of all images that were given this name, the share that deserved it."),
        r"TP/(TP+FP)",
    ),
    "f1": Term(
        N_("F1"),
        N_("Precision and recall in one number, low if either is low."),
        r"2\,\frac{P\,R}{P+R}",
    ),
    "balanced accuracy": Term(
        N_("Balanced accuracy"),
        N_("The mean of the recalls: every class counts the same, however rare."),
        r"\frac1C\sum_c \text{recall}_c",
    ),
    "top-k": Term(
        N_("Top-k"),
        N_("The right class is among the k most probable ones."),
    ),
    "class weight": Term(
        N_("Class weight"),
        N_("Mistakes on a rare class cost more in the loss."),
    ),
    "resampling": Term(
        N_("Resampling"),
        N_("Rare classes are shown more often, or common ones less often."),
    ),
    "grad-cam": Term(
        N_("Grad-CAM"),
        N_("A heatmap of the last layers: where the evidence for a class came from."),
        r"\mathrm{ReLU}\big(\sum_k \alpha_k A^k\big)",
    ),
    "saliency": Term(
        N_("Saliency"),
        N_("How much each pixel would change the score of a class."),
        r"\left|\partial z_c/\partial x\right|",
    ),
    "embedding": Term(
        N_("Embedding"),
        N_("The numbers that the last layer but one makes of an image; alike images have alike numbers."),
    ),
    "calibration": Term(
        N_("Calibration"),
        N_("Of all answers given with 80 % certainty, 80 % are right."),
    ),
    "ece": Term(
        N_("ECE"),
        N_("How far certainty and accuracy lie apart on average."),
        r"\sum_b \frac{n_b}{n}\,|\text{acc}_b-\text{conf}_b|",
    ),
    "dropout": Term(
        N_("Dropout"),
        N_("While training, units are switched off at random, so that none is relied on alone."),
    ),
    "weight decay": Term(
        N_("Weight decay"),
        N_("Large weights are pulled a little towards zero at each step."),
        r"w\leftarrow(1-\eta\lambda)\,w",
    ),
    "early stopping": Term(
        N_("Early stopping"),
        N_("Training ends when the validation no longer gets better."),
    ),
    "augmentation": Term(
        N_("Augmentation"),
        N_("Training images are changed a little each time, in ways that do not change what they show."),
    ),
    "cutout": Term(
        N_("Cutout"),
        N_("A square of the image is blotted out, so that the network looks at more than one part."),
    ),
    "mixup": Term(
        N_("MixUp"),
        N_("Two images are laid over one another, and so are their labels."),
        r"\tilde{x}=\lambda x_a+(1-\lambda)x_b",
    ),
    "transfer learning": Term(
        N_("Transfer learning"),
        N_("A network that has learned on many images is the beginning of one for few images."),
    ),
    "fine-tuning": Term(
        N_("Fine-tuning"),
        N_("Layers that were learned before go on learning, in small steps."),
    ),
    "frozen": Term(
        N_("Frozen"),
        N_("Layers whose weights stay as they are while others learn."),
    ),
    "dead unit": Term(
        N_("Dead unit"),
        N_("A unit that says zero to every image; nothing reaches it any more."),
    ),
    "multiply-add": Term(
        N_("Multiply-add"),
        N_("One multiplication and one addition: what a network's work is counted in."),
    ),
    "shortcut": Term(
        N_("Shortcut"),
        N_("Something that goes along with the class by chance, and that the network takes for it."),
    ),
}

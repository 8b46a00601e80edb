"""The inside of a network: what each layer makes of a picture, and how one of its numbers came about.

No Keras is imported until a network is looked into. `look_at(trained, picture)` gives the outputs of all layers;
`take_apart(network, look, layer, unit)` what one unit of a layer is made of.
"""

from imgcls.inside.apart import Apart, kind_of, take_apart
from imgcls.inside.grid import as_maps
from imgcls.inside.look import Look, layers_of, look_at, sources

__all__ = ["Apart", "Look", "as_maps", "kind_of", "layers_of", "look_at", "sources", "take_apart"]

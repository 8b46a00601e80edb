"""How far a heatmap can be believed: each measure a plain function of a model, an image and a method.

- `randomised`: does the map change when what was learned is destroyed?
- `curves`: does the answer fall when the hottest pixels go, faster than by chance and faster than from the centre?
- `stability`: does the map stay when the picture hardly changes?
- `completeness`: do the shares of integrated gradients add up?
- `pointing`: where the objects are known, does the map point at them?
- `ranking`: all of it for every method that fits, in one table.

Nothing here changes a model. No Keras is imported until something is measured.
"""

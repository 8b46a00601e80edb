"""The file formats in which well-known data sets are published. No Keras, and nothing that a file says is run."""

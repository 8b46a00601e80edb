"""Files from the web: fetched over https once, on demand, held to their checksum, and kept. No Keras."""

"""Where the plates of a picture are: preprocess, inference, postprocess."""

"""The models: each one turns normalised texts into token scores."""

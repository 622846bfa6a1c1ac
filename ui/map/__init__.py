"""The map of a collection: pictures and words as points. Similar ones are close together."""

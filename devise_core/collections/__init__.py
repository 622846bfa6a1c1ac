"""Collections: images with their items, vectors, indexes and maps, in a folder or in memory."""

"""Collections in a Milvus server. pymilvus is imported when such a collection is used."""

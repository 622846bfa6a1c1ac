"""Collections in a Milvus server. pymilvus is imported when one is used."""

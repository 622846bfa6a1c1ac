"""Read text: queries, words, nouns and the vectors of each."""

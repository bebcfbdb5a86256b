"""A standing fuzzer of every reader: sound files, changed; what may be told of each, checked."""

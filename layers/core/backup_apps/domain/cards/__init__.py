"""Cards: what people are told of an incident, complete without opening anything, one message each."""

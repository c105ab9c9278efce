"""Retrieval quality: each leg and combination over the development sets (``__main__``)."""

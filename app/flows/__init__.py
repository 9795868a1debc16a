"""The use cases: one verb, one module, one transaction. No call to the outside happens in here."""

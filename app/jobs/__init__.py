"""Calls to the outside: claimed, executed as a pipeline, brought back by `app.flows.finish`."""

"""The engine: text in, frozen dataclasses out. The only importer of SpiffWorkflow; it never acts by itself."""

"""All that `forms/` and `service_tasks/` may import of the house."""

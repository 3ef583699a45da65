"""Who works here: people, pipelines, workloads, agents and the provider's own services."""

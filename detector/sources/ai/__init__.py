"""Models, agents and the tools that they call."""

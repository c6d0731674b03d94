"""The run monitor: what the tools do while they do it, with curves, and objects on the map as they are found."""

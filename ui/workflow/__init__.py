"""The Kestrel Workflow panel: the steps from labels to accuracy, what each has produced, and the tool of the next."""

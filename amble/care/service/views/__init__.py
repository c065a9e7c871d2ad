"""The pages of the service lead and the administrator, one file a topic."""

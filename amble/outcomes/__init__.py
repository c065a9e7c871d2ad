"""The bridge: from the live record to the snapshot, and from results to the service lead's pages."""

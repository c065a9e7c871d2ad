"""A service's own CSV files become a snapshot, as a mapping file says. Guide: docs/guides/bring_your_own_data.md."""

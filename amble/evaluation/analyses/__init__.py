"""One file per question a health service asks. Each asks for its sums, then answers."""

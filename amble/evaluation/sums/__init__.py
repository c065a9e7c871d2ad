"""The data is scanned once, the model sees sums: requests, the passes they merge into, what comes back."""

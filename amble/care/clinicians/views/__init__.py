"""The pages of the physiotherapist's door, one file a topic."""

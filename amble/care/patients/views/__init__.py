"""The pages of the patient's door, one file a topic."""

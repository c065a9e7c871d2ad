"""An invented health service whose truth is known."""

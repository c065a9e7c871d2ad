"""For people: tables, figures, one page that opens anywhere, and what may leave the building."""

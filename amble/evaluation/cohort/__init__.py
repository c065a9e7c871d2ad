"""Who is in the comparison, and the one wide row that stands for each episode."""

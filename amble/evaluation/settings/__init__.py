"""Files that people write (TOML): read with the line of every key, so that each fault can be pointed at."""

"""From the live database to Parquet files that name nobody."""

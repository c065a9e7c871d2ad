"""The tables the engine reads: one directory of Parquet files, whoever wrote them."""

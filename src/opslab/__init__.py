"""opslab: internet operations, taught on data."""

"""Time and memory of the program beside a floor that only writes."""

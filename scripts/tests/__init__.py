"""Tests of the scripts themselves."""

"""What the validators and the proofs share: running programs, rendering trees, reporting."""

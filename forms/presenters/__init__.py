"""What the paper templates are given: everything decided, nothing left to work out."""

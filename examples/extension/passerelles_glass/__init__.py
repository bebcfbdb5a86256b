"""What the observatory of a branch adds to passerelles."""

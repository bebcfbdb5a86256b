"""People in bulk: Arrow batches of profiles in, Arrow batches of moves out, in constant memory."""

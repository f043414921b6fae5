/** A mistake in what the user asked for: the demo prints its message as one line and leaves with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

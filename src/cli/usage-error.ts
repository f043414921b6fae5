/** A mistake in what the user asked for: one line on stderr, and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

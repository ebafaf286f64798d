/** What was asked for cannot be had. The message is one line that says what to do; the command ends with status 2. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** Whether a pair was accepted: a shape, a word, and a colour that repeats them. */
export function Accepted({ pair: { accepted } }: { pair: { accepted: boolean } }) {
  return accepted
    ? (
      <span class="badge fresh">
        <span aria-hidden="true">●</span> yes
      </span>
    )
    : (
      <span class="badge missing">
        <span aria-hidden="true">○</span> no
      </span>
    );
}

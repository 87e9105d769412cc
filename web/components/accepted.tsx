/** Whether a pair was accepted, as shape, word and colour. */
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

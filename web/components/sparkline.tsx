const width = 96;
const height = 24;

/** A small line of closes, oldest first; nothing for fewer than two. Text beside it has its content. */
export function Sparkline({ closes }: { closes: readonly number[] }) {
  if (closes.length < 2) return null;
  const [least, most] = [Math.min(...closes), Math.max(...closes)];
  const points = closes.map((close, t) => {
    const x = width * t / (closes.length - 1);
    const y = most === least ? height / 2 : 1 + (height - 2) * (most - close) / (most - least);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const way = closes.at(-1)! < closes[0]! ? "down" : "up";
  return (
    <svg class={`sparkline ${way}`} viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <polyline points={points.join(" ")} />
    </svg>
  );
}

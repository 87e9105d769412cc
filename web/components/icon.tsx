import { type IconName, icons } from "../navigation.ts";

/** An icon beside a word, or in a button with a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={icons[name]} />
    </svg>
  );
}

import type { Stream, Terminal } from "./terminal.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Styles text for a stream; returns it unchanged if colours are off. */
export type Paint = (style: Style, text: string) => string;

const CODES: Record<Style, [on: number, off: number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Styles for one of the terminal's streams. */
export function paintFor(terminal: Terminal, stream: Stream): Paint {
  if (!terminal.colours || !stream.isTerminal) return (_, text) => text;
  return (style, text) => {
    const [on, off] = CODES[style];
    return text === "" ? text : `\x1b[${on}m${text}\x1b[${off}m`;
  };
}

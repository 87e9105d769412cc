import { clip } from "./text.ts";
import type { Paint, Style } from "./paint.ts";

export interface Column {
  title: string;
  /** Numbers are right-aligned. */
  align?: "left" | "right";
  /** Cut first if the line is too long for the terminal. */
  flexible?: boolean;
}

/** A cell, with the style of its text. */
export type Cell = string | { text: string; style: Style };

const GAP = "  ";

/** Lines of a table under its titles. Trailing blanks are left out; a line never exceeds `width`. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: { width: number; paint: Paint },
): string[] {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => textOf(row[i] ?? "").length))
  );
  const flexible = columns.findIndex((column) => column.flexible);
  const total = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (columns.length - 1);
  if (flexible >= 0 && total > width) widths[flexible] = Math.max(8, widths[flexible]! - (total - width));
  const line = (cells: readonly Cell[]) => {
    let room = width;
    const parts: string[] = [];
    const last = cells.findLastIndex((cell) => textOf(cell) !== "");
    for (let i = 0; i <= last && room > 0; i++) {
      const text = clip(clip(textOf(cells[i]!), widths[i]!), room);
      const blanks = " ".repeat(Math.max(0, Math.min(widths[i]!, room) - text.length));
      const cell = cells[i]!;
      const painted = typeof cell === "string" ? text : paint(cell.style, text);
      parts.push(columns[i]!.align === "right" ? blanks + painted : i === last ? painted : painted + blanks);
      room -= widths[i]! + GAP.length;
    }
    return parts.join(GAP).trimEnd();
  };
  return [line(columns.map((c) => ({ text: c.title, style: "dim" }))), ...rows.map(line)];
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

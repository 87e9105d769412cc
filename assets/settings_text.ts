/** Settings as JSON with sorted object keys, so that equal settings have equal texts. */
export function settingsText(settings: unknown): string {
  return JSON.stringify(settings, (_, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

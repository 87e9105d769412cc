/** Settings as JSON with the keys of every object in order: equal settings are equal texts. */
export function settingsText(settings: unknown): string {
  return JSON.stringify(settings, (_, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

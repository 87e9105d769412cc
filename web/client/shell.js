import "./palette.js";
import "./preferences.js";

// Empty fields and defaults stay out of the address.
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (!(form instanceof HTMLFormElement) || form.method !== "get") return;
  for (const [name, value] of [...formData]) {
    const field = form.elements.namedItem(name);
    const standing = field instanceof HTMLElement ? field.dataset.standing : undefined;
    if (value === (standing ?? "")) formData.delete(name);
  }
});
